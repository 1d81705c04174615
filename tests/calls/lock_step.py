"""A recording through the real sockets of a dialect, frame by frame: call time goes on when the frame has been heard.

So what comes out does not depend on how busy the machine is, nor on how fast its decoders are.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from alerts.alert import Alert
from alerts.desk import AlertDesk
from alerts.reader import reader_of
from alerts.watch import CallWatch
from config.rule_packs import RulePack
from config.settings import IngestSettings, Language, Settings
from service.call_board import CallBoard
from service.call_record import CallRecord
from service.clock import PlayClock
from service.demo.recording import Recording
from service.demo.roads import Road
from service.demo.switchboard import Line, Target, Via, roads_of
from service.ingest.audiosocket_door import AudioSocketDoor
from service.live_call import LiveCall
from service.playback import PlaybackOutlet
from service.recognition.group import RecognitionGroup
from service.recognition.leg_recognition import LegRecognition
from streaming.frames import FRAME_MS, Leg, Party
from tests.fakes.board import KeepingCalls
from tests.service.ingest.doors import Doors, open_doors, until
from web.sources import Announcement, CallEvent, CallOverError

_BEGAN_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_RUN_OUT_MS = 8_000  # a leg that only closes is given up after 5 s
_PULSE_MS = 100

Word = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one call gave."""

    alerts: tuple[Alert, ...]
    words: dict[Leg, tuple[Word, ...]]  # of finals, with their times in the call

    def places(self) -> dict[tuple[str, str, str | None], tuple[int, int]]:
        """Where each alert is."""
        return {
            (str(each.kind), each.rule, each.leg): (each.evidence.from_ms, each.evidence.to_ms) for each in self.alerts
        }

    def text(self, leg: Leg) -> str:
        """What the leg said."""
        return " ".join(text for text, _, _ in self.words.get(leg, ()))


async def heard_by(via: Via, played: Recording, pack: RulePack | None, group: RecognitionGroup | None) -> Heard:
    """Both legs at 20 ms a frame, the script's events in between, the end as the script has it."""
    clock, outlet = PlayClock(_BEGAN_AT), PlaybackOutlet()
    board = _board(Settings(language=Language(played.language or "ko")), clock, pack, group, outlet)
    async with open_doors(board=board, clock=clock) as doors, _audiosocket(doors, clock) as port:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            announced = board.announce(Announcement(call_id="c-1", language=played.language))
            line = Line("c-1", tuple(leg for leg, _ in played.legs), dict(announced.stream_ids), played.rate_hz)
            roads = roads_of(via, client, Target(doors.http, "127.0.0.1", port), line)
            await _Playing(played, doors, clock, roads, group).run()
        for call in board.live_calls():
            await call.drained()
        for _ in range(0, _RUN_OUT_MS, _PULSE_MS):
            clock.move_to(clock.monotonic_ms() + _PULSE_MS)
            board.pulse()
        (call,) = board.live_calls()
        await call.drained()
        if not call.closed:
            call.close()
        words = {
            leg: tuple(
                (word.text, word.start_ms, word.end_ms)
                for each in outlet.lines
                if each.heard.leg is leg
                for word in each.heard.words
            )
            for leg, _ in played.legs
        }
    return Heard(tuple(outlet.alerts()), words)


class _Playing:
    """The legs of one call on their way."""

    def __init__(
        self,
        played: Recording,
        doors: Doors,
        clock: PlayClock,
        roads: dict[Leg, Road],
        group: RecognitionGroup | None,
    ) -> None:
        self._played, self._doors, self._clock, self._roads, self._group = played, doors, clock, roads, group
        self._events = list(played.script)
        self._sent_ms = 0
        ends = played.hangup
        self._first = (Leg(ends.party), ends.at_ms) if ends and ends.party in (Party.AGENT, Party.CUSTOMER) else None

    async def run(self) -> None:
        for road in self._roads.values():
            await road.open()
        step, open_legs = self._played.rate_hz * FRAME_MS // 1000, set(self._roads)
        for at_ms in range(0, self._played.duration_ms // FRAME_MS * FRAME_MS, FRAME_MS):
            self._clock.move_to(at_ms + FRAME_MS)
            self._report(at_ms + FRAME_MS)
            for leg, samples in self._played.legs:
                if leg in open_legs and self._first is not None and leg is self._first[0] and at_ms >= self._first[1]:
                    open_legs.discard(leg)
                    await self._roads[leg].close(None)
                if leg in open_legs:
                    start = at_ms * self._played.rate_hz // 1000
                    await self._roads[leg].send(samples[start : start + step].astype("<i2").tobytes())
                    self._sent_ms += FRAME_MS
            await until(lambda: sum(self._doors.counts.audio_ms.values()) >= self._sent_ms)
            if at_ms % _PULSE_MS == 0:
                self._doors.board.pulse()
                if self._group is not None:
                    await self._group.room()
        for leg in open_legs:
            await self._roads[leg].close(None)
        await until(lambda: not any(self._doors.counts.open_connections.values()))
        self._report(self._played.duration_ms + 1)

    def _report(self, now_ms: int) -> None:
        while self._events and self._events[0].at_ms < now_ms:
            event = self._events.pop(0)
            at = _BEGAN_AT + timedelta(milliseconds=event.at_ms)
            try:
                self._doors.board.report("c-1", CallEvent(event.type, event.leg, at, event.party, event.cause))
            except CallOverError:
                return


def _board(
    settings: Settings, clock: PlayClock, pack: RulePack | None, group: RecognitionGroup | None, outlet: PlaybackOutlet
) -> CallBoard:
    def new_call(record: CallRecord) -> LiveCall:
        return LiveCall(
            record=record,
            settings=settings,
            clock=clock,
            recognize=lambda call_id, leg, heard: LegRecognition(
                leg, f"{call_id}/{leg}", group, settings.segments, heard, patient=True
            ),
            watch=CallWatch(settings.detection, pack, reader_of(settings.language), settings.hearing),
            desk=AlertDesk(settings.language),
            outlet=outlet,
        )

    return CallBoard(settings, clock, new_call, KeepingCalls())


@asynccontextmanager
async def _audiosocket(doors: Doors, clock: PlayClock) -> AsyncIterator[int]:
    tcp = socket.create_server(("127.0.0.1", 0))
    tcp.setblocking(False)
    # The kernel gathers nothing here: a clock that waits for what it gathers would stand still. The legs do gather.
    door = AudioSocketDoor(IngestSettings(gather_ms=0), doors.board, clock, doors.counts)
    serving = asyncio.create_task(door.serve(tcp))
    try:
        yield tcp.getsockname()[1]
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
