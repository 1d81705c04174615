"""Other systems' sockets on a real server: call and leg by address or by message, signatures, refusals, breaches."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace

import http_sf
import numpy as np
import pytest
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from config.dialects import DialectSettings
from streaming.frames import Leg
from streaming.wire.events import Fault
from streaming.wire.g711 import encode_mulaw
from tests.service.ingest.doors import TONE_8K, Doors, open_doors, until
from tests.streaming.wire.test_audiohook import ORGANIZATION, SESSION, message, opening
from tests.streaming.wire.test_http_signature import COVERED
from tests.streaming.wire.test_twilio import CONNECTED, STOP, media, start
from web.trust.who import NOBODY, now_asks

CONVERSATION = "0f4de7aa-51c7-4be0-9d0b-2f6b0a3f7e11"
SILENCE_8K = bytes(320)
STEREO_8K = np.stack([np.frombuffer(TONE_8K, "<i2"), np.zeros(160, "<i2")], axis=1).tobytes()
MEDIA_START = json.dumps({"event": "MEDIA_START", "channel_id": "1.9", "format": "slin"})
INFO = json.dumps({"sampleRate": 8_000, "mixType": "stereo", "callSid": "s-1"})
TWILIO_BOTH = [
    each
    for number in range(1, 11)
    for each in (media("inbound", number), media("outbound", number, encode_mulaw(TONE_8K)))
]
AUDIOHOOK_BOTH = np.stack([np.full(160, 0xFF, np.uint8), np.frombuffer(encode_mulaw(TONE_8K), np.uint8)], 1).tobytes()


@pytest.mark.parametrize(
    ("path", "call_id", "messages"),
    [
        ("asterisk?call=c-1&leg=agent", "c-1", [MEDIA_START, *[TONE_8K] * 10]),
        ("asterisk?call=c-1&leg=agent&rate=8000", "c-1", [TONE_8K] * 60),
        ("freeswitch/c-1/agent?rate=8000", "c-1", ["note", *[TONE_8K] * 10]),
        ("freeswitch/c-1/stereo?rate=8000", "c-1", [STEREO_8K] * 10),
        ("jambonz/c-1", "c-1", [INFO, *[STEREO_8K] * 10]),
        ("twilio", "CA2c", [CONNECTED, start(), *TWILIO_BOTH]),
        ("twilio", "c-9", [start(call_id="c-9", leg="agent"), *TWILIO_BOTH[1::2]]),
        ("audiohook", CONVERSATION, [opening(), *[AUDIOHOOK_BOTH] * 10]),
    ],
)
async def test_each_dialect_brings_the_agent_to_the_agents_leg(
    path: str, call_id: str, messages: list[str | bytes]
) -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/{path}", compression=None) as socket:
        for each in messages:
            await socket.send(each)
        await until(lambda: doors.heard_ms(call_id, Leg.AGENT) >= 200)
        call = doors.call(call_id)
        assert call.ears[Leg.AGENT].level_dbfs == pytest.approx(-17.7, abs=1)
        if Leg.CUSTOMER in call.ears:
            assert call.ears[Leg.CUSTOMER].level_dbfs < -60


async def test_inbound_may_be_the_agent() -> None:
    settings = DialectSettings(twilio_inbound="agent")
    async with open_doors(dialects=settings) as doors, connect(f"{doors.ws}/ingest/twilio") as socket:
        for each in (start(), *TWILIO_BOTH):
            await socket.send(each)
        await until(lambda: doors.heard_ms("CA2c", Leg.CUSTOMER) == 200)
        assert doors.call("CA2c").ears[Leg.CUSTOMER].level_dbfs > -20


async def test_a_stop_is_an_end_and_lost_chunks_are_a_gap() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/twilio") as socket:
        await socket.send(start())
        for chunk in (1, 2, 8, 9):
            await socket.send(media("inbound", chunk))
        await until(lambda: doors.heard_ms("CA2c", Leg.CUSTOMER) == 80)
        assert doors.call("CA2c").ears[Leg.CUSTOMER].gaps_ms == 100
        await socket.send(STOP)
        await _closed(socket, 1000)
        assert not doors.call("CA2c").connected(Leg.CUSTOMER)


@pytest.mark.parametrize("protocol", ["media", "audio.drachtio.org", "audio.jambonz.org"])
async def test_a_known_subprotocol_is_echoed(protocol: str) -> None:
    async with (
        open_doors() as doors,
        connect(f"{doors.ws}/ingest/asterisk?call=c-1&leg=agent", subprotocols=["x", protocol]) as socket,  # type: ignore[list-item]  # a NewType of str
    ):
        assert socket.subprotocol == protocol


async def test_a_probe_is_answered_and_makes_no_call() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/audiohook") as socket:
        await socket.send(opening("00000000-0000-0000-0000-000000000000"))
        assert json.loads(await socket.recv())["type"] == "opened"
        await socket.send(message("close", 2, {"reason": "end"}, 1))
        assert json.loads(await socket.recv())["type"] == "closed"
        assert doors.board.live_calls() == []


async def test_a_ping_is_answered_while_audio_waits() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/audiohook") as socket:
        await socket.send(opening())
        await socket.recv()
        for _ in range(200):
            await socket.send(AUDIOHOOK_BOTH)
        began_s = time.monotonic()
        await socket.send(message("ping", 2, {}, 1))
        assert json.loads(await socket.recv())["type"] == "pong"
        assert time.monotonic() - began_s < 5


async def test_a_leg_with_a_living_socket_is_refused_in_each_dialects_words() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/freeswitch/CA2c/agent?rate=8000") as first:
        await first.send(TONE_8K)
        await until(lambda: doors.heard_ms("CA2c", Leg.AGENT) == 20)
        for path in ("freeswitch/CA2c/agent", "asterisk?call=CA2c&leg=agent"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{doors.ws}/ingest/{path}")
            assert refused.value.response.status_code == 409
        async with connect(f"{doors.ws}/ingest/twilio") as second:
            await second.send(start())
            await _closed(second, 1008)
        async with connect(f"{doors.ws}/ingest/audiohook") as third:
            await third.send(opening("CA2c"))
            assert json.loads(await third.recv())["type"] == "opened"
            assert json.loads(await third.recv())["parameters"]["reason"] == "error"
            await _closed(third, 1008)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("asterisk?call=c%201&leg=agent", 404),
        ("asterisk?leg=agent", 404),
        ("asterisk?call=c-1&leg=left", 404),
        ("freeswitch/c-1/agent?rate=7999", 422),
        ("freeswitch/c-1/nobody", 404),
    ],
)
async def test_addresses_that_name_nothing_are_refused_before_the_upgrade(path: str, status: int) -> None:
    async with open_doors() as doors:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{doors.ws}/ingest/{path}")
        assert refused.value.response.status_code == status


@pytest.mark.parametrize(
    ("path", "messages", "code", "fault"),
    [
        ("asterisk?call=c-2&leg=agent", [MEDIA_START.replace("slin", "opus")], 1003, Fault.BAD_FORMAT),
        ("jambonz/c-2", [TONE_8K], 1008, Fault.BAD_START),
        ("jambonz/c-2", ["?"] * 21, 1007, Fault.BAD_JSON),
        ("twilio", [start("audio/x-l16")], 1003, Fault.BAD_FORMAT),
        ("audiohook", [message("ping", 1)], 1008, Fault.BAD_START),
        ("audiohook", [opening(), message("ping", 5)], 1008, Fault.BAD_SEQUENCE),
    ],
)
async def test_a_breach_ends_its_socket_and_no_other(
    path: str, messages: list[str | bytes], code: int, fault: Fault
) -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/freeswitch/good/agent?rate=8000") as good:
        async with connect(f"{doors.ws}/ingest/{path}") as bad:
            for each in messages:
                await bad.send(each)
            await _closed(bad, code)
        assert doors.counts.faults[fault]
        await good.send(TONE_8K)
        await until(lambda: doors.heard_ms("good", Leg.AGENT) == 20)


def _signed(secret: bytes, **changed: str) -> dict[str, str]:
    headers = {
        "Audiohook-Organization-Id": ORGANIZATION,
        "Audiohook-Session-Id": SESSION,
        "Audiohook-Correlation-Id": "e0f7b9d4-2c61-4f83-9a3b-7d5e18c604fa",
        "X-API-KEY": "a2V5",
    }
    now = int(time.time())
    parameters = (
        f'{COVERED};keyid="a2V5";nonce="Zm9vYmFyYmF6cXV4MTIzNDU2";alg="hmac-sha256";created={now};expires={now + 30}'
    )
    lines = [f'"@request-target": {changed.pop("target", "/ingest/audiohook")}', f'"@authority": {changed.pop("host")}']
    lines += [f'"{name.lower()}": {value}' for name, value in headers.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = http_sf.ser([(hmac.new(secret, base.encode(), hashlib.sha256).digest(), {})])
    return {**headers, "Signature-Input": f"sig1={parameters}", "Signature": f"sig1={signature}", **changed}


async def test_audiohook_must_be_signed_where_a_secret_is_set() -> None:
    secret = b"a secret of ours"
    settings = DialectSettings(
        audiohook_api_key=SecretStr("a2V5"), audiohook_secret=SecretStr(base64.b64encode(secret).decode())
    )
    async with open_doors(dialects=settings) as doors:
        host = f"127.0.0.1:{doors.port}"
        async with connect(f"{doors.ws}/ingest/audiohook", additional_headers=_signed(secret, host=host)) as socket:
            await socket.send(opening())
            assert json.loads(await socket.recv())["type"] == "opened"
        for headers in (
            _signed(b"another", host=host),
            _signed(secret, host="qa.example.com"),
            {"X-API-KEY": "a2V5"},
            {},
        ):
            await _refused(doors, "audiohook", headers)


async def test_twilio_must_be_signed_where_a_token_is_set() -> None:
    settings = DialectSettings(twilio_auth_token=SecretStr("token"), twilio_url="wss://qa.example.com/ingest/twilio")
    async with open_doors(dialects=settings) as doors:
        signature = {"X-Twilio-Signature": "bO/ASn21hAQoipbxcVw6FSXvAS4="}
        async with connect(f"{doors.ws}/ingest/twilio", additional_headers=signature) as socket:
            await socket.send(start())
            await socket.send(media("inbound", 1))
            await until(lambda: doors.heard_ms("CA2c", Leg.CUSTOMER) == 20)
        for headers in ({}, {"X-Twilio-Signature": "AAAASn21hAQoipbxcVw6FSXvAS4="}):
            await _refused(doors, "twilio", headers)


async def _refused(doors: Doors, path: str, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{doors.ws}/ingest/{path}", additional_headers=headers)
    assert refused.value.response.status_code == 401


async def _closed(socket: ClientConnection, code: int) -> None:
    async with asyncio.timeout(5):
        await socket.wait_closed()
    assert socket.close_code == code


async def test_a_key_brings_calls_of_its_own_pbx_alone_wherever_the_call_is_named() -> None:
    now_asks(replace(NOBODY, calls_prefix="pbx-7:"))  # the server is this task's
    async with open_doors() as doors:
        for path in ("asterisk?call=pbx-8:1&leg=agent", "vosk?call=pbx-8:1", "freeswitch/pbx-8:1/agent"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{doors.ws}/ingest/{path}")
            assert refused.value.response.status_code == 403, path
        async with connect(f"{doors.ws}/ingest/twilio") as twilio:
            await twilio.send(start(call_id="pbx-8:1", leg="agent"))
            await _closed(twilio, 1008)
        async with connect(f"{doors.ws}/ingest/vosk") as unnamed, connect(f"{doors.ws}/ingest/twilio") as twilio:
            await unnamed.send('{"config": {"sample_rate": 8000}}')
            await twilio.send(start(call_id="pbx-7:1", leg="agent"))
            await until(lambda: len(doors.board.live_calls()) == 2)
            named = [call.record.call_id for call in doors.board.live_calls()]
            assert all(call_id.startswith("pbx-7:") for call_id in named)
