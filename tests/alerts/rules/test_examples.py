"""Rules tried on their own examples."""

from typing import Any

from alerts.rules.examples import played, try_examples
from config.detection import DetectionSettings
from config.rule_packs import Rule
from tests.fakes.rules import pack, rule

SETTINGS = DetectionSettings()
NO = rule("en.sales.refusal", leg="customer", cue=True, phrases=("not interested",))
REFUSED = ("1 customer: i am not interested", "6 agent: our premium plan")


def push(**changes: Any) -> Rule:
    said: dict[str, Any] = {
        "phrases": ("premium plan",),
        "when": {"after": {"rule": "en.sales.refusal", "within_s": 60}},
        "positive_calls": (REFUSED,),
        "negative_calls": (("1 agent: our premium plan",),),
    }
    return rule("en.sales.push", **{**said, **changes})


def wrong(*rules: Rule) -> list[tuple[str, tuple[str | int, ...], str]]:
    tried = try_examples(pack(NO, *rules), SETTINGS)
    return [(fault.rule_id, fault.where, fault.wrong) for _, _, faults in tried for fault in faults]


def test_what_comes_out_right_is_not_told() -> None:
    assert wrong(push(negative=("our basic plan",))) == []
    assert [(each.id, tried) for each, tried, _ in try_examples(pack(NO, push()), SETTINGS)] == [
        ("en.sales.refusal", 2),
        ("en.sales.push", 4),
    ]


def test_each_wrong_example_says_where_it_stands() -> None:
    swapped = push(positive_calls=(("1 agent: our premium plan",),), negative_calls=(("2 quiet",), REFUSED))
    assert wrong(swapped) == [
        ("en.sales.push", ("positive_calls", 0), "does not raise the rule"),
        ("en.sales.push", ("negative_calls", 1), "raises the rule"),
    ]
    spoken = push(positive=("our basic tariff",), negative=("premium plan",), exceptions=("premium plan",))
    assert wrong(spoken)[:2] == [
        ("en.sales.push", ("phrases", 0), "is never heard: an exception fits it as well"),
        ("en.sales.push", ("positive", 0), "is not heard"),
    ]
    assert wrong(push(negative=("the premium plan",)))[0][1:] == (("negative", 0), "is heard")


def test_rules_that_are_off_are_tried_too() -> None:
    assert wrong(push(enabled=False, positive=("nothing of it",))) == [
        ("en.sales.push", ("positive", 0), "is not heard")
    ]
    assert wrong(push(enabled=False)) == []


def test_every_sort_of_line() -> None:
    lines = ("1 answered", "2 hold", "3 unhold", "4 mute agent", "5 unmute agent", "6 transfer", "7 hangup agent")
    asked = [{"event": each} for each in ("answered", "hold", "unhold", "mute", "unmute", "transfer", "hangup")]
    asked += [{"kind": "volume_rise", "leg": "customer"}, {"event": "ended"}]
    every = rule("en.procedure.every", when={"all": [{"after": each} for each in asked]}, positive_calls=(lines,))
    call = (*lines, "8 volume_rise customer", "9 ended")
    assert played(pack(every), SETTINGS, call) == ["en.procedure.every"]
    assert played(pack(every), SETTINGS, call[:-1]) == []


def test_a_call_belongs_to_the_queue_the_rule_asks_for() -> None:
    here = rule("en.sales.here", phrases=("free gift",), when={"queue": ["billing"], "team": ["east"]})
    assert played(pack(here), SETTINGS, ("1 agent: free gift",), here) == ["en.sales.here"]
    assert played(pack(here), SETTINGS, ("1 agent: free gift",)) == []


def test_rules_without_conditions_are_raised_too() -> None:
    rude = rule("en.forbidden.rude", phrases=("shut up now",))
    assert played(pack(rude), SETTINGS, ("agent: you shut up now",)) == ["en.forbidden.rude"]
