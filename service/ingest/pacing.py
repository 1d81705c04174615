"""How fast one leg may be read: a burst is welcome, a flood is slowed at the socket, so that nobody else is."""

import asyncio

from service.clock import Clock

_BURST_MS = 60_000  # a minute of backlog after a stall is taken as fast as it comes
_TURN_MS = 100  # after so much audio the others get a turn; live packets wait for the socket before that anyway


class Pacing:
    """Counts audio read against the clock and says how long to wait before reading on."""

    def __init__(self, clock: Clock, fastest_ratio: float) -> None:
        self._clock, self._fastest_ratio = clock, fastest_ratio
        self._since_ms = clock.monotonic_ms()
        self._ahead_ms = 0.0
        self._unbroken_ms = 0.0
        self.waits = 0

    async def took(self, audio_ms: float) -> None:
        """Audio of this length was read; returns when the next may be. Gives the others a turn after every 100 ms."""
        now_ms = self._clock.monotonic_ms()
        allowed_ms = (now_ms - self._since_ms) * self._fastest_ratio
        self._since_ms = now_ms
        self._ahead_ms = max(0.0, self._ahead_ms - allowed_ms) + audio_ms
        over_ms = self._ahead_ms - _BURST_MS
        self._unbroken_ms += audio_ms
        if over_ms <= 0 and self._unbroken_ms < _TURN_MS:
            return
        self._unbroken_ms = 0.0
        if over_ms > 0:
            self.waits += 1
        await asyncio.sleep(max(0.0, over_ms / self._fastest_ratio / 1000))
