"""The best stretch of a text for each of many phrases: semi-global weighted edit distance, all phrases at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like.ear import Stretch

GAP_COST = 0.7  # recognition.md §6.2: a sound too many or too few
OTHER_SLOT_COST = 2 * GAP_COST  # a consonant for a vowel: as dear as leaving one out and putting the other in
_ROUNDING = 1e-4  # costs are tenths in float32


@dataclass(frozen=True, slots=True)
class Sounds:
    """A text as sound codes, each with the characters of the text it came from (`to_chars` exclusive)."""

    codes: tuple[int, ...]
    from_chars: tuple[int, ...]
    to_chars: tuple[int, ...]


class SoundPhrases:
    """Phrases as sound codes, searched together.

    `costs[a, b]` is the cost of hearing code `b` where the phrase has `a` (float32, square). `limits` are distances per
    phrase length. A text of 60 syllables against 100 phrases takes about 2 ms.
    """

    def __init__(self, phrases: Sequence[Sequence[int]], limits: Sequence[float], costs: NDArray[np.float32]) -> None:
        self._phrases = [np.asarray(phrase, dtype=np.intp) for phrase in phrases]
        self._costs = costs
        self._lengths = np.array([len(phrase) for phrase in phrases], dtype=np.intp)
        self._budgets = (self._lengths * np.asarray(limits) + _ROUNDING).astype(np.float32)
        self._codes = np.zeros((len(phrases), int(self._lengths.max(initial=0))), dtype=np.intp)
        for row, phrase in enumerate(self._phrases):
            self._codes[row, : len(phrase)] = phrase

    def find(self, sounds: Sounds) -> list[Stretch | None]:
        """For each phrase its best stretch within its limit, or None."""
        found: list[Stretch | None] = [None] * len(self._phrases)
        if not sounds.codes:
            return found
        text = np.asarray(sounds.codes, dtype=np.intp)
        for row in self._within_budget(text):
            found[row] = self._trace(row, text, sounds)
        return found

    def _within_budget(self, text: NDArray[np.intp]) -> list[int]:
        """Rows whose best alignment stays within budget; a row is dropped as soon as no end of it can.

        `best[k, j]` is the cost of the phrase's first sounds against some stretch ending before text position j.
        A skipped text sound is carried along the row by a running minimum of (cost − gap · j).
        """
        heard_costs = self._costs[:, text]
        ramp = (np.arange(len(text) + 1) * GAP_COST).astype(np.float32)
        rows = np.arange(len(self._phrases))
        best = np.zeros((len(rows), len(text) + 1), dtype=np.float32)
        within: list[int] = []
        for depth in range(self._codes.shape[1]):
            step = best + np.float32(GAP_COST)
            np.minimum(step[:, 1:], best[:, :-1] + heard_costs[self._codes[rows, depth]], out=step[:, 1:])
            step -= ramp
            np.minimum.accumulate(step, axis=1, out=step)
            step += ramp
            alive = step.min(axis=1) <= self._budgets[rows]
            ended = self._lengths[rows] == depth + 1
            within += rows[alive & ended].tolist()
            alive &= ~ended
            if not alive.any():
                break
            rows, best = (rows, step) if alive.all() else (rows[alive], step[alive])
        return sorted(within)

    def _trace(self, row: int, text: NDArray[np.intp], sounds: Sounds) -> Stretch:
        """The stretch itself, for the few phrases that are there: plain dynamic programming that keeps the way."""
        phrase = self._phrases[row]
        best = [(0.0, at) for at in range(len(text) + 1)]  # cost, and where the stretch began
        for code in phrase.tolist():
            costs = self._costs[code, text].tolist()
            step = [(best[0][0] + GAP_COST, best[0][1])]
            for at, (before, here) in enumerate(pairwise(best)):
                step.append(
                    min(
                        (before[0] + costs[at], before[1]),
                        (here[0] + GAP_COST, here[1]),
                        (step[at][0] + GAP_COST, step[at][1]),
                        key=_cheaper_then_shorter,
                    )
                )
            best = step
        end = min(range(len(best)), key=lambda at: (round(best[at][0], 4), at))
        cost, start = best[end]
        start = min(start, end - 1) if end else 0
        return Stretch(sounds.from_chars[start], sounds.to_chars[max(end - 1, start)], round(cost / len(phrase), 4))


def _cheaper_then_shorter(way: tuple[float, int]) -> tuple[float, int]:
    return round(way[0], 4), -way[1]
