"""Every page in both themes: axe-core finds nothing against WCAG 2.2 AA, nothing is wider than its screen."""

import hashlib
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser

from alerts.alert import AlertState, Severity
from tests.fakes.desk import a_line, an_alert
from tests.fakes.site import Site
from tests.web.inspected_site import inspected_site
from tests.web.loop_site import loop_site
from tests.web.shown_pages import LOOP_PAGES, SCORE_PAGES, SHOWN_PAGES, ShownPage
from tests.web.test_browser import chromium
from tests.web.test_wallboard_page import fill
from web.app import utc_now

pytestmark = pytest.mark.browser

_VENDOR = Path(__file__).parents[1] / "vendor"
_AXE = (_VENDOR / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_LOOK = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  const told = ({ id }, { target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`;
  return violations.flatMap((rule) => rule.nodes.map((node) => told(rule, node)));
}"""
_THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
_WIDER = "document.documentElement.scrollWidth > innerWidth"


def busy(site: Site) -> None:
    """A full floor with people, words, and an alert in every state."""
    fill(site)
    site.desk.known = ("li", "wang")
    site.calls.lines["c0"] = [
        a_line("별말씀을요", call_id="c0"),
        a_line("그만", utterance=2, final=False, call_id="c0"),
    ]
    for number, state in enumerate((AlertState.SNOOZED, AlertState.PROVISIONAL, AlertState.ACKNOWLEDGED)):
        held = "li" if state is AlertState.ACKNOWLEDGED else None
        site.alerts.store(
            an_alert(
                f"s{number}", state=state, assignee=held, severity=Severity.MAJOR, call_id="c0", opened_at=utc_now()
            )
        )


async def look(
    browser: Browser, site: Site, shown: ShownPage, theme: Literal["light", "dark"], call_id: str = "c0"
) -> None:
    """axe-core finds nothing wrong with the page, and nothing sticks out."""
    context = await browser.new_context(
        color_scheme=theme, reduced_motion="reduce", viewport={"width": 1280, "height": 800}
    )
    page = await context.new_page()
    await page.goto(f"{site.http}{shown.at(call_id, '1007')}{f'?theme={theme}' if shown.own_theme else ''}")
    await page.locator(shown.ready).first.wait_for()
    await shown.act(page)
    await page.evaluate(_AXE)
    found: list[Any] = await page.evaluate(_LOOK, _RULES)
    assert not found, f"{shown.name}, {theme}: " + "\n".join(found)
    assert await page.evaluate(_WIDER) is False, shown.name
    await context.close()


@pytest.mark.parametrize("shown", SHOWN_PAGES, ids=lambda shown: shown.name)
async def test_a_page_is_open_to_everybody_in_both_themes(site: Site, shown: ShownPage) -> None:
    busy(site)
    async with chromium() as browser:
        for theme in _THEMES:
            await look(browser, site, shown, theme)


async def test_the_pages_of_the_loop_are_open_to_everybody(tmp_path: Path) -> None:
    """One site for all of them: its story takes longer to tell than a page to look at. Themes take turns."""
    async with loop_site(tmp_path) as told, chromium() as browser:
        for number, shown in enumerate(LOOP_PAGES):
            await look(browser, told.site, shown, _THEMES[number % 2])


async def test_the_pages_of_scoring_are_open_to_everybody(tmp_path: Path) -> None:
    async with inspected_site(tmp_path) as site, chromium() as browser:
        for theme in _THEMES:
            for shown in SCORE_PAGES:
                await look(browser, site, shown, theme, "week-0")


def test_axe_is_the_file_that_was_published() -> None:
    listed = [line.split("  ") for line in (_VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]

    assert {name for _, name in listed} == {path.name for path in _VENDOR.iterdir()} - {"SHA256SUMS"}
    for digest, name in listed:
        assert hashlib.sha256((_VENDOR / name).read_bytes()).hexdigest() == digest, name
