"""Takes pictures of every page of a running demo: two languages, two themes, three sizes; the best go to docs/images.

All of them, only those for docs/images, or only these pages, into FOLDER (build/screenshots where none is named).
A page is added by its line in tests/web/shown_pages.py.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.async_api import Browser, Page, TimeoutError, async_playwright  # noqa: A004  # its own, not ours

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script from anywhere

from tests.calls.demo_process import running_demo
from tests.web.loop_site import loop_site
from tests.web.shown_pages import LOOP_PAGES, SCORE_PAGES, SHOWN_PAGES, ShownPage

_ROOT = Path(__file__).parents[1]
_IMAGES = _ROOT / "docs" / "images"
_LANGUAGES = ("en", "zh-CN")
_THEMES = ("dark", "light")
_SIZES = ((1280, 720), (1440, 900), (1920, 1080))
_WALL_SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
_WAIT_S = 150
_READY_MS = 10_000
_EMPTY_MS = 500  # of a page that had nothing to show in another language
_ALERTS = 6
_WORDS = 12  # lines of a call that make a good picture
_BEST = {  # picture of docs/images: page, language, theme, width
    "console": ("console-call", "en", "dark", 1440),
    "console-zh": ("console-call", "zh-CN", "dark", 1440),
    "console-light": ("console-call", "en", "light", 1440),
    "console-zh-light": ("console-call", "zh-CN", "light", 1440),
    "console-keys": ("console-keys", "en", "dark", 1440),
    "worklist": ("worklist", "en", "dark", 1440),
    "score": ("score", "en", "dark", 1440),
    "score-zh": ("score", "zh-CN", "light", 1440),
    "own": ("own", "en", "light", 1440),
    "history-zh": ("history", "zh-CN", "light", 1440),
    "figures-quality": ("figures-quality", "en", "dark", 1440),
    "report-zh": ("report", "zh-CN", "light", 1440),
    "figures": ("figures", "en", "dark", 1440),
    "improvements": ("improvements", "en", "dark", 1440),
    "appeals-zh": ("appeals", "zh-CN", "light", 1440),
    "calibration": ("calibration", "en", "dark", 1440),
    "library-zh": ("library", "zh-CN", "light", 1440),
    "call-backs": ("call-backs", "en", "light", 1440),
    "plans-zh": ("plans", "zh-CN", "dark", 1440),
    "sheets-check": ("sheets-check", "en", "dark", 1440),
    "wallboard": ("wallboard", "en", "dark", 1920),
    "wallboard-zh": ("wallboard", "zh-CN", "dark", 1920),
}


async def main(folder: Path, *, best_only: bool, pages: tuple[str, ...]) -> None:
    """Every page (or these) in every language, theme and size, once the demo has enough to show."""
    empty: set[str] = set()
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        wanted = [
            picture
            for picture in _pictures()
            if (not best_only or (picture[0].name, *picture[1:3], picture[3][0]) in _BEST.values())
            and (not pages or picture[0].name in pages)
        ]
        with TemporaryDirectory() as data, TemporaryDirectory() as other:
            if any(picture[0] not in LOOP_PAGES for picture in wanted):
                async with running_demo(Path(data)) as demo:
                    await _tell_floor(demo.http)
                    await _wait_for_alerts(browser, demo.http)
                    call, agent = await _score_some(demo.http)
                    for shown, language, theme, size in wanted:
                        if shown not in LOOP_PAGES:
                            address = demo.http + shown.at(call, agent)
                            await _take(browser, address, shown, language, theme, size, folder, empty)
            if any(picture[0] in LOOP_PAGES for picture in wanted):
                async with loop_site(Path(other)) as told:
                    for shown, language, theme, size in wanted:
                        if shown in LOOP_PAGES:
                            await _take(
                                browser, told.site.http + shown.address, shown, language, theme, size, folder, empty
                            )
        await browser.close()
    if pages:
        return
    for picture, (name, language, theme, width) in _BEST.items():
        shutil.copyfile(folder / _name(name, language, theme, width), _IMAGES / f"{picture}.png")


def _pictures() -> Iterator[tuple[ShownPage, str, str, tuple[int, int]]]:
    for shown in (*SHOWN_PAGES, *SCORE_PAGES, *LOOP_PAGES):
        for language in _LANGUAGES:
            for theme in _THEMES:
                for size in _WALL_SIZES if shown.own_theme else _SIZES:
                    yield shown, language, theme, size


async def _take(
    browser: Browser,
    address: str,
    shown: ShownPage,
    language: str,
    theme: str,
    size: tuple[int, int],
    folder: Path,
    empty: set[str],
) -> None:
    width, height = size
    context = await browser.new_context(
        locale=language, color_scheme=theme, viewport={"width": width, "height": height}
    )
    page = await context.new_page()
    asked = f"?lang={language}&theme={theme}" if shown.own_theme else ""
    await page.goto(f"{address}{asked}")
    try:
        await page.locator(shown.ready).first.wait_for(timeout=_EMPTY_MS if shown.name in empty else _READY_MS)
    except TimeoutError:
        empty.add(shown.name)
        print(f"{shown.name}: the demo has nothing to show there; taken as it is")  # noqa: T201  # a report for people
    else:
        await shown.act(page)
    await asyncio.sleep(_settle_s(shown))
    await page.screenshot(path=folder / _name(shown.name, language, theme, width))
    await context.close()


def _settle_s(shown: ShownPage) -> float:
    """A board and a call on view are looked at when strips and words have come."""
    return 3.0 if shown.own_theme or shown.name == "console-call" else 1.0


def _name(name: str, language: str, theme: str, width: int) -> str:
    return f"{name}-{language}-{theme}-{width}.png"


async def _wait_for_alerts(browser: Browser, address: str) -> None:
    page: Page = await browser.new_page()
    await page.goto(address)
    async with asyncio.timeout(_WAIT_S):
        while await page.locator(".alert-row").count() < _ALERTS:  # noqa: ASYNC110  # the page is another process
            await asyncio.sleep(0.5)
    await page.close()


async def _score_some(address: str) -> tuple[str, str]:
    """A call that is over with words, evidence and a draft; and an agent with a score of another such call."""
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=_WAIT_S) as inspector:
        said, other = await _calls_to_score(inspector)
        await inspector.post(f"/inspection/tasks/{said['task_id']}/begin")
        score = (await inspector.post(f"/inspection/tasks/{other['task_id']}/begin")).json()
        sheet = (await inspector.get(f"/inspection/sheets/{score['sheet_digest']}")).json()["sheet"]
        items = {item["id"]: item for group in sheet["groups"] for item in group["items"]}
        for item in score["result"]["open_items"]:
            choice = items[item]["levels"][0]["id"] if items[item]["form"] == "levels" else None
            judged = {"version": score["version"], "choice": choice}
            answer = await inspector.put(f"/inspection/scores/{score['score_id']}/items/{item}", json=judged)
            score = answer.json()
        note = {"version": score["version"], "note": "Well listened; mind the pauses."}
        await inspector.post(f"/inspection/scores/{score['score_id']}/close", json=note)
    return said["call"]["call_id"], score["call"]["agent_id"]


async def _calls_to_score(inspector: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two tasks whose calls have findings, the first with the most words; the longer it takes the fewer will do."""
    async with asyncio.timeout(_WAIT_S):
        for wanted in range(_WORDS, -1, -1):
            found = []
            tasks = (await inspector.get("/inspection/tasks", params={"inspector": "me"})).json()["tasks"]
            for task in tasks:
                path = f"/calls/{task['call']['call_id']}"
                alerts = (await inspector.get(f"{path}/alerts")).json()["alerts"]
                lines = (await inspector.get(f"{path}/transcript")).json()["lines"]
                if task["call"]["agent_id"] and any(_is_evidence(alert) for alert in alerts):
                    found.append((len(lines), task))
            found.sort(key=lambda each: -each[0])
            if len(found) > 1 and found[0][0] >= wanted:
                return found[0][1], found[1][1]
            await asyncio.sleep(_WAIT_S / 2 / _WORDS)
    raise TimeoutError


