"""The inspectors' desk of one node: its parts, and what a closed score sets going."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import time

import structlog

from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.roster import Role, Roster
from config.score_sheets import ScoreSheet, ScoreSheetError, load_score_sheets, packaged_sheets
from service.clock import Clock
from service.inspection.appeals import Appeals
from service.inspection.calibrating import Calibrating
from service.inspection.call_backs import CallBacks
from service.inspection.improving import Improving
from service.inspection.library import Library
from service.inspection.outside import Outside
from service.inspection.periods import Days
from service.inspection.plans import SamplingPlans
from service.inspection.scoring import Scoring
from service.inspection.worklist import Worklist
from service.store.store import Store
from web.inspection.views import NotNowError, Score
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_LOOK_EVERY_S = 20.0


class Inspection:
    """Fills `web.inspection.sources.InspectionSource`. `run` fills worklists and call-backs until it is cancelled."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: InspectionSettings,
        figures: FiguresSettings,
        sheets: Mapping[str, ScoreSheet],
        inspectors: Callable[[], Iterable[str]],
    ) -> None:
        self._draw_every_s = settings.draw_every_s
        days = Days(figures.timezone, time.fromisoformat(figures.day_begins))
        self.scoring = Scoring(store, clock, sheets, self._closed)
        self.plans = SamplingPlans(store, clock, settings.plans, sheets)
        self.worklist = Worklist(store, clock, settings, days, self.scoring, self.plans, inspectors)
        self.improving = Improving(store, clock, settings.closed_loop, sheets)
        self.appeals = Appeals(store, clock, settings.closed_loop, self.scoring, self.improving.corrected)
        self.calibrating = Calibrating(store, clock, self.scoring)
        self.library = Library(store, clock)
        self.call_backs = CallBacks(store, clock, settings.call_back)
        self.outside = Outside(store, clock)

    async def run(self) -> None:
        """Draw every plan's calls, and look for abandoned ones, again and again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_again("worklists could not be filled", self.worklist.draw_all, self._draw_every_s))
            tasks.create_task(_again("call-backs could not be made", self.call_backs.look, _LOOK_EVERY_S))

    async def _closed(self, score: Score) -> None:
        if score.calibration_id is None:
            await self.worklist.scored(score)
            await self.improving.scored(score)


async def _again(message: str, work: Callable[[], Awaitable[object]], every_s: float) -> None:
    """Do it for ever; what cannot be done now is tried the next time."""
    while True:
        try:
            await work()
        except (StoreUnavailableError, NotNowError) as error:
            _log.warning(message, cause=type(error).__name__)
        await asyncio.sleep(every_s)


def sheets_of(settings: InspectionSettings) -> dict[str, ScoreSheet]:
    """The sheets in use. Raises ScoreSheetError, also for a plan whose sheet is not among them."""
    folder = settings.sheets_dir or packaged_sheets()
    sheets = load_score_sheets(folder)
    faults = [
        f"{folder}: holds no sheet `{plan.sheet}` for the plan `{plan.plan}`; there are {', '.join(sheets)}"
        for plan in settings.plans
        if plan.sheet not in sheets
    ]
    if faults:
        raise ScoreSheetError(faults)
    return sheets


def inspectors_of(roster: Roster) -> list[str]:
    """Everybody on the roster who inspects."""
    return [person.id for person in roster.people if {Role.INSPECTOR, Role.QA_LEAD}.intersection(person.roles)]
