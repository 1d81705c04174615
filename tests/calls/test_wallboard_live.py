"""The wallboard on the real service with the simulated PBX: calls and alerts come, a halted service is told of."""

import shutil
import signal
from pathlib import Path

import httpx
import pytest
from playwright.async_api import async_playwright

from tests.calls.test_demo_in_chromium import demo_process

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.calls, pytest.mark.timeout(240)]

_PATIENCE_MS = 120_000


async def test_a_floor_is_shown_goes_stale_and_comes_back(tmp_path: Path) -> None:
    path = shutil.which("chromium")
    assert path is not None, "chromium is installed by scripts/system_packages"
    async with demo_process(tmp_path) as (address, service), async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"{address}/wallboard?lang=en")
        await page.locator(".calls li").first.wait_for(timeout=_PATIENCE_MS)
        async with httpx.AsyncClient(base_url=address) as pbx:
            state = await pbx.post("/api/v1/agents/1007/state", json={"state": "wrap_up"})
            stats = await pbx.post("/api/v1/queues/billing/stats", json={"waiting": 4, "longest_wait_s": 75})
        assert (state.status_code, stats.status_code) == (200, 200)
        await page.locator(".agents div", has_text="Wrap-up").get_by_text("1", exact=True).wait_for()
        await page.locator(".queues tr", has_text="billing").get_by_text("1:15").wait_for()
        await page.locator(".last li").first.wait_for(timeout=_PATIENCE_MS)
        assert int(await page.locator(".tile .figure").first.inner_text()) > 0

        service.send_signal(signal.SIGSTOP)
        try:
            await page.locator("body.stale .news", has_text="No live data for").wait_for(timeout=10_000)
        finally:
            service.send_signal(signal.SIGCONT)
        await page.locator("body:not(.stale) .news", has_text="Live").wait_for(timeout=30_000)
        await browser.close()
