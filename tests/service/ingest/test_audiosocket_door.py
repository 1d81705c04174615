"""The AudioSocket door over real TCP: good legs are heard, every bad one is named, and nobody else notices."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

from config.settings import IngestSettings, Settings
from service.call_board import CallBoard
from service.clock import SystemClock
from service.ingest.audiosocket_door import AudioSocketDoor
from service.ingest.counts import IngestCounts
from service.pulse import Pulse
from streaming.frames import Leg
from streaming.wire.audiosocket import encode_audio, encode_hangup, encode_message, encode_uuid
from streaming.wire.events import Fault
from tests.fakes.board import KeepingOutlet, board_of
from web.sources import Announcement

_TONE = (6_000 * np.sin(np.arange(320) * 2 * np.pi * 440 / 16_000)).astype("<i2").tobytes()  # 20 ms at 16 kHz
_STRANGER = "7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3"


@dataclass(slots=True)
class _Door:
    port: int
    board: CallBoard
    counts: IngestCounts
    outlet: KeepingOutlet
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def announce(self, call_id: str) -> dict[Leg, str]:
        return dict(self.board.announce(Announcement(call_id=call_id)).stream_ids)

    def heard_ms(self, call_id: str, leg: Leg) -> int:
        call = next(call for call in self.board.live_calls() if call.record.call_id == call_id)
        return call.ears[leg].received_ms if leg in call.ears else 0

    async def connect(self, *messages: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        for message in messages:
            writer.write(message)
        with suppress(ConnectionError):
            await writer.drain()
        return reader, writer


@asynccontextmanager
async def _open_door(ingest: IngestSettings | None = None) -> AsyncIterator[_Door]:
    settings = Settings(ingest=ingest or IngestSettings())
    clock, counts, outlet = SystemClock(), IngestCounts(), KeepingOutlet()
    board = board_of(settings, outlet, clock)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    serving = asyncio.create_task(AudioSocketDoor(settings.ingest, board, clock, counts).serve(listening))
    pulsing = asyncio.create_task(Pulse(board).run())
    door = _Door(listening.getsockname()[1], board, counts, outlet)
    try:
        yield door
    finally:
        for writer in door.writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        pulsing.cancel()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def _until(condition: Callable[[], object]) -> None:
    """Wait for something that another task brings about, at most five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # the door has no reason to signal a test
            await asyncio.sleep(0.005)


