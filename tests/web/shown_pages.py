"""The pages people see: a line each. axe-core looks at all of them, and the pictures are taken of all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

Act = Callable[[Page], Awaitable[None]]


async def _nothing(_page: Page) -> None:
    return None


async def _open_a_call(page: Page) -> None:
    await page.locator(".alert-row").first.click()
    await page.locator("[data-open-call]").wait_for()
    await page.locator(".transcript .line, .transcript .empty").first.wait_for()


async def _show_keys(page: Page) -> None:
    await page.keyboard.press("?")
    await page.locator("dialog[open] kbd").first.wait_for()


async def _ask_why(page: Page) -> None:
    await _open_a_call(page)
    await page.keyboard.press("f")
    await page.locator("dialog[open] fieldset").wait_for()


async def _add_a_user(page: Page) -> None:
    await page.locator("#add-user").click()
    await page.locator("dialog[open] form").wait_for()


async def _add_a_key(page: Page) -> None:
    await page.locator("#add-key").click()
    await page.locator("dialog[open] form").wait_for()


async def _start_shift(page: Page) -> None:
    await page.locator("#start-shift").click()
    await page.locator("button.sound").click()
    await page.locator("dialog[open] input[type=range]").wait_for()


async def _add_person(page: Page) -> None:
    await page.locator(".roster-bar .primary").click()
    await page.locator("dialog[open] form").wait_for()


async def _open_first(page: Page) -> None:
    await page.locator("[data-row]").first.click()
    await page.locator("[data-shown] .part").first.wait_for()


async def _open_closed_round(page: Page) -> None:
    await page.locator(".drift-line").first.wait_for()
    await page.locator("[data-row]").nth(1).click()
    await page.locator(".alpha").wait_for()


async def _plan_it(page: Page) -> None:
    await page.locator("[data-row]").first.click()
    await page.locator("[data-shown] .part").first.wait_for()
    await page.keyboard.press("p")
    await page.locator("dialog[open] textarea").wait_for()


async def _judge_anew(page: Page) -> None:
    await page.locator("[data-row]").nth(1).click()
    await page.locator("[data-shown] .part").first.wait_for()
    await page.keyboard.press("c")
    await page.locator("dialog[open] .judged-item").first.wait_for()


async def _new(page: Page) -> None:
    await page.keyboard.press("n")
    await page.locator("dialog[open] form").wait_for()


async def _change_a_plan(page: Page) -> None:
    await page.locator("[data-plan] [data-row]").first.click()
    await page.locator("dialog[open] form").wait_for()


async def _write_a_fault(page: Page) -> None:
    field = page.locator(".editor textarea")
    text = await field.input_value()
    await field.fill(text.replace("form: deductions", "form: deduction").replace("version: 1", "version: one"))
    await page.locator(".faults li").first.wait_for()


async def _read_words(page: Page) -> None:
    await page.locator(".example summary").first.click()
    await page.locator(".said-lines li").first.wait_for()


async def _take_off(page: Page) -> None:
    await page.locator("button.drop").first.click()
    await page.locator("dialog[open] form").wait_for()


async def _to_evidence(page: Page) -> None:
    """To the first item that something proves."""
    await page.locator(".evidence .hear").first.focus()
    await page.locator(".item.held .evidence").wait_for()


async def _judge_all(page: Page) -> None:
    while await page.locator(".item.open:not(.bonus, .mistake)").count() > 0:
        await page.keyboard.press("o")
        await page.keyboard.press("y")
    await page.keyboard.press("s")
    await page.locator("dialog[open] form").wait_for()


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page in one condition: where it is, what shows that it is complete, what is done before it is looked at."""

    name: str
    address: str
    ready: str
    act: Act = _nothing
    own_theme: bool = False  # told by its address and not by the computer

    def at(self, call: str, agent: str) -> str:
        """Its address, with a call and an agent that are there."""
        return self.address.format(call=call, agent=agent)


