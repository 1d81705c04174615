"""An inspector scores a call without touching the mouse: a real node over a stored week, a real Chromium.

Worklist, call, evidence, judgements, submission, the next call; then the ledger is asked whether all of it is sealed.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from tests.calls.stored_week import store_calls
from tests.prove.node import running_node
from tests.web.test_browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.calls, pytest.mark.timeout(120)]

_PLAN = {"plan": "weekly", "sheet": "hundred_points", "number": 5, "risk_weight": 1, "inspectors": ["local"]}
_ITEM = "document.activeElement.dataset.item ?? null"
_SOUND = "[...document.querySelectorAll('.recording audio')].map((each) => each.currentTime)[0] ?? 0"
_PATIENCE_S = 20


async def test_a_call_is_scored_by_the_keyboard_alone(tmp_path: Path) -> None:
    await store_calls(tmp_path, "week-1", "week-2")
    async with (
        running_node(
            tmp_path, EARSHOT_RECOGNITION__ENABLED="false", EARSHOT_INSPECTION__PLANS=json.dumps([_PLAN])
        ) as node,
        chromium() as browser,
    ):
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        page.set_default_timeout(_PATIENCE_S * 1000)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(f"{node.http}/worklist")
        await page.locator("tr[data-task]").nth(1).wait_for()
        async with httpx.AsyncClient(base_url=f"{node.http}/api/v1", trust_env=False) as client:
            first = await _open_first(page)
            score_id = await page.locator("[data-score]").get_attribute("data-score")
            score: dict[str, Any] = (await client.get(f"/inspection/scores/{score_id}")).json()
            await _listen_to_evidence(page)
            await _judge(page)
            await _submit(page)
            closed: dict[str, Any] = (await client.get(f"/inspection/scores/{score_id}")).json()
            second = await _next(page)
            trail = (await client.get(f"/inspection/scores/{score_id}/trail")).json()["steps"]
            rows = (await client.get("/ledger", params={"act": "score", "limit": 500})).json()["rows"]
            verdict = (await client.get("/ledger/verdict")).json()

    assert faults == []
    assert {first, second} == {"week-1", "week-2"}
    assert (score["result"]["points"], closed["state"], closed["result"]["points"]) == (98.0, "closed", 94.0)
    assert closed["note"] == "good listener"
    assert closed["result"]["grade"] == "good"
    smile = next(mark for mark in closed["marks"] if mark["item"] == "smile")
    assert (smile["counts"], smile["reason"]) == ({"laughs": 1}, "laughed twice")
    assert [trail[0]["act"], trail[-1]["act"]] == ["begin", "close"]
    assert len([row for row in rows if f"score {score_id} " in row["about"]]) == len(trail)
    assert verdict["whole"] is True


async def _open_first(page: Page) -> str:
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.locator("[data-score] .item").first.wait_for()
    return await page.locator("[data-call]").get_attribute("data-call") or ""


async def _listen_to_evidence(page: Page) -> None:
    """To the item that the dead air proves; its key plays the call from a little before."""
    while await page.evaluate(_ITEM) != "answers":
        await page.keyboard.press("j")
    await page.keyboard.press("e")
    await _until(page, _SOUND, lambda seconds: seconds > 0.3)
    assert page.url.endswith("#t=6.1")
    await page.locator(".line.playing, .line.customer").first.wait_for()


async def _judge(page: Page) -> None:
    """Every open item: one with a fault and a reason, a fatal one for a moment, the others as they should be."""
    points = page.locator("[data-points]")
    for _ in range(60):
        await page.keyboard.press("o")
        item = await page.evaluate(_ITEM)
        if await page.locator(f"[data-item={item}].open").count() == 0:
            break
        if item == "smile":
            await page.keyboard.press("1")
            await points.get_by_text("94", exact=True).wait_for()
            await page.keyboard.press("n")
            await page.keyboard.type("laughed twice")
            await page.keyboard.press("Enter")
        elif item == "business_fatal":
            await page.keyboard.press("1")
            await points.get_by_text("0", exact=True).wait_for()  # a fatal error leaves nothing
            await page.keyboard.press("x")
            await points.get_by_text("94", exact=True).wait_for()
            await page.keyboard.press("y")
        else:
            await page.keyboard.press("y")
        await page.locator(f"[data-item={item}].judged").wait_for()
    await page.get_by_text("Nothing is open").wait_for()


async def _submit(page: Page) -> None:
    await page.keyboard.press("s")
    await page.locator("dialog[open] input[name=note]").wait_for()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.type("good listener")
    await page.keyboard.press("Enter")
    await page.locator("#next-call").wait_for()


async def _next(page: Page) -> str:
    """The way to the next call has the focus already."""
    await _until(page, "document.activeElement.id", lambda found: found == "next-call")
    before = await page.locator("[data-score]").get_attribute("data-score")
    await page.keyboard.press("Enter")
    await page.locator(f"[data-score]:not([data-score='{before}'])").wait_for()
    return await page.locator("[data-call]").get_attribute("data-call") or ""


async def _until(page: Page, question: str, fits: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not fits(await page.evaluate(question)):  # noqa: ASYNC110  # the page is another process
            await asyncio.sleep(0.05)
