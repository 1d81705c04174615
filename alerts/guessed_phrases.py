"""Two weak ears make one: what the spotting ear guessed is said when the text sounds like it at the same place."""

from collections import deque
from dataclasses import dataclass

from alerts.phrase_book import ear_of
from alerts.sounds_like.ear import PreparedPhrases, Stretch
from alerts.spoken import spoken
from config.rule_packs import RulePack
from streaming.frames import Leg
from streaming.observations import Observation, PhraseGuessed, PhraseSpotted, WordsHeard

# Measured on read sentences, 217 phrases (docs/decisions/004-phrase-spotting.md).
_TEXT_WEIGHT = 0.5  # the text's distance counts half as much as the spotting ear's
_FARTHEST_SUM = 0.3
_FARTHEST_IN_TEXT = 0.6  # what weighs more than the sum allows
_NEAR_MS = 1_000  # how far the two ears' times may lie apart
_KEPT_MS = 10_000  # a guess waits this long for its text, and a text for its guesses
_MOST_KEPT = 64  # of each, of a leg; beyond it the oldest is forgotten


@dataclass(slots=True)
class _OfLeg:
    guesses: deque[PhraseGuessed]
    finals: deque[WordsHeard]


class GuessedPhrases:
    """Guesses and finals of a call in, in any order; phrases out that both ears heard, each guess at most once.

    A guess is dropped where an exception of a rule with that phrase fits the text better.
    """

    def __init__(self, pack: RulePack) -> None:
        self._legs: dict[Leg, _OfLeg] = {}
        self.change(pack)

    def change(self, pack: RulePack) -> None:
        """Other rules from now on."""
        self._ear = ear_of(pack.language)
        self._exceptions: dict[str, tuple[str, ...]] = {}
        for rule in pack.rules:
            for phrase in rule.phrases:
                self._exceptions[phrase] = (*self._exceptions.get(phrase, ()), *rule.exceptions)
        self._prepared: dict[str, PreparedPhrases] = {}  # the phrase, then its exceptions; made when asked for

    def feed(self, observation: Observation) -> list[PhraseSpotted]:
        """Take what was guessed or written."""
        match observation:
            case PhraseGuessed(leg=leg, end_ms=end_ms):
                kept = self._kept(leg, end_ms)
                if (spotted := self._supported(observation, kept.finals)) is not None:
                    return [spotted]
                kept.guesses.append(observation)
            case WordsHeard(leg=leg, final=True, end_ms=end_ms, text=text) if text:
                kept = self._kept(leg, end_ms)
                kept.finals.append(observation)
                said = {guess: self._supported(guess, (observation,)) for guess in kept.guesses}
                kept.guesses = deque((guess for guess in kept.guesses if said[guess] is None), _MOST_KEPT)
                return [spotted for spotted in said.values() if spotted is not None]
            case _:
                pass
        return []

    def _kept(self, leg: Leg, now_ms: int) -> _OfLeg:
        kept = self._legs.setdefault(leg, _OfLeg(deque(maxlen=_MOST_KEPT), deque(maxlen=_MOST_KEPT)))
        while kept.guesses and kept.guesses[0].end_ms < now_ms - _KEPT_MS:
            kept.guesses.popleft()
        while kept.finals and kept.finals[0].end_ms < now_ms - _KEPT_MS:
            kept.finals.popleft()
        return kept

    def _supported(self, guess: PhraseGuessed, finals: "deque[WordsHeard] | tuple[WordsHeard]") -> PhraseSpotted | None:
        for heard in finals:
            if not _near(guess, heard.start_ms, heard.end_ms):
                continue
            mine, *others = self._phrase(guess.phrase).find(heard.text)
            if mine is None or guess.distance + _TEXT_WEIGHT * mine.distance > _FARTHEST_SUM:
                continue
            said = spoken(heard, mine)
            if _near(guess, said.start_ms, said.end_ms) and not any(_fits_better(other, mine) for other in others):
                return PhraseSpotted(
                    guess.leg, guess.phrase, guess.start_ms, guess.end_ms, round(1 - guess.distance - mine.distance, 3)
                )
        return None

    def _phrase(self, phrase: str) -> PreparedPhrases:
        if phrase not in self._prepared:
            texts = (phrase, *self._exceptions.get(phrase, ()))
            self._prepared[phrase] = self._ear.prepare(texts, _FARTHEST_IN_TEXT)
        return self._prepared[phrase]


def _near(guess: PhraseGuessed, start_ms: int, end_ms: int) -> bool:
    return guess.start_ms - _NEAR_MS <= end_ms and start_ms - _NEAR_MS <= guess.end_ms


def _fits_better(other: Stretch | None, mine: Stretch) -> bool:
    if other is None or other.from_char >= mine.to_char or mine.from_char >= other.to_char:
        return False
    return other.distance <= mine.distance
