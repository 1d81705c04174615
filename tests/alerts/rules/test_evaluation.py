"""Answers at a moment, and until when they stand."""

from typing import Any

import pytest

from alerts.rules.call_so_far import CallSoFar, Whose
from alerts.rules.evaluation import Moment, Witness, judge
from alerts.rules.judgement import Answer, Judgement
from config.conditions import Condition
from streaming.frames import Leg
from streaming.observations import CallAnswered, CallTransferred, HoldChanged, SpeechEnded, SpeechStarted

YES, NO, UNSEEN, OPEN = Answer.YES, Answer.NO, Answer.UNSEEN, Answer.OPEN


def asked(so_far: CallSoFar, now_ms: int, watched_since_ms: int = 0, **when: Any) -> Judgement:
    witness = Witness(
        so_far,
        times_of=lambda rule: f"rule:{rule}",
        leg_of=lambda _: Leg.AGENT,
        watched_since_ms=lambda _: watched_since_ms,
    )
    return judge(Condition.model_validate(when), Moment("self", now_ms, now_ms, now_ms, False), witness)


def call() -> CallSoFar:
    so_far = CallSoFar(0.6)
    so_far.feed(CallAnswered(1_000))
    so_far.feed(SpeechStarted(Leg.AGENT, 1_500, 1_600))
    so_far.feed(SpeechEnded(Leg.AGENT, 1_500, 2_500, 2_800))
    so_far.say("rule:a", 3_000, 4_000, Leg.AGENT)
    return so_far


def test_what_was_said_runs_out() -> None:
    assert asked(call(), 6_000, after={"rule": "a", "within_s": 5}) == Judgement(YES, 9_001)
    assert asked(call(), 9_001, after={"rule": "a", "within_s": 5}) == Judgement(NO)
    assert asked(call(), 9_001, after={"rule": "a"}) == Judgement(YES)


def test_what_nobody_listened_for_is_unseen() -> None:
    assert asked(call(), 9_000, watched_since_ms=5_000, after={"rule": "b"}).answer is UNSEEN
    assert asked(call(), 9_000, watched_since_ms=5_000, after={"rule": "b", "within_s": 3}).answer is NO


def test_the_first_seconds_run_out() -> None:
    assert asked(call(), 3_000, window={"first_s": 5}) == Judgement(YES, 6_001)
    assert asked(call(), 6_001, window={"first_s": 5}) == Judgement(NO)


def test_silence_is_told_when_it_is_due() -> None:
    assert asked(call(), 3_000, silence={"at_least_s": 4}) == Judgement(NO, 7_000)
    assert asked(call(), 7_000, silence={"leg": "agent", "at_least_s": 4}) == Judgement(YES)
    assert asked(call(), 7_000, silence={"leg": "customer", "at_least_s": 4}).answer is UNSEEN  # no such leg was heard


def test_not_said_waits_for_the_words() -> None:
    not_said = {"rule": "b", "second": 5}
    assert asked(call(), 3_000, not_said_by_s=not_said) == Judgement(NO, 6_000)
    assert asked(call(), 6_000, not_said_by_s=not_said) == Judgement(OPEN, 9_000)
    assert asked(call(), 10_000, not_said_by_s=not_said) == Judgement(OPEN, 10_500)  # the words of 1.5 s never came
    assert asked(call(), 40_000, not_said_by_s=not_said) == Judgement(UNSEEN)
    assert asked(call(), 40_000, not_said_by_s={"rule": "a", "second": 5}) == Judgement(NO)
    assert asked(call(), 40_000, not_said_by_s={"rule": "a", "second": 5, "since": "unhold"}) == Judgement(NO)


def test_another_agent_owes_nothing() -> None:
    so_far = call()
    so_far.feed(CallTransferred(3_000))
    assert asked(so_far, 40_000, not_said_by_s={"rule": "b", "second": 5}) == Judgement(UNSEEN)


def test_a_party_nobody_heard_is_not_silent() -> None:
    assert asked(CallSoFar(0.6), 40_000, not_said_by_s={"rule": "b", "second": 5}) == Judgement(UNSEEN)


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ({"hold": True}, YES),
        ({"hold": False}, NO),
        ({"not": {"hold": True}}, NO),
        ({"hold": True, "queue": ["a"]}, NO),
        ({"any": [{"queue": ["a"]}, {"hold": True}]}, YES),
        ({"all": [{"team": ["t"]}, {"queue": ["q"]}]}, YES),
        ({"after": {"event": "hold", "within_s": 5, "at_least": 2}}, NO),
        ({"after": {"event": "hold"}}, YES),
        ({"followed_by": {"event": "unhold", "within_s": 5}}, OPEN),
        ({"window": {"last_s": 5}}, OPEN),
    ],
)
def test_all_keys_at_one_place_must_hold(when: dict[str, Any], answer: Answer) -> None:
    so_far = call()
    assert so_far.assign(Whose("q", "t"))
    assert not so_far.assign(Whose("q", "t"))
    so_far.feed(HoldChanged(True, 5_000))
    assert asked(so_far, 6_000, **when).answer is answer
