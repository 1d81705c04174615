"""Regular expressions of the rules, searched all at once in linear time."""

from collections.abc import Sequence

import re2

from alerts.sounds_like.ear import Stretch
from config.linear_patterns import linear_options
from config.rule_packs import Rule
from config.settings import Language

_SET_BYTES = 256 << 20


class PatternBook:
    """The patterns of some rules. Chinese texts are searched without their spaces, which recognisers put anywhere."""

    def __init__(self, language: Language, rules: Sequence[Rule]) -> None:
        self._spaceless = language is Language.ZH
        self._entries = [(rule, re2.compile(each, linear_options())) for rule in rules for each in rule.patterns]
        self._set = None
        if self._entries:
            options = linear_options()
            options.max_mem = _SET_BYTES
            self._set = re2.Set.SearchSet(options)
            for rule in rules:
                for each in rule.patterns:
                    self._set.Add(each)
            self._set.Compile()

    def find(self, text: str) -> list[tuple[Rule, str, Stretch]]:
        """Each pattern that fits, with the pattern and its first place in the text."""
        if self._set is None or not text:
            return []
        places = [place for place, character in enumerate(text) if not (self._spaceless and character.isspace())]
        bare = "".join(text[place] for place in places)
        found: list[tuple[Rule, str, Stretch]] = []
        for number in sorted(self._set.Match(bare) or ()):
            rule, pattern = self._entries[number]
            start, end = pattern.search(bare).span()
            found.append((rule, pattern.pattern, Stretch(places[start], places[end - 1] + 1, 0.0)))
        return found
