"""A supervisor's voice in a call is scored for nobody; without one the rules hear exactly what was heard."""

import pytest

from alerts.coverage import Cause
from alerts.watch import CallWatch
from alerts.whispered import Whispered
from config.detection import DetectionSettings
from streaming.frames import Leg
from streaming.observations import (
    LegResumed,
    LegStalled,
    LevelHeard,
    Observation,
    PhraseSpotted,
    SpeechEnded,
    SpeechStarted,
    SupervisorHeard,
    VoiceHeard,
    WordsHeard,
)

_AGENT, _CUSTOMER = Leg.AGENT, Leg.CUSTOMER


def _told(*observations: Observation) -> list[Observation]:
    whispered = Whispered()
    return [each for observation in observations for each in whispered.take(observation)]


def _words(leg: Leg, start_ms: int, end_ms: int) -> WordsHeard:
    return WordsHeard(leg, 1, 1, True, start_ms, end_ms, "退款")


def _voice(leg: Leg, at_ms: int) -> VoiceHeard:
    return VoiceHeard(leg, at_ms, at_ms + 10, -20.0, 200.0, 0.0, 0.0)


def test_without_a_supervisor_nothing_is_changed() -> None:
    heard: list[Observation] = [
        SpeechStarted(_AGENT, 100, 200),
        _voice(_AGENT, 300),
        SpeechEnded(_AGENT, 100, 900, 1_200),
        _words(_AGENT, 100, 900),
        LegStalled(_CUSTOMER, 1_000),
        LegResumed(_CUSTOMER, 2_000),
    ]
    assert _told(*heard) == heard


def test_a_leg_that_may_hold_the_voice_is_not_heard_until_it_is_over() -> None:
    on, off = SupervisorHeard("agent", (_AGENT,), 1_000), SupervisorHeard("nobody", (), 5_000)
    level = LevelHeard(_AGENT, 1_500, 1_520, -20.0, True)
    assert _told(
        SpeechStarted(_AGENT, 100, 200),
        on,
        _voice(_AGENT, 1_500),
        level,
        SpeechEnded(_AGENT, 100, 2_000, 2_300),
        SpeechStarted(_AGENT, 3_000, 3_100),
        _voice(_CUSTOMER, 3_200),
        SpeechEnded(_AGENT, 3_000, 4_000, 4_300),
        _words(_AGENT, 2_900, 4_000),
        off,
        _words(_AGENT, 4_500, 5_400),
        PhraseSpotted(_AGENT, "退款", 4_000, 4_500, 0.9),
        _words(_AGENT, 5_400, 6_000),
        SpeechStarted(_AGENT, 5_400, 5_500),
        SpeechEnded(_AGENT, 5_400, 6_000, 6_300),
    ) == [
        SpeechStarted(_AGENT, 100, 200),
        SpeechEnded(_AGENT, 100, 1_000, 1_000),  # what ran ends there
        on,
        LegStalled(_AGENT, 1_000),
        level,
        _voice(_CUSTOMER, 3_200),
        LegResumed(_AGENT, 5_000),
        off,
        _words(_AGENT, 5_400, 6_000),
        SpeechStarted(_AGENT, 5_400, 5_500),
        SpeechEnded(_AGENT, 5_400, 6_000, 6_300),
    ]


def test_speech_that_goes_on_when_it_is_over_begins_there() -> None:
    on, off = SupervisorHeard("agent", (_AGENT,), 1_000), SupervisorHeard("nobody", (), 5_000)
    told = _told(on, SpeechStarted(_AGENT, 4_000, 4_100), off, SpeechEnded(_AGENT, 4_000, 6_000, 6_300))
    assert told[-2:] == [SpeechStarted(_AGENT, 5_000, 5_000), SpeechEnded(_AGENT, 5_000, 6_000, 6_300)]


def test_a_leg_that_really_stalls_meanwhile_is_stalled_afterwards() -> None:
    on, off = SupervisorHeard("agent", (_AGENT,), 1_000), SupervisorHeard("nobody", (), 5_000)
    assert _told(on, LegStalled(_AGENT, 2_000), off, LegResumed(_AGENT, 6_000)) == [
        on,
        LegStalled(_AGENT, 1_000),
        off,
        LegResumed(_AGENT, 6_000),
    ]
    assert _told(on, LegStalled(_AGENT, 2_000), LegResumed(_AGENT, 3_000), off) == [
        on,
        LegStalled(_AGENT, 1_000),
        LegResumed(_AGENT, 5_000),
        off,
    ]


def test_streams_that_are_free_of_the_voice_are_heard_on() -> None:
    whisper, barge = SupervisorHeard("agent", (), 1_000), SupervisorHeard("both", (), 2_000)
    assert _told(whisper, _words(_AGENT, 1_100, 1_500)) == [whisper, _words(_AGENT, 1_100, 1_500)]
    told = _told(barge, _words(_AGENT, 2_100, 2_500), SupervisorHeard("agent", (), 3_000))
    assert told == [
        barge,
        LegStalled(_AGENT, 2_000),  # the supervisor may have answered the customer
        _words(_AGENT, 2_100, 2_500),
        LegResumed(_AGENT, 3_000),
        SupervisorHeard("agent", (), 3_000),
    ]


@pytest.mark.parametrize(("reach", "alarm"), [("nobody", True), ("agent", True), ("both", False)])
def test_an_answer_that_only_a_supervisor_may_have_given_is_not_missed(reach: str, alarm: bool) -> None:
    watch = CallWatch(DetectionSettings(), None)
    for leg in (_AGENT, _CUSTOMER):
        watch.feed(LevelHeard(leg, 0, 20, -50.0, False))
    watch.feed(SupervisorHeard(reach, (), 500))  # type: ignore[arg-type]  # one of the three
    watch.feed(SpeechStarted(_CUSTOMER, 1_000, 1_100))
    watch.feed(SpeechEnded(_CUSTOMER, 1_000, 3_000, 3_300))
    assert bool(watch.advance(9_000)) is alarm
    hidden = [each for each in watch.coverage.undecided(9_000) if each.cause is Cause.WHISPER]
    assert [(each.leg, each.from_ms, each.to_ms) for each in hidden] == ([] if alarm else [(_AGENT, 500, 9_000)])
    assert watch.coverage.missed_ms(_AGENT, 9_000) == 0  # its audio came
