"""A desk over a real store of SQLite whose clock a test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from alerts.alert import Action, Alert, AlertState, Severity
from config.life import DeskSettings
from config.settings import Settings
from service.desk.node_desk import NodeDesk
from service.roster.roster_book import RosterBook
from service.store.store import Store
from tests.service.store.examples import BEGAN_AT, QUICK, an_alert
from web.desk_sources import AgentTip, AskedAct
from web.sources import AlertChange


class MovedClock:
    """Stands where the test puts it."""

    def __init__(self) -> None:
        self.at = BEGAN_AT

    def monotonic_ms(self) -> int:
        return round((self.at - BEGAN_AT).total_seconds() * 1000)

    def now_at(self) -> datetime:
        return self.at


@dataclass
class OpenDesk:
    """The desk, its store and clock; `ours` are the calls this node hears."""

    desk: NodeDesk
    store: Store
    clock: MovedClock
    book: RosterBook
    ours: set[str]
    changes: list[AlertChange]
    advised: list[AgentTip]

    async def open(self, alert: Alert | None = None, **changed: object) -> Alert:
        """Store an alert that opens now."""
        alert = alert or an_alert()
        fresh = replace(alert, opened_at=self.clock.at, updated_at=self.clock.at, **changed)  # type: ignore[arg-type]
        self.store.save_alert(self.desk.rulings.born(fresh))
        await self.store.written()
        return await self.now(fresh.alert_id)

    async def now(self, alert_id: str = "A1") -> Alert:
        """The alert as it is stored."""
        return (await self.store.get(alert_id))[-1].alert

    async def after_s(self, seconds: float, alert_id: str = "A1") -> Alert:
        """So many seconds later, with all clocks turned."""
        self.clock.at += timedelta(seconds=seconds)
        await self.desk.life.tick()
        return await self.now(alert_id)

    async def act(self, action: Action, by: str = "li", alert_id: str = "A1", **more: object) -> Alert:
        """Somebody acts on the newest version."""
        version = (await self.now(alert_id)).version
        asked = AskedAct(action, version, by, **more)  # type: ignore[arg-type]
        return (await self.desk.act(alert_id, asked)).alert


@asynccontextmanager
async def open_desk(
    folder: Path, desk_settings: DeskSettings | None = None, url: str | None = None, clock: MovedClock | None = None
) -> AsyncIterator[OpenDesk]:
    """A desk that has started; its background work is done only when the test says `tick`."""
    clock = clock or MovedClock()
    database_url = None if url is None else SecretStr(url)
    settings = Settings(data_dir=folder, store=QUICK, desk=desk_settings or DeskSettings(), database_url=database_url)
    store = Store(settings, clock)
    await store.open()
    book = RosterBook(store, clock, settings.desk.roster_file)
    ours = {"call-1"}
    advised: list[AgentTip] = []
    desk = NodeDesk(store, settings.desk, clock, book, lambda call_id: call_id in ours, advise=advised.append)
    changes: list[AlertChange] = []

    def told(change: AlertChange, after: int | None) -> None:
        changes.append(change)
        desk.told(change.alert)

    writing = asyncio.create_task(store.run(told))
    try:
        await desk.start()
        yield OpenDesk(desk, store, clock, book, ours, changes, advised)
    finally:
        await store.close()
        await writing


def critical(alert_id: str = "A1", call_id: str = "call-1") -> Alert:
    """A critical alert."""
    return replace(an_alert(alert_id, call_id=call_id), severity=Severity.CRITICAL)


def minor(alert_id: str, call_id: str = "call-1", rule: str = "fast_speech") -> Alert:
    """A minor alert."""
    return replace(an_alert(alert_id, call_id=call_id), severity=Severity.MINOR, rule=rule)


OPEN = AlertState.OPEN
