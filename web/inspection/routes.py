"""The routes of the inspectors' desk, in one piece for whoever builds the site."""

from collections.abc import Callable

from fastapi import APIRouter

from config.roster import Roster
from web.inspection.examples_api import examples_router
from web.inspection.improvements_api import improvements_router
from web.inspection.library_api import library_router
from web.inspection.people_api import people_of_records_router
from web.inspection.plans_api import plans_router
from web.inspection.rounds_api import rounds_router
from web.inspection.scores_api import scores_router
from web.inspection.sources import InspectionSource
from web.inspection.work_api import work_router
from web.sources import Calls, Clips
from web.trust.sources import Ledger


def inspection_routes(
    desk: InspectionSource, roster: Callable[[], Roster], calls: Calls, clips: Clips, ledger: Ledger
) -> tuple[APIRouter, ...]:
    """All of them. `roster` is asked for names each time, `calls` and `clips` for the sound of examples."""
    return (
        scores_router(desk),
        work_router(desk),
        plans_router(desk),
        improvements_router(desk),
        rounds_router(desk),
        people_of_records_router(roster),
        library_router(desk),
        examples_router(desk, calls, clips, ledger),
    )
