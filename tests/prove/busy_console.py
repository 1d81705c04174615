"""One console in a real Chromium on a floor of 200 calls and 50 alerts a minute: is every moment smooth, does it grow?

`python -m tests.prove.busy_console smooth [seconds]`: the main thread, frames, nothing lost, first view.
`python -m tests.prove.busy_console grow [minutes]`: the page's memory, in real time.
"""

import asyncio
import json
import math
import random
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page

from alerts.alert import Alert, AlertState, Kind, Severity
from streaming.frames import Leg
from tests.fakes.desk import a_call, a_line, an_alert
from tests.fakes.site import Site, open_site
from tests.prove.report import percentile, table, write_block
from tests.web.test_browser import chromium
from web.sources import AgentView, CallLevels, CallState, LegLevels

_CALLS, _ALERTS_PER_MIN = 200, 50
_BEAT_S = 0.5  # a batch of levels a call; every second beat the call itself
_CLAIMED_S, _RESOLVED_S = 20.0, 80.0  # after an alert opened
_CALL_S = 300.0
_SECONDS, _MINUTES, _VIEWS = 60, 30, 7
_WARM_S, _SETTLED, _LONG_MS = 5, 5, 50
_KINDS = [kind for kind in Kind if not kind.value.startswith("service")]
_FRAMES = "globalThis.framesDrawn = 0; (function count() { framesDrawn += 1; requestAnimationFrame(count); })()"
_SEEN = """globalThis.seenAt = null;
const watch = new MutationObserver(() => {
  if (!document.querySelector(".call-row") || !document.querySelector(".alert-row")) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => { seenAt = performance.now(); }));
});
watch.observe(document, { childList: true, subtree: true });"""


