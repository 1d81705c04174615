"""Takes the README's pictures from a running demo, English and Chinese: the console (dark, light) and the wallboard."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script from anywhere

from tests.calls.demo_process import running_demo

_IMAGES = Path(__file__).parents[1] / "docs" / "images"
_WAIT_S = 150
_ALERTS = 6
_LINES = 5


async def main() -> None:
    """One picture a language and theme, when the page shows words and the three alerts of the demo."""
    _IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        with tempfile.TemporaryDirectory() as folder:
            async with running_demo(Path(folder)) as demo:
                address = demo.http
                for locale, theme, name in (
                    ("en-US", "dark", "console"),
                    ("zh-CN", "dark", "console-zh"),
                    ("en-US", "light", "console-light"),
                    ("zh-CN", "light", "console-zh-light"),
                ):
                    context = await browser.new_context(
                        locale=locale, color_scheme=theme, viewport={"width": 1440, "height": 900}
                    )
                    page = await context.new_page()
                    await page.goto(address)
                    await _show(page)
                    await page.screenshot(path=_IMAGES / f"{name}.png")
                    await context.close()
                await _tell_floor(address)
                for lang, name in (("en", "wallboard"), ("zh-CN", "wallboard-zh")):
                    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
                    await page.goto(f"{address}/wallboard?lang={lang}")
                    await page.locator(".queues, .calls li").nth(4).wait_for()
                    await page.screenshot(path=_IMAGES / f"{name}.png")
                    await page.close()
        await browser.close()


async def _tell_floor(address: str) -> None:
    """What a PBX would post of its agents and queues; the demo's has none."""
    states = ("busy",) * 6 + ("idle",) * 3 + ("wrap_up", "wrap_up", "break", "ringing")
    async with httpx.AsyncClient(base_url=address) as pbx:
        for number, state in enumerate(states):
            await pbx.post(f"/api/v1/agents/{1001 + number}/state", json={"state": state})
        for queue, waiting, longest_wait_s, within in (("billing", 3, 41, 188), ("support", 1, 12, 141)):
            figures = {"waiting": waiting, "longest_wait_s": longest_wait_s, "answered": 212, "abandoned": 11}
            more = {"answered_within_s": {"20": within}, "handle_time_s_mean": 247}
            await pbx.post(f"/api/v1/queues/{queue}/stats", json=figures | more)


async def _show(page: Page) -> None:
    """Open a live call that has an alert and words, once the list is full enough to be looked at."""
    async with asyncio.timeout(_WAIT_S):
        while await page.locator(".alert-row").count() < _ALERTS:  # noqa: ASYNC110  # the page is another process
            await asyncio.sleep(0.5)
        while True:
            flagged = page.locator(".call-row:not(.ended)").filter(has=page.locator(".badge.risk"))
            if await flagged.count():
                await flagged.first.click()
                await asyncio.sleep(1.5)
                if await page.locator(".line").count() >= _LINES:
                    return
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main())
