"""Stretches of call time: begun and ended, joined where they nearly touch, never more than a few."""

from collections.abc import Iterable, Iterator

_JOINED_MS = 2_000  # what is closer than this is one to whoever reads it
_MOST = 40


class Stretches:
    """Stretches in order. Where there would be more than forty, the two with the least between them become one."""

    def __init__(self, stretches: Iterable[tuple[int, int]] = (), *, joined_ms: int = _JOINED_MS) -> None:
        self._joined_ms = joined_ms
        self._over: list[tuple[int, int]] = list(stretches)
        self._since_ms: int | None = None

    def copy(self) -> "Stretches":
        """The same, apart."""
        same = Stretches(self._over, joined_ms=self._joined_ms)
        same._since_ms = self._since_ms
        return same

    def begin(self, at_ms: int) -> None:
        """One begins, unless one goes on."""
        if self._since_ms is None:
            self._since_ms = at_ms

    def end(self, at_ms: int) -> None:
        """The one that goes on ends."""
        if self._since_ms is not None:
            self.add(self._since_ms, at_ms)
        self._since_ms = None

    def add(self, start_ms: int, end_ms: int) -> None:
        """One that is over. Most come in order; a late one finds its place."""
        if end_ms <= start_ms:
            return
        joined: list[tuple[int, int]] = []
        for from_ms, to_ms in sorted((*self._over, (start_ms, end_ms))):
            if joined and from_ms - joined[-1][1] <= self._joined_ms:
                joined[-1] = (joined[-1][0], max(joined[-1][1], to_ms))
            else:
                joined.append((from_ms, to_ms))
        if len(joined) > _MOST:
            near = min(range(1, len(joined)), key=lambda at: joined[at][0] - joined[at - 1][1])
            joined[near - 1 : near + 1] = [(joined[near - 1][0], joined[near][1])]
        self._over = joined

    def until(self, now_ms: int) -> list[tuple[int, int]]:
        """All of them up to now, the one that goes on with them."""
        known = [(from_ms, min(to_ms, now_ms)) for from_ms, to_ms in self._over if from_ms < now_ms]
        if self._since_ms is not None and self._since_ms < now_ms:
            known.append((self._since_ms, now_ms))
        return known

    def outside(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
        """What of a stretch lies in none of them."""
        at_ms = start_ms
        for from_ms, to_ms in self.until(end_ms):
            if from_ms > at_ms:
                yield at_ms, from_ms
            at_ms = max(at_ms, to_ms)
        if at_ms < end_ms:
            yield at_ms, end_ms


def overlap_ms(stretches: Iterable[tuple[int, int]], start_ms: int, end_ms: int) -> int:
    """How much of a stretch lies in others, which do not overlap each other."""
    return sum(max(0, min(end_ms, to_ms) - max(start_ms, from_ms)) for from_ms, to_ms in stretches)