@dataclass
class Floor:
    """Two hundred calls that come, speak, raise alerts and go, in the order one seed gives."""

    site: Site
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    began: dict[str, float] = field(default_factory=dict)
    due: list[tuple[float, str, AlertState]] = field(default_factory=list)
    calls_made: int = 0
    opened: int = 0
    beats: int = 0

    def fill(self, at_s: float) -> None:
        """So many calls as always run, spread over their length; the alerts that wait when one begins to look."""
        while len(self.began) < _CALLS:
            self._ring(at_s - (self.dice.uniform(0, _CALL_S) if self.beats == 0 else 0))

    def beat(self, at_s: float) -> None:
        """Everything half a second brings."""
        for number, (call_id, began_s) in enumerate(list(self.began.items())):
            if at_s - began_s > _CALL_S:
                self._hang_up(call_id)
                continue
            self.site.audience.publish_levels(self._levels(call_id, number, at_s - began_s))
            if int(at_s / _BEAT_S) % 2 == number % 2:
                view = self.site.calls.views[call_id]
                risk = min(100, max(0, view.risk + self.dice.choice((-6, 0, 0, 6))))
                view = replace(view, risk=risk, duration_ms=round((at_s - began_s) * 1000))
                self.site.calls.views[call_id] = view
                self.site.audience.publish_call(view)
        self.fill(at_s)
        while self.opened < at_s * _ALERTS_PER_MIN / 60:
            self._open(at_s)
        while self.due and self.due[0][0] <= at_s:
            _, alert_id, state = self.due.pop(0)
            newest = next(one for one in reversed(self.site.alerts.changes) if one.alert.alert_id == alert_id).alert
            self._tell(replace(newest, version=newest.version + 1, state=state, assignee="wang"))
        if (looked_at := next(iter(self.began), None)) is not None:
            line = a_line("客户 一直 在 等", utterance=int(at_s / 3), revision=int(at_s * 2) % 6 + 1, call_id=looked_at)
            self.site.audience.publish_transcript(line)

    async def run(self, seconds: float) -> None:
        """Go on for so long, in real time; what is late is made up."""
        loop = asyncio.get_running_loop()
        began_s, first, last = loop.time(), self.beats, self.beats + round(seconds / _BEAT_S)
        while self.beats < last:
            self.beat(self.beats * _BEAT_S)
            self.beats += 1
            await asyncio.sleep(max(0.0, began_s + (self.beats - first) * _BEAT_S - loop.time()))

    def _ring(self, began_s: float) -> None:
        call_id = f"pbx-{self.calls_made:05}"
        agent = AgentView(id=str(1000 + self.calls_made % 400), name=f"Agent {self.calls_made % 400}")
        queue = f"queue-{self.calls_made % 5}"
        view = a_call(call_id, agent=agent, queue=queue, started_at=datetime.now(UTC), duration_ms=0, risk=0)
        self.site.calls.views[call_id] = view
        self.site.audience.publish_call(view)
        self.began[call_id] = began_s
        self.calls_made += 1

    def _hang_up(self, call_id: str) -> None:
        view = self.site.calls.views.pop(call_id)
        self.site.audience.publish_call_ended(replace(view, state=CallState.ENDED, ended_at=datetime.now(UTC)))
        del self.began[call_id]

    def _open(self, at_s: float) -> None:
        call_id = self.dice.choice(list(self.began))
        severity = self.dice.choice((Severity.INFO, Severity.MINOR, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL))
        alert_id = f"A{self.opened}"
        kind = self.dice.choice(_KINDS)
        alert = an_alert(alert_id, kind=kind, severity=severity, call_id=call_id, opened_at=datetime.now(UTC))
        self._tell(alert)
        self.opened += 1
        self.due += [(at_s + _CLAIMED_S, alert_id, AlertState.ACKNOWLEDGED)]
        self.due += [(at_s + _RESOLVED_S, alert_id, AlertState.RESOLVED)]
        self.due.sort(key=lambda each: each[0])

    def _tell(self, alert: Alert) -> None:
        self.site.audience.publish_alert(self.site.alerts.store(alert))

    def _levels(self, call_id: str, number: int, age_s: float) -> CallLevels:
        def leg(turn: int) -> LegLevels:
            speaks = math.sin(age_s / 2 + number + turn * math.pi) > 0
            dbfs = tuple(-22.0 - self.dice.random() * 12 if speaks else -62.0 for _ in range(5))
            return LegLevels(dbfs, (speaks,) * 5)

        return CallLevels(call_id, round(age_s * 1000) // 500 * 500, 100, ((Leg.AGENT, leg(0)), (Leg.CUSTOMER, leg(1))))

    def open_now(self) -> dict[str, int]:
        """Alerts that are not over, with their versions."""
        newest = {change.alert.alert_id: change.alert for change in self.site.alerts.changes}
        return {alert_id: alert.version for alert_id, alert in newest.items() if alert.state is not AlertState.RESOLVED}


async def open_console(site: Site, browser: Browser) -> Page:
    """A console with the riskiest call on view."""
    context = await browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    await context.add_init_script(_SEEN)
    page = await context.new_page()
    await page.goto(site.http)
    await page.locator(".call-row").first.wait_for()
    return page


async def first_views(site: Site, browser: Browser) -> list[float]:
    """Milliseconds until calls and alerts are drawn, each time in a browser context that has kept nothing."""
    found = []
    for _ in range(_VIEWS):
        page = await open_console(site, browser)
        while (at_ms := await page.evaluate("seenAt")) is None:  # noqa: ASYNC110  # the page is another process
            await asyncio.sleep(0.05)
        found.append(float(at_ms))
        await page.context.close()
    return found


async def heap_mb(page: Page) -> float:
    """Live objects of the page after a collection."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    await session.detach()
    return float(used) / 2**20


def tasks_of(trace: bytes) -> list[tuple[float, float]]:
    """The main thread's tasks in a trace: (wall, CPU) in milliseconds."""
    events = json.loads(trace)["traceEvents"]
    mains = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    return [
        (one["dur"] / 1000, one.get("tdur", 0) / 1000)
        for one in events
        if one["name"] in ("RunTask", "ThreadControllerImpl::RunTask")
        and (one["pid"], one["tid"]) in mains
        and "dur" in one
    ]


async def is_whole(page: Page, floor: Floor, patience_s: float = 10) -> bool:
    """Whether the page holds exactly the open alerts, each in its newest version."""
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while dict(await page.evaluate("__earshot.alerts()")) != floor.open_now():  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            return True
    return False


async def smooth(seconds: int) -> None:
    """Everything at once, traced; before it the first view, a few times."""
    async with open_site() as site, chromium() as browser:
        floor = a_floor(site)
        views = await first_views(site, browser)
        page = await open_console(site, browser)
        await page.locator(".call-row").first.click()
        await floor.run(_WARM_S)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "trace.json"
            await browser.start_tracing(page=page, path=path, categories=["toplevel"])
            await page.evaluate(_FRAMES)
            await floor.run(seconds)
            frames = await page.evaluate("framesDrawn")
            await browser.stop_tracing()
            tasks = tasks_of(path.read_bytes())
        whole = await is_whole(page, floor)
        dropped = site.audience.counts().messages_dropped
        reconnects = await page.evaluate("__earshot.socket.reconnects")
    rows: list[list[object]] = [
        [
            name,
            *(
                round(figure, 1)
                for figure in (*(percentile(values, share) for share in (0.5, 0.95, 0.99)), max(values))
            ),
        ]
        for name, values in (
            ("main-thread tasks, wall time", [wall for wall, _ in tasks]),
            ("main-thread tasks, CPU time", [cpu for _, cpu in tasks]),
            ("first view after the address is given", views),
        )
    ]
    busy_percent = sum(cpu for _, cpu in tasks) / seconds / 10
    long = sum(wall > _LONG_MS for wall, _ in tasks)
    lines = table(["ms", "p50", "p95", "p99", "max"], rows)
    lines += [
        "",
        f"{len(tasks)} tasks in {seconds} s, {long} of them over {_LONG_MS} ms; the main thread works "
        f"{busy_percent:.0f} % of the time; {frames / seconds:.0f} frames a second. {floor.opened} alerts opened: the "
        f"page held {_held(page_is_whole=whole)}; {dropped} messages dropped, {reconnects} reconnects. "
        "Console, service and script on the same machine.",
    ]
    write_block(
        "busy_console", f"A console on {_CALLS} calls", f"python -m tests.prove.busy_console smooth {seconds}", lines
    )
    print("\n".join(lines))  # noqa: T201  # a report for people


async def grow(minutes: int) -> None:
    """The page's heap, minute by minute."""
    async with open_site() as site, chromium() as browser:
        floor = a_floor(site)
        page = await open_console(site, browser)
        await page.locator(".call-row").first.click()
        heaps = []
        for _ in range(minutes):
            await floor.run(60)
            heaps.append(await heap_mb(page))
        whole = await is_whole(page, floor)
    kept = [minute for minute in (1, 2, 5, 10, 15, 20, 25, 30) if minute <= minutes]
    lines = table(["minute", "live JavaScript heap, MB"], [[minute, f"{heaps[minute - 1]:.2f}"] for minute in kept])
    growth_percent = (heaps[-1] / heaps[min(_SETTLED, minutes) - 1] - 1) * 100
    lines += [
        "",
        f"Growth from minute {_SETTLED} to the end: {growth_percent:+.1f} %. {floor.opened} alerts, "
        f"{floor.calls_made} calls; at the end the page held {_held(page_is_whole=whole)}.",
    ]
    write_block(
        "growing_console", "Half an hour of that console", f"python -m tests.prove.busy_console grow {minutes}", lines
    )
    print("\n".join(lines))  # noqa: T201  # a report for people


def _held(*, page_is_whole: bool) -> str:
    return "exactly the open ones in their newest version" if page_is_whole else "OTHER ALERTS THAN THE DESK"


def a_floor(site: Site) -> Floor:
    """Full, with fifty alerts that nobody takes."""
    site.calls.views.clear()
    floor = Floor(site)
    floor.fill(0)
    for number in range(50):
        site.alerts.store(an_alert(f"W{number}", call_id=f"pbx-{number:05}", severity=Severity.MINOR))
    return floor


def main() -> None:
    """Measure one of the two."""
    what, *rest = sys.argv[1:] or ["smooth"]
    if what == "smooth":
        asyncio.run(smooth(int(rest[0]) if rest else _SECONDS))
    else:
        asyncio.run(grow(int(rest[0]) if rest else _MINUTES))
