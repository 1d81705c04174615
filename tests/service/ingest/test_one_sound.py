"""The contract of all dialects: what one telephone recording sounds like, sample by sample, whichever way it came."""

import asyncio
import socket

import httpx

from config.settings import IngestSettings
from service.clock import SystemClock
from service.demo.switchboard import Line, Target, Via, roads_of
from service.ingest.audiosocket_door import AudioSocketDoor
from streaming.frames import Leg
from tests.calls.played import as_telephone, recording
from tests.service.ingest.doors import Doors, open_doors, until
from web.sources import Announcement

_SECONDS = 4
_RATE_HZ = 8_000
_FRAME = 160
_AT_LEAST_BYTES = (_SECONDS * 1_000 - 60) * 32  # the resampler and the last frame hold a little back


def kept(doors: Doors, leg: Leg) -> bytes:
    """What the call's ring holds of a leg; nothing before its first audio."""
    ring = doors.call("c-1").sound.rings.get(leg) if doors.heard_ms("c-1", leg) else None
    return ring.cut(ring.start_ms, ring.end_ms)[1] if ring is not None else b""


async def heard(via: Via) -> dict[Leg, bytes]:
    """Both legs as the call's ring holds them at 16 kHz, each from its own beginning."""
    legs = [(leg, samples[: _SECONDS * _RATE_HZ]) for leg, samples in as_telephone(recording("talk_over")).legs]
    async with open_doors() as doors, httpx.AsyncClient(trust_env=False) as client:
        streams = doors.board.announce(Announcement(call_id="c-1")).stream_ids
        tcp = socket.create_server(("127.0.0.1", 0))
        tcp.setblocking(False)
        door = AudioSocketDoor(IngestSettings(), doors.board, SystemClock(), doors.counts)
        serving = asyncio.create_task(door.serve(tcp))
        target = Target(doors.http, "127.0.0.1", tcp.getsockname()[1])
        line = Line("c-1", tuple(leg for leg, _ in legs), {str(leg): each for leg, each in streams}, _RATE_HZ)
        roads = roads_of(via, client, target, line)
        for road in roads.values():
            await road.open()
        for start in range(0, _SECONDS * _RATE_HZ, _FRAME):
            for leg, samples in legs:
                await roads[leg].send(samples[start : start + _FRAME].astype("<i2").tobytes())
            await asyncio.sleep(0.0005)  # datagrams have no one who waits for them
        for leg, _ in legs:
            await until(lambda leg=leg: len(kept(doors, leg)) >= _AT_LEAST_BYTES)  # type: ignore[misc]  # mypy knows no default of a lambda
        sound = {leg: kept(doors, leg) for leg, _ in legs}
        for road in roads.values():
            await road.close(None)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return sound


async def test_every_dialect_carries_the_same_sound() -> None:
    by_road = {via: await heard(via) for via in Via}
    expected = by_road[Via.AUDIOSOCKET]
    for via, sound in by_road.items():
        assert set(sound) == {Leg.AGENT, Leg.CUSTOMER}, via
        for leg, samples in sound.items():
            length = min(len(samples), len(expected[leg]))
            assert length >= _AT_LEAST_BYTES, (via, leg)
            assert samples[:length] == expected[leg][:length], (via, leg)
