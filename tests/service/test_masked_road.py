"""What is said in a live call leaves it masked: transcript, console, evidence."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from alerts.desk import AlertDesk
from alerts.masking.masked_text import MASK
from alerts.reader import Reader
from alerts.watch import CallWatch
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language, Settings
from service.call_record import CallRecord
from service.clock import PlayClock
from service.live_call import LiveCall
from service.recognition.leg_recognition import LegRecognition, Recognized
from streaming.frames import Leg
from streaming.observations import RecognitionChanged, WordsHeard
from tests.fakes.board import KeepingOutlet
from web.sources import Announcement

_ZERO = datetime(2026, 1, 1, tzinfo=UTC)
_TONE = (6_000 * np.sin(np.arange(320) * 2 * np.pi * 440 / 16_000)).astype("<i2").tobytes()


def _call(outlet: KeepingOutlet) -> tuple[LiveCall, dict[Leg, Callable[[Recognized], None]]]:
    settings, clock = Settings(language=Language.EN), PlayClock(_ZERO)
    heards: dict[Leg, Callable[[Recognized], None]] = {}

    def recognize(call_id: str, leg: Leg, heard: Callable[[Recognized], None]) -> LegRecognition:
        heards[leg] = heard
        return LegRecognition(leg, call_id, None, settings.segments, heard)

    call = LiveCall(
        record=CallRecord(Announcement(call_id="c"), "c", "en", _ZERO, 500),
        settings=settings,
        clock=clock,
        recognize=recognize,
        watch=CallWatch(settings.detection, load_rule_pack(packaged_rules() / "en"), Reader.EN),
        desk=AlertDesk(Language.EN),
        outlet=outlet,
    )
    for at_ms in range(20, 1_000, 20):
        clock.move_to(at_ms)
        for leg in (Leg.AGENT, Leg.CUSTOMER):
            call.hear(leg, _TONE, 16_000)
    return call, heards


def test_no_number_leaves_the_call() -> None:
    outlet = KeepingOutlet()
    call, heards = _call(outlet)
    customer = heards[Leg.CUSTOMER]
    for revision, text in enumerate(("it is four", "it is four one", "it is four one one one", "it is four one")):
        customer(WordsHeard(Leg.CUSTOMER, 0, revision, False, 100, 400, text))
    customer(WordsHeard(Leg.CUSTOMER, 0, 9, True, 100, 400, "it is four one"))
    customer(WordsHeard(Leg.CUSTOMER, 1, 1, True, 500, 900, "one one two two"))
    for utterance in (2, 3, 4):
        question = "what is four five six seven for"
        heards[Leg.AGENT](WordsHeard(Leg.AGENT, utterance, 1, True, utterance * 300, utterance * 300 + 200, question))
    assert [line.heard.text for line in call.record.transcript.lines()][:2] == [
        f"it is {MASK} {MASK}",
        f"{MASK} {MASK} {MASK} {MASK}",
    ]
    shown = " ".join(line.heard.text for line in outlet.lines)
    assert "one one" not in shown
    assert "four five" not in shown


def test_evidence_is_masked_and_phrases_keep_their_place() -> None:
    outlet = KeepingOutlet()
    _, heards = _call(outlet)
    text = "one three eight zero zero shut up"
    heards[Leg.AGENT](RecognitionChanged(Leg.AGENT, True, 0))
    heards[Leg.AGENT](WordsHeard(Leg.AGENT, 0, 1, True, 100, 900, text))
    (line,) = outlet.lines
    assert [line.heard.text[hit.from_char : hit.to_char] for hit in line.hits] == ["shut up"]
    assert [alert.evidence.text for alert in outlet.alerts] == ["shut up"]
