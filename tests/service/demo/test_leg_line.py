"""A leg's line out of a simulated call: the call goes on when Earshot is slow, gone, or there again."""

import asyncio
import socket
from collections.abc import Iterator

from service.demo.leg_line import LegLine
from service.demo.roads import AudioSocketRoad, Road
from service.demo.sending_plan import Sending
from streaming.frames import Party

_FRAME = bytes(320)
_STREAM = "7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3"


class _Road:
    """Takes frames while `taking` is set; `broken` breaks it."""

    def __init__(self) -> None:
        self.taking, self.broken = asyncio.Event(), False
        self.taking.set()
        self.frames: list[int] = []
        self.closed = False

    async def open(self) -> None:
        """It is."""

    async def seek(self, packet: int, frame: int) -> None:
        self.frames.append(frame)

    async def send(self, pcm_s16le: bytes) -> None:
        await self.taking.wait()
        if self.broken:
            raise ConnectionResetError

    async def close(self, party: Party | None) -> None:
        self.closed = True


async def _play(line: LegLine, frames: range) -> None:
    for number in frames:
        await line.put(Sending(number * 20, number, number), _FRAME)
        await asyncio.sleep(0)


async def _ended(line: LegLine, running: "asyncio.Task[None]") -> None:
    line.end()
    await asyncio.wait_for(running, 5)


async def test_a_road_that_takes_nothing_costs_the_oldest_audio_and_never_the_calls_time() -> None:
    road = _Road()
    line = LegLine(road, None, patient=False)
    running = asyncio.create_task(line.run())
    road.taking.clear()
    async with asyncio.timeout(1):
        await _play(line, range(500))
    road.taking.set()
    await _ended(line, running)
    assert line.report.lost_ms == (500 - 101) * 20  # one is on its way, two seconds wait
    assert road.frames == [0, *range(400, 500)]


async def test_a_patient_sender_waits_and_loses_nothing() -> None:
    road = _Road()
    line = LegLine(road, None, patient=True)
    running, playing = asyncio.create_task(line.run()), asyncio.create_task(_play(line, range(300)))
    road.taking.clear()
    await asyncio.sleep(0.05)
    assert not playing.done()
    road.taking.set()
    await playing
    await _ended(line, running)
    assert (line.report.lost_ms, line.report.sent_ms) == (0, 6_000)


async def test_a_broken_road_is_made_anew_while_the_call_lasts() -> None:
    first, second = _Road(), _Road()
    tries: Iterator[Exception | Road] = iter([ConnectionRefusedError(), second])

    async def renew() -> Road:
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    line = LegLine(first, renew, patient=False)
    running = asyncio.create_task(line.run())
    first.broken = True
    await _play(line, range(10))
    while not line.report.returns:  # noqa: ASYNC110  # after 0.25 and 0.5 s
        await asyncio.sleep(0.01)
    await _play(line, range(10, 20))
    await _ended(line, running)
    assert first.closed
    assert (line.report.breaks, line.report.returns, line.report.lost_ms) == (1, 1, 20)
    assert second.frames == list(range(1, 20))


async def test_one_that_does_not_come_back_loses_the_rest_and_the_call_ends_when_it_ends() -> None:
    road = _Road()
    line = LegLine(road, None, patient=False)
    running = asyncio.create_task(line.run())
    road.broken = True
    await _play(line, range(50))
    await _ended(line, running)
    await _play(line, range(50, 60))
    assert (line.report.breaks, line.report.lost_ms) == (1, 60 * 20)


async def test_a_service_that_closes_the_socket_is_noticed() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    road = AudioSocketRoad("127.0.0.1", listening.getsockname()[1], _STREAM, 8_000)
    await road.open()
    line = LegLine(road, None, patient=False)
    running = asyncio.create_task(line.run())
    taken, _ = listening.accept()
    taken.close()
    for number in range(100):
        await line.put(Sending(number * 20, number, number), _FRAME)
        await asyncio.sleep(0.001)
    await _ended(line, running)
    await line.close(None)
    listening.close()
    assert line.report.breaks == 1
