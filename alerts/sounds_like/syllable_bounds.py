"""What aligning a phrase with a text will cost at least, syllable by syllable: most phrases need not be aligned."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_SLOTS = 3  # initial, vowel, final; a longer unit is cut
_SHORTEST_STEP = 4
_NONE = 0  # a slot that is empty; codes are counted from 1


class SyllableBounds:
    """For every syllable of the phrases the cheapest syllable of a text, window by window.

    A window is long enough for any phrase with all the sounds too many that its budget pays for. No alignment is
    cheaper than the sum of these: to take the sounds of one syllable from two syllables of the text costs the sounds
    skipped between them, at least two gaps, and so much no sound counts here.
    """

    def __init__(
        self,
        phrases: Sequence[Sequence[int]],
        costs: NDArray[np.float32],
        gaps: NDArray[np.float32],
        openings: NDArray[np.bool_],
    ) -> None:
        self._openings = openings
        self._cheapest_extra = float(gaps.min())  # a syllable too many has one sound at least
        # Against nothing a sound costs its gap; a sound of the text too many may stand outside the stretch.
        most = np.minimum(gaps, 2 * gaps.min())
        self._costs = np.zeros((len(costs) + 1, len(costs) + 1), dtype=np.float32)
        self._costs[1:, 1:] = np.minimum(costs, most[:, None])
        self._costs[1:, _NONE] = most
        units = [self._units(phrase) for phrase in phrases]
        known = {unit: number for number, unit in enumerate(dict.fromkeys(unit for each in units for unit in each), 1)}
        self._known = np.array([(_NONE,) * _SLOTS, *known], dtype=np.intp)
        longest = max((len(phrase) for phrase in phrases), default=0)
        self._of_phrase = np.zeros((len(phrases), max(map(len, units), default=0)), dtype=np.intp)
        self._behind = np.zeros((len(phrases), longest), dtype=np.intp)  # units begun up to each depth
        for row, (phrase, each) in enumerate(zip(phrases, units, strict=True)):
            self._of_phrase[row, : len(each)] = [known[unit] for unit in each]
            begun = np.cumsum(self._begins(phrase))
            self._behind[row, : len(phrase)] = begun
            self._behind[row, len(phrase) :] = len(each)

    def rows_within(
        self, text: NDArray[np.intp], budgets: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The phrases whose bound is within budget, and for each of them what is to come behind each depth."""
        heard = np.array(self._units(text.tolist()), dtype=np.intp)
        least = self._costs[:, heard[:, 0]][self._known[:, 0]]
        for slot in range(1, _SLOTS):
            least += self._costs[:, heard[:, slot]][self._known[:, slot]]
        least[0] = 0.0  # no syllable
        longest = self._of_phrase.shape[1] + int(budgets.max(initial=0.0) / self._cheapest_extra) + 1
        step = max(_SHORTEST_STEP, longest // 2)
        within = np.zeros(len(budgets), dtype=np.bool_)
        for start in range(0, max(1, len(heard) - longest + 1), step):
            cheapest = least[:, start : start + longest + step - 1].min(axis=1)
            within |= cheapest[self._of_phrase].sum(axis=1) <= budgets
        rows = np.flatnonzero(within)
        of_phrase = least.min(axis=1)[self._of_phrase[rows]]
        so_far = np.zeros((len(rows), of_phrase.shape[1] + 1), dtype=np.float32)
        np.cumsum(of_phrase, axis=1, out=so_far[:, 1:])
        return rows, so_far[:, -1:] - np.take_along_axis(so_far, self._behind[rows], axis=1)

    def _units(self, codes: Sequence[int]) -> list[tuple[int, ...]]:
        """Syllables, each as its slots."""
        edges = [*np.flatnonzero(self._begins(codes)).tolist(), len(codes)]
        return [
            (*(code + 1 for code in codes[start:end]), *([_NONE] * (_SLOTS - (end - start))))
            for start, end in pairwise(edges)
        ]

    def _begins(self, codes: Sequence[int]) -> NDArray[np.bool_]:
        """Where a syllable begins: at its opening sound, and after as many sounds as it can have."""
        begins = self._openings[np.asarray(codes, dtype=np.intp)]
        since = _SLOTS
        for at, opens in enumerate(begins.tolist()):
            since = 0 if opens or since >= _SLOTS else since
            begins[at] = since == 0
            since += 1
        return begins
