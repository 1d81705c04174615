"""Takes the README's pictures from a running demo: English and Chinese, dark and light, into docs/images."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script from anywhere

from tests.calls.test_demo_in_chromium import running_demo

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
            async with running_demo(Path(folder)) as address:
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
        await browser.close()


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
