"""What stays wrong with the service is an alert about it, and ends when it is well again."""

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from alerts.alert import Alert, AlertState, Kind, Severity
from config.settings import Language
from service.alarms.own_alert import OWN_CALL, is_of_node, own_alert
from service.alarms.service_alarms import Part, ServiceAlarms
from service.clock import PlayClock
from tests.service.store.examples import BEGAN_AT
from web.sources import StoreUnavailableError

_OWN_KINDS = [kind for kind in Kind if kind.value.startswith("service_") and kind is not Kind.SERVICE_RULE]


class _Store:
    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.left: list[Alert] | None = []

    def save_alert(self, alert: Alert) -> None:
        self.alerts.append(alert)

    async def open_now(self) -> tuple[int, list[Alert]]:
        if self.left is None:
            raise StoreUnavailableError("gone")
        return 1, self.left


class _Site:
    """One part, patient for 2 s, calm after 3 s."""

    def __init__(self) -> None:
        self.why: str | None = None
        self.banner: list[bool] = []
        self.clock, self.store, self.registry = PlayClock(BEGAN_AT), _Store(), CollectorRegistry()
        part = Part(Kind.SERVICE_STORE, Severity.CRITICAL, 2, 3, lambda: self.why, self.banner.append)
        self.alarms = ServiceAlarms(
            self.registry, [part], self.store, self.clock, Language.EN, "here:8000", [self._beside]
        )
        self.measured = False

    async def _beside(self) -> None:
        self.measured = True

    def passes(self, seconds: float, why: str | None) -> list[tuple[int, AlertState]]:
        self.why = why
        for _ in range(round(seconds * 2)):
            self.clock.move_to(self.clock.monotonic_ms() + 500)
            self.alarms.look()
        return [(alert.version, alert.state) for alert in self.store.alerts]


def test_a_full_disk_is_an_alert_until_it_is_over() -> None:
    site = _Site()
    assert site.passes(2, "SQLITE_FULL") == []  # a hiccup
    assert site.passes(5, None) == []
    assert site.passes(20, "SQLITE_FULL") == [(1, AlertState.OPEN)]
    assert b'earshot_service_alarm{about="store"} 1.0' in generate_latest(site.registry)
    (alert,) = site.store.alerts
    assert (alert.kind, alert.severity, alert.call_id) == (Kind.SERVICE_STORE, Severity.CRITICAL, OWN_CALL)
    assert alert.evidence.values[0].value == "SQLITE_FULL"
    assert site.passes(2, None) == [(1, AlertState.OPEN)]
    assert site.passes(1, "SQLITE_FULL") == [(1, AlertState.OPEN)]  # not over yet
    assert site.passes(4, None) == [(1, AlertState.OPEN), (2, AlertState.RESOLVED)]
    assert site.banner == [True, False]
    assert b'earshot_service_alarm{about="store"} 0.0' in generate_latest(site.registry)


async def test_what_a_killed_node_left_open_goes_on_or_ends() -> None:
    site = _Site()
    mine = own_alert(Kind.SERVICE_STORE, Severity.CRITICAL, "x", "here:8000", Language.EN, BEGAN_AT)
    others = own_alert(Kind.SERVICE_STORE, Severity.CRITICAL, "x", "there:8000", Language.EN, BEGAN_AT)
    site.store.left = [others, replace(mine, version=4), replace(mine, call_id="a call")]
    await site.alarms._take_up()
    assert site.passes(4, None) == [(5, AlertState.RESOLVED)]
    assert site.store.alerts[0].alert_id == mine.alert_id


async def test_a_store_that_is_away_leaves_nothing_to_take_up() -> None:
    site = _Site()
    site.store.left = None
    await site.alarms._take_up()
    assert site.passes(10, None) == []


@pytest.mark.parametrize("kind", _OWN_KINDS)
def test_every_kind_about_the_service_has_words_in_both_languages(kind: Kind) -> None:
    said = [own_alert(kind, Severity.MAJOR, "why", "n:1", language, BEGAN_AT) for language in Language]
    titles = {alert.title for alert in said}
    assert len(titles) == 2
    assert all(is_of_node(alert, "n:1") and not is_of_node(alert, "m:1") for alert in said)
    assert said[0].advice_by_language is not None
    assert said[0].advice_by_language.zh != said[0].advice_by_language.en
    assert said[0].rule == f"service.{kind.value.removeprefix('service_')}"
