"""A client of the whole application, in process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from config.settings import Settings
from tests.fakes.alert_desk import FakeDesk, FakeRoster
from tests.fakes.desk import FakeAlerts, FakeCalls, FakeClips, FakeHealth, FakeLetters, a_call
from tests.fakes.rule_holder import FakeRules
from web.app import build_app, utc_now
from web.audience import Audience
from web.clips_api import clips_router
from web.floor import Floor
from web.floor_api import floor_router
from web.pages import Pages
from web.webhooks_api import webhooks_router


@dataclass(frozen=True, slots=True)
class Desk:
    """The client and what stands behind the application."""

    client: httpx.AsyncClient
    calls: FakeCalls
    alerts: FakeAlerts
    health: FakeHealth
    rules: FakeRules
    clips: FakeClips
    letters: FakeLetters
    desk: FakeDesk
    roster: FakeRoster
    floor: Floor


@asynccontextmanager
async def open_desk(
    settings: Settings | None = None, base_url: str = "http://127.0.0.1:8000", calls: FakeCalls | None = None
) -> AsyncIterator[Desk]:
    """One live call, `call-1`, and no alert to begin with."""
    settings = settings or Settings()
    calls, alerts, health = calls or FakeCalls(a_call()), FakeAlerts(), FakeHealth()
    rules, clips, letters = FakeRules(), FakeClips(), FakeLetters()
    desk, roster = FakeDesk(alerts), FakeRoster()
    audience = Audience(settings.listening, utc_now)
    floor = Floor(settings.floor)
    kept = (clips_router(clips), webhooks_router(letters), floor_router(floor, utc_now))
    app = build_app(settings, calls, alerts, audience, health, Pages.load(), rules, desk, roster, further_routers=kept)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield Desk(client, calls, alerts, health, rules, clips, letters, desk, roster, floor)


def bad_fields(answer: httpx.Response) -> set[str]:
    """The fields an error names."""
    return {fault["field"] for fault in answer.json()["errors"]}
