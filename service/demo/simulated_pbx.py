"""A PBX that plays recordings as live calls over the real wire: announces, sends both legs, reports events."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import numpy.typing as npt

from service.demo.leg_line import BROKEN, LegLine, LineReport
from service.demo.line_faults import NONE, FaultKind, HangUpOrder, LineFaults
from service.demo.recording import Recording, ScriptEvent
from service.demo.roads import Road
from service.demo.sending_plan import sendings
from service.demo.switchboard import Line, Target, Via, roads_of
from streaming.frames import FRAME_MS, Leg, Party, other_leg
from streaming.loudness import levels_and_sums
from web.sources import CallEventType

_LAST_BREATH_MS = 100  # the other leg closes this long after the hang-up when nothing follows
_LATE_EVENT_MS = 3_000  # a hang-up that is reported late comes so long after the sockets have closed
_BETWEEN_CALLS_S = 1.0
_NOT_TAKEN_S = 2.0  # before the next call, where one was not taken
_TELL_AGAIN_S = (0.0, 0.5, 1.0, 2.0, 4.0)
_DRAINS_S = 2.0  # at a leg's end: what Earshot does not take within this time is lost
AGENTS = (("1001", "Li"), ("1002", "Park"), ("1003", "Zhang"), ("1004", "Kim"), ("1005", "Wang"), ("1006", "Chen"))
_QUEUES = ("delivery", "billing")


@dataclass(frozen=True, slots=True)
class Played:
    """One call that has been played."""

    call_id: str
    recording: str
    began_at: datetime
    line: LineReport  # both legs together
    events_lost: int


class SimulatedPbx:
    """Plays calls to one Earshot. `speed` 1.0 is real time; `faults` is what goes wrong on every line.

    Once a call has begun it goes on to its end, whatever becomes of its way to Earshot.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        target: Target,
        via: Via,
        speed: float = 1.0,
        faults: LineFaults = NONE,
        prefix: str = "demo-",
    ) -> None:
        self._client, self._target, self._via, self._speed, self._faults = client, target, via, speed, faults
        self._prefix = prefix  # of the calls' ids
        self._taken = False  # whether Earshot has ever taken a call

    async def play_all(
        self, recordings: Sequence[Recording], calls: int, rounds: int | None, played: Callable[[Played], None]
    ) -> None:
        """Keep `calls` calls running at once, each line taking the next recording; `rounds` None is for ever.

        For ever goes on where Earshot, having taken a call before, does not take one.
        """
        lines = min(calls, len(recordings)) if rounds == 1 else calls
        async with asyncio.TaskGroup() as group:
            for line in range(lines):
                group.create_task(
                    self._line(line, list(islice(recordings, line, None, lines)), recordings, rounds, played)
                )

    async def play(self, recording: Recording, seat: int = 0) -> Played:
        """One call from announcement to the last leg's close. Raises httpx.HTTPError, OSError, WebSocketException when
        Earshot does not take it at first."""
        call_id = f"{self._prefix}{recording.name}-{uuid.uuid4().hex[:8]}"
        whose = whose_call(seat)
        late = self._faults.one(FaultKind.LATE_METADATA)
        announcement = {
            "call_id": call_id,
            "direction": "inbound",
            "language": recording.language,
            "metadata": {"recording": recording.name},
            **(whose if late is None else {}),
        }
        if self._via.narrow:
            recording = recording.at(8_000)
        document = await self._announced(announcement, None)
        roads = self._roads(document, recording)
        for road in roads.values():
            await road.open()
        self._taken = True

        async def renewed(leg: Leg) -> Road:
            """The call is announced once more: Earshot may have been started anew and know nothing of it."""
            road = self._roads(await self._announced(announcement, document), recording)[leg]
            await road.open()
            return road

        lines = {
            leg: LegLine(
                road,
                partial(renewed, leg) if self._via.comes_back else None,
                patient=self._speed > 1 or self._via is Via.VOSK,
            )
            for leg, road in roads.items()
        }
        call = _PlayedCall(self._client, self._target, recording, call_id, self._speed, self._faults)
        await call.run(lines, whose if late is not None else None)
        reports = sum((line.report for line in lines.values()), LineReport(latest_ms=call.latest_ms))
        return Played(call_id, recording.name, call.began_at, reports, call.events_lost)

    async def _announced(self, announcement: dict[str, object], known: dict[str, Any] | None) -> dict[str, Any]:
        """What Earshot answers; `known` where it knows the call, and more of it than is said here."""
        announced = await self._client.post(f"{self._target.base_url}/api/v1/calls", json=announcement)
        if known is not None and announced.status_code == httpx.codes.CONFLICT:
            return known
        announced.raise_for_status()
        answer: dict[str, Any] = announced.json()
        return answer

    def _roads(self, document: dict[str, Any], recording: Recording) -> dict[Leg, Road]:
        streams = {leg: document["legs"][leg]["stream_id"] for leg in ("agent", "customer")}
        streams["mixed"] = document["mixed"]["stream_id"]
        wrong, late = self._faults.one(FaultKind.WRONG_RATE), self._faults.one(FaultKind.LATE_METADATA)
        line = Line(
            document["call_id"],
            tuple(leg for leg, _ in recording.legs),
            streams,
            recording.rate_hz if wrong is None else int(wrong.value),
            0 if late is None else int(late.value),
        )
        roads = roads_of(self._via, self._client, self._target, line)
        if self._faults.one(FaultKind.SWAPPED_LEGS) is not None and len(roads) == 2:
            return {leg: roads[other_leg(leg)] for leg in roads}
        return roads

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
            try:
                call = await self.play(recording, seat)
            except BROKEN:
                if rounds is not None or not self._taken:
                    raise
                await asyncio.sleep(_NOT_TAKEN_S / self._speed)  # one call less: a PBX goes on
                continue
            played(call)
            await asyncio.sleep(_BETWEEN_CALLS_S / self._speed)


