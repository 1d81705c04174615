"""The console in a real Chromium: what is shown, what is heard, and how it comes back."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from alerts.alert import Action, Evidence, Kind, Measure, Severity
from streaming.frames import AudioFrame, Leg
from tests.fakes.desk import a_call, a_line, an_alert, some_levels, tone
from tests.fakes.site import Site, open_site
from web.app import utc_now
from web.desk_sources import SuppressionView

pytestmark = pytest.mark.browser

_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
_SOUND_FLAG = "--autoplay-policy=no-user-gesture-required"
_PATIENCE_S = 15
_STRIP = """(() => {
  const canvas = document.querySelector(".mini-strip");
  const { width, height } = canvas;
  const pixels = width ? canvas.getContext("2d").getImageData(0, 0, width, height).data : [];
  const seen = { agent: 0, customer: 0 };
  for (let at = 0; at < pixels.length; at += 4) {
    const y = Math.floor(at / 4 / width);
    if (pixels[at + 3] > 128 && Math.abs(y - height / 2) > 2) seen[y < height / 2 ? "agent" : "customer"] += 1;
  }
  return seen;
})()"""
_SINE_RMS = 0.3 / 2**0.5


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        path = shutil.which("chromium")
        assert path is not None, "chromium must be installed"
        browser = await driver.chromium.launch(executable_path=path, args=[*_FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def console(
    site: Site, browser: Browser, locale: str = "en-US", expected: str = "ws/console"
) -> AsyncIterator[Page]:
    """The page, snapshot shown. Anything it logs as an error fails the test, but for what is expected."""
    context = await browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    await context.add_init_script("globalThis.bornWithThePage = new AudioContext()")
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    await page.goto(site.http)
    await page.locator(".call-row").first.wait_for()
    yield page
    await context.close()
    assert [fault for fault in faults if expected not in fault] == []


@asynccontextmanager
async def speaking(site: Site) -> AsyncIterator[None]:
    """Both parties of call-1 sound for ever, in real time: agent 440 Hz, customer 700 Hz, 0.3 of full scale."""
    second = [(tone(Leg.AGENT, n, 440).pcm_s16le, tone(Leg.CUSTOMER, n, 700).pcm_s16le) for n in range(50)]
    loop = asyncio.get_running_loop()

    async def speak() -> None:
        began_s, number = loop.time(), 0
        while True:
            agent, customer = second[number % 50]
            frames = (AudioFrame(Leg.AGENT, number * 320, agent), AudioFrame(Leg.CUSTOMER, number * 320, customer))
            site.audience.hear("call-1", *frames)
            number += 1
            await asyncio.sleep(began_s + number * 0.02 - loop.time())  # the pace of speech, not a wait for something

    speaker = asyncio.create_task(speak())
    try:
        yield
    finally:
        speaker.cancel()
        await asyncio.gather(speaker, return_exceptions=True)


async def until(page: Page, script: str, fits: Callable[[Any], bool]) -> Any:
    """Ask the page again, drawing by drawing, until the answer fits."""
    async with asyncio.timeout(_PATIENCE_S):
        while not fits(answer := await page.evaluate(script)):
            await page.evaluate("new Promise((resolve) => requestAnimationFrame(resolve))")
    return answer


def sounds_whole(rms: list[float]) -> bool:
    """Both channels carry the whole sine: what glitches reads lower (web.md §7)."""
    return rms == pytest.approx([_SINE_RMS, _SINE_RMS], rel=0.03)


def measured(name: str, value: float | str) -> Evidence:
    return Evidence(0, 1000, (Measure(name, value),))


async def test_both_legs_really_sound(site: Site) -> None:
    async with chromium(_SOUND_FLAG) as browser, console(site, browser) as page, speaking(site):
        await page.locator("#start-shift").click()
        await page.locator(".call-row").click()
        await page.locator("#listen").click()
        counters = await until(page, "__earshot.counters", lambda found: found.get("framesIn", 0) >= 100)
        await until(page, "__earshot.rms()", sounds_whole)
        lag_ms = await until(page, "__earshot.lagMs", lambda found: found is not None)
        await page.get_by_role("radio", name="Agent").click()
        await until(page, "__earshot.rms()", lambda rms: abs(rms[0] - rms[1]) < 0.001 and rms[0] > 0.1)
        await page.keyboard.press("m")
        await until(page, "__earshot.rms()", lambda rms: max(rms) < 0.01)
        rate = await page.evaluate("__earshot.player.context.sampleRate")
        last = await page.evaluate("__earshot.counters")

    assert counters["samplesIn"] == counters["framesIn"] * 320
    assert last["lost"] == 0
    assert last["lastSeq"] - counters["lastSeq"] == last["framesIn"] - counters["framesIn"] + (
        last["dropped"] - counters["dropped"]
    )
    assert last["samplesOut"] / rate > 0.7 * last["samplesIn"] / 16000
    assert 0 < lag_ms < 1000


async def test_without_a_gesture_there_is_no_sound_and_the_button_brings_it(site: Site) -> None:
    async with chromium() as browser, console(site, browser) as page:
        assert await page.evaluate("bornWithThePage.state") == "suspended"
        await page.locator("#start-shift").click()
        await page.locator(".sound.on").wait_for()

        assert await page.evaluate("__earshot.player.context.state") == "running"


async def test_the_keyboard_alone_opens_and_listens(site: Site) -> None:
    site.alerts.store(an_alert())
    async with chromium(_SOUND_FLAG) as browser, console(site, browser) as page, speaking(site):
        await page.locator(".alert-row").wait_for()
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.dataset.call") == "call-1"
        await page.keyboard.press("Enter")
        await page.locator("[data-open-call='call-1']").wait_for()
        await page.keyboard.press(" ")
        await until(page, "__earshot.counters", lambda found: found.get("framesIn", 0) > 20)
        await page.keyboard.press(" ")
        assert await page.evaluate("__earshot.player.status.value") == "off"
        await page.keyboard.press("?")
        await page.locator("dialog[open]").wait_for()
        await page.keyboard.press("Escape")
        await page.locator("dialog[open]").wait_for(state="detached")
        await page.keyboard.press("Escape")
        await page.locator(".call-view.idle").wait_for()


async def test_alerts_calls_and_words_come_live_in_both_languages(site: Site) -> None:
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        site.audience.publish_alert(site.alerts.store(an_alert(severity=Severity.CRITICAL)))
        await page.locator(".alert-row.critical").wait_for()
        await page.get_by_text("No answer to the customer for 3.2 s").first.wait_for()
        await page.locator("#language").select_option("zh-CN")
        await page.get_by_text("客户等待应答已 3.2 秒").first.wait_for()
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"
        site.audience.publish_transcript(a_line("我不知道", final=False))
        await page.locator(".line.customer.partial", has_text="我不知道").wait_for()
        site.audience.publish_transcript(a_line("我不知道 别问了", revision=2, hit="别问了"))
        await page.locator(".line.customer.final mark", has_text="别问了").wait_for()
        assert await page.locator(".line.partial").count() == 0
        site.audience.publish_levels(some_levels(level_dbfs=-30.0))
        await until(page, _STRIP, lambda found: found["agent"] > 0 and found["customer"] > 0)
        site.audience.publish_call(a_call("call-2", risk=90))
        await until(page, "document.querySelectorAll('.call-row')[0].dataset.call", lambda found: found == "call-2")


async def test_the_keyboard_alone_claims_judges_and_writes_notes(site: Site) -> None:
    site.desk.known = ("li", "wang")
    site.alerts.store(an_alert(severity=Severity.CRITICAL, opened_at=utc_now()))
    async with chromium() as browser, console(site, browser) as page:
        await page.locator("#person").select_option("li")
        await until(page, "__earshot.socket.reconnects", lambda found: found == 1)  # now with this person's alerts
        await page.locator(".connection.live").wait_for()
        await page.locator(".countdown").first.wait_for()
        await page.locator("h1").click()  # out of the list of people, where letters mean names
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.locator("[data-open-call='call-1']").wait_for()
        await page.keyboard.press("n")
        await page.locator(".act-sheet textarea").fill("listening")
        await page.get_by_role("button", name="Note", exact=True).last.click()
        await page.locator("dialog[open]").wait_for(state="detached")
        await page.keyboard.press("a")
        await page.get_by_text("Li has it").first.wait_for()
        await page.locator(".call-alert .history summary").click()
        await page.locator(".history q", has_text="listening").wait_for()
        await page.locator("h1").click()
        await page.keyboard.press("f")
        await page.locator("dialog[open]").wait_for()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.locator(".call-alert .badge", has_text="False alarm").wait_for()

    acts = [(asked.action, asked.by, asked.version, asked.reason) for asked in site.desk.asked]
    assert acts == [
        (Action.NOTE, "li", 1, None),
        (Action.ACKNOWLEDGE, "li", 2, None),
        (Action.FALSE_POSITIVE, "li", 3, "quoted"),
    ]


async def test_the_keyboard_alone_gives_an_alert_to_somebody_of_the_roster(site: Site) -> None:
    site.desk.known = ("li", "wang", "zhao")
    site.alerts.store(an_alert(severity=Severity.CRITICAL, opened_at=utc_now()))
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".alert-row").wait_for()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.locator("[data-act=assign]").wait_for()
        await page.keyboard.press("g")
        await page.locator(".act-sheet select:focus").wait_for()
        await page.keyboard.press("Escape")
        await page.locator("dialog[open]").wait_for(state="detached")
        await page.keyboard.press("g")
        await page.locator(".act-sheet select:focus").wait_for()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.get_by_text("Wang has it").first.wait_for()
        await page.keyboard.press("g")
        await page.locator(".act-sheet select:focus").wait_for()
        await page.keyboard.press("z")  # the list is searched by typing
        await page.keyboard.press("Enter")
        await page.get_by_text("Zhao has it").first.wait_for()
        await page.locator(".call-alert .history summary").click()
        await page.locator(".history li", has_text="Assigned: Zhao").wait_for()

    acts = [(asked.action, asked.version, asked.assignee) for asked in site.desk.asked]
    assert acts == [(Action.ASSIGN, 1, "wang"), (Action.ASSIGN, 2, "zhao")]


async def test_alerts_of_a_call_stand_together_the_gravest_call_first(site: Site) -> None:
    site.alerts.store(an_alert("a1"))
    site.alerts.store(an_alert("a2", call_id="call-2", severity=Severity.CRITICAL))
    site.alerts.store(an_alert("a3", severity=Severity.MINOR))
    site.alerts.store(an_alert("a4", call_id="call-2", severity=Severity.MINOR))
    site.alerts.store(an_alert("a5", call_id="earshot", agent_id=None, queue=None, severity=Severity.INFO))
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".alert-row").first.wait_for()
        groups = page.locator(".alert-group")
        shown = "Array.from(document.querySelectorAll('.alert-row'), (row) => row.dataset.alert).join(' ')"
        assert await page.evaluate(shown) == "a2 a4 a1 a3 a5"
        assert await groups.nth(0).locator("h3").inner_text() == "Li\nEnded\nbilling\ncall-2\n2 alerts"
        assert await groups.nth(2).locator("h3").inner_text() == "Earshot itself"
        await page.locator("#language").select_option("zh-CN")
        await groups.nth(1).locator("h3", has_text="2 条告警").wait_for()


async def test_the_page_says_why_nobody_was_told(site: Site) -> None:
    reason = SuppressionView("call-1", "a1", "r", "dead_air", "muted", "Muted: drill", "li", 3_000, utc_now())
    site.desk.unheard.append(reason)
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        await page.locator(".not-told summary").click()
        await page.locator(".not-told li", has_text="Muted").wait_for()


async def test_a_final_comes_again_to_hide_digits(site: Site) -> None:
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        site.audience.publish_transcript(a_line("那就是一三"))
        await page.locator(".line.customer.final", has_text="一三").wait_for()
        site.audience.publish_transcript(a_line("那就是••", revision=2))
        await page.locator(".line.customer.final", has_text="••").wait_for()


async def test_titles_follow_kind_verdict_and_leg_and_fall_back_to_the_services(site: Site) -> None:
    site.alerts.store(
        an_alert("a1", kind=Kind.AGENT_HANGUP, evidence=measured("verdict", "agent cut the customer off"))
    )
    site.alerts.store(an_alert("a2", kind=Kind.VOLUME_RISE, evidence=measured("rise_db", 13.42), leg=Leg.CUSTOMER))
    site.alerts.store(an_alert("a3", kind=Kind.DEAD_AIR, evidence=measured("other", 1), title="Said by the service"))
    site.alerts.store(an_alert("a4", kind=Kind.LONG_HOLD, title=""))
    async with chromium() as browser, console(site, browser, locale="zh-CN") as page:
        await page.locator(".alert-row").nth(3).wait_for()
        titles = await page.locator(".alert-row .row-title").all_inner_texts()

    assert set(titles) == {"坐席中断客户通话", "客户音量比开始时高 13.4 分贝", "Said by the service", "保持过久"}


@pytest.mark.parametrize(("locale", "advice"), [("zh-CN", "请立即应答。"), ("en-US", "Answer now.")])
async def test_advice_is_told_in_the_language_of_the_page(site: Site, locale: str, advice: str) -> None:
    site.alerts.store(an_alert("a1", advice="Of the node."))
    site.alerts.store(an_alert("a2", advice="Kept before both were kept.", advice_by_language=None))
    async with chromium() as browser, console(site, browser, locale=locale) as page:
        await page.locator(".call-row").click()
        told = []
        for _ in range(2):
            told.append(await page.locator(".call-alert .advice p").inner_text())
            await page.locator(".other-alert").click()

    assert set(told) == {advice, "Kept before both were kept."}


async def test_hostile_text_stays_text(site: Site) -> None:
    hostile = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
    site.calls.lines["call-1"] = [a_line(hostile)]
    async with chromium() as browser, console(site, browser) as page:
        await page.locator(".call-row").click()
        line = page.locator(".line .bubble")
        await line.wait_for()

        assert await line.inner_text() == hostile
        assert await page.title() == "Earshot"
        assert await page.locator(".bubble img, .bubble script").count() == 0


async def test_a_dropped_console_comes_back_and_misses_nothing(site: Site) -> None:
    async with chromium() as browser, console(site, browser) as page:
        await page.evaluate("__earshot.socket.socket.close()")
        await until(page, "__earshot.socket.reconnects", lambda found: found == 1)
        for number in range(3):
            site.audience.publish_alert(site.alerts.store(an_alert(f"a{number}")))
        await until(page, "document.querySelectorAll('.alert-row').length", lambda found: found == 3)

        assert await page.evaluate("__earshot.socket.cursor") == "3"


async def test_a_console_the_service_closes_resumes_by_cursor() -> None:
    async with open_site(console_queue=50) as site, chromium() as browser, console(site, browser) as page:
        for _ in range(60):  # all at once: the service closes the console with 1013
            site.audience.publish_alert(site.alerts.store(an_alert(f"a{len(site.alerts.changes)}")))
        await until(page, "__earshot.socket.reconnects", lambda found: found == 1)

        await until(page, "document.querySelectorAll('.alert-row').length", lambda found: found == 60)


async def test_an_alert_is_replayed_from_before_it_happened(site: Site) -> None:
    site.alerts.store(an_alert())
    site.calls.views["call-1"] = a_call(duration_ms=20_000)
    async with chromium(_SOUND_FLAG) as browser, console(site, browser) as page:
        await page.locator(".alert-row").click()
        await page.get_by_role("button", name="Replay from 0:06").click()
        await page.locator(".lag.replay").wait_for()
        await until(page, "__earshot.rms()", sounds_whole)
        await page.get_by_role("button", name="Back to live").click()
        await page.locator(".lag.replay").wait_for(state="detached")


async def test_the_interactive_docs_work_under_the_policy(site: Site) -> None:
    async with chromium() as browser:
        page = await browser.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        await page.goto(f"{site.http}/docs")
        await page.locator("#operations-calls-announce_call_api_v1_calls_post").wait_for()

    assert faults == []
