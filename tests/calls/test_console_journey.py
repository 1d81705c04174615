"""A supervisor's work from the alert to its end, by the keyboard alone: a real node, real Vosk, a real Chromium.

Two supervisors race for one alert, the language is switched. Then the page is loaded anew, the network is cut and the
service restarted, with a wallboard looking on: nothing may be lost, and what is stale says so.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from playwright.async_api import Browser, Page

from streaming.frames import Leg
from tests.calls.played import path_of, recording
from tests.fakes.cable import Cable, cable
from tests.prove.node import Node, running_node, simulated_calls, small_node
from tests.web.test_browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.calls, pytest.mark.alone, pytest.mark.timeout(500)]

_PATIENCE_S = 120
_HEALS_S = 5.0
_RUNNING = "provisional,open,acknowledged,snoozed"
_ROWS = "Array.from(document.querySelectorAll('.alert-row[data-alert]'), (row) => row.dataset.alert).sort()"
_FOCUSED = "({...document.activeElement.dataset, text: document.activeElement.innerText})"
_SOUND_FLAG = "--autoplay-policy=no-user-gesture-required"


async def test_from_the_alert_to_its_end_over_reload_cut_and_restart(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack, cable() as line, chromium(_SOUND_FLAG) as browser:
        node = await stack.enter_async_context(small_node(tmp_path))
        await node.ready()
        line.plug(node.http)
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        page.set_default_timeout(_PATIENCE_S * 1000)
        await page.goto(line.http)
        async with simulated_calls(node, [_long_call(tmp_path), path_of("dead_air")], "--loop", "--calls", "2"):
            await _work_by_keyboard(page)
            await _race(browser, node)
            await _switch_language(page)
            await _compare_after_reload(page, node)
            await _compare_after_cut(page, node, line)
        wall = await browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en-US")
        await wall.goto(f"{line.http}/wallboard")
        await wall.locator("body:not(.stale) .tiles").wait_for()
        await stack.aclose()  # the service stops …
        await wall.locator("body.stale .news").wait_for(timeout=10_000)
        async with running_node(tmp_path, EARSHOT_RECOGNITION__ENABLED="false") as again:  # … and is started anew
            line.plug(again.http)
            began_s = time.monotonic()
            await page.locator(".connection.live").wait_for()
            healed_s = time.monotonic() - began_s
            await _same_rows(page, again)
            await wall.locator("body:not(.stale) .news", has_text="Live").wait_for(timeout=10_000)

    assert healed_s <= _HEALS_S


def _long_call(folder: Path) -> Path:
    """Dead air, then a minute of calm and dead air again: time enough for a supervisor on a slow machine."""
    parts = [recording(name) for name in ("dead_air", "long_calm", "long_calm", "dead_air")]
    legs = [np.concatenate([dict(part.legs)[leg] for part in parts]) for leg in (Leg.AGENT, Leg.CUSTOMER)]
    path = folder / "long.wav"
    soundfile.write(path, np.stack(legs, axis=1), parts[0].rate_hz, subtype="PCM_16")
    return path


async def _work_by_keyboard(page: Page) -> None:
    """Alert, claim, listen, replay, back to live, resolve: no pointer is used."""
    await page.locator("#start-shift").focus()
    await page.keyboard.press("Enter")
    await page.locator(".alert-row", has_text="Dead air").first.wait_for()
    await page.locator("h1").evaluate("() => document.activeElement.blur()")
    alert_id = None
    while alert_id is None:  # down the list to the dead air
        await page.keyboard.press("j")
        row: dict[str, str] = await page.evaluate(_FOCUSED)
        alert_id = row.get("alert") if "Dead air" in row["text"] else None
    await page.keyboard.press("Enter")
    await page.locator(f".call-alert[data-alert='{alert_id}'] .advice").wait_for()
    await page.keyboard.press("a")
    await page.locator(f".call-alert[data-alert='{alert_id}']", has_text="has it").wait_for()

    await page.keyboard.press(" ")
    heard = await _until(page, "__earshot.counters", lambda found: found.get("framesIn", 0) >= 100)
    await _until(page, "__earshot.rms()", lambda rms: max(rms, default=0) > 0.005)
    later = await _until(page, "__earshot.counters", lambda found: found["framesIn"] >= heard["framesIn"] + 50)
    assert later["samplesIn"] == later["framesIn"] * 320
    told = later["framesIn"] - heard["framesIn"] + later["dropped"] - heard["dropped"]
    assert later["lastSeq"] - heard["lastSeq"] == told  # in order, and nothing lost unseen
    assert later["lost"] == 0
    assert later["samplesOut"] > heard["samplesOut"]

    await page.keyboard.press("p")
    first_ms = await _until(page, "__earshot.player.positionMs.value", lambda found: found is not None)
    await _until(
        page, "__earshot.player.positionMs.value", lambda found: found is not None and found > first_ms + 1_000
    )
    await page.keyboard.press("l")
    await _until(page, "__earshot.player.status.value", lambda found: found == "live")
    assert await page.locator(".transcript .line").count() > 0

    await page.keyboard.press("r")
    await page.locator("dialog[open] input").first.wait_for()
    await page.keyboard.press("Enter")
    await page.locator(f".alert-row[data-alert='{alert_id}']").wait_for(state="detached")
    await page.locator(f".call-alert[data-alert='{alert_id}'] .badge", has_text="Resolved").wait_for()
    await page.keyboard.press(" ")
    assert await page.evaluate("__earshot.player.status.value") == "off"


async def _race(browser: Browser, node: Node) -> None:
    """Both press the same alert's button at once: one has it, the other is told who was faster."""
    async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        for name in ("li", "wang"):
            body = {"name": name.title(), "roles": ["supervisor"]}
            assert (await client.put(f"/api/v1/roster/people/{name}", json=body)).status_code == 200
    pages = []
    for name in ("li", "wang"):
        context = await browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
        page = await context.new_page()
        page.set_default_timeout(_PATIENCE_S * 1000)
        await page.goto(node.http)
        await page.locator("#person").select_option(name)
        await _until(page, "__earshot.socket.reconnects", lambda found: found >= 1)  # now with this person's alerts
        await page.locator(".connection.live").wait_for()
        await page.locator(".alert-line .claim").first.wait_for()
        pages.append(page)
    alert_id = await pages[0].locator(".alert-line:has(.claim) .alert-row").first.get_attribute("data-alert")
    button = f".alert-line:has(.alert-row[data-alert='{alert_id}']) .claim"
    await pages[1].locator(button).wait_for()
    await asyncio.gather(*(page.locator(button).evaluate("(button) => button.click()") for page in pages))
    await asyncio.gather(*(page.locator(button).wait_for(state="detached") for page in pages))
    async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        told = (await client.get(f"/api/v1/alerts/{alert_id}")).json()
    winner = told["assignee"]
    assert winner in ("li", "wang")
    await pages[winner == "li"].get_by_role("alert").filter(has_text="Somebody was faster").wait_for()
    for page in pages:
        await page.context.close()


