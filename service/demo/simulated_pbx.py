"""A PBX that plays recordings as live calls over the real wire: announces, sends both legs, reports events."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from urllib.parse import quote

import httpx
import numpy as np
import numpy.typing as npt

from service.demo.recording import Recording, ScriptEvent
from service.demo.roads import Road
from service.demo.switchboard import Line, Target, Via, roads_of
from streaming.frames import FRAME_MS, Leg
from web.sources import CallEventType

_LAST_BREATH_MS = 100  # the other leg closes this long after the hang-up when nothing follows
_BETWEEN_CALLS_S = 1.0
_AGENTS = (("1001", "Li"), ("1002", "Park"), ("1003", "Zhang"), ("1004", "Kim"), ("1005", "Wang"), ("1006", "Chen"))
_QUEUES = ("delivery", "billing")


@dataclass(frozen=True, slots=True)
class Played:
    """One call that has been played."""

    call_id: str
    recording: str
    began_at: datetime


class SimulatedPbx:
    """Plays calls to one Earshot. `speed` 1.0 is real time."""

    def __init__(self, client: httpx.AsyncClient, target: Target, via: Via, speed: float = 1.0) -> None:
        self._client, self._target, self._via, self._speed = client, target, via, speed

    async def play_all(
        self, recordings: Sequence[Recording], calls: int, rounds: int | None, played: Callable[[Played], None]
    ) -> None:
        """Keep `calls` calls running at once, each line taking the next recording; `rounds` None is for ever."""
        lines = min(calls, len(recordings)) if rounds == 1 else calls
        async with asyncio.TaskGroup() as group:
            for line in range(lines):
                group.create_task(
                    self._line(line, list(islice(recordings, line, None, lines)), recordings, rounds, played)
                )

    async def play(self, recording: Recording, seat: int = 0) -> Played:
        """One call from announcement to the last leg's close. Raises httpx.HTTPError, OSError when Earshot is gone."""
        agent_id, agent_name = _AGENTS[seat % len(_AGENTS)]
        call_id = f"demo-{recording.name}-{uuid.uuid4().hex[:8]}"
        announced = await self._client.post(
            f"{self._target.base_url}/api/v1/calls",
            json={
                "call_id": call_id,
                "direction": "inbound",
                "language": recording.language,
                "queue": _QUEUES[seat % len(_QUEUES)],
                "team": "east" if seat % 2 == 0 else "west",
                "agent": {"id": agent_id, "name": agent_name, "extension": agent_id},
                "metadata": {"recording": recording.name},
            },
        )
        announced.raise_for_status()
        document = announced.json()
        streams = {leg: document["legs"][leg]["stream_id"] for leg in ("agent", "customer")}
        streams["mixed"] = document["mixed"]["stream_id"]
        if self._via.narrow:
            recording = recording.at(8_000)
        line = Line(call_id, tuple(leg for leg, _ in recording.legs), streams, recording.rate_hz)
        call = _PlayedCall(self._client, self._target, recording, call_id, self._speed)
        await call.run(roads_of(self._via, self._client, self._target, line))
        return Played(call_id, recording.name, call.began_at)

    async def _line(
        self,
        seat: int,
        own: Sequence[Recording],
        everything: Sequence[Recording],
        rounds: int | None,
        played: Callable[[Played], None],
    ) -> None:
        await asyncio.sleep(seat * 0.37 / self._speed)  # lines do not all begin on the same packet
        for recording in _program(seat, own, everything, rounds):
            played(await self.play(recording, seat))
            await asyncio.sleep(_BETWEEN_CALLS_S / self._speed)


class _PlayedCall:
    """One call on its way: legs and events against one absolute schedule."""

    def __init__(
        self, client: httpx.AsyncClient, target: Target, recording: Recording, call_id: str, speed: float
    ) -> None:
        self.began_at = datetime.now(UTC)
        self._client, self._recording, self._speed = client, recording, speed
        self._events_url = f"{target.base_url}/api/v1/calls/{quote(call_id, safe='')}/events"
        self._began_s = 0.0

    async def run(self, roads: dict[Leg, Road]) -> None:
        """Open every leg, then play audio and script until the last leg is closed."""
        for road in roads.values():
            await road.open()
        self._began_s, self.began_at = asyncio.get_running_loop().time(), datetime.now(UTC)
        async with asyncio.TaskGroup() as group:
            for leg, samples in self._recording.legs:
                group.create_task(self._send_leg(leg, samples, roads[leg]))
            for event in self._recording.script:
                group.create_task(self._send_event(event))

    async def _send_leg(self, leg: Leg, samples: npt.NDArray[np.int16], road: Road) -> None:
        recording, hangup = self._recording, self._recording.hangup
        until_ms = recording.duration_ms
        if hangup is not None and hangup.party == str(leg):
            until_ms = min(until_ms, hangup.at_ms)
        step = recording.rate_hz * FRAME_MS // 1000
        last = until_ms * recording.rate_hz // 1000
        for number, start in enumerate(range(0, last, step), start=1):
            await self._until(number * FRAME_MS)  # a frame is sent when its last sample has been spoken
            await road.send(samples[start : min(start + step, last)].tobytes())
        if hangup is not None and until_ms >= recording.duration_ms and hangup.party != str(leg):
            await self._until(max(until_ms, hangup.at_ms) + _LAST_BREATH_MS)
        await road.close(hangup.party if hangup is not None else None)

    async def _send_event(self, event: ScriptEvent) -> None:
        await self._until(event.at_ms)
        document: dict[str, object] = {"type": str(event.type)}
        if event.type is not CallEventType.ANSWERED:
            document["at"] = (self.began_at + timedelta(milliseconds=event.at_ms)).isoformat()
        for name, value in (("leg", event.leg), ("party", event.party), ("cause", event.cause)):
            if value is not None:
                document[name] = str(value)
        (await self._client.post(self._events_url, json=document)).raise_for_status()

    async def _until(self, at_ms: int) -> None:
        wait_s = self._began_s + at_ms / 1000 / self._speed - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)


def _program(
    seat: int, own: Sequence[Recording], everything: Sequence[Recording], rounds: int | None
) -> Iterator[Recording]:
    """What one line plays: for ever through everything from its own place on, or its own share of the rounds."""
    if rounds is None:
        yield from islice(cycle(everything), seat, None)
    else:
        yield from islice(cycle(own), len(own) * rounds) if own else ()
