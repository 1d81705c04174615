"""The site with its doors closed: a real store, log-in and ledger on a real socket; behind them calls of two teams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from config.limits import LimitSettings
from config.settings import Settings
from config.trust import TrustSettings
from service.bounded_http import BoundedHttp
from service.clock import SystemClock
from service.ledger.ledger_book import StoredLedger
from service.store.store import Store
from service.trust.front_door import FrontDoor
from tests.fakes.alert_desk import FakeDesk, FakeRoster
from tests.fakes.desk import FakeAlerts, FakeCalls, FakeClips, FakeHealth, a_call, an_alert
from tests.fakes.rule_holder import FakeRules
from web.app import build_app, utc_now
from web.audience import Audience
from web.clips_api import clips_router
from web.pages import Pages
from web.sources import AlertChange
from web.trust.ledger_api import ledger_router
from web.trust.limits import Limits
from web.trust.people import ScopeFields, UserFields
from web.trust.people_api import people_router
from web.trust.rights import Role
from web.trust.scoped import ScopedClips
from web.trust.session_api import session_router
from web.trust.who import NOBODY

PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for one test


@dataclass(frozen=True, slots=True)
class ClosedSite:
    """Where it answers, and what is behind it."""

    host: str
    settings: Settings
    front: FrontDoor
    ledger: StoredLedger
    store: Store
    audience: Audience
    calls: FakeCalls
    alerts: FakeAlerts
    bounds: BoundedHttp
    limits: Limits

    def client(self, origin: bool = True) -> httpx.AsyncClient:
        """A browser that has not logged in yet."""
        headers = {"Origin": f"http://{self.host}"} if origin else {}
        return httpx.AsyncClient(base_url=f"http://{self.host}", headers=headers, trust_env=False, timeout=30)

    async def logged_in(self, name: str) -> httpx.AsyncClient:
        """A browser of this user."""
        client = self.client()
        answer = await client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    async def ticket(self, client: httpx.AsyncClient, purpose: str, call_id: str | None = None) -> str:
        """A ticket for a socket."""
        answer = await client.post("/api/v1/tickets", json={"purpose": purpose, "call_id": call_id})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"])


def _tell_nobody(_change: AlertChange, _after: int | None) -> None:
    return None


@asynccontextmanager
async def closed_site(
    folder: Path, trust: TrustSettings | None = None, limits: LimitSettings | None = None
) -> AsyncIterator[ClosedSite]:
    """Users root (admin), east and west (supervisors of their teams), qa (everywhere), wall (wallboard, east)."""
    settings = Settings(
        data_dir=folder, trust=trust or TrustSettings(), limits=limits or LimitSettings(head_s=1.0, body_s=1.0)
    )
    clock = SystemClock()
    store = Store(settings, clock)
    ledger = StoredLedger(store, clock)
    front = FrontDoor(settings, store, clock, ledger)
    await store.open()
    tasks = [asyncio.create_task(job) for job in (store.run(_tell_nobody), front.run(), ledger.run())]
    await front.start()
    await _register(front)
    calls = FakeCalls(a_call("c-east", team="east"), a_call("c-west", team="west", queue="WEST-queue"))
    alerts = FakeAlerts()
    for team in ("east", "west"):
        alerts.store(an_alert(f"a-{team}", team=team, call_id=f"c-{team}", title=f"{team.upper()}-title"))
    audience = Audience(settings.listening, utc_now)
    known = Limits(settings.limits, lambda: clock.monotonic_ms() / 1000, most_sockets=10_000)
    app = _application(settings, calls, alerts, audience, front, ledger, known)
    bounds = BoundedHttp(settings.limits, most_waiting=200)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            http=bounds.protocol(),
            ws_per_message_deflate=False,
            ws_max_size=settings.ingest.longest_message_bytes,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - uvicorn has a flag, no event
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield ClosedSite(f"127.0.0.1:{port}", settings, front, ledger, store, audience, calls, alerts, bounds, known)
    finally:
        server.should_exit = True
        await serving
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks[1:], return_exceptions=True)
        await store.close()
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)


async def _register(front: FrontDoor) -> None:
    east, west = ScopeFields(teams=("east",)), ScopeFields(teams=("west",))
    everywhere = ScopeFields(everywhere=True)
    people = (
        ("root", UserFields(roles=(Role.ADMIN,))),
        ("east", UserFields(roles=(Role.SUPERVISOR,), scope=east)),
        ("west", UserFields(roles=(Role.SUPERVISOR,), scope=west)),
        ("qa", UserFields(roles=(Role.QA,), scope=everywhere)),
        ("wall", UserFields(roles=(Role.WALLBOARD,), scope=east)),
    )
    password_hash = await front._hashed(PASSWORD)
    for name, fields in people:
        await front.book.add_user(name, fields, password_hash, NOBODY)


def _application(
    settings: Settings,
    calls: FakeCalls,
    alerts: FakeAlerts,
    audience: Audience,
    front: FrontDoor,
    ledger: StoredLedger,
    limits: Limits,
) -> FastAPI:
    roster, clips = FakeRoster(), FakeClips()
    clips.kept["a-east"] = clips.kept["a-west"] = b"fLaC of an alert"
    return build_app(
        settings,
        calls,
        alerts,
        audience,
        FakeHealth(),
        Pages.load(),
        FakeRules(),
        FakeDesk(alerts),
        roster,
        house=front,
        ledger=ledger,
        limits=limits,
        further_routers=(
            clips_router(ScopedClips(clips)),
            session_router(front),
            people_router(front, roster, settings.trust),
            ledger_router(ledger),
        ),
    )
