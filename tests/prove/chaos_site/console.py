"""A console that goes to another node when its own is gone, resumes by cursor, and keeps count of what it was told."""

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.prove.chaos_site.site import Site

_AGAIN_S = 0.2


@dataclass(slots=True)
class CountingConsole:
    """What one supervisor's page was told, in order."""

    site: Site
    chance: random.Random
    again_s: float = _AGAIN_S
    cursor: int | None = None
    first_cursor: int | None = None
    told: list[tuple[int | None, str, int]] = field(default_factory=list)  # cursor, alert, version
    faults: list[str] = field(default_factory=list)
    banners: list[tuple[str, bool]] = field(default_factory=list)
    snapshots: int = 0
    reconnects: int = 0
    repeated_unstored: int = 0
    connected_to: str | None = None
    _unstored: set[tuple[str, int]] = field(default_factory=set)
    _known: set[tuple[str, int]] = field(default_factory=set)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            node = self.chance.choice(self.site.living() or self.site.nodes)
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    f"{node.http.replace('http', 'ws')}/ws/console", max_size=None, compression=None, open_timeout=3
                ) as socket:
                    hello: dict[str, Any] = {"type": "hello", "topics": ["alerts", "calls"]}
                    if self.cursor is not None:
                        hello["since"] = str(self.cursor)
                    await socket.send(json.dumps(hello))
                    async for text in socket:
                        self._take(json.loads(text), node.name)
            self.connected_to = None
            self.reconnects += 1
            await asyncio.sleep(self.again_s)

    async def hears_of(self, change: tuple[str, int] | None = None) -> None:
        """Wait until it is on a node that lives and has been told this version of an alert, or anything at all."""
        while not self._has_heard(change) or self.connected_to not in {node.name for node in self.site.living()}:
            self._more.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await self._more.wait()

    def _has_heard(self, change: tuple[str, int] | None) -> bool:
        return bool(self._known) if change is None else change in self._known

    def _take(self, message: dict[str, Any], node: str) -> None:
        match message["type"]:
            case "snapshot":
                self.snapshots += 1
                self.cursor = int(message["cursor"])
                self.first_cursor = self.cursor if self.first_cursor is None else self.first_cursor
                self._known |= {(alert["alert_id"], alert["version"]) for alert in message["alerts"]}
                self.connected_to = node
            case "resumed":
                self.connected_to = node
            case "heartbeat":
                self.cursor = max(self.cursor or 0, int(message["cursor"]))
            case "banner":
                self.banners.append((message["about"], message["active"]))
            case "alert":
                self._take_alert(message)
        self._more.set()

    def _take_alert(self, message: dict[str, Any]) -> None:
        key = (message["alert_id"], message["version"])
        cursor = None if message["cursor"] is None else int(message["cursor"])
        if cursor is not None:
            if self.cursor is not None and cursor <= self.cursor:
                self.faults.append(f"cursor {cursor} after {self.cursor}")
            self.cursor = cursor
        if key in self._unstored and cursor is not None:
            self.repeated_unstored += 1  # told without a cursor, then its node died: a page knows it by its version
            self._unstored.discard(key)
        elif key in self._known:
            self.faults.append(f"told twice: {key[0]} version {key[1]}")
        self._known.add(key)
        if cursor is None:
            self._unstored.add(key)
        self.told.append((cursor, *key))
