"""A store that cannot write says so itself, and takes it back when it can."""

from alerts.alert import Alert, AlertState, Kind, Severity
from config.settings import Language, ListeningSettings
from service.clock import PlayClock
from service.store.alarm import StoreAlarm
from service.store.store import StoreStatus
from tests.service.store.examples import BEGAN_AT
from web.audience import Audience


class Store:
    """Says how it is, and keeps what it is given."""

    def __init__(self) -> None:
        self.failing: str | None = None
        self.alerts: list[Alert] = []

    def status(self) -> StoreStatus:
        return StoreStatus(self.failing, 0, 0, 0, 0, 0, 0, 0)

    def save_alert(self, alert: Alert) -> None:
        self.alerts.append(alert)


def _looked(store: Store, alarm: StoreAlarm, failing: str | None, times: int) -> list[tuple[str, int, AlertState]]:
    store.failing = failing
    for _ in range(times):
        alarm.look()
    return [(alert.alert_id, alert.version, alert.state) for alert in store.alerts]


def test_a_full_disk_is_an_alert_until_it_is_over() -> None:
    store, audience = Store(), Audience(ListeningSettings(), lambda: BEGAN_AT)
    alarm = StoreAlarm(store, audience, PlayClock(BEGAN_AT), Language.EN)
    assert _looked(store, alarm, "SQLITE_FULL", 3) == []  # a hiccup
    assert _looked(store, alarm, None, 1) == []
    opened = _looked(store, alarm, "SQLITE_FULL", 20)
    assert [(version, state) for _, version, state in opened] == [(1, AlertState.OPEN)]
    alert = store.alerts[0]
    assert (alert.kind, alert.severity, alert.evidence.values[0].value) == (
        Kind.SERVICE_STORE,
        Severity.CRITICAL,
        "SQLITE_FULL",
    )
    over = _looked(store, alarm, None, 5)
    assert [(version, state) for _, version, state in over] == [(1, AlertState.OPEN), (2, AlertState.RESOLVED)]
    assert over[0][0] == over[1][0]
