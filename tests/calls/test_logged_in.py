"""With users: the first admin, a supervisor of one team, a screen; and every second of sound that leaves has its row.

A real node, a real Chromium. The call's sound says in each 20 ms where in the call it stands, so that what was really
served is known from the sound itself and not from what the service says of it.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from playwright.async_api import Browser, Page
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from service.bench.own_node import MetricsPage
from tests.prove.node import Node, running_node
from tests.web.test_browser import chromium, until
from web.listen_frame import decode

pytestmark = [pytest.mark.browser, pytest.mark.calls, pytest.mark.timeout(240)]

_PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for one test
_SOUND_FLAG = "--autoplay-policy=no-user-gesture-required"
_POST = """async ([address, fields]) => {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(fields) });
  return { status: answer.status, said: await answer.json() };
}"""
_STEP_MS, _STEP_SAMPLES = 20, 320
_FIRST = 100  # the sample value of the first 20 ms; it rises by one each 20 ms
_PACE = 2.0  # times real time


async def test_people_hear_what_is_theirs_and_every_second_is_written_down(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(
            running_node(
                tmp_path,
                EARSHOT_RECOGNITION__ENABLED="false",
                EARSHOT_RECORDING__KEEP_CALLS="true",
                EARSHOT_TRUST__LISTEN_ROW_S="2",
                EARSHOT_PRIVACY__LISTEN_DELAY_S="1",
            )
        )
        browser = await stack.enter_async_context(chromium(_SOUND_FLAG))
        await node.ready()
        root = await _first_admin(browser, node)
        await _make_supervisor(root)
        key = await _made(root, "keys", kind="ingest", label="PBX", scope={"everywhere": True})
        metrics = (await _made(root, "keys", kind="metrics", label="Prometheus", scope={"everywhere": True}))["secret"]
        await _made(root, "users", name="qa", password=_PASSWORD, roles=["qa"], scope={"everywhere": True})
        await _made(root, "users", name="hall", password=_PASSWORD, roles=["wallboard"], scope={"teams": ["east"]})
        async with (
            httpx.AsyncClient(base_url=node.http, headers=_bearer(key["secret"]), trust_env=False, timeout=30) as pbx,
            _speaking(node, pbx, key["secret"], "c-east", "east"),
            _speaking(node, pbx, key["secret"], "c-west", "west"),
        ):
            served = await _listen(node)
            await _see_and_hear_only_the_own_team(browser, node, metrics)
            await _a_screen_hears_nothing(browser, node)
            ended = {"type": "hangup", "party": "agent"}
            (await pbx.post("/api/v1/calls/c-east/events", json=ended)).raise_for_status()
        served["qa"] = await _take_clip_and_recording(node)
        rows = (await root.evaluate("fetch('/api/v1/ledger?call_id=c-east&limit=500').then((each) => each.json())"))[
            "rows"
        ]
        verdict = await root.evaluate("fetch('/api/v1/ledger/verdict').then((each) => each.json())")
    assert min(map(len, served.values())) > 100, {who: len(heard) for who, heard in served.items()}
    for who, heard in served.items():
        covered = {
            at
            for row in rows
            if row["who"] == who
            and row["act"] in ("listen", "replay", "clip", "download")
            and {"agent", "customer"} <= set(row["legs"])
            for at in range(row["from_ms"] // _STEP_MS, -(-row["to_ms"] // _STEP_MS))
        }
        assert heard <= covered, (who, sorted(heard - covered)[:20])
    assert {row["act"] for row in rows} >= {"listen", "replay", "clip", "download"}
    assert verdict["whole"]


# --- in the browser --------------------------------------------------------------------------------------------------


async def _first_admin(browser: Browser, node: Node) -> Page:
    link = next(line.split("once: ")[1] for line in node.log if "first admin" in line)
    page = await _page(browser)
    await page.goto(link)
    await _enter(page, "root")
    await page.locator("[data-user]").first.wait_for()  # the first admin begins where people are
    used = await _page(browser)
    await used.goto(link)  # once
    await used.locator("input[name=name]").wait_for()
    await _enter(used, "thief")
    await used.locator("[role=alert]").wait_for()
    await used.context.close()
    return page


async def _make_supervisor(root: Page) -> None:
    await root.locator("#add-user").click()
    sheet = root.locator("dialog[open]")
    await sheet.locator("input[name=name]").fill("li")
    await sheet.locator("input[name=password]").fill(_PASSWORD)
    await sheet.locator("input[name=roles][value=supervisor]").check()
    await sheet.locator("input[name=teams]").fill("east")
    await sheet.locator("button.primary").click()
    await root.locator("[data-user]", has_text="li").first.wait_for()
    await sheet.wait_for(state="detached")


async def _see_and_hear_only_the_own_team(browser: Browser, node: Node, metrics: str) -> None:
    page = await _page(browser)
    await page.goto(node.http)
    await _enter(page, "li")
    await page.locator(".call-row[data-call='c-east']").wait_for()
    assert await page.locator(".call-row").count() == 1
    for path, status in (
        ("calls/c-east", 200),
        ("calls/c-west", 404),
        ("calls/c-west/transcript", 404),
        ("users", 403),
    ):
        assert await page.evaluate(f"fetch('/api/v1/{path}').then((each) => each.status)") == status, path
    await page.locator("#start-shift").click()
    await page.locator(".call-row").click()
    await page.locator("#listen").click()
    await until(page, "__earshot.counters", lambda found: found.get("framesIn", 0) > 20)
    assert await _listeners(node, metrics) == 1
    kept = await page.context.cookies()
    await page.context.request.delete(f"{node.http}/api/v1/session", headers={"Origin": node.http})  # from another tab
    async with asyncio.timeout(10):
        while await _listeners(node, metrics) > 0:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    await page.locator("form.form").wait_for()  # and the page says: log in
    await page.context.add_cookies(kept)  # type: ignore[arg-type]  # as they were given
    assert await page.evaluate("fetch('/api/v1/calls').then((each) => each.status)") == 401
    await page.context.close()


async def _a_screen_hears_nothing(browser: Browser, node: Node) -> None:
    page = await _page(browser)
    await page.goto(f"{node.http}/wallboard")
    await _enter(page, "hall")
    await page.locator(".tiles").wait_for()
    asked = await page.evaluate(_POST, ["/api/v1/tickets", {"purpose": "listen", "call_id": "c-east"}])
    assert asked["status"] == 403
    for path in ("calls", "calls/c-east", "alerts", "calls/c-east/audio.wav"):
        assert await page.evaluate(f"fetch('/api/v1/{path}').then((each) => each.status)") == 403, path
    await page.context.close()


async def _page(browser: Browser) -> Page:
    context = await browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(30_000)
    return page


async def _enter(page: Page, name: str) -> None:
    await page.locator("input[name=name]").fill(name)
    await page.locator("input[name=password]").fill(_PASSWORD)
    await page.locator("form.form button.primary").click()


async def _made(root: Page, what: str, **fields: object) -> dict[str, Any]:
    """A user or key, made by the admin's page."""
    answer: dict[str, Any] = await root.evaluate(_POST, [f"/api/v1/{what}", fields])
    assert answer["status"] == 201, answer
    made: dict[str, Any] = answer["said"]
    return made


