"""Alerts and calls to store, and an ear for what the store publishes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.alert import Alert, AlertState, Evidence, Kind, Measure, Severity, Timing
from config.privacy import Consent
from config.settings import Settings, StoreSettings
from service.clock import Clock
from service.store.store import Store
from streaming.frames import Leg, Party
from web.sources import AgentView, AlertChange, CallState, CallView, LegView, StaleAlertError, Tier, UndecidedView

BEGAN_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
# a lock fails a write at once; a slow machine alone never makes an alert go unstored
QUICK = StoreSettings(busy_ms=20, patience_ms=10_000, longest_back_off_s=0.02)


def an_alert(alert_id: str = "A1", version: int = 1, call_id: str = "call-1") -> Alert:
    """A dead-air alert, `version` seconds after BEGAN_AT."""
    at = BEGAN_AT + timedelta(seconds=version)
    return Alert(
        alert_id=alert_id,
        version=version,
        kind=Kind.DEAD_AIR,
        rule="dead_air",
        severity=Severity.MAJOR,
        state=AlertState.OPEN,
        call_id=call_id,
        leg=Leg.AGENT,
        agent_id="1007",
        queue="billing",
        team="east",
        title="No answer to the customer for 3.2 s",
        advice="Say that you are still there.",
        clause="002 话务空白",
        evidence=Evidence(
            8_120, 11_320, (Measure("silence_ms", 3_200), Measure("rise_db", 1.0)), (Measure("limit_ms", 3_000),), "喂"
        ),
        opened_at=BEGAN_AT,
        updated_at=at,
        timing=Timing(audio_end_ms=11_320, received_at=at, detected_at=at),
    )


async def claimed(store: Store, alert_id: str = "A1", person: str = "li") -> AlertChange:
    """Its first version taken in hand as the desk does it. Raises StaleAlertError where somebody was faster."""

    def if_first(newest: Alert) -> Alert:
        if newest.version != 1:
            raise StaleAlertError(newest)
        return replace(newest, state=AlertState.ACKNOWLEDGED, assignee=person)

    change = await store.amend_alert(alert_id, if_first)
    assert change is not None
    return change


def a_call(call_id: str = "call-1", state: CallState = CallState.LIVE, minute: int = 0) -> CallView:
    """A call that began `minute` minutes after BEGAN_AT and has run for 90 s."""
    leg = LegView(90_000, 40, level_dbfs=-30.0, speaking=True, tier=Tier.FULL, connected=True)
    return CallView(
        call_id=call_id,
        state=state,
        direction="inbound",
        language="zh",
        queue="billing",
        team="east",
        site="wuhan",
        agent=AgentView("1007", "Li", "1007", "PJSIP/1007-0000002a"),
        customer_number="+861012345678",
        started_at=BEGAN_AT + timedelta(minutes=minute),
        ended_at=BEGAN_AT + timedelta(minutes=minute, seconds=90) if state is CallState.ENDED else None,
        duration_ms=90_000,
        legs=((Leg.AGENT, leg), (Leg.CUSTOMER, leg)),
        tier=Tier.FULL,
        coverage=0.98,
        coverage_causes=("gap",),
        risk=40,
        open_alerts=1,
        hung_up_by=Party.CUSTOMER,
        verdict="normal",
        metadata=(("ticket", "A-1"),),
        verdict_facts=(("sure", True), ("party", "customer"), ("after_ms", 90_000)),
        undecided=(UndecidedView(("phrase", "dead_air"), Leg.AGENT, 1_000, 1_040, "no_audio"),),
        consent=Consent.REFUSED,
        paused=True,
    )


def settings_for(folder: Path, store: StoreSettings = QUICK) -> Settings:
    """Settings of a service that keeps everything in `folder`."""
    return Settings(data_dir=folder, store=store)


class StoppedClock:
    """A clock at BEGAN_AT."""

    def monotonic_ms(self) -> int:
        return 0

    def now_at(self) -> datetime:
        return BEGAN_AT


class Ear:
    """Keeps what was published; `heard` waits until so many changes came."""

    def __init__(self) -> None:
        self.changes: list[AlertChange] = []
        self._more = asyncio.Event()

    def __call__(self, change: AlertChange, after: int | None) -> None:
        assert (after is None) is (change.sequence is None)
        self.changes.append(change)
        self._more.set()

    async def heard(self, count: int) -> list[AlertChange]:
        while len(self.changes) < count:
            self._more.clear()
            await self._more.wait()
        return self.changes

    def said(self) -> list[tuple[int | None, str, int]]:
        return [(change.sequence, change.alert.alert_id, change.alert.version) for change in self.changes]


@asynccontextmanager
async def running(settings: Settings, ear: Ear | None = None, clock: Clock | None = None) -> AsyncIterator[Store]:
    """A store that is open and writes; closed, and its task waited for, at the end."""
    store = Store(settings, clock or StoppedClock())
    await store.open()
    task = asyncio.create_task(store.run(ear or Ear()))
    try:
        yield store
    finally:
        await store.close()
        await task
