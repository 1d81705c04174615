"""Which numbers of calls the quick form tries: few, each chosen by what the last ones held and cost."""

_BOLDEST = 4  # times what has held so far


class QuickGuess:
    """`next` is the number to try, None when nothing is left to find out; `found` the largest that held."""

    def __init__(self, first: int) -> None:
        self.next: int | None = first
        self.found = 0
        self._failed: int | None = None

    def note(self, calls: int, *, held: bool, most_by_cpu: float | None) -> None:
        """A number held or not; `most_by_cpu`: how many the processor would carry, from what these took."""
        if held:
            self.found = max(self.found, calls)
        else:
            self._failed = min(calls, self._failed or calls)
        if self._failed is None:
            by_cpu = self.found * 2 if most_by_cpu is None else int(most_by_cpu)
            self.next = max(self.found + 1, min(by_cpu, self.found * _BOLDEST))
        elif self._failed - self.found > 1:
            self.next = (self.found + self._failed) // 2
        else:
            self.next = None
