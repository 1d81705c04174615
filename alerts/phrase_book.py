"""The phrases of a pack's rules made ready for one language, with their exceptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from alerts.rules.patterns import PatternBook
from alerts.sounds_like.chinese import ChineseEar
from alerts.sounds_like.ear import PhraseEar, PreparedPhrases, Stretch
from alerts.sounds_like.english import EnglishEar
from alerts.sounds_like.korean import KoreanEar
from config.rule_packs import Rule, RulePack, Topic
from config.settings import Language
from streaming.frames import Leg

_REMEMBERED = 64  # searches of one book: several detectors of a call ask for the same final


@dataclass(frozen=True, slots=True)
class Found:
    """A rule's phrase in a text, as written in the pack, and where the text sounds like it."""

    rule: Rule
    phrase: str
    stretch: Stretch


def ear_of(language: Language) -> PhraseEar:
    """How that language is matched by sound."""
    match language:
        case Language.ZH:
            return ChineseEar()
        case Language.EN:
            return EnglishEar()
        case Language.KO:
            return KoreanEar()


class PhraseBook:
    """Searches all phrases of some rules in what was said. Build it once per pack and share it between calls."""

    def __init__(self, language: Language, rules: Sequence[Rule], longest_distance: float) -> None:
        self._entries: list[tuple[Rule, str]] = []
        self._exceptions: dict[str, PreparedPhrases] = {}
        ear = ear_of(language)
        for rule in rules:
            self._entries += [(rule, phrase) for phrase in rule.phrases]
            if rule.exceptions:
                self._exceptions[rule.id] = ear.prepare(rule.exceptions, longest_distance)
        self._phrases = ear.prepare([phrase for _, phrase in self._entries], longest_distance)
        self._patterns = PatternBook(language, rules)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._search)

    def find(self, text: str, leg: Leg) -> list[Found]:
        """The best phrase of each rule that this leg said, in the order of the text. A mixed leg may say anything."""
        return list(self._remembered(text, leg)) if text else []

    def _search(self, text: str, leg: Leg) -> tuple[Found, ...]:
        best: dict[str, Found] = {}
        heard = [(*self._entries[number], stretch) for number, stretch in self._phrases.found(text)]
        for rule, phrase, stretch in [*heard, *self._patterns.find(text)]:
            if not (leg is Leg.MIXED or rule.leg == leg.value):
                continue
            known = best.get(rule.id)
            if known is None or stretch.distance < known.stretch.distance:
                best[rule.id] = Found(rule, phrase, stretch)
        found = [each for each in best.values() if not self._meant_otherwise(each, text)]
        return tuple(sorted(found, key=lambda each: (each.stretch.from_char, each.rule.id)))

    def rules_with(self, phrase: str, leg: Leg) -> list[Rule]:
        """The rules in which this leg's phrase stands, as it is written in the pack."""
        rules = (rule for rule, written in self._entries if written == phrase)
        return [rule for rule in rules if leg is Leg.MIXED or rule.leg == leg.value]

    def _meant_otherwise(self, found: Found, text: str) -> bool:
        """An exception meets the stretch and fits it better, or as well and says more."""
        exceptions = self._exceptions.get(found.rule.id)
        if exceptions is None:
            return False
        mine = found.stretch
        return any(
            _overlap(other, mine) and (other.distance < mine.distance or _holds(other, mine))
            for _, other in exceptions.found(text)
        )


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one.from_char < other.to_char and other.from_char < one.to_char


def _holds(outer: Stretch, inner: Stretch) -> bool:
    same = outer.distance == inner.distance
    return same and outer.from_char <= inner.from_char and inner.to_char <= outer.to_char


@dataclass(frozen=True, slots=True)
class PackBooks:
    """A pack's phrases by what they are for."""

    alerting: PhraseBook
    wait: PhraseBook


@lru_cache(maxsize=16)  # three languages, a few settings, and reloads of the rules
def books_of(pack: RulePack, longest_distance: float) -> PackBooks:
    """The pack made ready; equal packs share one preparation."""
    return PackBooks(
        alerting=PhraseBook(pack.language, pack.alerting(), longest_distance),
        wait=PhraseBook(pack.language, pack.about(Topic.WAIT), longest_distance),
    )
