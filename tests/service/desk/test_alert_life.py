"""Acts of people against each other, and the clocks over open alerts, on a real store."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import Action, AlertState
from config.life import DeskSettings
from tests.service.desk.desks import critical, minor, open_desk
from tests.service.store.examples import BEGAN_AT, a_call, an_alert
from web.desk_sources import AskedAct, NotPossibleError
from web.sources import AlertChange, CallState, StaleAlertError, UnknownAlertError

_NO_REPEATS = DeskSettings(repeat_raises=False)


async def test_of_a_thousand_pairs_who_claim_at_once_exactly_one_wins(tmp_path: Path) -> None:
    async with open_desk(tmp_path, _NO_REPEATS) as at:
        for number in range(1_000):
            at.store.save_alert(an_alert(f"A{number}"))
        await at.store.written()
        answers = await asyncio.gather(
            *(
                at.desk.act(f"A{number}", AskedAct(Action.ACKNOWLEDGE, 1, who))
                for number in range(1_000)
                for who in ("li", "park")
            ),
            return_exceptions=True,
        )
        won = [answer for answer in answers if isinstance(answer, AlertChange)]
        lost = [answer for answer in answers if isinstance(answer, StaleAlertError)]
        assert (len(won), len(lost)) == (1_000, 1_000)
        winner = {change.alert.alert_id: change.alert.assignee for change in won}
        assert {error.current.alert_id: error.current.assignee for error in lost} == winner
        figures = await at.desk.figures(BEGAN_AT)
        assert figures.claimed == 1_000
        assert sum(load.claimed for load in figures.loads) == 1_000


async def test_who_is_slower_or_asks_too_much_is_told(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open()
        await at.act(Action.ACKNOWLEDGE)
        with pytest.raises(StaleAlertError) as stale:
            await at.desk.act("A1", AskedAct(Action.ACKNOWLEDGE, 1, "wang"))
        assert stale.value.current.assignee == "li"
        with pytest.raises(NotPossibleError) as impossible:
            await at.act(Action.ACKNOWLEDGE, "wang")
        assert impossible.value.current.version == 2
        with pytest.raises(UnknownAlertError):
            await at.desk.act("A9", AskedAct(Action.NOTE, 1, "li", text="x"))
        assert [change.alert.version for change in at.changes] == [1, 2]


async def test_nobody_claims_a_critical_alert(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open(critical())
        assert (await at.after_s(14.9)).escalation_level == 0
        assert (await at.after_s(0.1)).escalation_level == 1
        assert (await at.after_s(14.9)).escalation_level == 1
        assert (await at.after_s(0.1)).escalation_level == 2
        assert (await at.after_s(600)).escalation_level == 2
        assert (await at.desk.figures(BEGAN_AT)).escalated == 1


async def test_a_claim_ends_the_climbing_and_a_reopened_alert_climbs_on(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open(critical())
        await at.after_s(10)
        await at.act(Action.ACKNOWLEDGE)
        assert (await at.after_s(100)).escalation_level == 0
        await at.act(Action.REOPEN)
        assert (await at.after_s(14)).escalation_level == 0
        assert (await at.after_s(1)).escalation_level == 1


async def test_alerts_of_another_node_are_left_to_it_for_a_second(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open(critical("A2", "call-2"))
        assert (await at.after_s(15.5, "A2")).escalation_level == 0
        assert (await at.after_s(0.5, "A2")).escalation_level == 1


async def test_a_desk_that_starts_anew_goes_on_where_the_other_stopped(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open(critical())
        await at.act(Action.SNOOZE, until=BEGAN_AT + timedelta(seconds=60))
    async with open_desk(tmp_path) as at:
        assert (await at.after_s(59)).state is AlertState.SNOOZED
        awake = await at.after_s(1)
        assert (awake.state, awake.change.action, awake.change.by) == (AlertState.OPEN, Action.WAKE, None)


async def test_the_end_of_a_call_settles_its_alerts_and_stops_the_climbing(tmp_path: Path) -> None:
    async with open_desk(tmp_path, _NO_REPEATS) as at:
        for number in ("A1", "A2", "A3"):
            await at.open(critical(number))
        await at.act(Action.ACKNOWLEDGE, alert_id="A2")
        await at.act(Action.FALSE_POSITIVE, alert_id="A3", reason="misheard")
        at.desk.life.call_ended("call-1", at.clock.at + timedelta(seconds=5))
        await at.after_s(6)
        assert [(await at.now(number)).outcome for number in ("A1", "A2", "A3")] == ["missed", "reached_in_time", None]
        await at.after_s(30)
        assert (await at.now()).escalation_level == 0
        late = await at.open(critical("A4"))
        assert (await at.after_s(60, late.alert_id)).outcome is None
        figures = await at.desk.figures(BEGAN_AT)
        assert (figures.reached, figures.missed, figures.reached_ratio) == (1, 1, 0.5)


async def test_calls_of_a_node_that_died_are_settled(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open(critical("A2", "call-2"))
        at.clock.at += timedelta(seconds=91)  # the example's call ends 90 s after its beginning
        at.store.save_call(a_call("call-2", CallState.ENDED))
        await at.store.written()
        await at.after_s(0, "A2")
        assert (await at.after_s(11, "A2")).outcome == "missed"


async def test_a_critical_alert_hides_the_minors_of_its_call_until_it_was_none(tmp_path: Path) -> None:
    async with open_desk(tmp_path, _NO_REPEATS) as at:
        await at.open(minor("A1"))
        await at.open(minor("A2", "call-2"))
        await at.open(critical("A3"))
        assert (await at.after_s(0.2)).suppressed_by == "alert:A3"
        assert (await at.now("A2")).suppressed_by is None
        await at.act(Action.FALSE_POSITIVE, alert_id="A3", reason="misheard")
        assert (await at.after_s(0.2)).suppressed_by is None
        (why,) = await at.desk.suppressed("call-1", 10)
        assert (why.cause, why.alert_id) == ("inhibited", "A1")
        history = [change.alert.change.action for change in await at.store.get("A1")]
        assert history == [Action.FOUND, Action.SUPPRESS, Action.RELEASE]


async def test_a_resolved_critical_alert_goes_on_hiding_its_minors(tmp_path: Path) -> None:
    async with open_desk(tmp_path, _NO_REPEATS) as at:
        await at.open(minor("A1"))
        await at.open(critical("A3"))
        await at.after_s(0.2)
        await at.act(Action.RESOLVE, alert_id="A3")
        assert (await at.after_s(0.2)).suppressed_by == "alert:A3"
