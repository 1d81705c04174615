"""Filters and pages against the plainest reading of what they mean."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from alerts.alert import AlertState, Kind, Severity
from service.store.database import database_url, make_engine
from service.store.reads import alert_history, changes_since, search_alerts
from tests.service.store.examples import BEGAN_AT, Ear, an_alert, running, settings_for
from web.sources import AlertChange

_STATES = [state.value for state in AlertState]
_SEVERITIES = [severity.word for severity in Severity]
_KINDS = ["dead_air", "phrase", "talk_over", "no_audio"]
_CALLS = ["call-1", "call-2", "call-3"]


async def _filled(folder: Path) -> list[AlertChange]:
    chosen, ear = random.Random(7), Ear()
    versions: dict[str, int] = {}
    async with running(settings_for(folder), ear) as store:
        for second in range(300):
            alert_id = f"A{chosen.randrange(60)}"
            versions[alert_id] = versions.get(alert_id, 0) + 1
            store.save_alert(
                replace(
                    an_alert(alert_id, versions[alert_id], chosen.choice(_CALLS)),
                    state=chosen.choice(list(AlertState)),
                    severity=chosen.choice(list(Severity)),
                    kind=Kind(chosen.choice(_KINDS)),
                    updated_at=BEGAN_AT + timedelta(seconds=second // 3),
                )
            )
        await ear.heard(300)
    return list(ear.changes)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, list[AlertChange]]:
    folder = tmp_path_factory.mktemp("store")
    changes = asyncio.run(_filled(folder))
    return make_engine(database_url(settings_for(folder)), 100), changes


def _plainly(
    changes: list[AlertChange],
    state: Sequence[str],
    severity: Sequence[str],
    kind: Sequence[str],
    call_id: str | None,
    since: datetime | None,
    limit: int,
    before: int | None,
) -> list[AlertChange]:
    newest = {change.alert.alert_id: change for change in changes}.values()
    found = [
        change
        for change in newest
        if (not state or change.alert.state.value in state)
        and (not severity or change.alert.severity.word in severity)
        and (not kind or change.alert.kind.value in kind)
        and (call_id is None or change.alert.call_id == call_id)
        and (since is None or change.alert.updated_at >= since)
        and (before is None or (change.sequence or 0) < before)
    ]
    return sorted(found, key=lambda change: -(change.sequence or 0))[:limit]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*_STATES, "unheard_of"]), max_size=3),
    st.lists(st.sampled_from(_SEVERITIES), max_size=3),
    st.lists(st.sampled_from(_KINDS), max_size=3),
    st.none() | st.sampled_from([*_CALLS, "nobody"]),
    st.none() | st.integers(-5, 105).map(lambda second: BEGAN_AT + timedelta(seconds=second)),
    st.integers(1, 80),
    st.none() | st.integers(0, 301),
)
def test_a_search_finds_what_its_filters_say(
    filled: tuple[Engine, list[AlertChange]],
    state: list[str],
    severity: list[str],
    kind: list[str],
    call_id: str | None,
    since: datetime | None,
    limit: int,
    before: int | None,
) -> None:
    engine, changes = filled
    found = search_alerts(engine, state, severity, kind, call_id, since, limit, before)
    assert found == _plainly(changes, state, severity, kind, call_id, since, limit, before)


def test_pages_hold_every_alert_once(filled: tuple[Engine, list[AlertChange]]) -> None:
    engine, changes = filled
    pages: list[AlertChange] = []
    while page := search_alerts(engine, (), (), (), None, None, 7, pages[-1].sequence if pages else None):
        pages += page
    assert pages == _plainly(changes, (), (), (), None, None, 999, None)


def test_changes_and_histories_are_what_was_published(filled: tuple[Engine, list[AlertChange]]) -> None:
    engine, changes = filled
    assert changes_since(engine, 0, 300) == changes
    for alert_id in {change.alert.alert_id for change in changes}:
        assert alert_history(engine, alert_id) == [change for change in changes if change.alert.alert_id == alert_id]
