"""The limits of docs/integrations/checking.md, one by one, on each dialect's real socket."""

import asyncio
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from config.limits import LimitSettings
from config.settings import IngestSettings
from streaming.frames import Leg
from streaming.wire.events import Fault
from tests.service.ingest.doors import TONE_8K, Doors, open_doors, until

_ROADS = {
    "ws": "ws/c-1/agent",
    "asterisk": "asterisk?call=c-2&leg=agent",
    "freeswitch": "freeswitch/c-3/agent?rate=8000",
    "jambonz": "jambonz/c-4",
    "twilio": "twilio",
    "audiohook": "audiohook",
    "vosk": "vosk?call=c-5&leg=agent",
}
_TEXT_BYTES, _MESSAGE_BYTES = 1_024, 65_536


async def _closed_with(doors: Doors, path: str, *messages: str | bytes) -> int | None:
    async with connect(f"{doors.ws}/ingest/{path}", compression=None, max_size=None) as socket:
        with suppress(ConnectionClosed):
            for message in messages:
                await socket.send(message)
        async with asyncio.timeout(10):
            with suppress(ConnectionClosed):
                while True:
                    await socket.recv()
        return socket.close_code


async def test_who_says_nothing_is_sent_away_by_every_dialect() -> None:
    async with open_doors(IngestSettings(hello_s=1)) as doors:
        codes = await asyncio.gather(*(_closed_with(doors, path) for path in _ROADS.values()))
        assert dict(zip(_ROADS, codes, strict=True)) == dict.fromkeys(_ROADS, 1008)
        assert doors.counts.faults[Fault.BAD_START] == len(_ROADS)


@pytest.mark.parametrize("message", ["x" * (_TEXT_BYTES + 1), bytes(_MESSAGE_BYTES + 2)], ids=["text", "binary"])
async def test_what_is_too_long_ends_its_socket_in_every_dialect(message: str | bytes) -> None:
    limits = IngestSettings(longest_text_bytes=_TEXT_BYTES, longest_message_bytes=_MESSAGE_BYTES)
    async with open_doors(limits) as doors:
        for road, path in _ROADS.items():
            assert await _closed_with(doors, path, message) == 1009, road
        assert doors.counts.faults[Fault.TOO_LARGE] == len(_ROADS)


async def test_a_body_that_stops_coming_is_over_and_its_leg_may_return() -> None:
    limits = LimitSettings.model_construct(**{**dict(LimitSettings()), "audio_body_s": 0.3})  # below its bound
    async with open_doors(limits=limits) as doors:
        reader, writer = await asyncio.open_connection("127.0.0.1", doors.port)
        head = "POST /ingest/http/c-1/agent HTTP/1.1\r\nhost: e\r\ncontent-type: audio/L16;rate=8000\r\n"
        writer.write(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        writer.write(b"%x\r\n%b\r\n" % (len(TONE_8K), TONE_8K))
        async with asyncio.timeout(5):
            assert b" 408 " in await reader.readline()
        await until(lambda: not doors.counts.open_connections["http"])
        assert doors.heard_ms("c-1", Leg.AGENT) == 20
        writer.close()
