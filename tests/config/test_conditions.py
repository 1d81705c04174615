"""The language of conditions."""

from alerts.alert import Kind
from config.conditions import KINDS, Condition


def test_the_kinds_are_those_of_the_detectors() -> None:
    of_the_service = {kind for kind in Kind if kind.value.startswith("service_")}  # told of no call
    assert set(KINDS) == set(Kind) - of_the_service


def test_every_rule_it_names_with_the_way_to_it() -> None:
    asked = Condition.model_validate(
        {
            "all": [{"hold": "true"}, {"not": {"after": {"rule": "en.a.b"}}}],
            "any": [{"followed_by": {"rules": ["en.a.c", "en.a.d"], "within_s": "5"}}],
            "not_said_by_s": {"rule": "en.a.e", "second": "10"},
        }
    )
    assert list(asked.named_rules()) == [
        (("all", 1, "not", "after", "rule"), "en.a.b"),
        (("any", 0, "followed_by", "rules"), "en.a.c"),
        (("any", 0, "followed_by", "rules"), "en.a.d"),
        (("not_said_by_s", "rule"), "en.a.e"),
    ]
    assert len(list(asked.parts())) == 5