# --- the call and its listeners ---------------------------------------------------------------------------------------


@asynccontextmanager
async def _speaking(node: Node, pbx: httpx.AsyncClient, secret: str, call_id: str, team: str) -> AsyncIterator[None]:
    """A call whose samples say where they stand, for as long as the block lasts."""
    (await pbx.post("/api/v1/calls", json={"call_id": call_id, "team": team, "queue": "q"})).raise_for_status()
    address = f"{node.websocket}/ingest/ws/{call_id}/stereo"
    async with connect(address, additional_headers=_bearer(secret), proxy=None) as socket:
        await socket.send(json.dumps({"type": "start", "rate_hz": 16_000, "encoding": "pcm_s16le"}))
        await socket.recv()

        async def speak() -> None:
            loop = asyncio.get_running_loop()
            began_s, number = loop.time(), 0
            while True:
                values = np.arange(number, number + 5, dtype="<i2") + _FIRST
                await socket.send(np.repeat(values, _STEP_SAMPLES * 2).tobytes())
                number += 5
                await asyncio.sleep(began_s + number * _STEP_MS / 1000 / _PACE - loop.time())

        speaking = asyncio.create_task(speak())
        try:
            yield
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)


async def _listen(node: Node) -> "dict[str, set[int]]":
    """Live, then what was said before, as the supervisor li; answers which 20 ms were heard."""
    heard: set[int] = set()
    async with _browser_of(node, "li") as li:
        ticket = (await li.post("/api/v1/tickets", json={"purpose": "listen", "call_id": "c-east"})).json()["ticket"]
        async with connect(f"{node.websocket}/ws/listen/c-east", proxy=None, max_size=None) as ear:
            await ear.send(json.dumps({"type": "hello", "ticket": ticket}))
            for ask, frames in (
                (None, 120),
                ({"type": "seek", "from_ms": 0}, 120),
                ({"type": "seek", "from_ms": None}, 60),
            ):
                if ask is not None:
                    await ear.send(json.dumps(ask))
                more = 0
                async with asyncio.timeout(40):
                    while more < frames:
                        message = await ear.recv()
                        if isinstance(message, bytes):
                            heard |= _places(np.frombuffer(decode(message)[1], "<i2"))
                            more += 1
            await ear.close()
            try:
                while True:
                    message = await ear.recv()
                    if isinstance(message, bytes):
                        heard |= _places(np.frombuffer(decode(message)[1], "<i2"))
            except ConnectionClosed:
                pass
    return {"li": heard}


