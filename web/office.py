"""The routes behind the pages of administration and of the day after, in one piece for whoever builds the site."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter

from web.feed_sources import Feeds
from web.feeds_api import feeds_router
from web.figures_api import figures_router
from web.figures_sources import FiguresSource
from web.history_api import history_router
from web.history_sources import History
from web.keeping_api import keeping_router
from web.keeping_sources import Keeping
from web.model_sources import Models
from web.models_api import models_router
from web.quality_api import quality_router
from web.report_sources import ReportSource
from web.reports_api import reports_router
from web.trust.sources import Ledger
from web.workshop_api import workshop_router
from web.workshop_sources import Workshop


@dataclass(frozen=True, slots=True)
class Office:
    """What stands behind them; `names` gives those of people by their id."""

    history: History
    figures: FiguresSource
    feeds: Feeds
    models: Models
    keeping: Keeping
    workshop: Workshop
    names: Callable[[], Mapping[str, str | None]]
    ledger: Ledger
    reports: ReportSource


def office_routes(office: Office) -> tuple[APIRouter, ...]:
    """All of them."""
    return (
        history_router(office.history),
        figures_router(office.figures, office.names),
        quality_router(lambda: office.reports.quality, office.names),
        reports_router(office.reports, office.names),
        feeds_router(office.feeds),
        models_router(office.models),
        keeping_router(office.keeping, office.ledger),
        workshop_router(office.workshop),
    )