def _is_evidence(alert: dict[str, Any]) -> bool:
    return alert["severity"] != "info" and alert["leg"] != "customer"


async def _tell_floor(address: str) -> None:
    """What a PBX would post of its agents and queues; the demo's has none."""
    states = ("busy",) * 6 + ("idle",) * 3 + ("wrap_up", "wrap_up", "break", "ringing")
    async with httpx.AsyncClient(base_url=address) as pbx:
        for number, state in enumerate(states):
            await pbx.post(f"/api/v1/agents/{1001 + number}/state", json={"state": state})
        for queue, waiting, longest_wait_s, within in (("billing", 3, 41, 188), ("support", 1, 12, 141)):
            figures = {"waiting": waiting, "longest_wait_s": longest_wait_s, "answered": 212, "abandoned": 11}
            more = {"answered_within_s": {"20": within}, "handle_time_s_mean": 247}
            await pbx.post(f"/api/v1/queues/{queue}/stats", json=figures | more)


if __name__ == "__main__":
    says = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    says.add_argument("folder", type=Path, nargs="?", default=_ROOT / "build" / "screenshots", metavar="FOLDER")
    says.add_argument("--best", action="store_true", help="only those of docs/images")
    says.add_argument("--pages", default="", metavar="NAME,NAME…", help="only these pages")
    said = says.parse_args()
    named = tuple(filter(None, said.pages.split(",")))
    known = {shown.name for shown in (*SHOWN_PAGES, *SCORE_PAGES, *LOOP_PAGES)}
    if unknown := [name for name in named if name not in known]:
        says.error(f"no page is called {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    said.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(said.folder, best_only=said.best, pages=named))
