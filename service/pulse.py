"""The wall clock's beat for every call, and how late the event loop itself is."""

import asyncio

from service.call_board import CallBoard

BEAT_S = 0.1


class Pulse:
    """Beats ten times a second; `lateness_s` is the worst delay of the last ten beats: how busy the loop is."""

    def __init__(self, board: CallBoard) -> None:
        self._board = board
        self._latest_s: list[float] = []

    @property
    def lateness_s(self) -> float:
        """The worst delay of the last second."""
        return max(self._latest_s, default=0.0)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            due_s = max(due_s + BEAT_S, loop.time())
            await asyncio.sleep(due_s - loop.time())
            self._latest_s = [*self._latest_s[-9:], max(0.0, loop.time() - due_s)]
            self._board.pulse()
