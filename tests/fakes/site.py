"""The whole site over fakes, on a real socket of a free port, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import APIRouter

from config.settings import ListeningSettings, Settings
from tests.fakes.alert_desk import FakeDesk, FakeRoster
from tests.fakes.desk import FakeAlerts, FakeCalls, FakeHealth, a_call
from tests.fakes.house import FakeHouse
from tests.fakes.office import an_office
from tests.fakes.rule_holder import FakeRules
from tests.fakes.supervising import FakeSupervising
from web.app import build_app, utc_now
from web.audience import Audience
from web.floor import Floor
from web.floor_api import floor_router
from web.http_door import open_http_socket
from web.office import Office, office_routes
from web.pages import Pages
from web.supervise_api import supervise_router
from web.trust.ledger_api import ledger_router
from web.trust.people_api import people_router
from web.trust.session_api import session_router
from web.wallboard_beat import WallboardBeat


class _Server(uvicorn.Server):
    """Says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@dataclass(frozen=True, slots=True)
class Site:
    """Where it answers, and everything behind it."""

    host: str
    calls: FakeCalls
    alerts: FakeAlerts
    audience: Audience
    desk: FakeDesk
    floor: Floor
    supervising: FakeSupervising
    server: uvicorn.Server

    @property
    def http(self) -> str:
        return f"http://{self.host}"

    @property
    def sockets(self) -> str:
        return f"ws://{self.host}"


@asynccontextmanager
async def open_site(
    office: Office | None = None, routers: Sequence[APIRouter] = (), calls: FakeCalls | None = None, **listening: object
) -> AsyncIterator[Site]:
    """`routers` are further routes; `listening` changes settings of that section."""
    settings = Settings(listening=ListeningSettings.model_validate(listening))
    calls, alerts = calls or FakeCalls(a_call()), FakeAlerts()
    desk = FakeDesk(alerts)
    audience = Audience(settings.listening, utc_now)
    floor = Floor(settings.floor)
    house, roster = FakeHouse(), FakeRoster()
    beat = WallboardBeat(calls, alerts, desk, floor, audience, utc_now)
    supervising = FakeSupervising(calls, audience)
    app = build_app(
        settings,
        calls,
        alerts,
        audience,
        FakeHealth(),
        Pages.load(),
        FakeRules(),
        desk,
        roster,
        further_routers=(
            floor_router(floor, utc_now),
            supervise_router(supervising, desk),
            session_router(house),
            people_router(house, roster, settings.trust),
            ledger_router(house),
            *office_routes(office or an_office()),
            *routers,
        ),
    )
    door = open_http_socket("127.0.0.1", 0)
    server = _Server(
        uvicorn.Config(app, ws_per_message_deflate=False, log_level="warning", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve(sockets=[door]))
    beating = asyncio.create_task(beat.run())
    try:
        async with asyncio.timeout(10):
            await server.up.wait()
        host = f"127.0.0.1:{door.getsockname()[1]}"
        yield Site(host, calls, alerts, audience, desk, floor, supervising, server)
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        server.should_exit = True
        await serving
        door.close()
