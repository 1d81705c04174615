"""The wallboard in a real Chromium: nothing clipped, nothing to scroll, and it says when it no longer knows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page

from alerts.alert import AlertState, Kind, Severity
from tests.fakes.desk import a_call, an_alert
from tests.fakes.site import Site
from tests.web.test_browser import chromium
from web.app import utc_now
from web.floor import AgentNews, AgentState, QueueNews
from web.sources import AgentView, CallState
from web.wallboard import FloorNow, build_wallboard

pytestmark = pytest.mark.browser

_AGENTS = ("Li Wei", "Maria Gonzalez", "Kim Minseo", "王晓明", "Olivia Brown", "Zhang Lei", "Ahmed Ali", "刘洋", "Bo")
_KINDS = (Kind.ABUSE_AFTER_HANGUP, Kind.HOSTILE_TONE, Kind.DEAD_AIR, Kind.CUSTOMER_ABANDONED)
_CUT_OFF = """[...document.querySelectorAll('#app *')].filter((one) => {
  const style = getComputedStyle(one);
  if (one.closest('svg, .visually-hidden') || style.display === 'inline') return false;
  const hides = ['clip', 'hidden'];
  return (hides.includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1)
    || (hides.includes(style.overflowY) && one.scrollHeight > one.clientHeight + 1);
}).map((one) => `${one.className}: ${one.textContent}`)"""
# Letters smaller than can be read from six metres on a 55-inch screen, in px of a 1080p one; buttons are for the hand.
_SMALL = """(least) => [...document.querySelectorAll('#app *')].filter((one) => {
  const own = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!own || one.closest('.visually-hidden, .choice, td small')) return false;
  return parseFloat(getComputedStyle(one).fontSize) * (1920 / innerWidth) < least;
}).map((one) => `${one.className}: ${one.textContent}`)"""
_SCROLLS = "document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth"


def fill(site: Site) -> None:
    """A busy floor: more calls, alerts and queues than fit, every panel fed."""
    now_at = utc_now()
    site.calls.views.clear()
    for number, name in enumerate(_AGENTS):
        state = CallState.HELD if number == 1 else CallState.LIVE
        agent = AgentView(id=str(1001 + number), name=name)
        call = a_call(f"c{number}", state, agent=agent, risk=100 - 11 * number, duration_ms=4_000_000 - number)
        site.calls.views[call.call_id] = call
    for number in range(8):
        site.alerts.store(
            an_alert(
                f"a{number}",
                kind=_KINDS[number % 4],
                severity=(Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)[number % 3],
                call_id=f"c{number}",
                agent_id=str(1001 + number),
                opened_at=now_at - timedelta(minutes=7 * number, seconds=20),
                updated_at=now_at,
                state=AlertState.OPEN if number % 2 else AlertState.ACKNOWLEDGED,
                count=1 + number,
            )
        )
    for number, doing in enumerate(AgentState):
        site.floor.agent(AgentNews(str(1001 + number), doing, now_at))
    site.floor.agent(AgentNews("2001", AgentState.BUSY, now_at - timedelta(days=2)))
    site.floor.queue(QueueNews("billing", now_at, 17, 702, 412, 131, ((20, 255),), 851))
    site.floor.queue(QueueNews("support", now_at - timedelta(minutes=3), 2, 34, 120, 18, ((20, 70),), 612))
    for name in ("理赔", "sales", "night"):
        site.floor.queue(QueueNews(name, now_at, waiting=0))


@asynccontextmanager
async def wallboard(site: Site, browser: Browser, asked: str = "lang=en", width: int = 1920) -> AsyncIterator[Page]:
    """The board with its figures; whatever it reports as an error fails the test."""
    page = await browser.new_page(viewport={"width": width, "height": width * 9 // 16})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto(f"{site.http}/wallboard?{asked}")
    await page.locator(".tiles").wait_for()
    yield page
    await page.close()
    assert faults == []


async def test_a_full_board_is_whole_in_both_languages_themes_and_sizes(site: Site) -> None:
    fill(site)
    async with chromium() as browser:
        for asked, width in (
            ("lang=en", 1920),
            ("lang=zh-CN&theme=light", 1920),
            ("lang=zh-CN", 3840),
            ("lang=en&theme=light", 1280),
        ):
            async with wallboard(site, browser, asked, width) as page:
                await page.locator(".queues .note").wait_for()
                cut_off = await page.evaluate(_CUT_OFF)
                assert not cut_off, f"{asked}: {' | '.join(cut_off)}"
                assert await page.evaluate(_SCROLLS) is False
                small = await page.evaluate(_SMALL, 33 if "en" in asked else 38)
                assert not small, f"{asked}: {' | '.join(small)}"
                assert await page.locator(".calls li").count() == 6
                ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert ground == ("rgb(233, 236, 240)" if "light" in asked else "rgb(11, 14, 18)")


async def test_severity_is_told_by_shape_and_word_and_customers_are_not_told(site: Site) -> None:
    fill(site)
    async with chromium() as browser, wallboard(site, browser) as page:
        worst = page.locator(".calls li").first
        assert await worst.locator(".who").inner_text() == "Li Wei"
        assert await worst.locator(".severity.critical").inner_text() == "Critical"
        assert await worst.locator(".severity.critical svg path").count() == 1
        assert "+8610" not in await page.content()
        critical = page.locator(".tile", has_text="Critical, open")
        assert (await critical.locator(".figure").text_content() or "").endswith("3")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "language"
        await page.keyboard.press("Enter")
        await page.get_by_text("通话（风险从高到低）").wait_for()
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"


async def test_panels_nobody_feeds_are_not_there_and_a_public_screen_shows_ids(site: Site) -> None:
    async with chromium() as browser, wallboard(site, browser, "lang=en&names=id&team=east&queue=") as page:
        assert await page.locator(".agents, .queues").count() == 0
        assert await page.locator(".calls .who").inner_text() == "1007"
        assert await page.locator("h1").inner_text() == "east"
        site.floor.queue(QueueNews("billing", utc_now(), waiting=3))
        await page.locator(".queues td", has_text="billing").wait_for()


async def test_stale_data_says_so_within_ten_seconds_and_fresh_data_takes_it_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chromium() as browser, wallboard(site, browser) as page:
        assert await page.locator("body.stale").count() == 0
        with monkeypatch.context() as silenced:
            silenced.setattr(site.audience, "wallboards", list)
            await page.locator("body.stale .news", has_text="No live data for").wait_for(timeout=10_000)
            band = await page.evaluate("getComputedStyle(document.querySelector('.bar')).backgroundColor")
            assert band == "rgb(195, 38, 46)"
        await page.locator("body:not(.stale) .news", has_text="Live").wait_for()


async def test_alerts_that_could_not_be_read_are_said_to_be_old(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async with chromium() as browser, wallboard(site, browser) as page:
        (board,) = site.audience.wallboards()
        monkeypatch.setattr(site.audience, "wallboards", list)
        agents, now_at = site.floor.count_agents(utc_now()), utc_now()
        old = FloorNow(now_at, now_at - timedelta(seconds=14), [], [], [], [], agents, [], None)
        board.tell_wallboard(build_wallboard(old).model_dump_json())
        await page.locator("body.stale .news", has_text="Alerts are 14 s old").wait_for()


async def test_a_board_says_what_is_out_of_reach_and_comes_back_by_itself(site: Site) -> None:
    async with chromium() as browser, wallboard(site, browser) as page:
        (board,) = site.audience.wallboards()
        site.audience.publish_banner("store", active=True)
        await page.locator(".news.warned", has_text="database").wait_for()
        site.audience.publish_banner("store", active=False)
        await page.locator(".news:not(.warned)", has_text="Live").wait_for()
        board.outbox.overflow()  # closed as too slow
        site.calls.views["call-2"] = a_call("call-2")
        await page.locator(".calls li").nth(1).wait_for()
        assert await page.evaluate("__wallboard.socket.reconnects") == 1
