"""Texts that a site wants hidden besides numbers: its own patterns, searched in linear time."""

from collections.abc import Sequence

import re2

from alerts.masking.atoms import Atom, Sort
from alerts.masking.masked_text import MASK, HiddenPiece
from config.linear_patterns import linear_options

_MOST_FOUND = 100  # of one pattern in one utterance


class HiddenPatterns:
    """The patterns of the settings. They see an utterance as it is, and with every digit it says as a figure."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [re2.compile(each, linear_options()) for each in patterns]

    def find(self, text: str, atoms: Sequence[Atom]) -> list[HiddenPiece]:
        """What of the text the patterns fit."""
        if not self._patterns or not text:
            return []
        written = [(place, place + 1) for place in range(len(text))]
        return self._found(text, written) + self._found(*_with_figures(text, atoms))

    def _found(self, text: str, places: Sequence[tuple[int, int]]) -> list[HiddenPiece]:
        pieces: list[HiddenPiece] = []
        for pattern in self._patterns:
            at = 0
            while at < len(text) and len(pieces) < _MOST_FOUND and (found := pattern.search(text, at)) is not None:
                start, end = found.span()
                if start == end:  # an empty fit between others: `\b`
                    at = end + 1
                    continue
                pieces.append(HiddenPiece(places[start][0], places[end - 1][1], MASK * 3))
                at = end
        return pieces


def _with_figures(text: str, atoms: Sequence[Atom]) -> tuple[str, list[tuple[int, int]]]:
    """The text with its digits as figures, written together, and where each character of it came from."""
    shown: list[str] = []
    places: list[tuple[int, int]] = []
    at, after_digits = 0, False
    for atom in atoms:
        between = text[at : atom.from_char]
        spoken = atom.sort is Sort.DIGITS
        letter = atom.sort is Sort.LETTER
        if not (between.isspace() and after_digits and (spoken or letter)):
            shown += between
            places += [(place, place + 1) for place in range(at, atom.from_char)]
        if spoken:
            shown += atom.digits
            places += [(atom.from_char, atom.to_char)] * len(atom.digits)
        else:
            shown += text[atom.from_char : atom.to_char]
            places += [(place, place + 1) for place in range(atom.from_char, atom.to_char)]
        at, after_digits = atom.to_char, spoken or letter
    shown += text[at:]
    places += [(place, place + 1) for place in range(at, len(text))]
    return "".join(shown), places
