"""The site: all routes towards people and integrators in one application."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI

from config.settings import Settings
from web.alert_acts_api import alert_acts_router
from web.alerts_api import alerts_router
from web.audience import Audience
from web.call_audio import call_audio_router
from web.calls_api import calls_router
from web.console_socket import ConsoleDoor, console_router
from web.desk_api import desk_router
from web.desk_sources import DeskSource
from web.guard import Guard
from web.inspection.faults import install_inspection_faults
from web.listen_socket import ListenDoor, listen_router
from web.operations_api import operations_router
from web.pages import Pages, pages_router
from web.problems import install_problems
from web.roster_api import RosterSource, roster_router
from web.rule_sources import Rules
from web.rules_api import rules_router
from web.sources import Alerts, Calls, HealthSource
from web.trust.gate import Gate
from web.trust.limits import Limits
from web.trust.scoped import KnownPlaces, ScopedAlerts, ScopedCalls, ScopedDesk
from web.trust.sources import House, Ledger, NoLedger, OpenHouse


def utc_now() -> datetime:
    """The time of day in UTC."""
    return datetime.now(UTC)


def build_app(
    settings: Settings,
    calls: Calls,
    alerts: Alerts,
    audience: Audience,
    health: HealthSource,
    pages: Pages,
    rules: Rules,
    desk: DeskSource,
    roster: RosterSource,
    now_at: Callable[[], datetime] = utc_now,
    further_routers: Sequence[APIRouter] = (),
    house: House | None = None,
    ledger: Ledger | None = None,
    signed: Callable[[str], bool] = lambda _route: False,
    limits: Limits | None = None,
) -> FastAPI:
    """Everything under one roof; `further_routers` are the audio doors. Starts nothing.

    Without a `house` nobody is registered, and everybody may do everything; without a `ledger` nothing is written down.
    """
    house, ledger = house or OpenHouse(), ledger or NoLedger()
    app = FastAPI(
        title="Earshot",
        version="1",  # of the contract, as in /api/v1
        summary="Hears every call while it runs and tells supervisors which ones are going wrong and why.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url="/api/v1/openapi.json",
    )
    install_problems(app)
    install_inspection_faults(app)
    places = KnownPlaces(calls, alerts, lambda: roster.roster)
    calls, alerts, desk = ScopedCalls(calls), ScopedAlerts(alerts), ScopedDesk(desk, calls, places.agent)
    console = ConsoleDoor(settings.listening, calls, alerts, audience, now_at, house, places)
    listen = ListenDoor(settings.listening, calls, audience, desk, now_at, house, ledger, settings.trust.listen_row_s)
    app.include_router(calls_router(calls, alerts))
    app.include_router(call_audio_router(calls, ledger))
    app.include_router(desk_router(desk, now_at))  # before the alerts: `suppressed` is no alert's id
    app.include_router(alerts_router(alerts))
    app.include_router(rules_router(rules))
    app.include_router(alert_acts_router(desk))
    app.include_router(roster_router(roster))
    app.include_router(operations_router(health))
    app.include_router(console_router(console))
    app.include_router(listen_router(listen))
    for router in further_routers:
        app.include_router(router)
    app.include_router(pages_router(pages))
    app.add_middleware(
        Gate, site=app, house=house, places=places, ledger=ledger, signed=signed, limits=limits, clips=settings.clips
    )
    app.add_middleware(Guard, settings=settings)
    return app
