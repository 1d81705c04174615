"""RTP ports over real UDP: one sender, gaps, strangers, idle legs, ports that are used up."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from config.dialects import DialectSettings
from streaming.frames import Leg, Party
from streaming.wire.events import Fault
from streaming.wire.g711 import encode_mulaw
from tests.service.ingest.doors import TONE_8K, Doors, open_doors, until

CODED = encode_mulaw(TONE_8K)


def packet(number: int, kind: int = 0, payload: bytes = CODED, source: int = 7) -> bytes:
    return struct.pack(">BBHII", 0x80, kind, number, number * 160, source) + payload


@contextmanager
def sender(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", port))
        yield udp


async def opened(doors: Doors, leg: str = "agent", document: object = None) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{doors.http}/ingest/rtp/c-1/{leg}", json=document)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["port"])


async def test_packets_become_the_legs_audio_and_losses_gaps() -> None:
    async with open_doors() as doors:
        with sender(await opened(doors)) as udp:
            for number in (1, 3, 2, 4, 8, 9, 10, 11, 12):
                udp.send(packet(number))
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 180)
            ear = doors.call("c-1").ears[Leg.AGENT]
            assert ear.gaps_ms == 60
            assert ear.level_dbfs == pytest.approx(-17.7, abs=1)


async def test_a_payload_type_may_be_named() -> None:
    async with open_doors() as doors:
        named = {"payload_types": {"96": {"encoding": "pcm_s16le", "rate_hz": 8_000}}}
        with sender(await opened(doors, document=named)) as udp:
            udp.send(packet(1, 96, TONE_8K))
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)


async def test_only_the_first_sender_is_heard_and_garbage_pins_nobody() -> None:
    async with open_doors() as doors:
        port = await opened(doors)
        with sender(port) as stranger, sender(port) as udp:
            stranger.send(b"hello")
            await until(lambda: doors.counts.faults[Fault.BAD_HEADER] == 1)
            udp.send(packet(1))
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)
            stranger.send(packet(2))
            stranger.send(bytes(5_000))
            await until(lambda: doors.counts.faults[Fault.OTHER_SOURCE] == 1)
            await until(lambda: doors.counts.faults[Fault.TOO_LARGE] == 1)
            assert doors.heard_ms("c-1", Leg.AGENT) == 20


async def test_the_end_is_told_and_frees_the_port() -> None:
    async with open_doors() as doors, httpx.AsyncClient(trust_env=False) as client:
        port = await opened(doors)
        with sender(port) as udp:
            udp.send(packet(1))
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)
        url = f"{doors.http}/ingest/rtp/c-1/agent"
        assert (await client.delete(url, params={"party": "customer"})).status_code == 204
        call = doors.call("c-1")
        assert not call.connected(Leg.AGENT)
        call.pulse()
        await asyncio.sleep(0.4)
        call.pulse()
        assert call.record.hung_up_by is Party.CUSTOMER
        assert (await client.delete(url)).status_code == 404
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", port))


async def test_a_leg_that_is_silent_for_long_is_over() -> None:
    async with open_doors(dialects=DialectSettings(rtp_idle_s=2)) as doors:
        with sender(await opened(doors)) as udp:
            udp.send(packet(1))
            await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)
            await until(lambda: not doors.call("c-1").connected(Leg.AGENT))
            assert doors.counts.open_connections["rtp"] == 0


@pytest.mark.parametrize(("leg", "status"), [("stereo", 404), ("left", 404), ("agent", 503)])
async def test_what_cannot_be_given_is_refused(leg: str, status: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with open_doors(dialects=DialectSettings(rtp_first_port=port, rtp_last_port=port)) as doors:
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.post(f"{doors.http}/ingest/rtp/c-1/{leg}")
            assert answer.status_code == status
            assert answer.json()["detail"]
