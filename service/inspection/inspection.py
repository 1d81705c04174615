"""The inspectors' desk of one node: its parts, and what a closed score sets going."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import structlog

from config.inspection import InspectionSettings
from config.roster import Role, Roster
from config.score_sheets import ScoreSheet, ScoreSheetError, load_score_sheets, packaged_sheets
from service.clock import Clock
from service.inspection.appeals import Appeals
from service.inspection.calibrating import Calibrating
from service.inspection.improving import Improving
from service.inspection.scoring import Scoring
from service.inspection.worklist import Worklist
from service.store.store import Store
from web.inspection.views import NotNowError, Score
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_DRAW_EVERY_S = 900.0


class Inspection:
    """Fills `web.inspection.sources.InspectionSource`. `run` fills the worklists until it is cancelled."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: InspectionSettings,
        sheets: Mapping[str, ScoreSheet],
        inspectors: Callable[[], Iterable[str]],
    ) -> None:
        self.scoring = Scoring(store, clock, sheets, self._closed)
        self.worklist = Worklist(store, clock, settings, self.scoring, inspectors)
        self.improving = Improving(store, clock, settings.closed_loop)
        self.appeals = Appeals(store, clock, settings.closed_loop, self.scoring)
        self.calibrating = Calibrating(store, clock, self.scoring)

    async def run(self) -> None:
        """Draw every plan's calls again and again; what cannot be done now is tried the next time."""
        while True:
            try:
                await self.worklist.draw_all()
            except (StoreUnavailableError, NotNowError) as error:
                _log.warning("worklists could not be filled", cause=type(error).__name__)
            await asyncio.sleep(_DRAW_EVERY_S)

    async def _closed(self, score: Score) -> None:
        if score.calibration_id is None:
            await self.worklist.scored(score)
            await self.improving.scored(score)


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
