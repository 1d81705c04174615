"""An inspectors' desk on a real store, with calls and alerts in it, and a clock that a test moves."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from alerts.alert import Alert, Kind, Severity
from alerts.inspection.records import Mark, MarkState
from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.score_items import IndicatorItem, LevelItem
from config.score_sheets import load_score_sheets, packaged_sheets
from service.inspection.appeals import Appeals
from service.inspection.calibrating import Calibrating
from service.inspection.improving import Improving
from service.inspection.inspection import Inspection
from service.inspection.scoring import Scoring
from service.inspection.worklist import Worklist
from service.store.store import Store
from tests.service.store.examples import BEGAN_AT, a_call, an_alert, running, settings_for
from web.inspection.views import Score
from web.sources import AgentView, CallState, CallView

PLAN = {"plan": "weekly", "sheet": "hundred_points", "number": 3}
SHEETS = load_score_sheets(packaged_sheets())


class MovedClock:
    """A clock that stands where the test put it."""

    def __init__(self) -> None:
        self.at = BEGAN_AT

    def monotonic_ms(self) -> int:
        """Milliseconds since BEGAN_AT."""
        return int((self.at - BEGAN_AT).total_seconds() * 1000)

    def now_at(self) -> datetime:
        """Where it stands."""
        return self.at

    def move(self, **by: float) -> None:
        """Let so much time pass."""
        self.at += timedelta(**by)


@dataclass(frozen=True, slots=True)
class InspectionDesk:
    """All parts of the desk."""

    store: Store
    clock: MovedClock
    inspection: Inspection

    @property
    def scoring(self) -> Scoring:
        """Sheets and scores."""
        return self.inspection.scoring

    @property
    def worklist(self) -> Worklist:
        """Plans and tasks."""
        return self.inspection.worklist

    @property
    def improving(self) -> Improving:
        """The closed loop."""
        return self.inspection.improving

    @property
    def appeals(self) -> Appeals:
        """Appeals."""
        return self.inspection.appeals

    @property
    def calibrating(self) -> Calibrating:
        """Calibration."""
        return self.inspection.calibrating

    async def keep(self, calls: Sequence[CallView], alerts: Sequence[Alert] = ()) -> None:
        """Store calls and alerts."""
        for call in calls:
            self.store.save_call(call)
        for alert in alerts:
            self.store.save_alert(alert)
        await self.store.written()

    async def scored(
        self, call_id: str, *, by: str = "qa1", sheet: str = "hundred_points", faults: Sequence[Mark] = ()
    ) -> Score:
        """A closed score: everything open is judged faultless, then these faults are marked."""
        score = await self.scoring.begin(call_id, sheet, by)
        for item in score.result.open_items:
            score = await self.scoring.mark(score.score_id, score.version, faultless(sheet, item), by)
        for fault in faults:
            score = await self.scoring.mark(score.score_id, score.version, fault, by)
        return await self.scoring.close(score.score_id, score.version, None, by)


def faultless(sheet: str, item_id: str) -> Mark:
    """The best judgement of an item."""
    item = SHEETS[sheet].item(item_id)
    if isinstance(item, LevelItem):
        return Mark(item_id, MarkState.JUDGED, choice=item.levels[0].id)
    return Mark(item_id, MarkState.JUDGED, choice="passed" if isinstance(item, IndicatorItem) else None)


def judged(item: str, choice: str | None = None, **counts: int) -> Mark:
    """A person's judgement."""
    return Mark(item, MarkState.JUDGED, counts, choice)


def ended(call_id: str, agent: str = "1007", minute: int = 0, **changed: object) -> CallView:
    """A whole call of an agent, heard to its end."""
    call = a_call(call_id, CallState.ENDED, minute)
    call = replace(call, agent=AgentView(agent, None, agent, None), undecided=())
    return replace(call, **changed)  # type: ignore[arg-type]  # a test names the fields it changes


def fault(alert_id: str, call_id: str, kind: Kind = Kind.DEAD_AIR, **changed: object) -> Alert:
    """An alert that stands."""
    alert = replace(an_alert(alert_id, 1, call_id), kind=kind, rule=f"zh.{kind}", severity=Severity.MAJOR)
    return replace(alert, **changed)  # type: ignore[arg-type]  # as above


@asynccontextmanager
async def desk(
    folder: Path, everybody: Sequence[str] = ("qa1", "qa2"), **changed: object
) -> AsyncIterator[InspectionDesk]:
    """The desk, ready; closed at the end."""
    settings = InspectionSettings.model_validate({"plans": [PLAN], **changed})
    clock = MovedClock()
    async with running(settings_for(folder)) as store:
        yield InspectionDesk(
            store, clock, Inspection(store, clock, settings, FiguresSettings(), SHEETS, lambda: everybody)
        )
