"""A console that times what it is told against when the sound was sent."""

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from alerts.alert import Kind
from service.bench.heard_back import HeardBack
from service.bench.line import LineCall
from streaming.frames import Leg
from web.sources import Tier

_WITHOUT_WORDS = frozenset({Kind.DEAD_AIR, Kind.LONG_SILENCE, Kind.TALK_OVER, Kind.ONE_WAY_AUDIO, Kind.NO_AUDIO})
_TIERS = (Tier.ACOUSTIC, Tier.SPOTTING, Tier.FULL)  # the lowest first
_MOST_FOLLOWED = 90  # the console socket takes a hundred topics
_FIRST_VERSION = 1  # later ones are the same alert, revised


class ConsoleEar:
    """One console socket. `calls` are those on their way, by id; a tier below `tier` is told as shed."""

    def __init__(self, calls: Mapping[str, LineCall], tier: Tier, heard: HeardBack) -> None:
        self._calls, self._tier, self._heard = calls, _TIERS.index(tier), heard
        self._followed: set[str] = set()
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def has_room(self) -> bool:
        """Whether it may follow one more call's words."""
        return len(self._followed) < _MOST_FOLLOWED

    async def open(self, url: str, *topics: str) -> None:
        """Connect and read from now on. Raises OSError, WebSocketException."""
        self._socket = await connect(url, max_size=None, compression=None)
        await self._socket.send(json.dumps({"type": "hello", "topics": topics}))
        self._reading = asyncio.create_task(self._read(self._socket))

    async def follow(self, call_id: str) -> None:
        """Be told this call's words."""
        self._followed.add(call_id)
        await self._say("subscribe", call_id)

    async def unfollow(self, call_id: str) -> None:
        """Not any more."""
        if call_id in self._followed:
            self._followed.discard(call_id)
            await self._say("unsubscribe", call_id)

    async def close(self) -> None:
        """Go."""
        self._closing = True
        if self._socket is not None and self._reading is not None:
            await self._socket.close()
            await self._reading

    async def _say(self, what: str, call_id: str) -> None:
        if self._socket is not None:
            with suppress(ConnectionClosed):  # told by the reader
                await self._socket.send(json.dumps({"type": what, "topics": [f"transcript:{call_id}"]}))

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for text in socket:
                self._take(json.loads(text), time.monotonic())
        if not self._closing:
            self._heard.socket_lost()

    def _take(self, message: dict[str, Any], now_s: float) -> None:
        match message["type"]:
            case "transcript":
                self._take_words(message, now_s)
            case "levels":
                self._take_levels(message, now_s)
            case "alert":
                self._take_alert(message.get("alert", message), now_s)
            case "call":
                self._take_call(message.get("call", message))
            case "call_ended":
                self._heard.over(message.get("call", message)["call_id"])
            case "error":
                self._heard.fault(f"the console was refused: {message['code']}")

    def _take_words(self, line: dict[str, Any], now_s: float) -> None:
        call = self._calls.get(line["call_id"])
        if call is None or not line["text"]:
            return
        sent_s = call.legs[Leg(line["leg"])].sent.completed_s(line["end_ms"])
        if sent_s is not None:
            self._heard.words(now_s - sent_s, final=line["final"])

    def _take_levels(self, levels: dict[str, Any], now_s: float) -> None:
        call = self._calls.get(levels["call_id"])
        for leg, out in call.legs.items() if call is not None else ():
            steps = len(levels[leg]["dbfs"]) if leg in levels else 0
            sent_s = out.sent.completed_s(levels["at_ms"] + steps * levels["step_ms"])
            if sent_s is not None:
                self._heard.levels(now_s - sent_s)

    def _take_alert(self, alert: dict[str, Any], now_s: float) -> None:
        if alert["kind"] not in _WITHOUT_WORDS or alert["version"] != _FIRST_VERSION:
            return
        call = self._calls.get(alert["call_id"])
        if call is None:
            return
        timing = alert["timing"]
        sent_s = [leg.sent.completed_s(timing["audio_end_ms"]) for leg in call.legs.values()]
        known_s = [at_s for at_s in sent_s if at_s is not None]
        self._heard.alert(
            (_time(timing["published_at"]) - _time(timing["received_at"])).total_seconds(),
            now_s - max(known_s) if known_s else None,
        )

    def _take_call(self, call: dict[str, Any]) -> None:
        tiers = [_TIERS.index(Tier(leg["tier"])) for leg in (call.get("legs") or {}).values()]
        if call["call_id"] in self._calls and tiers:
            self._heard.tier(call["call_id"], below=min(tiers) < self._tier)


def _time(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