async def _switch_language(page: Page) -> None:
    """The same rows in the other words, and back."""
    await page.get_by_text("Live calls").first.wait_for()
    await page.locator("#language").select_option("zh-CN")
    await page.locator("html[lang='zh-CN']").wait_for()
    await page.get_by_text("实时通话").first.wait_for()
    await page.locator("#language").select_option("en")
    await page.locator("html[lang='en']").wait_for()
    await page.get_by_text("Live calls").first.wait_for()


async def _compare_after_reload(page: Page, node: Node) -> None:
    await page.reload()
    await page.locator(".connection.live").wait_for()
    await _same_rows(page, node)


async def _compare_after_cut(page: Page, node: Node, line: Cable) -> None:
    """Without the network until the service has one more alert; then it must come by itself."""
    before = len(await _open_alerts(node))
    line.cut()
    await page.locator(".connection.lost").wait_for()
    async with asyncio.timeout(_PATIENCE_S):
        while len(await _open_alerts(node)) <= before:  # noqa: ASYNC110  # the node is another process
            await asyncio.sleep(0.5)
    line.plug(node.http)
    await page.locator(".connection.live").wait_for()
    await _same_rows(page, node)


async def _same_rows(page: Page, node: Node) -> None:
    """The page shows what is open; both grow while the calls go on."""
    async with asyncio.timeout(_PATIENCE_S):
        while await page.evaluate(_ROWS) != await _open_alerts(node):  # noqa: ASYNC110  # so is the page
            await asyncio.sleep(0.3)


async def _until(page: Page, script: str, fits: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(_PATIENCE_S):
        while not fits(answer := await page.evaluate(script)):  # noqa: ASYNC110  # the page is another process
            await asyncio.sleep(0.1)
    return answer


async def _open_alerts(node: Node) -> list[str]:
    async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        answer = await client.get("/api/v1/alerts", params={"state": _RUNNING, "limit": 200})
    return sorted(alert["alert_id"] for alert in answer.json()["alerts"] if alert["suppressed_by"] is None)