async def _take_clip_and_recording(node: Node) -> set[int]:
    """As an inspector, after the call: an alert's clip, and a download of the kept call."""
    async with _browser_of(node, "qa") as qa, asyncio.timeout(60):
        while True:
            alerts = (await qa.get("/api/v1/alerts", params={"call_id": "c-east"})).json()["alerts"]
            clips = [alert["evidence"]["clip"] for alert in alerts if alert["evidence"]["clip"]]
            if clips:
                break
            await asyncio.sleep(0.3)
        heard: set[int] = set()
        for clip in clips:
            samples, _ = soundfile.read(io.BytesIO((await qa.get(clip)).content), dtype="int16", always_2d=True)
            heard |= _places(samples[:, 0])
        got = await qa.get("/api/v1/calls/c-east/audio.wav", params={"from_ms": 2_000, "to_ms": 5_000})
        assert got.status_code == 200, got.text
        samples, _ = soundfile.read(io.BytesIO(got.content), dtype="int16", always_2d=True)
        assert len(samples) == 48_000
        return heard | _places(samples[:, 1])


@asynccontextmanager
async def _browser_of(node: Node, name: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Origin": node.http}
    async with httpx.AsyncClient(base_url=node.http, headers=headers, trust_env=False, timeout=30) as client:
        (await client.post("/api/v1/session", json={"name": name, "password": _PASSWORD})).raise_for_status()
        yield client


async def _listeners(node: Node, key: str) -> float:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.get(f"{node.http}/metrics", headers=_bearer(key))
    return MetricsPage(answer.raise_for_status().text).total("earshot_listeners")


def _places(samples: "np.ndarray[Any, np.dtype[np.int16]]") -> set[int]:
    """Which 20 ms of the call these samples are from, by their values."""
    return {int(each) - _FIRST for each in np.unique(samples) if each >= _FIRST}


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
