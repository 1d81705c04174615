"""Which worker heard a leg last: its recogniser there is warm with this voice and these words."""

from collections import OrderedDict

_LEGS_REMEMBERED = 4_096


class LegMemory:
    """A number for every leg key (workers learn no more of a leg) and the worker it was last given to."""

    def __init__(self) -> None:
        self._legs: OrderedDict[str, tuple[int, int | None]] = OrderedDict()
        self._next_number = 1

    def number(self, leg_key: str) -> int:
        """The leg's number; the same as long as the leg is remembered."""
        if leg_key not in self._legs:
            self._legs[leg_key] = self._next_number, None
            self._next_number += 1
            if len(self._legs) > _LEGS_REMEMBERED:
                self._legs.popitem(last=False)
        self._legs.move_to_end(leg_key)
        return self._legs[leg_key][0]

    def worker(self, leg_key: str) -> int | None:
        """The worker it was given to last."""
        return self._legs[leg_key][1] if leg_key in self._legs else None

    def given_to(self, leg_key: str, worker: int) -> None:
        """Remember the choice."""
        self._legs[leg_key] = self.number(leg_key), worker
