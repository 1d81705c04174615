"""A fault goes round the loop, an appeal to its last word, by the keys of the pages: a real node over stored calls."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from config.settings import Settings
from service.clock import SystemClock
from tests.calls.stored_week import ended_call
from tests.prove.node import running_node
from tests.service.inspection.desk import faultless, judged
from tests.service.store.examples import running
from tests.web.test_browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.calls, pytest.mark.timeout(120)]

_PATIENCE_MS = 20_000
_ROSTER = {
    "people": [
        {"id": "1007", "name": "Li Na", "roles": ["agent"], "teams": ["east"]},
        {"id": "zhao", "name": "Zhao Min", "roles": ["supervisor"], "teams": ["east"]},
        *({"id": each, "roles": ["inspector"]} for each in ("qa1",)),
        *({"id": each, "roles": ["qa_lead"]} for each in ("lead", "second")),
    ],
    "teams": [{"id": "east"}],
}


async def test_report_plan_recheck_close_and_appeal_to_arbitration(tmp_path: Path) -> None:
    async with running(Settings(data_dir=tmp_path), clock=SystemClock()) as store:
        store.save_call(ended_call("found", minutes_ago=30, risk=80))
        store.save_call(ended_call("later", minutes_ago=-5, risk=10))  # after the plan that is yet to be made
        await store.written()
    async with (
        running_node(
            tmp_path,
            EARSHOT_RECOGNITION__ENABLED="false",
            EARSHOT_INSPECTION__CLOSED_LOOP=json.dumps({"recheck_calls": 1}),
        ) as node,
        chromium() as browser,
        httpx.AsyncClient(base_url=f"{node.http}/api/v1", trust_env=False) as client,
    ):
        (await client.post("/roster", json=_ROSTER)).raise_for_status()
        score_id = await _scored(client, "found", wrong=1)
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        page.set_default_timeout(_PATIENCE_MS)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await _round_the_loop(page, node.http, client)
        reason = {"reason": "The tariff changed that day."}
        address = f"/inspection/scores/{score_id}/appeal"
        (await client.post(address, json=reason, headers={"X-Earshot-Person": "1007"})).raise_for_status()
        await _appeal(page, node.http)
        (appeal,) = (await client.get("/inspection/appeals")).json()["appeals"]
        (case,) = (await client.get("/inspection/improvements")).json()["improvements"]
        score = (await client.get(f"/inspection/scores/{score_id}")).json()

    assert faults == []
    assert (case["plan"], case["result"], case["rechecked"]) == (
        "Learn the new tariff.",
        "improved",
        [{"call_id": "later", "faulty": False}],
    )
    assert [(step["act"], step["by"]) for step in appeal["trail"]] == [
        *(("appeal", "1007"), ("uphold", "lead"), ("arbitrate", "1007"), ("decide", "second"))
    ]
    assert (score["state"], score["result"]["points"]) == ("corrected", 100.0)


async def _round_the_loop(page: Page, http: str, client: httpx.AsyncClient) -> None:
    """The inspector tells, the leader plans, a later call is heard again; each by keys."""
    await _go(page, f"{http}/inspection/improvements", as_whom="qa1")
    await _open_first(page)
    await page.keyboard.press("r")
    await page.locator("dialog[open]").wait_for()
    await page.keyboard.press("Enter")
    await page.locator(".done", has_text="both were told").wait_for()
    await _go(page, f"{http}/inspection/improvements?show=plan", as_whom="zhao")
    await _open_first(page)
    await page.keyboard.press("p")
    await page.locator("dialog[open] textarea").wait_for()
    await page.keyboard.type("Learn the new tariff.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".recheck .off", has_text="To be heard").wait_for()
    await _scored(client, "later", wrong=0)
    await _go(page, f"{http}/inspection/improvements?show=closed", as_whom="qa1")
    await _open_first(page)
    await page.locator(".recheck .good", has_text="Clean").wait_for()
    await page.locator(".detail-state .good", has_text="Improved").wait_for()


async def _appeal(page: Page, http: str) -> None:
    """The lead upholds, the agent asks for arbitration, the lead may not decide again, somebody else does."""
    appeals = f"{http}/inspection/appeals?show=all"
    await _go(page, appeals, as_whom="lead")
    await _open_first(page)
    await page.keyboard.press("u")
    await page.locator("dialog[open] textarea").wait_for()
    await page.keyboard.type("It changed the day after.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".detail-state", has_text="Score upheld").wait_for()
    await _go(page, appeals, as_whom="1007")
    await _open_first(page)
    await page.keyboard.press("q")
    await page.locator("dialog[open] textarea").wait_for()
    await page.keyboard.type("Please hear it again.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".detail-state", has_text="In arbitration").wait_for()
    await _go(page, appeals, as_whom="lead")
    await _open_first(page)
    await page.get_by_text("Somebody else must decide").wait_for()
    assert await page.locator(".buttons-row button").count() == 0
    await _go(page, appeals, as_whom="second")
    await _open_first(page)
    await page.keyboard.press("a")
    await page.locator("[data-judged=correct] input").last.fill("0")
    await page.locator("dialog[open] textarea").fill("The agent is right.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".detail-state", has_text="100 / 100").wait_for()


async def _go(page: Page, address: str, as_whom: str) -> None:
    await page.goto(address)
    await page.locator("#who-acts").select_option(as_whom)
    await page.locator("[data-row]").first.wait_for()


async def _open_first(page: Page) -> None:
    await page.locator("h2").click()  # out of the choice of a name: fields keep their keys
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.locator("[data-shown] .part").first.wait_for()


async def _scored(client: httpx.AsyncClient, call_id: str, wrong: int) -> str:
    """The id of a closed score of qa1: so many wrong answers, everything else as it should be."""
    headers = {"X-Earshot-Person": "qa1"}
    begun = await client.post(f"/calls/{call_id}/scores", json={"sheet": "hundred_points"}, headers=headers)
    score: dict[str, Any] = begun.raise_for_status().json()
    address = f"/inspection/scores/{score['score_id']}"
    for item in sorted({*score["result"]["open_items"], "correct"}):
        mark = judged(item, wrong=wrong) if item == "correct" else faultless("hundred_points", item)
        body = {"version": score["version"], "counts": dict(mark.counts), "choice": mark.choice}
        answer = await client.put(f"{address}/items/{item}", json=body, headers=headers)
        score = answer.raise_for_status().json()
    (await client.post(f"{address}/close", json={"version": score["version"]}, headers=headers)).raise_for_status()
    return str(score["score_id"])