class _PlayedCall:
    """One call on its way: legs and events against one absolute schedule."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        target: Target,
        recording: Recording,
        call_id: str,
        speed: float,
        faults: LineFaults,
    ) -> None:
        self.began_at = datetime.now(UTC)
        self._client, self._recording, self._speed, self._faults = client, recording, speed, faults
        self._call_url = f"{target.base_url}/api/v1/calls/{quote(call_id, safe='')}"
        self._order = HangUpOrder(word.word) if (word := faults.one(FaultKind.HANGUP_ORDER)) is not None else None
        self._began_s = 0.0
        self._lines: dict[Leg, LegLine] = {}
        self.events_lost = 0
        self.latest_ms = 0.0

    async def run(self, lines: dict[Leg, LegLine], late_metadata: dict[str, object] | None = None) -> None:
        """Play audio and script until the last leg is closed."""
        self._lines = lines
        self._began_s, self.began_at = asyncio.get_running_loop().time(), datetime.now(UTC)
        async with asyncio.TaskGroup() as group:
            for leg, samples in self._recording.legs:
                group.create_task(self._send_leg(leg, samples, lines[leg]))
            for event in self._recording.script:
                group.create_task(self._send_event(event))
            late = self._faults.one(FaultKind.LATE_METADATA)
            if late_metadata is not None and late is not None:
                group.create_task(self._amend(late_metadata, late.value))

    async def _send_leg(self, leg: Leg, samples: npt.NDArray[np.int16], line: LegLine) -> None:
        recording, hangup = self._recording, self._recording.hangup
        until_ms, waits = self._leg_ends(leg)
        step = recording.rate_hz * FRAME_MS // 1000
        last = until_ms * recording.rate_hz // 1000
        frames = -(-last // step)
        levels, _ = levels_and_sums(np.resize(samples[:last], frames * step).reshape(frames, step))
        faults = self._faults.on(leg)
        sending_on = asyncio.create_task(line.run())
        for sending in sendings(frames, levels, faults, Random(f"{recording.name}/{leg}")):  # noqa: S311  # a repeatable fault is no secret
            await self._until(sending.at_ms)  # a frame is sent when its last sample has been spoken
            start = sending.frame * step
            await line.put(sending, samples[start : min(start + step, last)].tobytes())
        if waits and hangup is not None:
            await self._until(max(until_ms, hangup.at_ms) + _LAST_BREATH_MS)
        gone = next((fault for fault in faults if fault.kind is FaultKind.HALF_OPEN), None)
        if gone is not None:
            await self._until(recording.duration_ms + gone.value)
        says_who = hangup is not None and self._order not in (HangUpOrder.EVENT_NEVER, HangUpOrder.EVENT_LATE)
        line.end()
        await asyncio.wait((sending_on,), timeout=None if line.patient else _DRAINS_S)
        sending_on.cancel()
        await line.close(hangup.party if hangup is not None and says_who else None)

    def _leg_ends(self, leg: Leg) -> tuple[int, bool]:
        """How far the leg's audio goes, and whether its socket waits for the other's to close first."""
        recording, hangup = self._recording, self._recording.hangup
        if hangup is None or hangup.party not in (Party.AGENT, Party.CUSTOMER):
            return recording.duration_ms, False
        if self._order is HangUpOrder.TOGETHER:
            return min(recording.duration_ms, hangup.at_ms), False
        first = hangup.party if self._order is not HangUpOrder.OTHER_FIRST else str(other_leg(Leg(hangup.party)))
        if first == str(leg):
            return min(recording.duration_ms, hangup.at_ms), False
        return recording.duration_ms, True

    async def _amend(self, whose: dict[str, object], at_ms: float) -> None:
        await self._until(at_ms)
        await self._tell("PATCH", self._call_url, whose)

    async def _send_event(self, event: ScriptEvent) -> None:
        late_ms = 0
        if event.type is CallEventType.HANGUP and self._order is HangUpOrder.EVENT_NEVER:
            return
        if event.type is CallEventType.HANGUP and self._order is HangUpOrder.EVENT_LATE:
            late_ms = max(0, self._recording.duration_ms - event.at_ms) + _LATE_EVENT_MS
        await self._until(event.at_ms + late_ms)
        document: dict[str, object] = {"type": str(event.type)}
        if event.type is not CallEventType.ANSWERED:
            document["at"] = (self.began_at + timedelta(milliseconds=event.at_ms)).isoformat()
        for name, value in (("leg", event.leg), ("party", event.party), ("cause", event.cause)):
            if value is not None:
                document[name] = str(value)
        await self._tell("POST", f"{self._call_url}/events", document)

    async def _tell(self, method: str, url: str, document: dict[str, object]) -> None:
        """Whoever tells of a call tries for a while. What cannot be told is counted: a call does not end by it."""
        for pause_s in _TELL_AGAIN_S:
            await asyncio.sleep(pause_s)
            try:
                answer = await self._client.request(method, url, json=document)
            except httpx.TransportError:
                continue
            if answer.is_client_error and not any(line.report.breaks for line in self._lines.values()):
                answer.raise_for_status()  # Earshot is as it was: what we say must be wrong
            if answer.is_success:
                return
        self.events_lost += 1

    async def _until(self, at_ms: float) -> None:
        wait_s = self._began_s + at_ms / 1000 / self._speed - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self.latest_ms = max(self.latest_ms, -wait_s * 1000)


def whose_call(seat: int) -> dict[str, object]:
    """Whose call it is, by the line's seat."""
    agent_id, agent_name = AGENTS[seat % len(AGENTS)]
    return {
        "queue": _QUEUES[seat % len(_QUEUES)],
        "team": "east" if seat % 2 == 0 else "west",
        "agent": {"id": agent_id, "name": agent_name, "extension": agent_id},
    }


def _program(
    seat: int, own: Sequence[Recording], everything: Sequence[Recording], rounds: int | None
) -> Iterator[Recording]:
    """What one line plays: for ever through everything from its own place on, or its own share of the rounds."""
    if rounds is None:
        yield from islice(cycle(everything), seat, None)
    else:
        yield from islice(cycle(own), len(own) * rounds) if own else ()
