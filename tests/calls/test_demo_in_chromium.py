"""`earshot demo` as a newcomer sees it: a real Chromium, real Vosk, a real simulated PBX."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from tests.calls.demo_process import Demo, running_demo

pytestmark = [
    pytest.mark.alone,
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.calls,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

_PATIENCE_S = 150  # the promise is three minutes from a fresh clone; set-up is not part of this test
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One for all: whatever happens in it, no error may be in its log at the end."""
    async with running_demo(tmp_path_factory.mktemp("demo")) as started:
        yield started
    assert started.failures() == []


@asynccontextmanager
async def shown(address: str, width: int, height: int) -> AsyncIterator[Page]:
    """A page; whatever it reports as an error fails the test."""
    path = shutil.which("chromium")
    assert path is not None, "chromium is installed by scripts/system_packages"
    faults: list[str] = []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=_FLAGS)
        page = await browser.new_page(locale="en-US", viewport={"width": width, "height": height})
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


async def test_the_demo_shows_words_alerts_and_sound(demo: Demo) -> None:
    async with shown(demo.http, 1440, 900) as page:

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


async def test_its_wallboard_shows_a_floor_goes_stale_and_comes_back(demo: Demo) -> None:
    async with shown(f"{demo.http}/wallboard?lang=en", 1920, 1080) as page:
        await page.locator(".calls li").first.wait_for(timeout=_PATIENCE_S * 1000)
        async with httpx.AsyncClient(base_url=demo.http, trust_env=False) as pbx:
            state = await pbx.post("/api/v1/agents/1007/state", json={"state": "wrap_up"})
            stats = await pbx.post("/api/v1/queues/billing/stats", json={"waiting": 4, "longest_wait_s": 75})
        assert (state.status_code, stats.status_code) == (200, 200)
        await page.locator(".agents div", has_text="Wrap-up").get_by_text("1", exact=True).wait_for()
        await page.locator(".queues tr", has_text="billing").get_by_text("1:15").wait_for()
        await page.locator(".last li").first.wait_for(timeout=_PATIENCE_S * 1000)
        assert int(await page.locator(".tile .figure").first.inner_text()) > 0

        demo.process.send_signal(signal.SIGSTOP)
        try:
            await page.locator("body.stale .news", has_text="No live data for").wait_for(timeout=10_000)
        finally:
            demo.process.send_signal(signal.SIGCONT)
        await page.locator("body:not(.stale) .news", has_text="Live").wait_for(timeout=30_000)
