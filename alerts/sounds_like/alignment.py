"""The best stretch of a text for each of many phrases: semi-global weighted edit distance, all phrases at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like.ear import Stretch
from alerts.sounds_like.syllable_bounds import SyllableBounds

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

    `costs[a, b]` is the cost of hearing code `b` where the phrase has `a` (float32, square), `gaps[a]` that of a code
    too many or too few (GAP_COST each if not given). `limits` are distances per phrase length. With `openings`, which
    codes begin a syllable, phrases too many of whose syllables have nothing like them in the text are not aligned at
    all: docs/benchmarks.md has what a search takes.
    """

    def __init__(
        self,
        phrases: Sequence[Sequence[int]],
        limits: Sequence[float],
        costs: NDArray[np.float32],
        gaps: NDArray[np.float32] | None = None,
        openings: NDArray[np.bool_] | None = None,
    ) -> None:
        self._gaps = np.full(len(costs), GAP_COST, dtype=np.float32) if gaps is None else gaps
        self._phrases = [np.asarray(phrase, dtype=np.intp) for phrase in phrases]
        self._costs = costs
        self._lengths = np.array([len(phrase) for phrase in phrases], dtype=np.intp)
        self._budgets = (self._lengths * np.asarray(limits) + _ROUNDING).astype(np.float32)
        self._codes = np.zeros((len(phrases), int(self._lengths.max(initial=0))), dtype=np.intp)
        for row, phrase in enumerate(self._phrases):
            self._codes[row, : len(phrase)] = phrase
        self._syllables = SyllableBounds(phrases, costs, self._gaps, openings) if openings is not None else None

    def find(self, sounds: Sounds) -> list[Stretch | None]:
        """For each phrase its best stretch within its limit, or None."""
        found: list[Stretch | None] = [None] * len(self._phrases)
        for row, stretch in self.found(sounds):
            found[row] = stretch
        return found

    def found(self, sounds: Sounds) -> list[tuple[int, Stretch]]:
        """The phrases that are there, by their number, each with its best stretch."""
        if not sounds.codes or not self._phrases:
            return []
        text = np.asarray(sounds.codes, dtype=np.intp)
        return [(row, self._trace(row, text, sounds)) for row in self._within_budget(text)]

    def _within_budget(self, text: NDArray[np.intp]) -> list[int]:
        """Rows whose best alignment stays within budget; a row is dropped as soon as no end of it can.

        `best[k, j]` is the cost of the phrase's first sounds against some stretch ending before text position j.
        A skipped text sound is carried along the row by a running minimum of (cost − gaps so far).
        """
        rows = np.arange(len(self._phrases))
        rest: NDArray[np.float32] | None = None  # what the sounds behind each depth will cost at least
        if self._syllables is not None:
            rows, rest = self._syllables.rows_within(text, self._budgets)
            if not len(rows):
                return []
        heard_costs = self._costs[:, text]
        ramp = np.concatenate([np.zeros(1, np.float32), np.cumsum(self._gaps[text], dtype=np.float32)])
        best = np.zeros((len(rows), len(text) + 1), dtype=np.float32)
        within: list[int] = []
        for depth in range(self._codes.shape[1]):
            codes = self._codes[rows, depth]
            step = best + self._gaps[codes, None]
            np.minimum(step[:, 1:], best[:, :-1] + heard_costs[codes], out=step[:, 1:])
            step -= ramp
            np.minimum.accumulate(step, axis=1, out=step)
            step += ramp
            least = step.min(axis=1)
            if rest is not None:
                least += rest[:, depth]
            alive = least <= self._budgets[rows]
            ended = self._lengths[rows] == depth + 1
            within += rows[alive & ended].tolist()
            alive &= ~ended
            if not alive.any():
                break
            if alive.all():
                best = step
            else:
                rows, best = rows[alive], step[alive]
                rest = rest[alive] if rest is not None else None
        return sorted(within)

    def _trace(self, row: int, text: NDArray[np.intp], sounds: Sounds) -> Stretch:
        """The stretch itself, for the few phrases that are there: plain dynamic programming that keeps the way."""
        phrase = self._phrases[row]
        heard_gaps = self._gaps[text].tolist()
        best = [(0.0, at) for at in range(len(text) + 1)]  # cost, and where the stretch began
        for code in phrase.tolist():
            costs = self._costs[code, text].tolist()
            gap = float(self._gaps[code])
            step = [(best[0][0] + gap, best[0][1])]
            for at, (before, here) in enumerate(pairwise(best)):
                step.append(
                    min(
                        (before[0] + costs[at], before[1]),
                        (here[0] + gap, here[1]),
                        (step[at][0] + heard_gaps[at], step[at][1]),
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
