"""`earshot demo` as a newcomer sees it: a real Chromium, real Vosk, a real simulated PBX."""

import asyncio
import json
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.calls, pytest.mark.timeout(300)]

_PATIENCE_S = 150  # the promise is three minutes from a fresh clone; set-up is not part of this test
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]


@asynccontextmanager
async def running_demo(data_dir: Path) -> AsyncIterator[str]:
    """The address of a demo's console."""
    async with demo_process(data_dir) as (address, _process):
        yield address


@asynccontextmanager
async def demo_process(data_dir: Path) -> AsyncIterator[tuple[str, Process]]:
    """The address of a demo's console, and the demo itself."""
    command = [sys.executable, "-m", "service.commands.program", "demo", "--no-browser"]
    command += ["--http-port", "0", "--audiosocket-port", "0", "--data-dir", str(data_dir)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            ready = json.loads(await process.stdout.readline())
        yield ready["http"], process
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await process.wait()


@asynccontextmanager
async def console_page(address: str, locale: str) -> AsyncIterator[Page]:
    """The console; whatever it reports as an error fails the test."""
    path = shutil.which("chromium")
    assert path is not None, "chromium is installed by scripts/system_packages"
    faults: list[str] = []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=_FLAGS)
        page = await browser.new_page(locale=locale, viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await page.goto(address)
        yield page
        await browser.close()
    assert faults == []


async def seen(look: Callable[[], Awaitable[bool]]) -> None:
    """Look every half second until it is there."""
    async with asyncio.timeout(_PATIENCE_S):
        while not await look():  # noqa: ASYNC110  # the page is another process
            await asyncio.sleep(0.5)


async def test_the_demo_shows_words_alerts_and_sound(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as address, console_page(address, "en-US") as page:

        async def rows_hold(word: str) -> bool:
            return await page.locator(".alert-row", has_text=word).count() > 0

        for word in ("Dead air", "Agent hung up", "Phrase"):
            await seen(lambda word=word: rows_hold(word))  # type: ignore[misc]  # bound now, looked at later

        async def words_grow() -> bool:
            live = page.locator(".call-row", has_text="Live").first
            await live.click()
            before = await page.locator(".transcript-side").inner_text()
            await asyncio.sleep(4)
            after = await page.locator(".transcript-side").inner_text()
            return len(after) > len(before) and any("가" <= sign <= "힣" for sign in after)

        await seen(words_grow)

        await page.locator("#start-shift").click()
        await page.locator(".call-row", has_text="Live").first.click()
        await page.locator("#listen").click()

        async def sounds() -> bool:
            rms: list[float] = await page.evaluate("__earshot.rms()")
            return max(rms, default=0) > 0.005  # nothing is measured before the first frame

        await seen(sounds)
        counters = await page.evaluate("__earshot.counters")
        assert counters["framesIn"] > 0
        assert counters["samplesIn"] == counters["framesIn"] * 320
        assert counters["lost"] == 0
