"""The inbox in a real Chromium: bursts, views, filters, keys, who is told by sound and sign, two hands at one alert."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Page

from alerts.alert import Action, AlertState, Evidence, Kind, Measure, Severity
from tests.fakes.desk import a_call, an_alert
from tests.fakes.site import Site
from tests.web.test_browser import chromium, console, until
from web.app import utc_now
from web.desk_sources import SuppressionView
from web.sources import AgentView

pytestmark = pytest.mark.browser

_ROWS = "Array.from(document.querySelectorAll('.alert-row'), (row) => row.dataset.alert)"
_SPIES = """
globalThis.tones = []; globalThis.notes = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { tones.push(this.frequency.value); return start.call(this, at); };
globalThis.Notification = class { static permission = "granted";
  constructor(title, said) { notes.push({ title, ...said }); } close() {} };
"""


def told(site: Site, alert_id: str, **changed: object) -> None:
    """An alert that opens now."""
    site.audience.publish_alert(site.alerts.store(an_alert(alert_id, opened_at=utc_now(), **changed)))


async def rows(page: Page, *wanted: str) -> None:
    """The inbox shows these alerts in this order."""
    await until(page, _ROWS, lambda found: found == list(wanted))


async def test_a_burst_folds_and_nothing_of_it_is_lost(site: Site) -> None:
    async with chromium() as browser, console(site, browser) as page:
        told(site, "grave", kind=Kind.HOSTILE_TONE, severity=Severity.CRITICAL)
        for number in range(30):
            told(site, f"a{number}", kind=Kind.NO_AUDIO, call_id=f"c{number}")
        fold = page.locator(".fold-row")
        await fold.filter(has_text="25 alerts on 25 calls").wait_for()
        shown = await until(page, _ROWS, lambda found: len(found) == 6)
        assert (shown[0], set(shown[1:])) == ("grave", {f"a{number}" for number in range(5)})
        assert await page.locator("[data-view=open] .count").inner_text() == "31"

        await fold.click()
        await until(page, _ROWS, lambda found: len(found) == 31)
        await page.get_by_role("button", name="Claim all").click()
        await until(page, "document.querySelectorAll('.fold .claim[aria-label]').length", lambda found: found == 0)
        await page.get_by_role("button", name="Unfold").click()
        await fold.wait_for(state="detached")
        shown = await page.evaluate(_ROWS)

    assert sorted(shown) == sorted(["grave", *(f"a{number}" for number in range(30))])
    assert len([asked for asked in site.desk.asked if asked.action is Action.ACKNOWLEDGE]) == 25


async def test_views_filters_search_and_keys(site: Site) -> None:
    undecided = Evidence(0, 1000, (Measure("verdict", "undecided"),))
    site.calls.views["call-2"] = a_call("call-2", agent=AgentView(id="1008", name="王晓明"), queue="sales")
    for alert in (
        an_alert("grave", severity=Severity.CRITICAL),
        an_alert("hung", kind=Kind.AGENT_HANGUP, evidence=undecided, call_id="call-2", agent_id="1008", queue="sales"),
        an_alert("small", severity=Severity.MINOR, call_id="call-3"),
        an_alert("mine", state=AlertState.ACKNOWLEDGED, assignee="local", call_id="call-4"),
        an_alert("late", state=AlertState.SNOOZED, snoozed_until=utc_now() + timedelta(hours=1), call_id="call-5"),
        an_alert("over", state=AlertState.RESOLVED, call_id="call-6"),
    ):
        site.alerts.store(alert)
    reason = SuppressionView("call-9", "a9", "r", "dead_air", "muted", "Muted: drill", "li", 3_000, utc_now())
    site.desk.unheard.append(reason)
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".alert-row").first.wait_for()
        everything = await page.evaluate(_ROWS)
        assert sorted(everything) == ["grave", "hung", "mine", "small"]
        await page.locator("#undecided").click()
        await rows(page, "hung")
        await page.locator(".undecided", has_text="undecided").wait_for()
        await page.get_by_role("button", name="Show all").click()
        await page.locator("#least").select_option("critical")
        await rows(page, "grave")
        await page.get_by_text("3 hidden by filters").wait_for()
        await page.locator("#least").select_option("info")
        await page.locator("#place").select_option("queue:sales")
        await rows(page, "hung")
        await page.locator("#place").select_option("")

        await page.locator("h1").click()
        await page.keyboard.press("/")
        await page.keyboard.type("晓明")
        await rows(page, "hung")
        assert await page.locator(".call-row").count() == 1
        await page.locator("#search").fill("")
        await page.keyboard.press("Escape")
        await page.keyboard.press("v")
        await rows(page, "mine")
        await page.keyboard.press("v")
        await rows(page, "late")
        await page.keyboard.press("v")
        await rows(page, "over")
        await page.keyboard.press("v")
        await page.locator(".silent-row", has_text="Muted").wait_for()
        await page.locator("#language").select_option("zh-CN")
        await page.locator(".silent-row", has_text="话务空白").wait_for()

        await page.locator("h1").click()
        await page.keyboard.press("?")
        await page.get_by_role("button", name="更改按键：切换告警视图").click()
        await page.keyboard.press("j")  # has a meaning already
        await page.get_by_text("该键已用于：下一行").wait_for()
        await page.keyboard.press("x")
        await page.get_by_text("启用单键快捷键").click()
        await page.get_by_role("button", name="关闭").click()
        await page.keyboard.press("x")
        await page.reload()
        await page.locator(".alert-row").first.wait_for()
        await page.keyboard.press("x")
        await page.keyboard.press("?")  # single keys are off, the sheet is still reached
        await page.get_by_text("启用单键快捷键").click()
        await page.get_by_role("button", name="关闭").click()
        assert len(await page.evaluate(_ROWS)) == 4
        await page.keyboard.press("x")
        await rows(page, "mine")


async def test_one_tab_rings_and_another_takes_over(site: Site) -> None:
    async with chromium("--autoplay-policy=no-user-gesture-required") as browser:
        context = await browser.new_context(locale="en-US")
        await context.add_init_script(_SPIES)
        tabs = [await context.new_page() for _ in range(2)]
        for tab in tabs:
            await tab.goto(site.http)
            await tab.locator("#start-shift").click()
            await tab.locator(".sound.on").wait_for()
        told(site, "grave", severity=Severity.CRITICAL)
        for tab in tabs:
            await until(tab, "document.title", lambda title: title == "(1) ▲ Earshot")
        first, second = tabs
        await until(first, "tones.length", lambda count: count >= 4)
        assert await second.evaluate("tones.length") == 0
        assert await second.evaluate("notes.length") == 0
        (note,) = await first.evaluate("notes")
        assert note["tag"] == "grave"
        assert note["requireInteraction"] is True
        assert note["title"] == "Critical: No answer to the customer for 3.2 s"
        await first.locator("[role=alert]", has_text="Critical: No answer").wait_for(state="attached")

        await first.close()
        await until(second, "tones.length", lambda count: count >= 4)
        await second.locator(".claim").click()
        await until(second, "document.title", lambda title: title == "Earshot")
        told(site, "loud", kind=Kind.VOLUME_RISE, call_id="call-2")
        await until(second, "tones.length", lambda count: count % 4 == 1)
        await until(second, "document.querySelector('link[rel=icon]').href", lambda sign: sign.startswith("data:"))
        await context.close()


async def test_two_supervisors_race_for_one_alert(site: Site) -> None:
    site.desk.known = ("li", "wang")
    site.alerts.store(an_alert(severity=Severity.CRITICAL, opened_at=utc_now()))
    async with (
        chromium() as browser,
        console(site, browser, expected="409 (Conflict)") as one,
        console(site, browser, expected="409 (Conflict)") as other,
    ):
        for page, name in ((one, "li"), (other, "wang")):
            await page.locator("#person").select_option(name)
            await until(page, "__earshot.socket.reconnects", lambda found: found == 1)  # now with this person's alerts
            await page.locator(".connection.live").wait_for()
        await asyncio.gather(*(page.locator(".claim").evaluate("(button) => button.click()") for page in (one, other)))
        await asyncio.gather(*(page.locator(".claim").wait_for(state="detached") for page in (one, other)))
        winner = (await site.alerts.get("a1"))[-1].alert.assignee
        assert winner is not None
        for page in (one, other):
            await page.get_by_text(f"{winner.title()} has it").first.wait_for()
        slower = other if winner == "li" else one
        await slower.get_by_role("alert").filter(has_text="Somebody was faster").wait_for()

    assert [asked.by for asked in site.desk.asked].count(winner) == 1
    assert len(await site.alerts.get("a1")) == 2


async def test_names_of_any_kind_stay_text_and_stay_in_their_place(site: Site) -> None:
    hostile = "<img src=x onerror=document.title='taken'>\u202e😀" + "长" * 10_000
    agent = AgentView(id="1007", name=hostile)
    site.calls.views["call-1"] = replace(a_call(), agent=agent, queue=hostile)
    site.alerts.store(an_alert(kind=Kind.PHRASE, title=hostile, queue=hostile, team="east"))
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".alert-row").wait_for()
        assert await page.locator(".call-row .row-title").inner_text() == hostile
        assert await page.locator("#app img").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.locator(".alert-line").evaluate("(one) => one.offsetHeight") < 120
        assert await page.title() == "(1) Earshot"
