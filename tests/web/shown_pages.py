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


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page in one condition: where it is, what shows that it is complete, what is done before it is looked at."""

    name: str
    address: str
    ready: str
    act: Act = _nothing
    own_theme: bool = False  # told by its address and not by the computer


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
    ShownPage("call", "/calls/c0#t=1.0", ".transcript .line, .transcript .empty"),
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