SHOWN_PAGES = (
    ShownPage("console", "/", ".alert-row"),
    ShownPage("console-call", "/", ".alert-row", _open_a_call),
    ShownPage("console-keys", "/", ".alert-row", _show_keys),
    ShownPage("console-why", "/", ".alert-row", _ask_why),
    ShownPage("login", "/login", "form.form"),
    ShownPage("people", "/people", "[data-user]"),
    ShownPage("people-user", "/people", "[data-user]", _add_a_user),
    ShownPage("people-key", "/people", "[data-user]", _add_a_key),
    ShownPage("ledger", "/ledger", "[data-row-of]"),
    ShownPage("console-shift", "/", ".alert-row", _start_shift),
    ShownPage("history", "/history", "tr[data-call]"),
    ShownPage("history-alerts", "/history?show=alerts", "tr[data-alert]"),
    ShownPage("call", "/calls/{call}#t=1.0", ".transcript .line, .transcript .empty"),
    ShownPage("figures", "/figures", ".figures tbody tr"),
    ShownPage("rules", "/rules", ".rules-table tbody tr"),
    ShownPage("rules-edit", "/rules?view=edit", ".editor textarea"),
    ShownPage("rules-editions", "/rules?view=editions", ".panel table"),
    ShownPage("feeds", "/admin/feeds", ".level"),
    ShownPage("roster", "/admin/roster", ".roster-bar"),
    ShownPage("roster-entry", "/admin/roster", ".roster-bar", _add_person),
    ShownPage("retention", "/admin/retention", ".forget"),
    ShownPage("models", "/admin/models", ".model"),
    ShownPage("wallboard", "/wallboard", ".tiles", own_theme=True),
)

SCORE_PAGES = (
    ShownPage("worklist", "/worklist?whose=all", "tr[data-task]"),
    ShownPage("worklist-drop", "/worklist?whose=all", "tr[data-task]", _take_off),
    ShownPage("score", "/calls/{call}", "[data-score] .item", _to_evidence),
    ShownPage("score-submit", "/calls/{call}", "[data-score] .item", _judge_all),
    ShownPage("own", "/own?agent={agent}", "[data-own-item]"),
)
"""The pages of scoring, over a desk with calls on its lists (tests/web/inspected_site.py, or the demo)."""

LOOP_PAGES = (
    ShownPage("improvements", "/inspection/improvements", "[data-row]", _open_first),
    ShownPage("improvement-plan", "/inspection/improvements?show=plan", "[data-row]", _plan_it),
    ShownPage("improvements-closed", "/inspection/improvements?show=closed", "[data-row]", _open_first),
    ShownPage("appeals", "/inspection/appeals", "[data-row]", _open_first),
    ShownPage("appeal-change", "/inspection/appeals", "[data-row]", _judge_anew),
    ShownPage("calibration", "/inspection/calibration", "[data-row]", _open_closed_round),
    ShownPage("calibration-blind", "/inspection/calibration", "[data-row]", _open_first),
    ShownPage("calibration-new", "/inspection/calibration", "[data-row]", _new),
    ShownPage("library", "/inspection/library", "[data-example]", _read_words),
    ShownPage("library-new", "/inspection/library", "[data-example]", _new),
    ShownPage("call-backs", "/inspection/call-backs", "[data-row]", _open_first),
    ShownPage("plans", "/inspection/plans", "[data-plan]"),
    ShownPage("plans-edit", "/inspection/plans", "[data-plan]", _change_a_plan),
    ShownPage("sheets", "/inspection/plans?view=sheets&sheet=hundred_points", ".sheet-table"),
    ShownPage("figures-quality", "/figures?show=quality&by=team", ".bars li"),
    ShownPage("figures-quality-agents", "/figures?show=quality&by=agent", ".quality tbody tr"),
    ShownPage("report", "/reports", ".key-figures tbody tr"),
    ShownPage("sheets-check", "/inspection/plans?view=check", ".editor textarea", _write_a_fault),
)
"""The pages of the closed loop, over a site in which inspectors have worked (tests/web/loop_site.py)."""
