"""Earshot's own alert: the store cannot write. It opens on the pages at once and ends when everything is stored."""

import asyncio
from dataclasses import replace
from typing import Protocol

from alerts.alert import Alert, AlertState, ByLanguage, Evidence, Kind, Measure, Severity, Timing
from alerts.desk import ulid_at
from config.settings import Language
from service.clock import Clock
from service.store.store import StoreStatus
from web.audience import Audience

OWN_CALL = "earshot"  # where an alert names its call, those about the service name the service
_LOOK_S = 0.5
_PATIENCE_S = 2.0  # a hiccup is no alert
_TITLES = {
    Language.ZH: ("数据库无法写入,报警暂存于内存", "检查磁盘空间与数据库;监听不受影响,恢复后自动补写。"),
    Language.EN: (
        "The database cannot be written; alerts wait in memory",
        "Look after the disk and the database. Listening goes on; what waits is written when it works again.",
    ),
}


class Watched(Protocol):
    """What is needed of the store."""

    def status(self) -> StoreStatus:
        """How it is."""
        ...

    def save_alert(self, alert: Alert) -> None:
        """Queue an alert; while the store cannot write it is shown at once."""
        ...


class StoreAlarm:
    """Watches the store's own word on how it is."""

    def __init__(self, store: Watched, audience: Audience, clock: Clock, language: Language) -> None:
        self._store, self._audience, self._clock = store, audience, clock
        self._title, self._advice = _TITLES[Language.EN if language is Language.EN else Language.ZH]
        self._failing_s = 0.0
        self._alert: Alert | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            self.look()

    def look(self) -> None:
        """One look; the alert is opened, or resolved."""
        failing = self._store.status().failing
        self._failing_s = self._failing_s + _LOOK_S if failing is not None else 0.0
        if self._alert is None and failing is not None and self._failing_s >= _PATIENCE_S:
            self._audience.publish_banner("store", active=True)
            self._alert = self._opened(failing)
            self._store.save_alert(self._alert)
        elif self._alert is not None and failing is None:
            self._audience.publish_banner("store", active=False)
            over = replace(self._alert, version=2, state=AlertState.RESOLVED, updated_at=self._clock.now_at())
            self._alert = None
            self._store.save_alert(over)

    def _opened(self, failing: str) -> Alert:
        now_at = self._clock.now_at()
        return Alert(
            alert_id=ulid_at(now_at),
            version=1,
            kind=Kind.SERVICE_STORE,
            rule="service.store",
            severity=Severity.CRITICAL,
            state=AlertState.OPEN,
            call_id=OWN_CALL,
            leg=None,
            agent_id=None,
            queue=None,
            team=None,
            title=self._title,
            advice=self._advice,
            advice_by_language=ByLanguage(_TITLES[Language.ZH][1], _TITLES[Language.EN][1]),
            clause=None,
            evidence=Evidence(0, 0, (Measure("failure", failing),)),
            opened_at=now_at,
            updated_at=now_at,
            timing=Timing(0, now_at, now_at),
        )
