"""Clients that we did not write: ffmpeg and SIPp into an RTP port (those into HTTP: test_http_door)."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from streaming.frames import Leg
from streaming.wire.g711 import encode_mulaw
from tests.service.ingest.doors import TONE_8K, Doors, open_doors

_FRAMES = 75  # a second and a half
_SDP = """v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 {host}
t=0 0
m=audio {port} RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""
_HEADERS = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:pbx@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:recorder@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
Contact: <sip:pbx@[local_ip]:[local_port]>
Max-Forwards: 70"""
_CALLER = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a PBX that sends a leg">
  <send retrans="500"><![CDATA[
INVITE sip:recorder@[remote_ip]:[remote_port] SIP/2.0
{headers}
CSeq: 1 INVITE
Content-Type: application/sdp
Content-Length: [len]

{sdp}]]></send>
  <recv response="100" optional="true"/>
  <recv response="200" rtd="true" crlf="true"/>
  <send><![CDATA[
ACK sip:recorder@[remote_ip]:[remote_port] SIP/2.0
{headers}
CSeq: 1 ACK
Content-Length: 0

]]></send>
  <nop><action><exec rtp_stream="{sound},1,0,PCMU/8000"/></action></nop>
  <pause milliseconds="2200"/>
  <send retrans="500"><![CDATA[
BYE sip:recorder@[remote_ip]:[remote_port] SIP/2.0
{headers}
CSeq: 2 BYE
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""
_CALLED = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a recorder whose media address is Earshot's">
  <recv request="INVITE"/>
  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

{sdp}]]></send>
  <recv request="ACK"/>
  <recv request="BYE"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, f"{name} is installed by scripts/system_packages"
    return found


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(40):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, out.decode()[:800]


async def _port(doors: Doors) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return int((await client.post(f"{doors.http}/ingest/rtp/c-1/agent")).json()["port"])


async def _eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110  # packets of another process
            await asyncio.sleep(0.05)


async def test_ffmpeg_sends_a_leg_by_rtp(tmp_path: Path) -> None:
    path = tmp_path / "agent.wav"
    soundfile.write(path, np.frombuffer(TONE_8K * _FRAMES, "<i2"), 8_000, subtype="PCM_16")
    async with open_doors() as doors:
        port = await _port(doors)
        await _run(
            _program("ffmpeg"), "-nostdin", "-loglevel", "error", "-re", "-i", str(path), "-c:a", "pcm_mulaw",
            "-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=172",
        )  # fmt: skip
        await _eventually(lambda: doors.heard_ms("c-1", Leg.AGENT) >= _FRAMES * 20 - 40)
        ear = doors.call("c-1").ears[Leg.AGENT]
        assert ear.level_dbfs == pytest.approx(-17.7, abs=1)
        assert ear.gaps_ms == 0


async def test_a_sip_call_of_sipp_sends_a_leg_by_rtp(tmp_path: Path) -> None:
    sound, caller, called = tmp_path / "agent.ulaw", tmp_path / "caller.xml", tmp_path / "called.xml"
    sound.write_bytes(encode_mulaw(TONE_8K) * _FRAMES)
    async with open_doors() as doors:
        port = await _port(doors)
        own = _SDP.format(host="[media_ip]", port="[media_port]")
        caller.write_text(_CALLER.format(headers=_HEADERS, sdp=own, sound=sound), "utf-8")
        called.write_text(_CALLED.format(sdp=_SDP.format(host="127.0.0.1", port=port)), "utf-8")
        sip, media = 20_000 + port % 1_000 * 2, 24_000 + port % 400 * 20  # below those that systems give away
        usual = ("-i", "127.0.0.1", "-mi", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "30s", "-timeout_error")
        answering = asyncio.create_task(
            _run(_program("sipp"), "-sf", str(called), "-p", str(sip), "-mp", str(media), *usual)
        )
        await _eventually(lambda: f"0100007F:{sip:04X}" in Path("/proc/net/udp").read_text("ascii"))  # it listens
        await _run(
            _program("sipp"), f"127.0.0.1:{sip}", "-sf", str(caller), "-p", str(sip + 1), "-mp", str(media + 10), *usual
        )
        await answering
        await _eventually(lambda: doors.heard_ms("c-1", Leg.AGENT) >= _FRAMES * 20 - 100)
        ear = doors.call("c-1").ears[Leg.AGENT]
        assert ear.level_dbfs == pytest.approx(-17.7, abs=1)
        assert ear.gaps_ms <= 100
