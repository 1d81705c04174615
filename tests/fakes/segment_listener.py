"""Somebody who opened a segment, remembers what came back, and can wait for it."""

import asyncio
from collections.abc import Callable

from service.recognition.segment import FinalHeard, PartialHeard, PhraseHeard, SegmentEvent, SegmentLost

_LONGEST_WAIT_S = 60.0


class SegmentListener:
    """Give its `hear` to `open_segment`."""

    def __init__(self) -> None:
        self.events: list[SegmentEvent] = []
        self._came = asyncio.Event()

    def hear(self, event: SegmentEvent) -> None:
        self.events.append(event)
        self._came.set()

    @property
    def finals(self) -> list[FinalHeard]:
        return [event for event in self.events if isinstance(event, FinalHeard)]

    @property
    def partials(self) -> list[PartialHeard]:
        return [event for event in self.events if isinstance(event, PartialHeard)]

    @property
    def phrases(self) -> list[PhraseHeard]:
        return [event for event in self.events if isinstance(event, PhraseHeard)]

    @property
    def lost(self) -> list[SegmentLost]:
        return [event for event in self.events if isinstance(event, SegmentLost)]

    async def over(self) -> None:
        """Wait for the last final, or the loss."""
        await self.until(lambda: bool(self.lost) or any(final.last for final in self.finals))

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until the events make `true` true; a minute at most."""
        async with asyncio.timeout(_LONGEST_WAIT_S):
            while not true():
                self._came.clear()
                await self._came.wait()
