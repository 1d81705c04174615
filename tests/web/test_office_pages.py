"""The pages of the day after and of administration in a real Chromium, over a real store and real rules."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from config.settings import Language, Settings
from service.clock import SystemClock
from service.rule_shelf import RuleShelf
from service.rules_workshop import RulesWorkshop
from service.store.figures import StoredFigures
from service.store.history import StoredHistory
from tests.fakes.office import an_office
from tests.fakes.site import Site, open_site
from tests.service.store.examples import running
from tests.web.stored_days import HOSTILE, fill
from tests.web.test_browser import chromium
from web.app import utc_now
from web.sources import CallState

pytestmark = pytest.mark.browser


@asynccontextmanager
async def stored_site(folder: Path) -> AsyncIterator[Site]:
    """A site over a week of stored calls."""
    settings = Settings(data_dir=folder, language=Language.EN)
    async with running(settings, clock=SystemClock()) as store:
        fill(store, utc_now(), days=7, calls_a_day=12)
        await store.written()
        office = replace(
            an_office(),
            history=StoredHistory(store),
            figures=StoredFigures(settings.figures, store, SystemClock()),
            workshop=RulesWorkshop(settings, RuleShelf(settings), SystemClock(), shared=False),
            names=lambda: {"1001": "Li Na"},
        )
        async with open_site(office=office) as site:
            for call in await store.calls(CallState.ENDED, None, 100, None):
                site.calls.views[call.call_id] = call
                site.calls.lines[call.call_id] = await store.words(call.call_id)
            yield site


@asynccontextmanager
async def opened(browser: Browser, address: str, expected: str = "\0") -> AsyncIterator[Page]:
    """The page; what it logs as an error fails the test."""
    context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    await page.goto(address)
    yield page
    await context.close()
    assert [fault for fault in faults if expected not in fault] == []


async def test_words_are_found_and_lead_to_their_place_in_the_call(tmp_path: Path) -> None:
    async with (
        stored_site(tmp_path) as site,
        chromium() as browser,
        opened(browser, f"{site.http}/history", expected="404") as page,
    ):
        await page.locator("tr[data-call=call-0]").wait_for()
        await page.keyboard.press("/")
        await page.keyboard.type("投诉")
        await page.keyboard.press("Enter")
        found = page.locator("tr[data-call=call-0] .said mark", has_text="投诉")
        await found.wait_for()
        assert "said=" in page.url
        assert HOSTILE in (await page.locator("tr[data-call=call-1]").text_content() or "")
        await page.get_by_role("radio", name="Alerts").click()
        await page.locator("tr[data-alert]").first.wait_for()
        await page.go_back()
        await found.click()
        line = page.locator(".line.customer", has_text="投诉")
        await line.wait_for()
        assert page.url.endswith("/calls/call-0#t=29.0")
        await page.locator("#language").select_option("zh-CN")
        await page.locator(".of-call h3", has_text="告警").wait_for()


async def test_figures_change_with_what_is_asked(tmp_path: Path) -> None:
    async with (
        stored_site(tmp_path) as site,
        chromium() as browser,
        opened(browser, f"{site.http}/figures") as page,
    ):
        await page.locator("td.main", has_text="Li Na").wait_for()
        assert await page.locator(".plot canvas").count() == 1
        await page.get_by_role("radio", name="Rules").click()
        await page.locator("td.main", has_text="zh.threats.complaint").wait_for()
        await page.get_by_role("button", name="Precision").click()
        await page.locator("th[aria-sort]", has_text="Precision").wait_for()
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Export CSV").click()
        text = (await (await download.value).path()).read_text(encoding="utf-8-sig")
        assert text.startswith("rule,name,calls")


async def test_rules_are_changed_checked_and_published_by_keyboard(tmp_path: Path) -> None:
    async with (
        stored_site(tmp_path) as site,
        chromium() as browser,
        opened(browser, f"{site.http}/rules?view=edit&file=en/wait.yaml") as page,
    ):
        field = page.locator(".editor textarea")
        await field.wait_for()
        before = await field.input_value()
        await field.fill(before.replace("phrases:", "phrase:", 1))
        await page.locator(".faults .link").first.wait_for(timeout=60_000)
        assert await page.locator(".gutter .wrong").count() >= 1
        assert await page.get_by_role("button", name="Publish").is_disabled()
        await field.fill(before + "\n# seen\n")
        await page.get_by_text("Sound:").wait_for(timeout=60_000)
        await page.get_by_role("button", name="Publish").click()
        await page.locator("dialog[open] input").fill("a remark")
        await page.keyboard.press("Enter")
        await page.locator("dialog[open]").wait_for(state="detached", timeout=60_000)
        await page.get_by_role("radio", name="Editions").click()
        await page.locator("td", has_text="a remark").wait_for()
