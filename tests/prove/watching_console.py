"""A console that writes down what it is told and when it was told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


@dataclass(slots=True)
class Told:
    """One message and its arrival."""

    at: datetime
    message: dict[str, Any]


@dataclass(slots=True)
class WatchingConsole:
    """Everything one console socket was told."""

    told: list[Told] = field(default_factory=list)

    def of(self, kind: str) -> list[Told]:
        """Messages of one type, in order."""
        return [each for each in self.told if each.message["type"] == kind]

    def alerts(self, call_id: str | None = None) -> dict[str, dict[str, Any]]:
        """The newest version of every alert, by its id."""
        newest: dict[str, dict[str, Any]] = {}
        for each in self.of("alert"):
            alert = each.message.get("alert", each.message)
            if call_id is None or alert["call_id"] == call_id:
                newest[alert["alert_id"]] = alert
        return newest


@asynccontextmanager
async def watching(base: str, *topics: str, follow_all: bool = False) -> AsyncIterator[WatchingConsole]:
    """Connect, say hello, read until the block ends. `follow_all` subscribes every call's transcript as it appears."""
    console = WatchingConsole()
    async with connect(f"{base}/ws/console", max_size=None, compression=None) as socket:
        await socket.send(json.dumps({"type": "hello", "topics": list(topics or ("alerts", "calls"))}))

        async def read() -> None:
            followed: set[str] = set()
            try:
                async for text in socket:
                    message = json.loads(text)
                    console.told.append(Told(datetime.now(UTC), message))
                    if follow_all and message["type"] == "call":
                        call_id = message.get("call", message)["call_id"]
                        if call_id not in followed:
                            followed.add(call_id)
                            await socket.send(json.dumps({"type": "subscribe", "topics": [f"transcript:{call_id}"]}))
            except ConnectionClosed:
                return

        reading = asyncio.create_task(read())
        try:
            yield console
        finally:
            await socket.close()
            await reading


def monotonic_s() -> float:
    """For durations."""
    return time.monotonic()
