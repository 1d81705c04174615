"""Audio as an HTTP body over a real server: curl and ffmpeg too."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from config.settings import IngestSettings
from streaming.frames import Leg
from streaming.wire.events import Fault
from streaming.wire.g711 import encode_alaw, encode_mulaw
from tests.service.ingest.doors import TONE_8K, open_doors, until

_TONE_BIG_ENDIAN = np.frombuffer(TONE_8K, "<i2").astype(">i2").tobytes()


@pytest.mark.parametrize(
    ("content_type", "block"),
    [
        ("audio/L16;rate=8000", _TONE_BIG_ENDIAN),
        ("audio/basic", encode_mulaw(TONE_8K)),
        ("audio/pcmu", encode_mulaw(TONE_8K)),
        ("audio/pcma;rate=8000", encode_alaw(TONE_8K)),
    ],
)
async def test_each_type_is_heard(content_type: str, block: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        stream = block * 20
        for start in range(0, len(stream), 333):
            yield stream[start : start + 333]

    async with open_doors() as doors, httpx.AsyncClient() as client:
        answer = await client.post(
            f"{doors.http}/ingest/http/c-1/agent", content=body(), headers={"content-type": content_type}
        )
        assert answer.json() == {"call_id": "c-1", "received_ms": 400, "truncated": False}
        assert doors.call("c-1").ears[Leg.AGENT].level_dbfs == pytest.approx(-17.7, abs=1)


@pytest.mark.parametrize(
    ("path", "content_type", "status", "word"),
    [
        ("c-1/agent", "application/octet-stream", 415, "audio/L16"),
        ("c-1/agent", "audio/L16", 415, "rate"),
        ("c-1/nobody", "audio/basic", 404, "leg"),
        ("c%20x/agent", "audio/basic", 404, "call_id"),
        ("c-1/agent", "audio/wav", 400, "bad_header"),
    ],
)
async def test_what_cannot_be_heard_is_a_problem_that_names_it(
    path: str, content_type: str, status: int, word: str
) -> None:
    async with open_doors() as doors, httpx.AsyncClient() as client:
        answer = await client.post(
            f"{doors.http}/ingest/http/{path}", content=b"nonsense" * 20, headers={"content-type": content_type}
        )
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert word in answer.json()["detail"]


async def test_a_bad_body_is_counted() -> None:
    async with open_doors() as doors, httpx.AsyncClient() as client:
        await client.post(
            f"{doors.http}/ingest/http/c-1/agent", content=b"nonsense" * 20, headers={"content-type": "audio/wav"}
        )
        assert doors.counts.faults[Fault.BAD_HEADER] == 1


async def test_a_second_sender_and_a_full_node_are_refused() -> None:
    release = asyncio.Event()

    async def long_body() -> AsyncIterator[bytes]:
        yield _TONE_BIG_ENDIAN
        await release.wait()

    headers = {"content-type": "audio/L16;rate=8000"}
    async with open_doors(IngestSettings(most_calls=1)) as doors, httpx.AsyncClient() as client:
        first = asyncio.create_task(
            client.post(f"{doors.http}/ingest/http/c-1/agent", content=long_body(), headers=headers)
        )
        await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 20)
        second = await client.post(f"{doors.http}/ingest/http/c-1/agent", content=b"", headers=headers)
        third = await client.post(f"{doors.http}/ingest/http/c-2/agent", content=b"", headers=headers)
        release.set()
        assert (second.status_code, third.status_code) == (409, 429)
        assert (await first).status_code == 200


async def _run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, f"{name} is installed by scripts/system_packages"
    return found


async def test_curl_streams_a_wav_file(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    samples = np.stack([np.frombuffer(TONE_8K * 50, "<i2")] * 2, axis=1)
    soundfile.write(path, samples, 8_000, subtype="PCM_16")
    async with open_doors() as doors:
        code, out = await _run(
            _program("curl"), "-sS", "-T", str(path), "-X", "POST", "-H", "content-type: audio/wav",
            f"{doors.http}/ingest/http/c-1/stereo",
        )  # fmt: skip
        assert (code, '"received_ms":1000' in out) == (0, True), out
        assert doors.heard_ms("c-1", Leg.AGENT) == doors.heard_ms("c-1", Leg.CUSTOMER) == 1_000


async def test_ffmpeg_streams_into_it(tmp_path: Path) -> None:
    path = tmp_path / "agent.wav"
    soundfile.write(path, np.frombuffer(TONE_8K * 100, "<i2"), 8_000, subtype="PCM_16")
    async with open_doors() as doors:
        code, out = await _run(
            _program("ffmpeg"), "-loglevel", "error", "-i", str(path), "-f", "wav", "-c:a", "pcm_mulaw",
            "-content_type", "audio/wav", "-method", "POST", f"{doors.http}/ingest/http/c-1/agent",
        )  # fmt: skip
        assert code == 0, out
        await until(lambda: doors.heard_ms("c-1", Leg.AGENT) == 2_000)
