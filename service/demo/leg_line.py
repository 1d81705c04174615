"""One leg's line out of a simulated call: whatever Earshot does with it, the call never waits, nor ends by it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from websockets.exceptions import WebSocketException

from service.demo.roads import NumberedRoad, Road
from service.demo.sending_plan import Sending
from streaming.frames import FRAME_MS, Party

BROKEN = (OSError, WebSocketException, httpx.HTTPError, TimeoutError)
"""What a road raises when Earshot is gone, refuses or does not answer."""

_MOST_WAITING = 100  # frames, the 2 s that mod_audio_fork keeps; the oldest is lost then, as in every PBX
_AGAIN_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # whoever taps a call begins again after these pauses, at last every 8 s
_CLOSES_S = 2.0


@dataclass(slots=True)
class LineReport:
    """What became of a leg's audio on its way."""

    sent_ms: int = 0
    lost_ms: int = 0  # not taken in time, or while there was no connection
    breaks: int = 0
    returns: int = 0
    latest_ms: float = 0.0  # how late the call itself ever was: this machine's fault, never Earshot's

    def __add__(self, other: "LineReport") -> "LineReport":
        return LineReport(
            self.sent_ms + other.sent_ms,
            self.lost_ms + other.lost_ms,
            self.breaks + other.breaks,
            self.returns + other.returns,
            max(self.latest_ms, other.latest_ms),
        )


class LegLine:
    """Frames in at the call's pace, out as fast as the road takes them. `renew` opens the road anew, None: it cannot.

    `patient`: a recording faster than real time, or a client that waits for answers, waits instead of losing audio.
    """

    def __init__(self, road: Road, renew: Callable[[], Awaitable[Road]] | None, *, patient: bool) -> None:
        self.report, self.patient = LineReport(), patient
        self._road: Road | None = road
        self._renew = renew
        self._waiting: deque[tuple[Sending, bytes]] = deque()
        self._some, self._room = asyncio.Event(), asyncio.Event()
        self._over = self._gone = False

    async def put(self, sending: Sending, pcm_s16le: bytes) -> None:
        """A frame of the call. Returns at once unless it is patient."""
        if self._gone:
            self.report.lost_ms += FRAME_MS
            return
        while self.patient and self._road is not None and len(self._waiting) >= _MOST_WAITING:
            self._room.clear()
            await self._room.wait()
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft()
            self.report.lost_ms += FRAME_MS
        self._waiting.append((sending, pcm_s16le))
        self._some.set()

    def end(self) -> None:
        """No more frames: what waits is sent, then `run` returns."""
        self._over = True
        self._some.set()

    async def run(self) -> None:
        """Send until the end; a road that breaks is opened again while the call lasts, where it can be."""
        while True:
            self._some.clear()
            if self._road is None:
                if not await self._return():
                    self._give_up()
                    return
            elif self._waiting:
                await self._send(self._road)
            elif self._over:
                return
            else:
                await self._some.wait()

    async def close(self, party: Party | None) -> None:
        """The leg is over at the PBX."""
        if self._road is not None:
            await _closed(self._road, party)

    async def _send(self, road: Road) -> None:
        sending, pcm_s16le = self._waiting.popleft()
        self._room.set()
        try:
            if isinstance(road, NumberedRoad):
                await road.seek(sending.packet, sending.frame)
            await road.send(pcm_s16le)
        except BROKEN:
            self.report.lost_ms += FRAME_MS
            self.report.breaks += 1
            self._road = None
            self._room.set()
            await _closed(road, None)
        else:
            self.report.sent_ms += FRAME_MS

    async def _return(self) -> bool:
        """Whether there is a road again; false when the call is over first, or this kind never comes back."""
        failures = 0
        while self._renew is not None and not self._over:
            await self._pause(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])
            failures += 1
            try:
                self._road = await self._renew() if not self._over else None
            except BROKEN:
                continue
            if self._road is not None:
                self.report.returns += 1
                return True
        return False

    async def _pause(self, pause_s: float) -> None:
        """Wait, but not beyond the end of the call."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + pause_s
        while not self._over and (left_s := until_s - loop.time()) > 0:
            self._some.clear()
            try:
                await asyncio.wait_for(self._some.wait(), left_s)
            except TimeoutError:
                return

    def _give_up(self) -> None:
        """What still comes of the call goes nowhere."""
        self._gone = True
        self.report.lost_ms += len(self._waiting) * FRAME_MS
        self._waiting.clear()
        self._room.set()


async def _closed(road: Road, party: Party | None) -> None:
    """A road that is broken already, or does not answer, is let be."""
    try:
        async with asyncio.timeout(_CLOSES_S):
            await road.close(party)
    except BROKEN:
        return
