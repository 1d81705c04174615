"""Calls on a real Earshot: announced, sent on a real road, heard back on real console sockets."""

import json
from urllib.parse import quote

import httpx

from service.bench.console_ear import ConsoleEar
from service.bench.heard_back import HeardBack
from service.bench.leg_sockets import AudioSocketLeg, BlockLeg
from service.bench.line import LineCall
from service.bench.material import RATE_HZ
from service.bench.orders import EarshotTarget
from streaming.frames import FRAME_MS, Leg
from web.sources import Tier

_PATIENCE_S = 1.0


class EarshotCalls:
    """Fills `Target`; `open` before, `close` after. The calls' transcripts are shared out among several consoles."""

    def __init__(self, target: EarshotTarget, block_ms: int, heard: HeardBack) -> None:
        self._target, self._block_frames, self._heard = target, block_ms // FRAME_MS, heard
        self._client = httpx.AsyncClient(timeout=30, trust_env=False, limits=httpx.Limits(max_connections=None))
        self._calls: dict[str, LineCall] = {}
        self._legs: dict[str, list[AudioSocketLeg | BlockLeg]] = {}
        self._consoles: list[ConsoleEar] = []

    async def open(self) -> None:
        """The console that is told alerts, calls and levels. Raises OSError, WebSocketException."""
        await self._console("alerts", "calls", "levels")

    async def connect(self, call: LineCall) -> None:
        """See Target."""
        announced = await self._client.post(
            f"{self._target.http}/api/v1/calls",
            json={
                "call_id": call.call_id,
                "direction": "inbound",
                "language": self._target.language,
                "queue": "bench",
                "agent": {"id": call.call_id.rpartition("-")[0]},
            },
        )
        announced.raise_for_status()
        self._calls[call.call_id] = call
        if self._target.tier is not Tier.ACOUSTIC:
            await self._follow(call.call_id)
        legs = self._legs[call.call_id] = []
        for leg in (Leg.AGENT, Leg.CUSTOMER):
            out = await self._leg(call.call_id, leg, announced.json()["legs"][leg]["stream_id"])
            call.legs[leg] = out
            legs.append(out)

    async def hang_up(self, call: LineCall) -> None:
        """See Target."""
        place = f"{self._target.http}/api/v1/calls/{quote(call.call_id, safe='')}/events"
        try:
            await self._client.post(place, json={"type": "hangup", "party": "customer"})
        except httpx.HTTPError:
            self._heard.fault("a hang-up was not taken")
        for leg in self._legs.pop(call.call_id, ()):
            if isinstance(leg, AudioSocketLeg):
                await leg.close()
            else:
                await leg.close('{"type": "stop", "party": "customer"}', _PATIENCE_S)
        for console in self._consoles:
            await console.unfollow(call.call_id)
        self._calls.pop(call.call_id, None)

    async def close(self) -> None:
        """Nothing more is asked or told."""
        for console in self._consoles:
            await console.close()
        await self._client.aclose()

    async def _leg(self, call_id: str, leg: Leg, stream_id: str) -> AudioSocketLeg | BlockLeg:
        if self._target.via == "audiosocket":
            frames = AudioSocketLeg(stream_id, self._heard.socket_lost)
            await frames.open(self._target.audiosocket_host, self._target.audiosocket_port)
            return frames
        first = 1 + len(self._calls) * 3 % self._block_frames
        blocks = BlockLeg(self._block_frames, first, self._heard.socket_lost)
        start = {"type": "start", "rate_hz": RATE_HZ, "encoding": "pcm_s16le"}
        url = f"{_websocket(self._target.http)}/ingest/ws/{quote(call_id, safe='')}/{leg}"
        await blocks.open(url, json.dumps(start), greeted=True)
        return blocks

    async def _follow(self, call_id: str) -> None:
        console = next((each for each in self._consoles if each.has_room), None)
        if console is None:
            console = await self._console()
        await console.follow(call_id)

    async def _console(self, *topics: str) -> ConsoleEar:
        console = ConsoleEar(self._calls, self._target.tier, self._heard)
        await console.open(f"{_websocket(self._target.http)}/ws/console", *topics)
        self._consoles.append(console)
        return console


def _websocket(http: str) -> str:
    return http.replace("http", "ws", 1)
