"""Voice detectors made ready ahead of time: making one takes tens of milliseconds that no live call should wait for."""

import asyncio
from collections import deque
from typing import Protocol

from streaming.voicing import SileroVoice, VoiceModel

_MOST_KEPT = 200  # of 8.6 MB each: what a hundred calls need; more are made when needed and let go afterwards


class VoiceSource(Protocol):
    """Where a leg gets its voice detector from."""

    def lend(self) -> VoiceModel:
        """A detector for one leg."""
        ...

    def take_back(self, model: VoiceModel) -> None:
        """The leg has ended."""
        ...


class VoiceModels:
    """Lends a detector per leg and takes it back when the leg ends; the borrower resets it. Keeps some in reserve."""

    def __init__(self, reserve: int) -> None:
        self._reserve = reserve
        self._free: deque[VoiceModel] = deque()
        self._wanted = asyncio.Event()
        self.made_in_a_hurry = 0

    async def run(self) -> None:
        """Keep the reserve full, making detectors in a thread; until cancelled."""
        while True:
            while len(self._free) < self._reserve:
                self._free.append(await asyncio.to_thread(SileroVoice))
            self._wanted.clear()
            await self._wanted.wait()

    def lend(self) -> VoiceModel:
        """A detector, from the reserve if there is one."""
        self._wanted.set()
        if self._free:
            return self._free.popleft()
        self.made_in_a_hurry += 1
        return SileroVoice()

    def take_back(self, model: VoiceModel) -> None:
        """A leg has ended."""
        if len(self._free) < _MOST_KEPT:
            self._free.append(model)
