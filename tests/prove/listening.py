"""How late a supervisor hears a call in a real Chromium, and what fifty listeners cost.

A real node, a call over AudioSocket with a short burst of tone each second. The page listens as people do; a probe
behind its volume notes when each burst begins, and the browser says when that sample leaves its output device.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import httpx
import numpy as np
from playwright.async_api import Page, async_playwright
from websockets.asyncio.client import connect

from tests.prove.node import Node, running_node, simulated_calls
from tests.prove.report import percentile, table, write_block

_RATE_HZ, _BURST_MS, _EVERY_MS, _LEAD_MS = 16_000, 60, 1_000, 500
_LISTENERS, _ACK_FRAMES = 50, 25
_SPREADS = (1, 5)  # calls that the listeners share
_SETTLE_S = 3
_PATIENCE_MS = 120_000
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
_PROBE = """
class Probe extends AudioWorkletProcessor {
  constructor() { super(); this.quiet = 0; }
  process([[left]]) {
    if (left) for (let i = 0; i < left.length; i++) {
      if (Math.abs(left[i]) < 0.02) this.quiet += 1;
      else { if (this.quiet > sampleRate / 4) this.port.postMessage(currentTime + i / sampleRate); this.quiet = 0; }
    }
    return true;
  }
}
registerProcessor("probe", Probe);
"""
_ATTACH = """
async (probe_module) => {
  const { player } = globalThis.__earshot;
  const address = URL.createObjectURL(new Blob([probe_module], { type: "text/javascript" }));
  await player.context.audioWorklet.addModule(address);
  const probe = new AudioWorkletNode(player.context, "probe", { numberOfInputs: 1, numberOfOutputs: 0 });
  globalThis.heardMs = [];
  probe.port.onmessage = ({ data }) => {
    const { contextTime, performanceTime } = player.context.getOutputTimestamp();
    globalThis.heardMs.push(performance.timeOrigin + performanceTime + (data - contextTime) * 1000);
  };
  player.gain.connect(probe);
}
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One run of the page: milliseconds from a burst's first sample to the output, and what the page said itself."""

    late_ms: list[float]
    shown_ms: list[float]
    bursts: int
    underruns: int
    lost: int


