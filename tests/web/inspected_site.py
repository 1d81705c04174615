"""The site over a real inspectors' desk: calls of this week, drawn, scored, appealed against; tips and hearings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from alerts.inspection.records import Mark, MarkState
from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.roster import Roster
from config.score_items import IndicatorItem, LevelItem
from config.score_sheets import load_score_sheets, packaged_sheets
from service.clock import SystemClock
from service.inspection.inspection import Inspection
from service.inspection.own import OwnPage
from service.ledger.ledger_book import StoredLedger
from service.store.store import Store
from tests.calls.stored_week import dead_air, ended_call
from tests.fakes.desk import FakeCalls, a_line
from tests.fakes.site import Site, open_site
from tests.service.store.examples import running, settings_for
from web.app import utc_now
from web.desk_sources import AgentTip
from web.inspection.own_api import own_router
from web.inspection.routes import inspection_routes
from web.trust.sources import Act, Deed
from web.trust.who import EVERYWHERE, LOCAL, Principal, now_asks

_SHEETS = load_score_sheets(packaged_sheets())
_PLAN = {"plan": "weekly", "sheet": "hundred_points", "number": 6, "risk_weight": 0.1, "inspectors": ["local"]}
_CALLS = 5


class _NoClips:
    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        return None


def _tips(agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
    at = utc_now().replace(minute=0, second=0, microsecond=0)
    tip = AgentTip("t1", agent_id, "week-0", "fast_speech", "Speak a little slower.", at)
    return [tip] if since is None or tip.at > since else []


@asynccontextmanager
async def inspected_site(folder: Path) -> AsyncIterator[Site]:
    """Calls week-0 to week-4 of agent 1007: the first has an own draft, the second is scored and appealed against."""
    clock = SystemClock()
    settings = InspectionSettings.model_validate({"plans": [_PLAN], "agents_see_hearing": True})
    now_asks(LOCAL)
    async with running(settings_for(folder), clock=clock) as store:
        desk = Inspection(store, clock, settings, FiguresSettings(), _SHEETS, lambda: ("local",))
        ledger = StoredLedger(store, clock)
        own = OwnPage(settings, store, _NoClips(), ledger, _tips)
        inspecting = inspection_routes(desk, Roster, FakeCalls(), _NoClips(), ledger)
        routers = (*inspecting, own_router(desk.scoring, own, ledger))
        async with open_site(routers=routers) as site:
            await _fill(store, site)
            await desk.worklist.draw_all()
            await desk.scoring.begin("week-0", "hundred_points", "local")
            await score_with_a_fault(desk, "week-1", "local")
            (scored,) = await desk.scoring.scores_of("week-1")
            await desk.appeals.appeal(scored.score_id, "The tariff began in November.", "1007")
            wang = Principal("Wang", "wang", frozenset(), EVERYWHERE)
            await ledger.write(wang, Deed(Act.LISTEN, call_id="week-1", agent_id="1007", from_ms=0, to_ms=9_000))
            yield site


async def _fill(store: Store, site: Site) -> None:
    for number in range(_CALLS):
        call = ended_call(f"week-{number}", minutes_ago=20 + 60 * number, risk=90 - 15 * number)
        alert = dead_air(f"A{number}", call)
        store.save_call(call)
        store.save_alert(alert)
        site.calls.views[call.call_id] = call
        site.calls.lines[call.call_id] = [a_line("喂 您还在吗", call_id=call.call_id, start_ms=9_000)]
        site.alerts.store(alert)
    await store.written()


async def score_with_a_fault(desk: Inspection, call_id: str, by: str) -> None:
    """Everything open is judged faultless, one item is not; then it is closed."""
    score = await desk.scoring.begin(call_id, "hundred_points", by)
    for item_id in score.result.open_items:
        item = _SHEETS["hundred_points"].item(item_id)
        choice = item.levels[0].id if isinstance(item, LevelItem) else None
        choice = "passed" if isinstance(item, IndicatorItem) else choice
        score = await desk.scoring.mark(score.score_id, score.version, Mark(item_id, MarkState.JUDGED, {}, choice), by)
    wrong = Mark("correct", MarkState.JUDGED, {"imprecise": 1}, reason="The new tariff begins in December.")
    score = await desk.scoring.mark(score.score_id, score.version, wrong, by)
    await desk.scoring.close(score.score_id, score.version, "Listen to the customer's last word.", by)
