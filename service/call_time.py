"""A call's own time against the clock: its zero is the arrival of its first audio."""

from datetime import datetime, timedelta

from service.clock import Clock

_LONGEST_FIRST_BLOCK_MS = 500  # a longer first block is backlog: it says nothing about when the call began


class CallTime:
    """Before `begin` every moment is the call's beginning."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._zero_ms: int | None = None
        self._zero_at: datetime | None = None

    @property
    def begun(self) -> bool:
        """Whether there has been audio."""
        return self._zero_ms is not None

    def begin(self, first_block_ms: int) -> None:
        """The first block is here; it was spoken a block's length earlier."""
        self._zero_ms = self._clock.monotonic_ms()
        spoken_before = timedelta(milliseconds=min(first_block_ms, _LONGEST_FIRST_BLOCK_MS))
        self._zero_at = self._clock.now_at() - spoken_before

    def resume(self, zero_at: datetime, elapsed_ms: int, left_at: datetime) -> None:
        """Go on with a call that another machine timed until `left_at`: the two clocks run by NTP."""
        away_ms = max(0, round((self._clock.now_at() - left_at).total_seconds() * 1000))
        self._zero_ms = self._clock.monotonic_ms() - elapsed_ms - away_ms
        self._zero_at = zero_at

    def elapsed_ms(self) -> int:
        """Since the arrival of the first block."""
        return self._clock.monotonic_ms() - self._zero_ms if self._zero_ms is not None else 0

    def ms_of(self, at: datetime | None) -> int:
        """Where in the call a moment of the clock is; None is now."""
        if self._zero_at is None:
            return 0
        when = at if at is not None else self._clock.now_at()
        return max(0, round((when - self._zero_at).total_seconds() * 1000))

    def at(self, ms: int) -> datetime:
        """The moment of the clock that is so far into the call."""
        return (self._zero_at or self._clock.now_at()) + timedelta(milliseconds=ms)
