"""People and calls change the same alert: whoever is slower is told, and nobody's work is lost."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.alert import AlertState, Severity
from tests.service.store.examples import Ear, an_alert, claimed, running, settings_for
from web.sources import AlertChange, StaleAlertError, UnknownAlertError


async def test_of_a_thousand_pairs_who_claim_at_once_exactly_one_wins(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        for number in range(1_000):
            store.save_alert(an_alert(f"A{number}"))
        await store.written()
        answers = await asyncio.gather(
            *(claimed(store, f"A{number}", who) for number in range(1_000) for who in ("li", "park")),
            return_exceptions=True,
        )
        won = [answer for answer in answers if isinstance(answer, AlertChange)]
        lost = [answer for answer in answers if isinstance(answer, StaleAlertError)]
        assert (len(won), len(lost)) == (1_000, 1_000)
        winner = {change.alert.alert_id: change.alert.assignee for change in won}
        assert {error.current.alert_id: error.current.assignee for error in lost} == winner
        assert {alert.alert_id: alert.assignee for alert in (await store.open_now())[1]} == winner


async def test_a_change_is_told_with_its_sequence_after_its_commit(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert())
        await ear.heard(1)
        change = await claimed(store)
        assert ear.said() == [(1, "A1", 1), (2, "A1", 2)]
        assert (change.sequence, change.alert.assignee) == (2, "li")
        assert [kept.alert.version for kept in await store.get("A1")] == [1, 2]


async def test_an_unknown_alert_cannot_be_changed(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        with pytest.raises(UnknownAlertError):
            await claimed(store, "nobody")


async def test_what_a_call_finds_later_keeps_the_owner(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert())
        await ear.heard(1)
        await claimed(store)
        louder = replace(an_alert(version=2), count=2, severity=Severity.CRITICAL)  # the call knows nothing of li
        store.save_alert(louder)
        store.save_alert(replace(louder, version=3, count=3))
        store.save_alert(louder)  # the answer got lost: written again
        await ear.heard(5)
        newest = (await store.get("A1"))[-1].alert
        assert (newest.version, newest.state, newest.assignee) == (4, AlertState.ACKNOWLEDGED, "li")
        assert (newest.count, newest.severity) == (3, Severity.CRITICAL)
        assert [sequence for sequence, _, _ in ear.said()] == [1, 2, 3, 4, 3]


async def test_nothing_is_written_where_nothing_is_to_be_changed(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert())
        await ear.heard(1)
        assert await store.amend_alert("A1", lambda newest: None) is None
        at = datetime(2026, 3, 1, tzinfo=UTC)
        change = await store.amend_alert("A1", lambda newest: replace(newest, snoozed_until=at))
        assert change is not None
        assert (change.alert.version, change.alert.snoozed_until) == (2, at)
        assert [sequence for sequence, _, _ in ear.said()] == [1, 2]
