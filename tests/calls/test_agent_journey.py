"""An agent's own page on a real node: logged in, own score with its evidence, an appeal by the keyboard; nothing else.

Another agent sees nothing of it, and pages for others stay closed.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.settings import Settings
from service.clock import SystemClock
from service.inspection.inspection import Inspection
from service.ledger.ledger_book import StoredLedger
from service.trust.front_door import FrontDoor
from tests.calls.stored_week import store_calls
from tests.prove.node import Node, running_node
from tests.service.inspection.desk import SHEETS
from tests.service.store.examples import running
from tests.web.inspected_site import score_with_a_fault
from tests.web.test_browser import chromium
from tests.web.trust.closed_site import PASSWORD
from web.trust.people import ScopeFields, UserFields
from web.trust.rights import Role
from web.trust.who import NOBODY

pytestmark = [pytest.mark.browser, pytest.mark.calls, pytest.mark.timeout(120)]

_CLIP = """async () => {
  const answer = await fetch(document.querySelector(".own-found audio").src);
  return [answer.status, answer.headers.get("content-type"), (await answer.arrayBuffer()).byteLength];
}"""


async def test_an_agent_sees_own_scores_and_appeals(tmp_path: Path) -> None:
    await store_calls(tmp_path, "week-1")
    await _score_and_register(tmp_path)
    async with (
        running_node(
            tmp_path, EARSHOT_RECOGNITION__ENABLED="false", EARSHOT_INSPECTION__AGENTS_SEE_HEARING="true"
        ) as node,
        chromium() as browser,
    ):
        page = await _log_in(browser, node, "li")
        assert page.url == f"{node.http}/own"  # the first page that is for agents
        assert await page.locator(".sections a").all_inner_texts() == ["My scores", "Inspection"]  # there the library
        await page.locator("[data-own-item=answers] .own-found").get_by_text("No answer to the customer").wait_for()
        assert (await page.locator(".own-points").inner_text()).split() == ["94", "/", "100"]
        status, kind, size = await page.evaluate(_CLIP)
        assert (status, kind) == (200, "audio/wav")
        assert size > 100_000
        await _appeal(page)
        for address in ("/worklist", "/calls/week-1", "/"):
            refused = await page.goto(node.http + address)
            assert refused is not None
            assert refused.status == 403

        other = await _log_in(browser, node, "wu")
        await other.get_by_text("No call has been scored yet.").wait_for()
        await other.get_by_text("Nobody has heard your calls.").wait_for()

        inspector = await _log_in(browser, node, "qa")
        await inspector.goto(f"{node.http}/calls/week-1")
        await inspector.locator("[data-score] .item").first.wait_for()
        assert await inspector.locator("#submit-score").count() == 0  # it is submitted, and appealed against


async def _log_in(browser: Browser, node: Node, name: str) -> Page:
    page = await (await browser.new_context(locale="en-US")).new_page()
    await page.goto(node.http)
    await page.locator("input[name=name]").wait_for()
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".sections").wait_for()
    await page.wait_for_url(lambda url: "/login" not in url)
    return page


async def _appeal(page: Page) -> None:
    await page.locator("[data-act=appeal]").focus()
    await page.keyboard.press("Enter")
    await page.locator("dialog[open] textarea").wait_for()
    await page.keyboard.type("The tariff began in November.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("The appeal is being looked at").wait_for()
    assert await page.locator("[data-act=appeal]").count() == 0


async def _score_and_register(folder: Path) -> None:
    """The call is scored by qa; li is the agent of the call, wu another."""
    settings, clock = Settings(data_dir=folder), SystemClock()
    async with running(settings, clock=clock) as store:
        desk = Inspection(store, clock, InspectionSettings(), FiguresSettings(), SHEETS, lambda: ("qa",))
        await score_with_a_fault(desk, "week-1", "qa")
        front = FrontDoor(settings, store, clock, StoredLedger(store, clock))
        await front.start()
        password_hash = await front._hashed(PASSWORD)
        everywhere, east = ScopeFields(everywhere=True), ScopeFields(teams=("east",))
        for name, fields in (
            ("root", UserFields(roles=(Role.ADMIN,))),
            ("li", UserFields(roles=(Role.AGENT,), person_id="1007", scope=east)),
            ("wu", UserFields(roles=(Role.AGENT,), person_id="1008", scope=east)),
            ("qa", UserFields(roles=(Role.QA,), scope=everywhere)),
        ):
            await front.book.add_user(name, fields, password_hash, NOBODY)
