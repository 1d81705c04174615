"""A PBX whose calls go on whatever happens: a line that breaks is taken up again on another node."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from service.demo.recording import demo_recordings, load_recording
from tests.prove.chaos_site.site import Site, SiteNode

_PACKET_MS = 200
_AGAIN_S = 0.3
_SILENT_FROM_MS, _TOO_LONG_MS = 8_156, 11_156  # of the recording: from where nobody speaks, and for 3 s


class Choice(Protocol):
    """Says which node a call goes to."""

    def choice(self, nodes: list[SiteNode]) -> SiteNode:
        """One of them."""
        ...


class AtRandom:
    """By a seeded chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def choice(self, nodes: list[SiteNode]) -> SiteNode:
        """Any of them."""
        return self._chance.choice(nodes)


@dataclass(frozen=True, slots=True)
class SilencePlayed:
    """A silence has just become too long: when that was sent, and the longest break of the line inside it."""

    call_id: str
    sent_s: float
    broken_s: float


class StubbornPbx:
    """Plays a recording with a dead air over and over in every call, both legs on one stereo socket."""

    def __init__(
        self,
        site: Site,
        calls: int,
        chance: Choice,
        prefix: str = "chaos",
        again_s: float = _AGAIN_S,
        packet_ms: int = _PACKET_MS,
    ) -> None:
        self._site, self._chance, self._prefix, self._again_s = site, chance, prefix, again_s
        self._packet_ms = packet_ms
        recording = load_recording(next(path for path in demo_recordings() if path.stem == "dead_air"))
        legs = dict(recording.legs)
        left, right = (legs[leg] for leg in sorted(legs))
        self._pcm = np.stack([left, right], axis=1).astype("<i2").tobytes()
        self._rate_hz = recording.rate_hz
        self._calls = calls
        self.attached: dict[str, str] = {}  # which node each call is on now
        self.moves = 0
        self.silences: list[SilencePlayed] = []

    @asynccontextmanager
    async def ringing(self) -> AsyncIterator[None]:
        """All calls run until the block ends."""
        tasks = [asyncio.create_task(self._call(f"{self._prefix}-{number}", number)) for number in range(self._calls)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def all_attached(self) -> None:
        """Wait until every call is on a node that lives."""
        while True:
            living = {node.name for node in self._site.living()}
            if len(self.attached) == self._calls and set(self.attached.values()) <= living:
                return
            await asyncio.sleep(0.05)

    def _ms_of(self, at: int) -> int:
        return at // 4 * 1000 // self._rate_hz

    async def _call(self, call_id: str, number: int) -> None:
        step = self._rate_hz * self._packet_ms // 1000 * 4
        at = len(self._pcm) // 4 * number // self._calls * 4 // step * step  # the dead airs are spread over time
        sent_s, broken_s = time.monotonic(), 0.0
        while True:
            node = self._chance.choice(self._site.living() or self._site.nodes)
            try:
                async with connect(
                    f"{node.http.replace('http', 'ws')}/ingest/ws/{call_id}/stereo", compression=None, open_timeout=3
                ) as socket:
                    await socket.send(json.dumps({"type": "start", "rate_hz": self._rate_hz, "encoding": "pcm_s16le"}))
                    self.attached[call_id] = node.name
                    due_s = asyncio.get_running_loop().time()
                    while True:
                        await socket.send(self._pcm[at : at + step])
                        sent_s, away_s = time.monotonic(), time.monotonic() - sent_s - self._packet_ms / 1000
                        at_ms = self._ms_of(at)
                        silent = _SILENT_FROM_MS - self._packet_ms <= at_ms <= _TOO_LONG_MS
                        broken_s = max(broken_s, away_s) if silent else 0.0
                        if at_ms <= _TOO_LONG_MS < at_ms + self._packet_ms:
                            self.silences.append(SilencePlayed(call_id, sent_s, broken_s))
                        at = at + step if at + step < len(self._pcm) else 0
                        due_s += self._packet_ms / 1000
                        await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
            except (OSError, WebSocketException, TimeoutError):
                self.attached.pop(call_id, None)
                self.moves += 1
                await asyncio.sleep(self._again_s)
