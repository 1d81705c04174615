"""Our own audio WebSocket over a real server: formats, cuts, faults by name, takeover, stereo."""

import asyncio
import json
from collections.abc import AsyncIterator

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from config.settings import IngestSettings
from streaming.frames import Leg, Party
from streaming.wire.events import Fault
from streaming.wire.g711 import encode_alaw, encode_mulaw
from tests.service.ingest.doors import TONE_8K, open_doors, until


def _start(rate_hz: int = 8_000, encoding: str = "pcm_s16le") -> str:
    return json.dumps({"type": "start", "rate_hz": rate_hz, "encoding": encoding})


async def _until_closed(socket: ClientConnection) -> AsyncIterator[str | bytes]:
    while True:
        try:
            yield await socket.recv()
        except ConnectionClosed:
            return


async def _ready(socket: ClientConnection, start: str | None = None) -> None:
    await socket.send(start if start is not None else _start())
    assert json.loads(await socket.recv()) == {"type": "ready"}


@pytest.mark.parametrize(
    ("encoding", "block"),
    [("pcm_s16le", TONE_8K), ("mulaw", encode_mulaw(TONE_8K)), ("alaw", encode_alaw(TONE_8K))],
)
async def test_each_encoding_is_heard_however_it_is_cut(encoding: str, block: bytes) -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/ws/c-1/agent") as socket:
        await _ready(socket, _start(8_000, encoding))
        stream = block * 10
        for start in range(0, len(stream), 77):
            await socket.send(stream[start : start + 77])
        await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 200)
        assert doors.call("c-1").ears[Leg.AGENT].level_dbfs == pytest.approx(-17.7, abs=1)


async def test_stereo_keeps_its_sides_and_its_end_ends_both() -> None:
    async with open_doors() as doors:
        async with connect(f"{doors.ws}/ingest/ws/c-1/stereo") as socket:
            await _ready(socket, _start(16_000))
            left, right = np.full(3_200, 8_000, "<i2"), np.zeros(3_200, "<i2")
            left[::2] *= -1  # a steady value would be an offset, not a sound
            both = np.stack([left, right], axis=1).tobytes()
            await socket.send(both[:641])
            await socket.send(both[641:])
            await until(lambda: doors.heard_ms("c-1", Leg.CUSTOMER) == 200)
            call = doors.call("c-1")
            assert call.ears[Leg.AGENT].level_dbfs > -15
            assert call.ears[Leg.CUSTOMER].level_dbfs == -96
        await until(lambda: not call.connected(Leg.AGENT) and not call.connected(Leg.CUSTOMER))


async def test_stop_says_who_hung_up() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/ws/c-1/agent") as socket:
        await _ready(socket)
        await socket.send(TONE_8K)
        await socket.send(json.dumps({"type": "stop", "party": "customer"}))
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000
        call = doors.call("c-1")
        call.pulse()
        await asyncio.sleep(0.4)
        call.pulse()
        assert call.record.hung_up_by is Party.CUSTOMER


@pytest.mark.parametrize(
    ("fault", "code", "messages"),
    [
        (Fault.BAD_START, 1008, [TONE_8K]),
        (Fault.BAD_START, 1008, ['{"type": "start"}']),
        (Fault.BAD_FORMAT, 1003, [_start(7_999)]),
        (Fault.BAD_FORMAT, 1003, [_start(8_000, "opus")]),
        (Fault.BAD_JSON, 1007, ["{"] * 21),
        (Fault.TOO_LARGE, 1009, [json.dumps({"type": "start", "padding": "x" * 70_000})]),
        (Fault.TOO_LARGE, 1009, [_start(), bytes((1 << 20) + 2)]),
    ],
)
async def test_a_bad_sender_is_told_what_is_wrong_while_a_good_one_goes_on(
    fault: Fault, code: int, messages: list[bytes | str]
) -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/ws/good/agent") as good:
        await _ready(good)
        async with connect(f"{doors.ws}/ingest/ws/bad/agent") as bad:
            for message in messages:
                await bad.send(message)
            said = [json.loads(text) async for text in _until_closed(bad)]
        assert bad.close_code == code
        assert said[-1]["type"] == "error"
        assert said[-1]["code"] == fault
        assert said[-1]["detail"]
        await good.send(TONE_8K * 5)
        await until(lambda: doors.heard_ms("good", Leg.AGENT) == 100)


async def test_a_text_that_is_no_json_is_answered_and_the_call_goes_on() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/ws/c-1/agent") as socket:
        await _ready(socket)
        await socket.send("{nonsense")
        assert json.loads(await socket.recv())["code"] == Fault.BAD_JSON
        await socket.send(TONE_8K)
        await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)


@pytest.mark.parametrize(("path", "status"), [("c-1/nobody", 404), ("c%20x/agent", 404)])
async def test_a_wrong_address_is_refused_before_the_upgrade(path: str, status: int) -> None:
    async with open_doors() as doors:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{doors.ws}/ingest/ws/{path}")
        assert refused.value.response.status_code == status
        assert b"detail" in (refused.value.response.body or b"")


async def test_a_second_socket_is_refused_while_the_first_lives_and_takes_over_when_it_is_silent() -> None:
    async with (
        open_doors(IngestSettings(takeover_s=0.5)) as doors,
        connect(f"{doors.ws}/ingest/ws/c-1/agent") as first,
    ):
        await _ready(first)
        await first.send(TONE_8K)
        await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{doors.ws}/ingest/ws/c-1/agent")
        assert refused.value.response.status_code == 409
        await asyncio.sleep(0.6)
        async with connect(f"{doors.ws}/ingest/ws/c-1/agent") as second:
            await _ready(second)
            await second.send(TONE_8K)
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 40)


async def test_a_full_node_says_so() -> None:
    async with (
        open_doors(IngestSettings(most_calls=1)) as doors,
        connect(f"{doors.ws}/ingest/ws/c-1/agent") as first,
    ):
        await _ready(first)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{doors.ws}/ingest/ws/c-2/agent")
        assert refused.value.response.status_code == 429


async def test_a_leg_that_comes_back_is_the_same_call_with_a_gap() -> None:
    async with open_doors() as doors:
        async with connect(f"{doors.ws}/ingest/ws/c-1/agent") as socket:
            await _ready(socket)
            await socket.send(TONE_8K * 10)
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 200)
        await asyncio.sleep(0.5)
        async with connect(f"{doors.ws}/ingest/ws/c-1/agent") as socket:
            await _ready(socket)
            for _ in range(10):
                await socket.send(TONE_8K)
                await asyncio.sleep(0.02)
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 400)
        assert len(doors.board.live_calls()) == 1
        assert 300 <= doors.call("c-1").ears[Leg.AGENT].gaps_ms <= 900
