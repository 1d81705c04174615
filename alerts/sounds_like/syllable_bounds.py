"""What aligning a phrase with a text will cost at least, syllable by syllable: most phrases need not be aligned."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like.ear import REMEMBERED_TEXTS

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
        self._openings = frozenset(np.flatnonzero(openings).tolist())
        self._cheapest_extra = float(gaps.min())  # a syllable too many has one sound at least
        # Against nothing a sound costs its gap; a sound of the text too many may stand outside the stretch.
        most = np.minimum(gaps, 2 * gaps.min())
        self._costs = np.zeros((len(costs) + 1, len(costs) + 1), dtype=np.float32)
        self._costs[1:, 1:] = np.minimum(costs, most[:, None])
        self._costs[1:, _NONE] = most
        units = [[tuple(each) for each in units_of(tuple(phrase), self._openings).tolist()] for phrase in phrases]
        known = {unit: number for number, unit in enumerate(dict.fromkeys(unit for each in units for unit in each), 1)}
        self._known = np.array([(_NONE,) * _SLOTS, *known], dtype=np.intp)
        longest = max((len(phrase) for phrase in phrases), default=0)
        self._of_phrase = np.zeros((len(phrases), max(map(len, units), default=0)), dtype=np.intp)
        self._behind = np.zeros((len(phrases), longest), dtype=np.intp)  # units begun up to each depth
        for row, (phrase, each) in enumerate(zip(phrases, units, strict=True)):
            self._of_phrase[row, : len(each)] = [known[unit] for unit in each]
            begun = np.cumsum(_begins(phrase, self._openings))
            self._behind[row, : len(phrase)] = begun
            self._behind[row, len(phrase) :] = len(each)

    def rows_within(
        self, text: NDArray[np.intp], budgets: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The phrases whose bound is within budget, and for each of them what is to come behind each depth."""
        heard = units_of(tuple(text.tolist()), self._openings)
        least = self._against(heard)
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

    @property
    def syllables(self) -> int:
        """How many syllables the phrases have, each counted once, and one that is none."""
        return len(self._known)

    def least(self, heard: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
        """What each syllable of the phrases costs at least against any of these; against nothing if there are none."""
        units = [units_of(codes, self._openings) for codes in heard if codes]
        against = self._against(np.concatenate([np.full((1, _SLOTS), _NONE, dtype=np.intp), *units]))
        return np.asarray(against.min(axis=1))

    def sums(self, cheapest: NDArray[np.float32]) -> NDArray[np.float32]:
        """What each phrase costs at least where its syllables cost so much."""
        return np.asarray(cheapest[self._of_phrase].sum(axis=1))

    def _against(self, heard: NDArray[np.intp]) -> NDArray[np.float32]:
        """The least cost of each syllable of the phrases against each of the text."""
        least = self._costs[:, heard[:, 0]][self._known[:, 0]]
        for slot in range(1, _SLOTS):
            least += self._costs[:, heard[:, slot]][self._known[:, slot]]
        least[0] = 0.0  # no syllable
        return least


@lru_cache(maxsize=REMEMBERED_TEXTS)
def units_of(codes: tuple[int, ...], openings: frozenset[int]) -> NDArray[np.intp]:
    """Syllables, each as its slots; to be read only."""
    edges = [at for at, begins in enumerate(_begins(codes, openings)) if begins]
    units = np.full((len(edges), _SLOTS), _NONE, dtype=np.intp)
    for row, (start, end) in enumerate(pairwise((*edges, len(codes)))):
        units[row, : end - start] = codes[start:end]
        units[row, : end - start] += 1
    return units


def _begins(codes: Sequence[int], openings: frozenset[int]) -> list[bool]:
    """Where a syllable begins: at its opening sound, and after as many sounds as it can have."""
    begins: list[bool] = []
    since = _SLOTS
    for code in codes:
        since = 0 if code in openings or since >= _SLOTS else since
        begins.append(since == 0)
        since += 1
    return begins
