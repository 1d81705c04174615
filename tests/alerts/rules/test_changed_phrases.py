"""Which changed rules may hear a text otherwise."""

from typing import Any

import pytest

from alerts.rules.changed_phrases import ChangedPhrases
from config.rule_packs import Rule
from config.settings import Language
from tests.fakes.rules import rule


def rude(**said: Any) -> Rule:
    return rule("en.forbidden.rude", **{"phrases": ("shut up now", "who cares about that"), **said})


def changed(before: Rule | None, after: Rule) -> ChangedPhrases:
    return ChangedPhrases(Language.EN, [after], {after.id: before} if before is not None else {}, lambda _: 0.15)


@pytest.mark.parametrize(
    ("before", "after", "searched", "kept"),
    [
        (None, rude(), "you shut up now", "good morning"),
        (rude(), rude(phrases=("shut up now", "go away now")), "just go away now", "you shut up now"),
        (rude(), rude(phrases=("shut up now",)), "who cares about that", "you shut up now"),
        (rude(), rude(exceptions=("they shut up now",)), "they shut up now", "who cares about that"),
        (rude(), rude(patterns=("wait(ing)? again",)), "waiting again", "you shut up now"),
        (rude(patterns=("wait(ing)? again",)), rude(), "waiting again", "you shut up now"),
        (rude(), rude(leg="customer"), "you shut up now", "good morning"),
        (rude(), rude(clause="003"), "", "you shut up now, who cares about that"),
    ],
)
def test_what_was_added_or_taken_away_is_asked_for(before: Rule | None, after: Rule, searched: str, kept: str) -> None:
    phrases = changed(before, after)
    assert phrases.perhaps(searched) == ({after.id} if searched else set())
    assert phrases.perhaps(kept) == set()


def test_a_phrase_of_two_rules_names_both() -> None:
    one, other = rule("en.forbidden.one", phrases=("go away now",)), rule("en.anger.other", phrases=("go away now",))
    distances = {one.id: 0.15, other.id: 0.25}
    phrases = ChangedPhrases(Language.EN, [one, other], {}, lambda each: distances[each.id])
    assert phrases.perhaps("go away now") == {one.id, other.id}
