"""The best stretch of a text for each of many phrases: semi-global weighted edit distance, all phrases at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like.character_screen import CharacterScreen
from alerts.sounds_like.ear import Stretch
from alerts.sounds_like.syllable_bounds import SyllableBounds

GAP_COST = 0.7  # recognition.md §6.2: a sound too many or too few
OTHER_SLOT_COST = 2 * GAP_COST  # a consonant for a vowel: as dear as leaving one out and putting the other in
_ROUNDING = 1e-4  # costs are tenths in float32
_COST_STEPS = 10_000  # whole numbers of this fraction where ways are compared
_STARTS = 2**20  # more than any text has sounds


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

    def screen(self, syllables_of: Callable[[str], list[tuple[int, ...]]]) -> CharacterScreen:
        """Which phrases may be in a text, by its characters. Raises ValueError without `openings`."""
        if self._syllables is None:
            raise ValueError("phrases can be screened only where it is known which sounds begin a syllable")
        return CharacterScreen(self._syllables, self._budgets, syllables_of)

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
        return self._traced(self._within_budget(text), text, sounds)

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

    def _traced(self, rows: list[int], text: NDArray[np.intp], sounds: Sounds) -> list[tuple[int, Stretch]]:
        """The stretches themselves, for the few phrases that are there: of equally cheap ones the shortest, then the
        first.

        A way is one whole number, its cost above its beginning, so that the least is the cheapest and shortest.
        """
        heard_costs = _whole(self._costs[:, text])
        ramp = np.concatenate([np.zeros(1, np.int64), np.cumsum(_whole(self._gaps[text]))])
        gaps = _whole(self._gaps)
        places = np.arange(len(text) + 1, dtype=np.int64)
        best = np.broadcast_to(_STARTS - 1 - places, (len(rows), len(places)))
        ends = np.zeros_like(best)
        numbers = np.asarray(rows, dtype=np.intp)
        for depth in range(int(self._lengths[numbers].max(initial=0))):
            codes = self._codes[numbers, depth]
            step = best + gaps[codes, None]
            np.minimum(step[:, 1:], best[:, :-1] + heard_costs[codes], out=step[:, 1:])
            best = np.minimum.accumulate(step - ramp, axis=1) + ramp
            over = self._lengths[numbers] == depth + 1
            ends[over] = best[over]
        return [(row, _stretch(ways, len(self._phrases[row]), sounds)) for row, ways in zip(rows, ends, strict=True)]


def _whole(costs: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.rint(costs.astype(np.float64) * _COST_STEPS).astype(np.int64) * _STARTS


def _stretch(ways: NDArray[np.int64], length: int, sounds: Sounds) -> Stretch:
    costs = ways // _STARTS
    end = int(costs.argmin())
    start = min(_STARTS - 1 - int(ways[end] % _STARTS), max(0, end - 1))
    cost = int(costs[end]) / _COST_STEPS
    return Stretch(sounds.from_chars[start], sounds.to_chars[max(end - 1, start)], round(cost / length, 4))
