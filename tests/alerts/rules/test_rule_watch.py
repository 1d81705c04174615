"""Rules with conditions over calls told line by line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from alerts.alert import ByLanguage, Evidence, Kind, Severity
from alerts.findings import Finding, Stage
from alerts.reader import Reader
from alerts.rules.call_so_far import Whose
from alerts.rules.rule_set import rule_set_of
from alerts.rules.rule_watch import RuleWatch
from config.detection import PhraseSettings
from config.rule_packs import Rule, RulePack
from streaming.frames import Party
from streaming.observations import HoldChanged
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured
from tests.fakes.rules import pack, rule

OFFER = rule("en.sales.offer", cue=True, phrases=("premium plan",))
NO = rule("en.sales.refusal", leg="customer", cue=True, phrases=("not interested",))
HELLO = rule("en.greeting.hello", phrases=("good morning",))
SORRY = rule("en.apology.sorry", phrases=("i am sorry",))
OFFERS = "our premium plan"


def watch(*rules: Rule, whose: Callable[[], Whose] = lambda: Whose()) -> RuleWatch:
    return RuleWatch(set_of(pack(OFFER, NO, HELLO, SORRY, *rules)), PhraseSettings(), Reader.EN, whose)


def set_of(given: RulePack) -> Any:
    return rule_set_of(given, 0.15, 0.25)


def asking(**when: Any) -> Rule:
    """A rule that hears `free gift` and asks for this."""
    return rule("en.sales.gift", phrases=("free gift",), when=when)


def state(**when: Any) -> Rule:
    """A rule that hears nothing itself."""
    return rule("en.procedure.state", when=when)


def told() -> Conversation:
    return Conversation()


@dataclass(frozen=True)
class Case:
    name: str
    rule: Rule
    told: Conversation
    at_ms: list[int]


GIFT = "take this free gift"
UNANNOUNCED = state(
    all=[
        {"after": {"event": "hold", "within_s": 5}},
        {"not": {"after": {"rule": "en.apology.sorry", "within_s": 20}}},
    ]
)
CASES = [
    Case(
        "the third push",
        rule("en.sales.push", phrases=("premium plan",), when={"count": {"at_least": 3, "within_s": 60}}),
        told().says(AGENT, 0, 2_000, OFFERS).says(AGENT, 20_000, 22_000, OFFERS).says(AGENT, 40_000, 42_000, OFFERS),
        [42_000],
    ),
    Case(
        "three pushes too far apart",
        rule("en.sales.push", phrases=("premium plan",), when={"count": {"at_least": 3, "within_s": 30}}),
        told().says(AGENT, 0, 2_000, OFFERS).says(AGENT, 20_000, 22_000, OFFERS).says(AGENT, 40_000, 42_000, OFFERS),
        [],
    ),
    Case(
        "after a rule of the other party",
        asking(after={"rule": "en.sales.refusal", "within_s": 10}),
        told().says(CUSTOMER, 1_000, 2_000, "i am not interested").says(AGENT, 5_000, 6_000, GIFT),
        [6_000],
    ),
    Case(
        "too long after it",
        asking(after={"rule": "en.sales.refusal", "within_s": 10}),
        told().says(CUSTOMER, 1_000, 2_000, "i am not interested").says(AGENT, 15_000, 16_000, GIFT),
        [],
    ),
    Case(
        "before it",
        asking(after={"rule": "en.sales.refusal"}),
        told().says(AGENT, 1_000, 2_000, GIFT).says(CUSTOMER, 5_000, 6_000, "i am not interested"),
        [],
    ),
    Case(
        "after it, though its words came later",
        asking(after={"rule": "en.sales.refusal"}),
        told()
        .final(CUSTOMER, 1_000, 2_000, "i am not interested", late_ms=3_500)
        .final(AGENT, 3_000, 4_000, GIFT, late_ms=500)
        .quiet_until(20_000),
        [4_000],
    ),
    Case(
        "so often before",
        asking(after={"rules": ["en.sales.refusal", "en.sales.offer"], "at_least": 2}),
        told()
        .says(CUSTOMER, 1_000, 2_000, "i am not interested")
        .says(AGENT, 5_000, 6_000, OFFERS)
        .says(AGENT, 9_000, 10_000, GIFT),
        [10_000],
    ),
    Case(
        "not after",
        asking(**{"not": {"after": {"rule": "en.sales.offer", "within_s": 30}}}),
        told().says(AGENT, 1_000, 2_000, GIFT).quiet_until(9_000),
        [2_000],
    ),
    Case(
        "not after what was said just before, though its words came later",
        asking(**{"not": {"after": {"rule": "en.sales.offer", "within_s": 30}}}),
        told().final(AGENT, 0, 900, OFFERS, late_ms=2_500).final(AGENT, 1_000, 2_000, GIFT).quiet_until(20_000),
        [],
    ),
    Case(
        "not after: nobody can know, for nobody listened",
        asking(**{"not": {"after": {"rule": "en.sales.refusal", "within_s": 30}}}),
        told().deaf(CUSTOMER, 500, 900).says(AGENT, 1_000, 2_000, GIFT).quiet_until(20_000),
        [],
    ),
    Case(
        "an answer that never came",
        asking(**{"not": {"followed_by": {"rule": "en.apology.sorry", "within_s": 10}}}),
        told().says(AGENT, 1_000, 2_000, GIFT).quiet_until(30_000),
        [2_000],
    ),
    Case(
        "an answer that came",
        asking(**{"not": {"followed_by": {"rule": "en.apology.sorry", "within_s": 10}}}),
        told().says(AGENT, 1_000, 2_000, GIFT).says(AGENT, 8_000, 9_000, "i am sorry").quiet_until(30_000),
        [],
    ),
    Case(
        "followed by a hold",
        asking(followed_by={"event": "hold", "within_s": 10}),
        told().says(AGENT, 1_000, 2_000, GIFT).hold(5_000, 9_000).quiet_until(30_000),
        [2_000],
    ),
    Case(
        "the call ended before an answer could come",
        asking(**{"not": {"followed_by": {"rule": "en.apology.sorry", "within_s": 10}}}),
        told().says(AGENT, 1_000, 2_000, GIFT).over(6_000),
        [],
    ),
    Case("in the first seconds", asking(window={"first_s": 5}), told().says(AGENT, 3_000, 4_000, GIFT), [4_000]),
    Case("later", asking(window={"first_s": 5}), told().says(AGENT, 6_000, 7_000, GIFT), []),
    Case(
        "in the last seconds",
        asking(window={"last_s": 5}),
        told().says(AGENT, 3_000, 4_000, GIFT).says(AGENT, 26_000, 27_000, GIFT).over(30_000),
        [27_000],
    ),
    Case("on hold", asking(hold=True), told().hold(500, 9_000).says(AGENT, 3_000, 4_000, GIFT), [4_000]),
    Case("not on hold", asking(hold=True), told().says(AGENT, 3_000, 4_000, GIFT), []),
    Case("in this queue", asking(queue=["billing"]), told().says(AGENT, 3_000, 4_000, GIFT), [4_000]),
    Case("in another team", asking(team=["west"]), told().says(AGENT, 3_000, 4_000, GIFT), []),
    Case(
        "one of several, all of them, in one rule",
        asking(any=[{"hold": True}, {"all": [{"queue": ["billing"]}, {"team": ["east"]}]}]),
        told().says(AGENT, 3_000, 4_000, GIFT),
        [4_000],
    ),
    Case("heard by the ear for phrases", asking(hold=False), told().spotted(AGENT, 1_000, 2_000, "free gift"), [2_000]),
    Case(
        "heard by both ears",
        asking(hold=False),
        told().says(AGENT, 1_000, 2_000, GIFT).spotted(AGENT, 1_400, 2_000, "free gift"),
        [2_000],
    ),
    Case("too unsure", asking(hold=False), told().says(AGENT, 1_000, 2_000, "take this free gif", 0.3), []),
    Case(
        "silence of the agent",
        state(silence={"leg": "agent", "at_least_s": 6}),
        told().speech(AGENT, 0, 2_000).speech(CUSTOMER, 3_000, 30_000),
        [8_500],
    ),
    Case(
        "silence again",
        state(silence={"at_least_s": 6}),
        told().speech(AGENT, 0, 2_000).speech(AGENT, 12_000, 14_000).quiet_until(30_000),
        [8_500, 20_500],
    ),
    Case("no silence on hold", state(silence={"at_least_s": 6}), told().hold(1_000, 20_000).quiet_until(22_000), []),
    Case(
        "silence nobody heard",
        state(silence={"leg": "agent", "at_least_s": 6}),
        told().speech(AGENT, 0, 2_000).gap(AGENT, 4_000, 5_000).quiet_until(20_000),
        [],
    ),
    Case(
        "not greeted by second 10",
        state(not_said_by_s={"rule": "en.greeting.hello", "second": 10}),
        told().answered(1_000).says(AGENT, 2_000, 4_000, "what is it").quiet_until(30_000),
        [14_000],
    ),
    Case(
        "greeted in time, recognised late",
        state(not_said_by_s={"rule": "en.greeting.hello", "second": 10}),
        told()
        .answered(1_000)
        .speech(AGENT, 9_000, 12_000)
        .final(AGENT, 9_000, 12_000, "good morning", late_ms=8_000)
        .quiet_until(40_000),
        [],
    ),
    Case(
        "not greeted, but nobody listened",
        state(not_said_by_s={"rule": "en.greeting.hello", "second": 10}),
        told().deaf(AGENT, 3_000, 5_000).says(AGENT, 6_000, 7_000, "what is it").quiet_until(60_000),
        [],
    ),
    Case(
        "not greeted in a call that was too short",
        state(not_said_by_s={"rule": "en.greeting.hello", "second": 10}),
        told().says(AGENT, 2_000, 4_000, "what is it").over(8_000),
        [],
    ),
    Case(
        "no word after the hold",
        state(not_said_by_s={"rule": "en.apology.sorry", "second": 8, "since": "unhold"}),
        told().says(AGENT, 0, 2_000, "one moment").hold(3_000, 20_000).says(AGENT, 21_000, 23_000, "well then"),
        [],
    ),
    Case(
        "no word after the hold, seen to the end",
        state(not_said_by_s={"rule": "en.apology.sorry", "second": 8, "since": "unhold"}),
        told()
        .says(AGENT, 0, 2_000, "one moment")
        .hold(3_000, 20_000)
        .says(AGENT, 21_000, 23_000, "well then")
        .quiet_until(40_000),
        [31_000],
    ),
    Case(
        "a hold that nobody announced",
        UNANNOUNCED,
        told().says(AGENT, 1_000, 2_000, "what is it").hold(10_000).quiet_until(30_000),
        [10_000],
    ),
    Case(
        "a hold whose announcement is recognised late",
        UNANNOUNCED,
        told().final(AGENT, 7_000, 9_000, "i am sorry", late_ms=2_500).hold(10_000).quiet_until(30_000),
        [],
    ),
    Case(
        "no farewell at the end",
        state(
            all=[
                {"after": {"event": "ended", "within_s": 2}},
                {"not": {"after": {"rule": "en.apology.sorry", "within_s": 20}}},
            ]
        ),
        told().says(AGENT, 1_000, 2_000, "what is it").over(20_000),
        [20_000],
    ),
]


def play(case_rule: Rule, conversation: Conversation, stride_ms: int) -> list[int]:
    watched = watch(case_rule, whose=lambda: Whose("billing", "east"))
    return [finding.audio_end_ms for finding in conversation.play(watched, stride_ms) if finding.rule == case_rule.id]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule_holds_when_it_should(case: Case) -> None:
    found = play(case.rule, case.told, 20)
    assert [round(at_ms, -3) for at_ms in found] == [round(at_ms, -3) for at_ms in case.at_ms]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_stride_of_the_clock_changes_nothing(case: Case) -> None:
    assert len(play(case.rule, case.told, 300)) == len(play(case.rule, case.told, 20))


def finding(kind: Kind, at_ms: int) -> Finding:
    return Finding(
        kind, kind.value, f"{kind}:{at_ms}", Stage.CERTAIN, Severity.MINOR, CUSTOMER, at_ms, 0, Evidence(at_ms, at_ms)
    )


def test_what_other_detectors_find_counts() -> None:
    both = state(after={"kind": "volume_rise", "leg": "customer", "within_s": 20, "at_least": 2})
    watched = watch(both)
    assert watched.heed(finding(Kind.VOLUME_RISE, 1_000)) == []
    watched.advance(9_000)
    (raised,) = watched.heed(finding(Kind.VOLUME_RISE, 9_000))
    assert (raised.rule, raised.leg, raised.kind, raised.title) == ("en.procedure.state", AGENT, Kind.PHRASE, "no")
    assert raised.advice_by_language == ByLanguage(zh="不", en="no")
    assert watched.heed(raised) == []
    assert watched.heed(finding(Kind.DEAD_AIR, 9_500)) == []


def test_a_finding_carries_its_rule() -> None:
    gift = asking(hold=False).model_copy(update={"cool_down_s": 7.0})
    (found,) = told().says(AGENT, 1_000, 2_000, GIFT).play(watch(gift))
    assert (found.severity, found.stage, found.refractory_ms, found.clause) == (
        Severity.MAJOR,
        Stage.CERTAIN,
        7_000,
        "002",
    )
    assert (found.evidence.text, measured(found, "phrase"), measured(found, "distance")) == (
        "free gift",
        "free gift",
        0.0,
    )


def test_a_rule_may_name_a_rule_with_conditions() -> None:
    again = rule("en.sales.again", cue=True, phrases=("premium plan",), when={"after": {"rule": "en.sales.refusal"}})
    gift = asking(after={"rule": "en.sales.again"})
    once = told().says(AGENT, 1_000, 2_000, OFFERS).says(AGENT, 20_000, 21_000, GIFT)
    assert once.play(watch(again, gift)) == []
    refused = told().says(CUSTOMER, 100, 900, "not interested").says(AGENT, 5_000, 6_000, OFFERS)
    found = refused.says(AGENT, 20_000, 21_000, GIFT).play(watch(again, gift))
    assert [each.rule for each in found] == ["en.sales.gift"]


def test_the_team_may_change_in_the_middle_of_a_call() -> None:
    teams = iter([None, "east", "east"])
    watched = watch(state(team=["east"]), whose=lambda: Whose(team=next(teams)))
    found = [watched.feed(HoldChanged(bool(number % 2), number * 1_000)) for number in range(3)]
    assert [[each.rule for each in findings] for findings in found] == [[], ["en.procedure.state"], []]


PUSH = rule("en.sales.push", phrases=("premium plan",), when={"count": {"at_least": 3}})


def test_changed_rules_keep_what_is_known_of_those_that_stay() -> None:
    watched = watch(PUSH)
    told().says(AGENT, 0, 2_000, OFFERS).says(AGENT, 10_000, 12_000, OFFERS).play(watched)
    watched.change_rules(set_of(pack(OFFER, NO, HELLO, SORRY, PUSH, asking(hold=True))))
    found = told().says(AGENT, 20_000, 22_000, OFFERS).play(watched)
    assert [each.rule for each in found] == ["en.sales.push"]


def test_a_rule_that_hears_something_else_begins_anew() -> None:
    watched = watch(PUSH)
    told().says(AGENT, 0, 2_000, OFFERS).says(AGENT, 10_000, 12_000, OFFERS).play(watched)
    other = PUSH.model_copy(update={"phrases": ("premium plan", "golden plan")})
    watched.change_rules(set_of(pack(OFFER, NO, HELLO, SORRY, other)))
    assert told().says(AGENT, 20_000, 22_000, OFFERS).play(watched) == []


def test_a_new_rule_abstains_about_the_time_before_it() -> None:
    watched = watch()
    told().says(AGENT, 1_000, 3_000, "what is it").quiet_until(9_000).play(watched)
    late = state(not_said_by_s={"rule": "en.greeting.hello", "second": 5})
    watched.change_rules(set_of(pack(OFFER, NO, HELLO, SORRY, late)))
    assert watched.advance(60_000) == []


def test_a_rule_that_is_gone_says_nothing() -> None:
    watched = watch(asking(followed_by={"event": "hold", "within_s": 60}))
    told().says(AGENT, 1_000, 2_000, GIFT).quiet_until(5_000).play(watched)
    watched.change_rules(set_of(pack(OFFER)))
    assert told().hold(10_000, 12_000).play(watched) == []


def test_without_conditions_nothing_is_done() -> None:
    watched = watch()
    assert told().says(AGENT, 1_000, 2_000, GIFT).hang_up(Party.AGENT, 5_000).over(6_000).play(watched) == []
    assert watched.heed(finding(Kind.DEAD_AIR, 500)) == []


def test_what_waits_is_bounded() -> None:
    watched = watch(asking(window={"last_s": 3_000}))
    conversation = told()
    for number in range(40):
        conversation.says(AGENT, number * 10_000, number * 10_000 + 2_000, GIFT)
    assert len(conversation.over(420_000).play(watched)) == 8
