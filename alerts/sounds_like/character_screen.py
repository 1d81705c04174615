"""Which phrases may be in a text, by its characters alone: without spelling it, and without aligning anything."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like.syllable_bounds import SyllableBounds

_MOST_CHARACTERS = 16_384
_FIRST_ROWS = 512


class CharacterScreen:
    """For every character what the phrases' syllables cost at least against any sound it may have.

    `syllables_of` answers a character's possible syllables, each as sound codes; none for what is not said. A phrase
    whose cheapest syllables together are dearer than its budget cannot be in the text.
    """

    def __init__(
        self, bounds: SyllableBounds, budgets: NDArray[np.float32], syllables_of: Callable[[str], list[tuple[int, ...]]]
    ) -> None:
        self._bounds, self._budgets, self._syllables_of = bounds, budgets, syllables_of
        self._least = np.zeros((_FIRST_ROWS, bounds.syllables), dtype=np.float32)
        self._row_of: dict[str, int] = {}

    def rows_within(self, text: str) -> list[int]:
        """The numbers of the phrases that may be there."""
        if not text or not len(self._budgets):
            return []
        if len(self._row_of) > _MOST_CHARACTERS:
            self._row_of.clear()
        rows = [self._row_of[each] if each in self._row_of else self._learn(each) for each in set(text)]
        cheapest = self._least[rows].min(axis=0)
        return np.flatnonzero(self._bounds.sums(cheapest) <= self._budgets).tolist()

    def _learn(self, character: str) -> int:
        row = self._row_of[character] = len(self._row_of)
        if row >= len(self._least):
            self._least = np.concatenate([self._least, np.zeros_like(self._least)])
        self._least[row] = self._bounds.least(self._syllables_of(character))
        return row
