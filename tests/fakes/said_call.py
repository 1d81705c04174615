"""A call whose sound is noise and whose words are scripted, with their times; everything behind it is real."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from alerts.desk import AlertDesk
from alerts.watch import CallWatch
from config.settings import IngestSettings, Language, Settings
from service.call_board import CallBoard
from service.call_record import CallRecord
from service.clock import PlayClock
from service.live_call import LiveCall
from service.recognition.leg_recognition import LegRecognition, Recognized
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard
from streaming.wire.events import AudioReceived
from tests.fakes.board import KeepingCalls, KeepingOutlet
from web.sources import Announcement

BEGAN_AT = datetime(2026, 1, 1, tzinfo=UTC)
LEGS = (Leg.AGENT, Leg.CUSTOMER)


class SaidCall:
    """The call `c`. Each leg's sound is its own noise, so that every sample says whether it is the one that came."""

    def __init__(self, settings: Settings | None = None, announced: Announcement | None = None) -> None:
        settings = settings or Settings(language=Language.EN, ingest=IngestSettings(gather_ms=0))
        self.settings, self.clock, self.outlet = settings, PlayClock(BEGAN_AT), KeepingOutlet()
        self.heard: dict[Leg, Callable[[Recognized], None]] = {}
        self.board = CallBoard(settings, self.clock, self._new_call, KeepingCalls())
        self.board.announce(announced or Announcement(call_id="c"))
        self.streams = {leg: self.board.claim_leg("c", leg) for leg in LEGS}
        self._noise = {leg: np.random.default_rng(number) for number, leg in enumerate(LEGS)}
        self.sent: dict[Leg, list[bytes]] = {leg: [] for leg in LEGS}
        self.at_ms = 0
        self._utterance = 0

    @property
    def call(self) -> LiveCall:
        return self.streams[Leg.AGENT].call

    def hear(self, until_ms: int) -> None:
        """20 ms a turn, the pulse in between."""
        while self.at_ms < until_ms:
            self.at_ms += 20
            self.clock.move_to(self.at_ms)
            for leg, stream in self.streams.items():
                pcm = self._noise[leg].integers(-90, 90, 320, dtype=np.int16).tobytes()
                self.sent[leg].append(pcm)
                stream.hear(AudioReceived(pcm, 16_000))
            if self.at_ms % 100 == 0:
                self.board.pulse()

    def say(self, leg: Leg, words: Sequence[Word], *, final: bool = True, text: str | None = None) -> None:
        """An utterance, as the recogniser would tell it."""
        said = text if text is not None else " ".join(word.text for word in words)
        heard = WordsHeard(leg, self._utterance, 1, final, words[0].start_ms, words[-1].end_ms, said, tuple(words))
        self._utterance += final
        self.heard[leg](heard)

    def sound(self, leg: Leg, from_ms: int, to_ms: int) -> bytes:
        """What was sent."""
        return b"".join(self.sent[leg])[from_ms * 32 : to_ms * 32]

    def end(self) -> None:
        """Both sockets say goodbye."""
        for stream in self.streams.values():
            stream.end(explicit=True)
        for _ in range(40):
            self.at_ms += 100
            self.clock.move_to(self.at_ms)
            self.board.pulse()

    def _new_call(self, record: CallRecord) -> LiveCall:
        settings = self.settings

        def recognize(call_id: str, leg: Leg, heard: Callable[[Recognized], None]) -> LegRecognition:
            self.heard[leg] = heard
            return LegRecognition(leg, call_id, None, settings.segments, heard)

        return LiveCall(
            record=record,
            settings=settings,
            clock=self.clock,
            recognize=recognize,
            watch=CallWatch(settings.detection, None),
            desk=AlertDesk(Language.EN),
            outlet=self.outlet,
        )


def spoken(text: str, start_ms: int, word_ms: int = 300, pause_ms: int = 40) -> list[Word]:
    """The words of a text, one after the other."""
    return [
        Word(each, start_ms + place * (word_ms + pause_ms), start_ms + place * (word_ms + pause_ms) + word_ms, 0.9)
        for place, each in enumerate(text.split())
    ]
