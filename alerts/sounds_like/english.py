"""English phrases by their words: the same sequence of words, each with a small tolerance for its ending."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.sounds_like.ear import Stretch

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*")
_APOSTROPHES = str.maketrans("", "", "'’")
_STANDS_OUT_LETTERS = 8
_SAME_BEGINNING = 2  # recognisers lose endings; another beginning is another word
_LETTERS_PER_EDIT = 5  # words under five letters must be equal: can / cant and not / now turn a sentence round


@dataclass(frozen=True, slots=True)
class _Heard:
    word: str
    from_char: int
    to_char: int


class EnglishEar:
    """Searches phrases word by word. Capitals, punctuation and apostrophes count for nothing."""

    def prepare(self, phrases: Sequence[str], longest_distance: float) -> "EnglishPhrases":
        """One edit per full five letters of a word, and never more than `longest_distance` per letter of the phrase."""
        return EnglishPhrases(phrases, longest_distance)

    def stands_out(self, phrase: str) -> bool:
        """Eight letters in two words or more; to be measured for English."""
        words = _words(phrase)
        return len(words) > 1 and sum(character.isalnum() for character in phrase) >= _STANDS_OUT_LETTERS

    def stem(self, phrase: str) -> str | None:
        """None: sentences have no endings to drop."""
        return None


class EnglishPhrases:
    """Phrases made ready."""

    def __init__(self, phrases: Sequence[str], longest_distance: float) -> None:
        self._phrases = [tuple(heard.word for heard in _words(phrase)) for phrase in phrases]
        self._beginnings = [frozenset(word[:_SAME_BEGINNING] for word in phrase) for phrase in self._phrases]
        self._longest_distance = longest_distance
        self._edits: dict[tuple[str, str], int] = {}

    def found(self, text: str) -> list[tuple[int, Stretch]]:
        """The phrases that are there, by their number, each with its best stretch."""
        return [(row, stretch) for row, stretch in enumerate(self.find(text)) if stretch is not None]

    def perhaps(self, text: str) -> list[int]:
        """The numbers of the phrases all of whose words begin like a word of the text."""
        heard = {each.word[:_SAME_BEGINNING] for each in _words(text)}
        return [row for row, beginnings in enumerate(self._beginnings) if beginnings <= heard]

    def find(self, text: str) -> list[Stretch | None]:
        """The best stretch of the text for each phrase, or None."""
        heard = _words(text)
        self._edits.clear()
        return [self._find(phrase, heard) for phrase in self._phrases]

    def _find(self, phrase: tuple[str, ...], heard: list[_Heard]) -> Stretch | None:
        letters = sum(len(word) for word in phrase)
        best: Stretch | None = None
        for at in range(len(heard) - len(phrase) + 1):
            if heard[at].word[:_SAME_BEGINNING] != phrase[0][:_SAME_BEGINNING]:
                continue
            edits = 0
            for offset, word in enumerate(phrase):
                other = heard[at + offset].word
                if other == word:
                    continue
                off = self._edits_between(word, other)
                if off > len(word) // _LETTERS_PER_EDIT:
                    break
                edits += off
            else:
                distance = round(edits / letters, 4)
                if distance <= self._longest_distance and (best is None or distance < best.distance):
                    best = Stretch(heard[at].from_char, heard[at + len(phrase) - 1].to_char, distance)
        return best

    def _edits_between(self, word: str, other: str) -> int:
        allowed = len(word) // _LETTERS_PER_EDIT
        if not allowed or word[:_SAME_BEGINNING] != other[:_SAME_BEGINNING] or abs(len(word) - len(other)) > allowed:
            return len(word)
        key = (word, other)
        if key not in self._edits:
            self._edits[key] = _levenshtein(word, other)
        return self._edits[key]


def _words(text: str) -> list[_Heard]:
    return [
        _Heard(match.group().translate(_APOSTROPHES), match.start(), match.end())
        for match in _WORD.finditer(text.lower())
    ]


def _levenshtein(word: str, other: str) -> int:
    best = list(range(len(other) + 1))
    for row, letter in enumerate(word, 1):
        step = [row]
        for column, heard in enumerate(other, 1):
            step.append(min(best[column - 1] + (letter != heard), best[column] + 1, step[column - 1] + 1))
        best = step
    return best[-1]
