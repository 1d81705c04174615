"""A supervisor's microphone into the sockets that lead back: to whom, at what pace, and nothing while the key is up."""

import asyncio
import base64
import json
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect

from config.settings import IngestSettings, ListeningSettings
from service.clock import SystemClock
from service.control.browser_voice import BrowserWay
from service.control.phone_way import PhoneWay
from service.ingest.audiosocket_door import AudioSocketDoor
from service.ingest.voice_paths import VoicePaths
from streaming.frames import Leg
from streaming.wire.audiosocket import AudioSocketParser, encode_audio, encode_uuid
from streaming.wire.events import AudioReceived
from streaming.wire.g711 import decode_mulaw
from tests.service.ingest.doors import TONE_8K, Doors, open_doors, until
from tests.service.ingest.test_dialect_doors import CONVERSATION
from tests.streaming.wire.test_asterisk_socket import start as media_start
from tests.streaming.wire.test_audiohook import opening
from tests.streaming.wire.test_twilio import media
from web.microphone import MicrophoneDoor, microphone_router
from web.sources import Announcement
from web.supervision import Mode, SupervisionView, UnableError

_TONE = (8_000 * np.sin(np.arange(320) * 2 * np.pi * 500 / 16_000)).astype("<i2").tobytes()
_WHISPER = SupervisionView("s-1", "c-1", Mode.WHISPER, "starting", "park", None, True, datetime(2026, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class _Room:
    doors: Doors
    way: BrowserWay

    async def microphone(self, view: SupervisionView = _WHISPER) -> ClientConnection:
        """Begin the supervision and open its socket."""
        await self.way.begin(view)
        page = await connect(f"{self.doors.ws}/ws/whisper/{view.call_id}")
        await page.send(json.dumps({"type": "hello", "supervision_id": view.supervision_id}))
        assert json.loads(await page.recv()) == {"type": "hello", "rate": 16_000, "frame_ms": 20}
        return page


@asynccontextmanager
async def room(ingest: IngestSettings | None = None) -> AsyncIterator[_Room]:
    """The doors, and a browser's way back through them."""
    voices = VoicePaths()
    way = BrowserWay(PhoneWay(lambda _call_id: None, lambda _call_id, _mode: False), voices)
    router = microphone_router(MicrophoneDoor(ListeningSettings(), way))
    async with open_doors(ingest, voices=voices, further=(router,)) as doors:
        yield _Room(doors, way)


async def speak(page: ClientConnection, frames: int) -> None:
    """Talk for so long, at real time."""
    await page.send('{"type": "talk", "on": true}')
    for _ in range(frames):
        await page.send(_TONE)
        await asyncio.sleep(0.02)
    await page.send('{"type": "talk", "on": false}')


def loud(pcm_s16le: bytes) -> bool:
    return bool(np.abs(np.frombuffer(pcm_s16le, "<i2").astype(int)).max(initial=0) > 6_000)


async def test_a_whisper_goes_back_over_the_agents_audiosocket_at_real_time_and_stops_with_the_key() -> None:
    voices = VoicePaths()
    way = BrowserWay(PhoneWay(lambda _call_id: None, lambda _call_id, _mode: False), voices)
    router = microphone_router(MicrophoneDoor(ListeningSettings(), way))
    async with open_doors(voices=voices, further=(router,)) as doors:
        streams = dict(doors.board.announce(Announcement(call_id="c-1")).stream_ids)
        tcp = socket.create_server(("127.0.0.1", 0))
        tcp.setblocking(False)
        door = AudioSocketDoor(IngestSettings(), doors.board, SystemClock(), doors.counts, voices)
        serving = asyncio.create_task(door.serve(tcp))
        reader, writer = await asyncio.open_connection(*tcp.getsockname())
        writer.write(encode_uuid(streams[Leg.AGENT]) + encode_audio(TONE_8K, 8_000))
        await until(lambda: way.ability("c-1", Mode.WHISPER) is True)
        assert "to the customer" in str(way.ability("c-1", Mode.BARGE))
        came: list[tuple[float, bytes]] = []

        async def read() -> None:
            parser = AudioSocketParser()
            parser.feed(encode_uuid(streams[Leg.AGENT]))
            while data := await reader.read(65_536):
                came.extend((time.monotonic(), e.pcm_s16le) for e in parser.feed(data) if isinstance(e, AudioReceived))

        reading = asyncio.create_task(read())
        page = await _Room(doors, way).microphone()
        await page.send(_TONE)  # the key is up
        await asyncio.sleep(0.1)
        assert came == []
        await speak(page, 40)
        await until(lambda: sum(len(pcm) for _, pcm in came) >= 38 * 320)
        assert loud(b"".join(pcm for _, pcm in came))
        assert came[-1][0] - came[0][0] >= 37 * 0.02 - 0.15  # no burst
        said = len(came)
        await page.send(_TONE)
        await asyncio.sleep(0.15)
        assert len(came) == said
        await until(lambda: way.frames["muted"] == 2)
        assert (way.frames["heard"], way.frames["dropped"], way.frames["refused"]) == (40, 0, 0)
        assert way.frames["sent"] >= 38
        way.forget("s-1")
        texts = [json.loads(text) async for text in page]
        assert texts[-1] == {"type": "end", "reason": "over"}
        writer.close()
        await until(lambda: way.ability("c-1", Mode.WHISPER) is not True)
        serving.cancel()
        await asyncio.gather(serving, reading, return_exceptions=True)


@pytest.mark.parametrize(
    ("path", "hello", "flush"),
    [
        ("asterisk?call=c-1&leg=agent", [media_start("slin16")], '{"command": "FLUSH_MEDIA"}'),
        ("asterisk?call=c-1&leg=agent", [media_start("ulaw")], '{"command": "FLUSH_MEDIA"}'),
        ("twilio", None, '{"event": "clear", "streamSid": "MZ0a"}'),
    ],
)
async def test_a_whisper_begins_with_a_flush_and_comes_in_the_legs_own_form(
    path: str, hello: list[str] | None, flush: str
) -> None:
    async with room() as inside, connect(f"{inside.doors.ws}/ingest/{path}", max_queue=None) as pbx:
        for message in hello or _twilio(back="true"):
            await pbx.send(message)
        await until(lambda: inside.way.ability("c-1", Mode.WHISPER) is True)
        page = await inside.microphone()
        speaking = asyncio.create_task(speak(page, 50))
        async with asyncio.timeout(20):
            assert await pbx.recv() == flush
            frames = [_pcm(await pbx.recv()) for _ in range(8)]
        assert {len(frame) for frame in frames} == {640 if "slin16" in str(hello) else 320}
        assert loud(b"".join(frames))
        await speaking


async def test_what_leads_to_nobody_is_named_and_not_promised() -> None:
    async with room() as inside:
        talks: list[tuple[str, Sequence[str | bytes]]] = [
            ("asterisk?call=c-1&leg=agent&back=false", [media_start("slin16"), TONE_8K]),
            ("twilio", _twilio()),
            ("freeswitch/c-1/agent?rate=8000", [TONE_8K]),
        ]
        for path, hello in talks:
            async with connect(f"{inside.doors.ws}/ingest/{path}") as pbx:
                for message in hello:
                    await pbx.send(message)
                await until(lambda: inside.doors.heard_ms("c-1", Leg.AGENT))
                assert "two-way Twilio stream" in str(inside.way.ability("c-1", Mode.WHISPER))
        with pytest.raises(UnableError):
            await inside.way.change(replace(_WHISPER, mode=Mode.LISTEN), Mode.WHISPER)
        assert inside.way.ability("c-1", Mode.LISTEN) is True
        assert "extension" in str(inside.way.ability("c-1", Mode.TAKE_OVER))


async def test_a_dialect_without_a_way_back_says_so_itself() -> None:
    async with room() as inside, connect(f"{inside.doors.ws}/ingest/audiohook") as genesys:
        await genesys.send(opening())
        await genesys.recv()
        await until(lambda: "AudioHook" in str(inside.way.ability(CONVERSATION, Mode.WHISPER)))
        assert "one way" in str(inside.way.ability(CONVERSATION, Mode.BARGE))
        await genesys.close()
        await until(lambda: "AudioSocket" in str(inside.way.ability(CONVERSATION, Mode.WHISPER)))


async def test_where_sockets_lead_nowhere_the_settings_say_so() -> None:
    async with (
        room(IngestSettings(voice_back=False)) as inside,
        connect(f"{inside.doors.ws}/ingest/asterisk?call=c-1&leg=agent") as pbx,
    ):
        await pbx.send(media_start("slin16"))
        await pbx.send(TONE_8K)
        await until(lambda: inside.doors.heard_ms("c-1", Leg.AGENT))
        assert inside.way.ability("c-1", Mode.WHISPER) is not True


async def test_a_flood_loses_its_oldest_frames_and_bad_frames_are_told() -> None:
    async with room() as inside, connect(f"{inside.doors.ws}/ingest/asterisk?call=c-1&leg=agent") as pbx:
        await pbx.send(media_start("slin16"))
        await until(lambda: inside.way.ability("c-1", Mode.WHISPER) is True)
        page = await inside.microphone()
        await page.send(b"short")
        assert json.loads(await page.recv())["code"] == "bad_frame"
        await page.send('{"type": "talk"}')
        assert json.loads(await page.recv())["code"] == "bad_message"
        await page.send('{"type": "talk", "on": true}')
        for _ in range(200):
            await page.send(_TONE)
        stats = await _until_stats(page)
        assert stats["dropped"] >= 150
        assert stats["sent"] + stats["dropped"] + stats["queued_ms"] / 20 <= 200


async def test_a_microphone_without_a_supervision_is_refused_and_its_end_is_the_end_of_it() -> None:
    async with room() as inside:
        async with connect(f"{inside.doors.ws}/ws/whisper/c-1") as stranger:
            await stranger.send(json.dumps({"type": "hello", "supervision_id": "s-9"}))
            assert json.loads(await stranger.recv())["reason"] == "unknown_supervision"
        page = await inside.microphone()
        await page.close()
        await until(lambda: "s-1" not in inside.way._voices)


def _twilio(**own: str) -> Sequence[str]:
    inner = {"streamSid": "MZ0a", "callSid": "CA2c", "tracks": ["inbound"], "customParameters": {**own}}
    inner["customParameters"] |= {"call_id": "c-1", "leg": "agent"}  # type: ignore[operator]  # it is a dictionary
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    return [json.dumps({"event": "start", "start": {**inner, "mediaFormat": form}}), media("inbound", 1)]


def _pcm(message: str | bytes) -> bytes:
    if isinstance(message, str):
        return decode_mulaw(base64.b64decode(json.loads(message)["media"]["payload"]))
    return message if len(message) == 640 else decode_mulaw(message)


async def _until_stats(page: ClientConnection) -> dict[str, int]:
    while True:
        told = json.loads(await page.recv())
        if told["type"] == "stats":
            return {name: int(value) for name, value in told.items() if name != "type"}
