"""Worklist and sheet in a real Chromium over a real desk: filters, taking off, drawing, and somebody who was faster."""

from pathlib import Path

import httpx
import pytest

from tests.web.inspected_site import inspected_site
from tests.web.test_browser import chromium
from tests.web.test_office_pages import opened

pytestmark = pytest.mark.browser


async def test_a_worklist_is_filtered_and_shortened_and_drawn_anew(tmp_path: Path) -> None:
    async with (
        inspected_site(tmp_path) as site,
        chromium() as browser,
        opened(browser, f"{site.http}/worklist?whose=all") as page,
    ):
        rows = page.locator("tr[data-task]")
        await page.get_by_text("4 to be heard").wait_for()
        await page.get_by_text("6 of each agent · by risk").first.wait_for()
        await page.keyboard.press("j")
        await page.keyboard.press("d")
        await page.locator("dialog[open] input").wait_for()
        await page.keyboard.type("a test call")
        await page.keyboard.press("Enter")
        await page.get_by_text("3 to be heard").wait_for()
        assert await rows.count() == 3
        await page.keyboard.press("/")
        await page.keyboard.type("1008")
        await page.get_by_text("No call fits.").wait_for()
        assert page.url.endswith("&agent=1008")
        await page.locator("#agent").fill("")
        await page.get_by_label("State").select_option("dropped")
        await page.locator("tr[data-task]", has_text="Taken off").wait_for()
        await page.locator("#draw").click()
        await page.get_by_text("5 calls are on this week's lists.").wait_for()


async def test_a_judgement_that_comes_late_is_refused_and_the_sheet_shown_as_it_is(tmp_path: Path) -> None:
    async with (
        inspected_site(tmp_path) as site,
        chromium() as browser,
        opened(browser, f"{site.http}/calls/week-0", expected="409") as page,
    ):
        await page.locator("[data-score] .item").first.wait_for()
        score_id = await page.locator("[data-score]").get_attribute("data-score")
        address = f"{site.http}/api/v1/inspection/scores/{score_id}"
        async with httpx.AsyncClient(trust_env=False) as client:
            seen = (await client.get(address)).json()
            body = {"version": seen["version"], "counts": {"wrong": 1}}
            await client.put(f"{address}/items/correct", json=body)
            await page.keyboard.press("j")
            await page.keyboard.press("y")
            await page.locator(".score-panel .fault", has_text="Somebody was faster").wait_for()
            await page.locator("[data-item=correct].judged .happened", has_text="Wrong information").wait_for()
            await page.keyboard.press("y")
            await page.locator(".score-panel .fault").wait_for(state="detached")
            kept = (await client.get(address)).json()
        assert next(mark for mark in kept["marks"] if mark["item"] == "correct")["counts"] == {}
