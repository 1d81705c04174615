"""A whisper from the browser: Chromium's fake microphone, a real node, a PBX that listens to its socket."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import numpy as np
import pytest
import soundfile
from playwright.async_api import Page, async_playwright

from streaming.wire.audiosocket import AudioSocketParser, encode_audio, encode_uuid
from streaming.wire.events import AudioReceived
from tests.prove.node import Node, running_node

pytestmark = [pytest.mark.browser, pytest.mark.calls, pytest.mark.alone, pytest.mark.timeout(300)]

_RATE_HZ, _TONE_HZ, _FRAME = 16_000, 600, 320
_LOUD = 1_500  # of a tone at a third of full scale, echo cancelling and gain control included
_MOST_LATENCY_MS = 250
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
# When the microphone's own level crosses a third, seen in the page: the moment a burst leaves the audio thread.
_ONSETS = """() => {
  globalThis.onsets = [];
  let loud = false;
  __earshot.microphone.level.subscribe((level) => {
    if (level > 0.6 && !loud) onsets.push(performance.timeOrigin + performance.now());
    loud = level > 0.6;
  });
}"""


@dataclass(slots=True)
class Pbx:
    """A leg of a call by AudioSocket: silence in, and what comes back with its arrival."""

    came: list[tuple[float, bytes]] = field(default_factory=list)  # epoch ms, PCM

    def loud(self) -> list[float]:
        """Arrivals of frames with the tone."""
        return [at_ms for at_ms, pcm in self.came if np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() > _LOUD]

    def onsets(self) -> list[float]:
        """Arrivals of frames with the tone behind half a second without."""
        found: list[float] = []
        last_ms = 0.0
        for at_ms in self.loud():
            if at_ms - last_ms > 500:
                found.append(at_ms)
            last_ms = at_ms
        return found


@asynccontextmanager
async def calling(node: Node) -> AsyncIterator[Pbx]:
    """A call whose legs are AudioSockets; the agent's is listened to."""
    async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        legs = (await client.post("/api/v1/calls", json={"call_id": "c-1"})).json()["legs"]
    pbx = Pbx()

    async def leg(name: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", node.audiosocket_port)
        writer.write(encode_uuid(legs[name]["stream_id"]))
        reading = asyncio.create_task(read(name, reader, legs[name]["stream_id"]))
        due_s = time.monotonic()
        try:
            while True:
                writer.write(encode_audio(bytes(2 * _FRAME), _RATE_HZ))
                due_s += 0.02
                await asyncio.sleep(due_s - time.monotonic())
        finally:
            reading.cancel()
            writer.close()

    async def read(name: str, reader: asyncio.StreamReader, stream_id: str) -> None:
        parser = AudioSocketParser()
        parser.feed(encode_uuid(stream_id))
        while data := await reader.read(65_536):
            now_ms = time.time() * 1000
            heard = [each.pcm_s16le for each in parser.feed(data) if isinstance(each, AudioReceived)]
            if name == "agent":
                pbx.came += [(now_ms, pcm) for pcm in heard]
            assert name == "agent" or not heard, "the customer hears a whisper"

    tasks = [asyncio.create_task(leg(name)) for name in ("agent", "customer")]
    try:
        yield pbx
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def console(node: Node, sound: Path) -> AsyncIterator[Page]:
    """The console with a microphone that hears the file again and again."""
    path = shutil.which("chromium")
    assert path is not None, "chromium is installed by scripts/system_packages"
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=path, args=[*_FLAGS, *fake, f"--use-file-for-fake-audio-capture={sound}"]
        )
        page = await browser.new_page(locale="en-US", viewport={"width": 1440, "height": 900})
        await page.goto(node.http)
        yield page
        await browser.close()


def bursts(path: Path) -> Path:
    """A third of a second of tone in every one and a half."""
    at = np.arange(_RATE_HZ * 3 // 2) / _RATE_HZ
    tone = np.where(at % 1.5 < 0.35, 0.35 * np.sin(2 * np.pi * _TONE_HZ * at), 0)
    soundfile.write(path, tone, _RATE_HZ, subtype="PCM_16")
    return path


async def test_a_whisper_reaches_the_agent_at_once_at_real_time_and_only_while_the_key_is_down(tmp_path: Path) -> None:
    async with (
        running_node(tmp_path / "data", EARSHOT_RECOGNITION__ENABLED="false") as node,
        calling(node) as pbx,
        console(node, bursts(tmp_path / "tone.wav")) as page,
    ):
        await page.locator("[data-call='c-1'], .call-row").first.click()
        await page.locator("[data-talk=whisper]").click()
        key = page.locator("[data-talk=key]")
        await key.wait_for()
        await page.evaluate(_ONSETS)
        await asyncio.sleep(2)
        assert pbx.came == []  # the key is up
        await key.hover()
        await page.mouse.down()
        began_s = time.monotonic()
        await asyncio.sleep(8)
        came, took_s = len(pbx.came), time.monotonic() - began_s
        await page.mouse.up()
        await asyncio.sleep(0.5)
        after = len(pbx.came)
        await asyncio.sleep(1.5)
        assert len(pbx.came) == after  # nothing more
        onsets: list[float] = await page.evaluate("onsets")
        heard = [(min(at_ms - each for each in onsets if each <= at_ms)) for at_ms in pbx.onsets()[1:]]
        print("latency ms", [round(each) for each in heard], "frames", came, "in", round(took_s, 1))  # noqa: T201
        assert len(heard) >= 3
        assert median(heard) <= _MOST_LATENCY_MS
        assert 0.5 <= came * 0.02 / took_s <= 1.03  # never ahead of life; a busy machine loses frames, and counts them
        await page.locator("[data-talk=leave]").click()
        async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
            running = (await client.get("/api/v1/calls/c-1/supervise")).json()["supervisions"]
        assert running == []
