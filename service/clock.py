"""What time it is: one object for everything that must know, so that recordings can play faster than real time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Monotonic milliseconds for durations, UTC for stamps."""

    def monotonic_ms(self) -> int:
        """Milliseconds that only ever rise; the zero means nothing."""
        ...

    def now_at(self) -> datetime:
        """The time of day in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def monotonic_ms(self) -> int:
        """Milliseconds of the monotonic clock."""
        return time.monotonic_ns() // 1_000_000

    def now_at(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class PlayClock:
    """A clock that stands where the player of a recording put it."""

    def __init__(self, began_at: datetime) -> None:
        self._began_at = began_at
        self._at_ms = 0

    def move_to(self, at_ms: int) -> None:
        """Put the clock `at_ms` after its beginning; it never goes back."""
        self._at_ms = max(self._at_ms, at_ms)

    def monotonic_ms(self) -> int:
        """Milliseconds since the beginning."""
        return self._at_ms

    def now_at(self) -> datetime:
        """The beginning plus what has been played."""
        return self._began_at + timedelta(milliseconds=self._at_ms)
