"""Wrong passwords: counted for a name from an address, for an address, and for a name; each with its limit."""

from collections import OrderedDict
from collections.abc import Callable

from config.trust import TrustSettings

_MOST_REMEMBERED = 50_000  # beyond it the oldest is forgotten: some 10 MB


class Throttle:
    """Bounded memory, no clock of its own. A name is not shut for all addresses because one of them guesses."""

    def __init__(self, settings: TrustSettings, monotonic_s: Callable[[], float]) -> None:
        self._settings, self._monotonic_s = settings, monotonic_s
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def wait_s(self, name: str, address: str) -> float:
        """How long this name from this address must wait; 0: it may try."""
        return max(self._wait_s(key, most) for key, most in self._counted(name, address))

    def failed(self, name: str, address: str) -> None:
        """A wrong password."""
        now_s = self._monotonic_s()
        for key, most in self._counted(name, address):
            times = self._recent(key, now_s)
            times.append(now_s)
            self._failures[key] = times[-most:]
            self._failures.move_to_end(key)
        while len(self._failures) > _MOST_REMEMBERED:
            self._failures.popitem(last=False)

    def passed(self, name: str, address: str) -> None:
        """The right one: what was wrong before was a slip of the fingers."""
        self._failures.pop(("pair", f"{name}\n{address}"), None)

    def __len__(self) -> int:
        return len(self._failures)

    def _counted(self, name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        settings = self._settings
        return (
            (("pair", f"{name}\n{address}"), settings.failures_per_name),
            (("address", address), settings.failures_per_address),
            (("name", name), settings.failures_of_name),
        )

    def _wait_s(self, key: tuple[str, str], most: int) -> float:
        now_s = self._monotonic_s()
        times = self._recent(key, now_s)
        return times[-most] + self._settings.failures_min * 60 - now_s if len(times) >= most else 0.0

    def _recent(self, key: tuple[str, str], now_s: float) -> list[float]:
        oldest_s = now_s - self._settings.failures_min * 60
        return [at_s for at_s in self._failures.get(key, []) if at_s > oldest_s]
