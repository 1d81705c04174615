"""Rules with conditions made ready."""

from alerts.rules.rule_set import rule_set_of, rules_of
from config.detection import DetectionSettings
from streaming.frames import Leg
from streaming.observations import PhraseSpotted
from tests.fakes.conversation import final_of
from tests.fakes.rules import pack, rule

OFFER = rule("en.sales.offer", cue=True, phrases=("premium plan",))
NO = rule("en.sales.refusal", leg="customer", cue=True, phrases=("not interested",))
PUSH = rule("en.sales.push", when={"after": {"rule": "en.sales.again"}, "silence": {"at_least_s": 5}})
AGAIN = rule("en.sales.again", phrases=("premium plan",), when={"not": {"after": {"rule": "en.sales.refusal"}}})
HELLO = rule("en.greeting.hello", phrases=("good morning",))
PACK = pack(PUSH, AGAIN, OFFER, NO, HELLO, rule("en.sales.off", phrases=("x y",), enabled=False))
SET = rule_set_of(PACK, 0.15, 0.25)


def test_each_rule_stands_behind_those_it_names() -> None:
    assert [each.id for each in SET.rules] == ["en.sales.again", "en.sales.push"]
    assert SET.times_of("en.sales.again") == "held:en.sales.again"
    assert SET.times_of("en.sales.refusal") == "rule:en.sales.refusal"
    assert SET.leg_of("en.sales.refusal") is Leg.CUSTOMER


def test_only_what_is_asked_for_is_listened_for() -> None:
    assert SET.kept_heard == {"en.sales.again", "en.sales.refusal"}
    heard = SET.heard(final_of(Leg.AGENT, 1, 0, 900, "our premium plan"))
    assert [found.rule.id for found in heard] == ["en.sales.again"]
    assert SET.heard(final_of(Leg.AGENT, 1, 0, 900, "not interested")) == []
    spotted = PhraseSpotted(Leg.CUSTOMER, "not interested", 0, 900, 0.9)
    assert [each.id for each in SET.spotted(spotted)] == ["en.sales.refusal"]


def test_what_may_change_a_rule() -> None:
    assert SET.stirred["rule:en.sales.refusal"] == (0,)
    assert SET.stirred["held:en.sales.again"] == (1,)
    assert SET.stirred["speech"] == (1,)
    assert SET.stirred["event:ended"] == (1,)
    asks = {"any": [{"queue": ["a"]}, {"hold": True}, {"window": {"last_s": 5}}, {"not_said_by_s": {}}]}
    asks["any"][3] = {"not_said_by_s": {"rule": "en.greeting.hello", "second": 9}}
    asks["any"].append({"followed_by": {"kind": "dead_air", "within_s": 5}, "after": {"event": "mute"}})
    stirred = rules_of(pack(HELLO, rule("en.sales.all", phrases=("a b",), when=asks)), DetectionSettings()).stirred
    assert set(stirred) == {
        *("rule:en.sales.all", "rule:en.greeting.hello", "kind:dead_air", "whose"),
        *(f"event:{event}" for event in ("hold", "unhold", "ended", "answered", "mute")),
    }


def test_a_rule_that_denies_words_waits_for_them() -> None:
    assert SET.patient == {"en.sales.again"}
    twice = {"not": {"not": {"after": {"rule": "en.sales.offer"}}}}
    assert rule_set_of(pack(OFFER, rule("en.sales.b", phrases=("c",), when=twice)), 0.1, 0.1).patient == set()


def test_equal_packs_share_one_preparation() -> None:
    assert rule_set_of(pack(*PACK.rules), 0.15, 0.25) is rule_set_of(pack(*PACK.rules), 0.15, 0.25)
