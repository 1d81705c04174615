"""The simulated PBX that plays for ever: what Earshot once refuses or does not answer is one call, not its end."""

import asyncio

import httpx
import numpy as np
import pytest

from service.demo.recording import Recording
from service.demo.simulated_pbx import Played, SimulatedPbx
from service.demo.switchboard import Target, Via
from streaming.frames import Leg

_SPEED = 20.0  # waits between calls are as much shorter
_SILENCE = np.zeros(800, np.int16)
_RECORDING = Recording("short", 8_000, ((Leg.AGENT, _SILENCE), (Leg.CUSTOMER, _SILENCE)), (), "ko")
_STREAMS = ("7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d1", "7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d2")


class _Earshot:
    """Takes calls by AudioSocket; the announcements of these numbers are not answered in time, or refused."""

    def __init__(self, unanswered: int, refused: int | None = None) -> None:
        self._unanswered, self._refused = unanswered, refused
        self.announced = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.announced += 1
        if self.announced == self._unanswered:
            raise httpx.ReadTimeout("busy", request=request)
        if self.announced == self._refused:
            return httpx.Response(503)
        agent, customer = _STREAMS
        legs = {"agent": {"stream_id": agent}, "customer": {"stream_id": customer}}
        return httpx.Response(201, json={"call_id": "c", "legs": legs, "mixed": {"stream_id": agent}})


async def _play(earshot: _Earshot, calls: int) -> list[Played]:
    """For ever, until so many calls have been played."""
    enough, played = asyncio.Event(), list[Played]()

    def keep(call: Played) -> None:
        played.append(call)
        if len(played) == calls:
            enough.set()

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    target = Target("http://earshot", "127.0.0.1", server.sockets[0].getsockname()[1])
    async with server, httpx.AsyncClient(transport=httpx.MockTransport(earshot.answer)) as client:
        pbx = SimulatedPbx(client, target, Via.AUDIOSOCKET, _SPEED)
        playing = asyncio.create_task(pbx.play_all([_RECORDING], 1, None, keep))
        ending = asyncio.create_task(enough.wait())
        await asyncio.wait((playing, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if playing.done():
            await playing
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    return played


async def test_a_call_that_is_not_taken_is_no_end_of_the_play() -> None:
    earshot = _Earshot(unanswered=2, refused=3)
    assert len(await _play(earshot, calls=2)) == 2
    assert earshot.announced == 4


async def test_who_takes_no_call_at_all_is_told_at_once() -> None:
    with pytest.raises(ExceptionGroup) as told:
        await _play(_Earshot(unanswered=1), calls=1)
    assert told.group_contains(httpx.ReadTimeout)
