"""Acting on alerts in a real Chromium while others, or the call itself, change them."""

from alerts.alert import Action, Severity
from tests.fakes.desk import a_call, an_alert
from tests.fakes.site import Site
from tests.web.test_browser import chromium, console
from web.app import utc_now
from web.desk_sources import AskedAct
from web.sources import CallState


async def test_who_is_slower_sees_who_was_faster(site: Site) -> None:
    site.alerts.store(an_alert())
    async with chromium() as browser, console(site, browser, expected="409 (Conflict)") as page:
        await page.locator(".alert-row").click()
        await page.locator("[data-act=acknowledge]").wait_for()
        await site.desk.act("a1", AskedAct(Action.ACKNOWLEDGE, 1, "wang"))  # and this page has not heard of it
        await page.locator("[data-act=acknowledge]").click()
        await page.get_by_role("alert").filter(has_text="Somebody was faster").wait_for()
        await page.get_by_text("wang has it").first.wait_for()


async def test_what_the_call_adds_while_a_reason_is_written_takes_nothing_back(site: Site) -> None:
    site.alerts.store(an_alert(assignee="li"))
    async with chromium() as browser, console(site, browser, expected="409 (Conflict)") as page:
        await page.locator(".alert-row").click()
        await page.locator("[data-act=resolve]").wait_for()
        await page.keyboard.press("r")
        await page.locator(".act-sheet textarea").fill("took over")
        site.alerts.store(an_alert(version=2, count=2, assignee="li"))  # it happened again
        await page.locator(".act-sheet button[type=submit]").click()
        await page.locator(".call-alert .badge", has_text="Resolved").wait_for()
        assert await page.get_by_text("Somebody was faster").count() == 0
        await page.locator(".call-alert .owner", has_text="Dealt with by li").wait_for()

    assert [(asked.action, asked.version, asked.text) for asked in site.desk.asked][-1] == (
        Action.RESOLVE,
        2,
        "took over",
    )


async def test_nobody_is_said_to_be_called_once_the_call_is_over(site: Site) -> None:
    site.alerts.store(an_alert(severity=Severity.CRITICAL, opened_at=utc_now()))
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".alert-row .countdown").wait_for()
        await page.locator(".call-row").click()
        site.audience.publish_call_ended(a_call(state=CallState.ENDED))
        await page.locator(".alert-row .countdown").wait_for(state="detached")