async def _closed(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(5):
        with suppress(ConnectionResetError):
            await reader.read()
        return reader.at_eof() or reader.exception() is not None


async def test_a_leg_is_heard_byte_by_byte() -> None:
    async with _open_door() as door:
        streams = door.announce("c-1")
        stream = encode_uuid(streams[Leg.AGENT]) + encode_audio(_TONE, 16_000) * 5
        await door.connect(*[stream[at : at + 1] for at in range(len(stream))])
        await _until(lambda: door.board.live_calls() and door.heard_ms("c-1", Leg.AGENT) == 100)


async def test_eof_closes_our_side_at_once_and_hangup_ends_the_leg() -> None:
    async with _open_door() as door:
        streams = door.announce("c-1")
        reader, writer = await door.connect(encode_uuid(streams[Leg.AGENT]), encode_audio(_TONE, 16_000))
        writer.write_eof()
        assert await _closed(reader)
        reader, _ = await door.connect(encode_uuid(streams[Leg.CUSTOMER]), encode_audio(_TONE, 16_000), encode_hangup())
        assert await _closed(reader)
        (call,) = door.board.live_calls()
        assert not call.connected(Leg.AGENT)
        assert not call.connected(Leg.CUSTOMER)


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        (Fault.BAD_HELLO, [encode_audio(_TONE, 16_000)]),
        (Fault.BAD_HELLO, [encode_message(0x01, b"short")]),
        (Fault.UNKNOWN_STREAM, [encode_uuid(_STRANGER)]),
        (Fault.TOO_MANY_UNKNOWN, ["hello", encode_message(0x02, b"abcdef") * 51]),
        (Fault.FRAMING_LOST, ["hello", encode_message(0x12, b"abc") * 11]),
        (Fault.OTHER_STREAM, ["hello", encode_uuid(_STRANGER)]),
        (Fault.G711_SUSPECTED, ["hello", encode_message(0x10, bytes(160)) * 25]),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
async def test_a_bad_peer_is_named_and_closed_while_a_good_one_goes_on(
    fault: Fault, messages: list[bytes | str]
) -> None:
    async with _open_door() as door:
        good, bad = door.announce("good"), door.announce("bad")
        _, good_writer = await door.connect(encode_uuid(good[Leg.AGENT]), encode_audio(_TONE, 16_000))
        said = [encode_uuid(bad[Leg.AGENT]) if message == "hello" else message for message in messages]
        reader, _ = await door.connect(*[message for message in said if isinstance(message, bytes)])
        assert await _closed(reader)
        assert door.counts.faults[fault] >= 1
        good_writer.write(encode_audio(_TONE, 16_000) * 9)
        await _until(lambda: door.heard_ms("good", Leg.AGENT) == 200)


async def test_a_second_socket_waits_until_the_first_is_silent() -> None:
    async with _open_door(IngestSettings(takeover_s=0.5)) as door:
        stream_id = door.announce("c-1")[Leg.AGENT]
        first, first_writer = await door.connect(encode_uuid(stream_id), encode_audio(_TONE, 16_000))
        await _until(lambda: door.board.live_calls() and door.heard_ms("c-1", Leg.AGENT) == 20)
        refused, _ = await door.connect(encode_uuid(stream_id))
        assert await _closed(refused)
        assert door.counts.faults[Fault.STREAM_TAKEN] == 1
        await asyncio.sleep(0.6)
        await door.connect(encode_uuid(stream_id), encode_audio(_TONE, 16_000))
        await _until(lambda: door.heard_ms("c-1", Leg.AGENT) > 20)
        first_writer.write(encode_audio(_TONE, 16_000))
        assert await _closed(first)
        assert door.board.counts.takeovers == 1


async def test_an_unannounced_stream_is_a_mixed_call_where_that_is_allowed() -> None:
    async with _open_door(IngestSettings(accept_unannounced=True)) as door:
        await door.connect(encode_uuid(_STRANGER), encode_audio(_TONE, 16_000))
        await _until(lambda: door.board.live_calls() and door.heard_ms(_STRANGER, Leg.MIXED) == 20)


async def test_a_silent_connection_is_refused_in_time() -> None:
    async with _open_door(IngestSettings(hello_s=1)) as door:
        reader, _ = await door.connect()
        assert await _closed(reader)
        assert door.counts.faults[Fault.BAD_HELLO] == 1


async def test_keepalive_silence_is_paced_in_the_format_received() -> None:
    async with _open_door(IngestSettings(keepalive_silence=True)) as door:
        stream_id = door.announce("c-1")[Leg.AGENT]
        reader, _ = await door.connect(encode_uuid(stream_id), encode_audio(_TONE, 16_000))
        loop = asyncio.get_running_loop()
        frames, began_s = 0, loop.time()
        while frames < 10:
            header = await reader.readexactly(3)
            frames += header[0] == 0x12
            assert await reader.readexactly(int.from_bytes(header[1:], "big")) == bytes(
                int.from_bytes(header[1:], "big")
            )
        assert loop.time() - began_s > 0.1  # ten frames are 200 ms, less what was due at the start


async def test_an_id_never_seen_does_not_make_a_call() -> None:
    async with _open_door() as door:
        reader, _ = await door.connect(encode_uuid(str(uuid.uuid4())))
        assert await _closed(reader)
        assert door.board.live_calls() == []


async def test_a_steady_flow_is_heard_by_the_block_and_its_last_packets_too() -> None:
    async with _open_door() as door:
        heard: list[int] = []
        _, writer = await door.connect(encode_uuid(door.announce("c-1")[Leg.AGENT]))
        for packet in range(14):
            writer.write(encode_audio(_TONE, 16_000))
            await asyncio.sleep(0.02)
            if packet:  # before the first there is no call
                heard.append(door.heard_ms("c-1", Leg.AGENT))
        assert len(set(heard)) <= 4  # 20, 120 and 220 ms, and one to spare for a slow machine
        await _until(lambda: door.heard_ms("c-1", Leg.AGENT) == 280)


async def test_a_listened_leg_is_heard_packet_by_packet() -> None:
    async with _open_door() as door:
        door.outlet.somebody_listens = True
        _, writer = await door.connect(encode_uuid(door.announce("c-1")[Leg.AGENT]))
        for packet in range(1, 6):
            writer.write(encode_audio(_TONE, 16_000))
            await _until(
                partial(lambda ms: door.board.live_calls() and door.heard_ms("c-1", Leg.AGENT) == ms, 20 * packet)
            )


async def test_mislabelled_g711_is_heard_to_its_last_packet() -> None:
    async with _open_door(IngestSettings(g711="ulaw")) as door:
        _, writer = await door.connect(encode_uuid(door.announce("c-1")[Leg.AGENT]))
        for _ in range(35):
            writer.write(encode_audio(bytes(160), 8_000))
        await _until(lambda: door.board.live_calls() and door.heard_ms("c-1", Leg.AGENT) == 700)
