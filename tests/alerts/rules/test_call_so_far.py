"""What is known of a call so far."""

from dataclasses import replace

from alerts.alert import Evidence, Kind, Severity
from alerts.findings import Finding, Stage
from alerts.rules.call_so_far import CallSoFar, Time
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegResumed,
    LegStalled,
    MediaLost,
    MuteChanged,
    Observation,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
)
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, final_of


def call(*observations: Observation) -> CallSoFar:
    so_far = CallSoFar(0.6)
    for observation in observations:
        so_far.feed(observation)
    return so_far


def test_events_and_holds() -> None:
    so_far = call(
        CallAnswered(2_000),
        HoldChanged(True, 5_000),
        MuteChanged(AGENT, True, 6_000),
        MuteChanged(AGENT, False, 7_000),
        HoldChanged(False, 9_000),
        CallTransferred(10_000),
        HangUpReported(Party.AGENT, 20_000),
        MediaLost(AGENT, 1, 2),
        CallOver(21_000, final=False),
    )
    assert so_far.answered_ms == 2_000
    assert [so_far.on_hold(at_ms) for at_ms in (4_000, 5_000, 8_999, 9_000)] == [False, True, True, False]
    known = {"answered", "hold", "mute", "unmute", "unhold", "transfer", "hangup"}
    assert {event for event in (*known, "ended") if so_far.events(event)} == known
    so_far.feed(CallOver(22_000, final=True))
    assert so_far.events("ended") == (Time(22_000, 22_000),)
    assert so_far.over_ms == 22_000


def test_what_both_ears_hear_is_said_once() -> None:
    so_far = call()
    assert so_far.say("rule:a", 1_000, 2_000, AGENT)
    assert not so_far.say("rule:a", 2_500, 3_000, AGENT)
    assert so_far.say("rule:a", 2_500, 3_000, CUSTOMER)
    assert so_far.say("rule:a", 9_000, 9_500, AGENT)
    assert [time.start_ms for time in so_far.said("rule:a")] == [1_000, 2_500, 9_000]
    so_far.forget("rule:a")
    so_far.forget("rule:b")
    assert so_far.said("rule:a") == ()


def finding(stage: Stage = Stage.CERTAIN, leg: Leg = CUSTOMER) -> Finding:
    return Finding(Kind.VOLUME_RISE, "volume_rise", "v:1", stage, Severity.MINOR, leg, 3_000, 0, Evidence(1_000, 2_000))


def test_findings_count_once_and_may_be_taken_back() -> None:
    so_far = call()
    assert not so_far.find(finding(Stage.PROVISIONAL))
    assert not so_far.find(finding(Stage.WITHDRAWN))
    assert so_far.find(finding())
    assert not so_far.find(finding())
    assert [time.end_ms for time in so_far.found("volume_rise", None)] == [3_000]
    assert so_far.found("volume_rise", AGENT) == ()
    assert so_far.found("dead_air", None) == ()
    assert so_far.find(finding(Stage.WITHDRAWN))
    assert so_far.found("volume_rise", CUSTOMER) == ()
    so_far.find(replace(finding(), leg=MIXED))
    assert len(so_far.found("volume_rise", AGENT)) == 1


def test_silence_is_since_the_last_word_and_never_on_hold() -> None:
    so_far = call(CallAnswered(500))
    assert so_far.silent_since_ms(None) == 500
    so_far.feed(SpeechStarted(AGENT, 1_000, 1_100))
    assert (so_far.silent_since_ms(None), so_far.silent_since_ms(CUSTOMER)) == (None, 500)
    so_far.feed(SpeechEnded(AGENT, 1_000, 3_000, 3_300))
    assert so_far.silent_since_ms(None) == 3_000
    so_far.feed(HoldChanged(True, 4_000))
    assert so_far.silent_since_ms(None) is None
    so_far.feed(HoldChanged(False, 9_000))
    assert so_far.silent_since_ms(None) == 9_000


def test_what_was_not_heard_is_known() -> None:
    so_far = call(
        SpeechStarted(AGENT, 0, 100),
        GapHeard(AGENT, 1_000, 2_000),
        LegStalled(AGENT, 5_000),
        LegResumed(AGENT, 6_000),
        LegStalled(AGENT, 9_000),
    )
    spans = [(0, 900), (900, 1_100), (2_500, 4_000), (4_000, 5_500), (7_000, 8_000), (9_500, 9_900)]
    assert [so_far.is_blind(AGENT, *span) for span in spans] == [False, True, False, True, False, True]
    assert so_far.is_blind(CUSTOMER, 0, 900)


def test_words_are_trusted_while_somebody_listens_and_is_sure() -> None:
    so_far = call(RecognitionChanged(AGENT, False, 1_000), RecognitionChanged(AGENT, True, 2_000))
    spans = [(0, 900), (500, 1_500), (2_000, 3_000)]
    assert [so_far.hears_words(AGENT, *span) for span in spans] == [True, False, True]
    so_far.feed(final_of(AGENT, 1, 0, 900, "hello there", 0.3))
    assert not so_far.hears_words(AGENT, 2_000, 3_000)
    assert so_far.hears_words(CUSTOMER, 2_000, 3_000)
    assert not call(RecognitionChanged(MIXED, False, 0)).hears_words(AGENT, 0, 900)


def test_words_cover_what_was_spoken() -> None:
    so_far = call()
    assert so_far.words_cover(AGENT, 9_000)
    so_far.feed(SpeechStarted(AGENT, 1_000, 1_100))
    assert not so_far.words_cover(AGENT, 9_000)
    so_far.feed(SpeechEnded(AGENT, 1_000, 3_000, 3_300))
    assert not so_far.words_cover(AGENT, 9_000)
    so_far.feed(final_of(AGENT, 1, 1_000, 2_900, "hello there"))
    assert so_far.words_cover(AGENT, 9_000)


def test_it_remembers_no_more_than_it_must() -> None:
    so_far = call(*(HoldChanged(bool(number % 2), number * 10) for number in range(1_000)))
    for number in range(1_000):
        so_far.say("rule:a", number * 10_000, number * 10_000 + 5, AGENT)
    assert len(so_far.said("rule:a")) == len(so_far.events("hold")) == 64
