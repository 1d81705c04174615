"""Which of some changed rules may hear a text otherwise than the rules it was heard with."""

from collections.abc import Callable, Mapping, Sequence

from alerts.phrase_book import ear_of
from alerts.rules.patterns import PatternBook
from alerts.sounds_like.ear import PreparedPhrases
from config.rule_packs import Rule
from config.settings import Language


class ChangedPhrases:
    """A rule hears a text as before where none of what was added to it or taken from it is there.

    `before` is what each rule, by id, was when the text was heard; where it did not listen it heard nothing.
    """

    def __init__(
        self,
        language: Language,
        rules: Sequence[Rule],
        before: Mapping[str, Rule],
        distance_of: Callable[[Rule], float],
    ) -> None:
        phrases: dict[float, dict[str, list[str]]] = {}
        patterns: list[Rule] = []
        for rule in rules:
            other = before.get(rule.id)
            changed = _changed(rule, other)
            of_distance = phrases.setdefault(distance_of(rule), {})
            for phrase in sorted(changed("phrases") | changed("exceptions")):
                of_distance.setdefault(phrase, []).append(rule.id)
            # One rule holds both what was added and what is gone: which of them is there does not matter.
            if searched := changed("patterns"):
                patterns.append(rule.model_copy(update={"patterns": tuple(sorted(searched))}))
        ear = ear_of(language)
        self._phrases: list[tuple[PreparedPhrases, list[list[str]]]] = [
            (ear.prepare(list(ids_of), distance), list(ids_of.values())) for distance, ids_of in phrases.items()
        ]
        self._patterns = PatternBook(language, patterns)

    def perhaps(self, text: str) -> set[str]:
        """The ids of the rules that may hear it otherwise; the others surely do not."""
        ids = {rule.id for rule, _, _ in self._patterns.find(text)}
        for prepared, ids_of in self._phrases:
            for number in prepared.perhaps(text):
                ids.update(ids_of[number])
        return ids


def _changed(rule: Rule, before: Rule | None) -> Callable[[str], set[str]]:
    def changed(name: str) -> set[str]:
        mine: set[str] = set(getattr(rule, name))
        theirs: set[str] = set(getattr(before, name)) if before is not None else set()
        # Said by another party, everything counts anew.
        return mine | theirs if before is not None and before.leg != rule.leg else mine ^ theirs

    return changed