def write_bursts(path: Path, seconds: int) -> None:
    """Agent: a burst of 1 kHz each second. Customer: silence."""
    agent = np.zeros(seconds * _RATE_HZ, dtype="<i2")
    times = np.arange(_BURST_MS * _RATE_HZ // 1000) / _RATE_HZ
    burst = (12_000 * np.sin(2 * np.pi * 1_000 * times)).astype("<i2")
    for at_ms in burst_places(seconds):
        begin = at_ms * _RATE_HZ // 1000
        agent[begin : begin + burst.size] = burst
    both = np.stack([agent, np.zeros_like(agent)], axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(both.tobytes())


def burst_places(seconds: int) -> range:
    """Where each burst begins, in milliseconds of the call."""
    return range(_LEAD_MS, seconds * 1000 - _BURST_MS, _EVERY_MS)


async def listen_late(seconds: int) -> Heard:
    """One call of so many seconds, listened to from its first seconds on."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "bursts.wav"
        write_bursts(recording, seconds)
        async with (
            running_node(Path(folder) / "node", EARSHOT_RECOGNITION__ENABLED="false") as node,
            listening_page(node) as page,
            simulated_calls(node, [recording]) as played,
        ):
            await page.locator(".call-row").first.click()
            await page.locator("#listen").click()
            await page.evaluate(_ATTACH, _PROBE)
            shown_ms: list[float] = []
            while not played:
                await asyncio.sleep(1)
                lag_ms = await page.evaluate("__earshot.lagMs")
                if lag_ms is not None:
                    shown_ms.append(lag_ms)
            heard_ms: list[float] = await page.evaluate("heardMs")
            counters = await page.evaluate("__earshot.counters")
            began_ms = datetime.fromisoformat(played[0]["began_at"]).timestamp() * 1000
    late_ms = [(at_ms - began_ms - _LEAD_MS) % _EVERY_MS for at_ms in heard_ms]  # none is a second late
    return Heard(late_ms, shown_ms, len(burst_places(seconds)), counters["underruns"], counters["lost"])


@asynccontextmanager
async def listening_page(node: Node) -> AsyncIterator[Page]:
    """The console, armed. Its policy is set aside for the probe's module, which is none of its files."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
        page.set_default_timeout(_PATIENCE_MS)
        await page.goto(node.http)
        await page.locator("#start-shift").click()
        yield page
        await browser.close()


async def listeners_cost(calls: int, seconds: int) -> tuple[float, float, float]:
    """Cores of the service with so many calls alone, then with fifty listeners on them; least frames of a listener."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "bursts.wav"
        write_bursts(recording, 4 * seconds + 40)
        async with (
            running_node(Path(folder) / "node", EARSHOT_RECOGNITION__ENABLED="false") as node,
            simulated_calls(node, [recording] * calls, "--calls", str(calls)),
        ):
            call_ids = await _running_calls(node, calls)
            await asyncio.sleep(_SETTLE_S)
            alone = await _cores(node, seconds)
            crowd = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.prove.listening", "crowd", node.websocket, *call_ids),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            assert crowd.stdout is not None
            assert await crowd.stdout.readline() == b"ready\n"
            await asyncio.sleep(_SETTLE_S)
            with_crowd = await _cores(node, seconds)
            out, _ = await crowd.communicate(b"\n")
            frames = json.loads(out)
    return alone, with_crowd, min(frames)


async def _running_calls(node: Node, count: int) -> list[str]:
    async with asyncio.timeout(_PATIENCE_MS / 1000), httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        while True:
            calls = (await client.get("/api/v1/calls", params={"state": "live"})).json()["calls"]
            if len(calls) == count:
                return [call["call_id"] for call in calls]
            await asyncio.sleep(0.2)


async def _cores(node: Node, seconds: int) -> float:
    loop = asyncio.get_running_loop()
    cpu_s, began_s = node.own_cpu_s(), loop.time()
    await asyncio.sleep(seconds)
    return (node.own_cpu_s() - cpu_s) / (loop.time() - began_s)


async def _crowd(base: str, call_ids: list[str]) -> None:
    """The listeners, in a process of their own, acknowledging as the page does. Prints the frames each has heard."""
    frames = [0] * _LISTENERS

    async def ear(number: int) -> None:
        url = f"{base}/ws/listen/{call_ids[number % len(call_ids)]}"
        async with connect(url, compression=None, max_size=None) as socket:
            await socket.send('{"type":"hello","acks":true}')
            async for message in socket:
                if isinstance(message, bytes):
                    frames[number] += 1
                    if frames[number] % _ACK_FRAMES == 0:
                        seq = int.from_bytes(message[4:8], "little")
                        await socket.send(json.dumps({"type": "stats", "seq": seq, "client_time": 0.0}))

    tasks = [asyncio.create_task(ear(number)) for number in range(_LISTENERS)]
    while min(frames) == 0:  # noqa: ASYNC110  # the service begins to send when it hears the next frame
        await asyncio.sleep(0.1)
    print("ready", flush=True)  # noqa: T201  # the parent waits for it
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(frames))  # noqa: T201  # the parent reads it


def main() -> None:
    """The crowd's process, or the whole run."""
    if sys.argv[1:2] == ["crowd"]:
        asyncio.run(_crowd(sys.argv[2], sys.argv[3:]))
        return
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    heard = asyncio.run(listen_late(seconds))
    costs = [(calls, *asyncio.run(listeners_cost(calls, max(8, seconds // 3)))) for calls in _SPREADS]
    rows: list[list[object]] = [
        [name, len(values), *(round(each) for each in (median(values), percentile(values, 0.95), max(values)))]
        for name, values in (
            ("a burst's first sample to the output device, ms", heard.late_ms),
            ("the lag the page shows, ms", heard.shown_ms),
        )
    ]
    lines = table(["listening to a call over AudioSocket in Chromium", "cases", "median", "p95", "max"], rows)
    lines += [
        "",
        f"{len(heard.late_ms)} of {heard.bursts} bursts were heard ({heard.underruns} underruns, {heard.lost} frames "
        "lost; the first seconds are before the page listens).",
        "",
        *table(
            [
                f"{_LISTENERS} listeners on",
                "% of a core, calls alone",
                "with the listeners",
                "they cost",
                "least frames",
            ],
            [
                [f"{calls} call(s)", *(f"{100 * cores:.1f}" for cores in (alone, crowd, crowd - alone)), frames]
                for calls, alone, crowd, frames in costs
            ],
        ),
        "",
        "A call that is listened to is worked on packet by packet instead of in blocks of 100 ms: that is part of it.",
    ]
    write_block("listening", "Listening to live calls", f"python -m tests.prove.listening {seconds}", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
