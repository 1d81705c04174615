"""Mutes, silent rules, repeated faults and routes at work, and why nobody was told."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alerts.alert import Action, AlertState, Kind, Severity
from alerts.life.suppression import Cause, Suppression
from config.life import DeskSettings, FeedbackSettings
from config.roster import Person, Roster, RosterError
from tests.service.desk.desks import OpenDesk, critical, minor, open_desk
from tests.service.store.examples import BEGAN_AT, a_call, an_alert
from web.desk_sources import Mute, UnknownMuteError, UnknownPersonError
from web.sources import CallState


def a_mute(at: OpenDesk, seconds: float = 60, **covers: str) -> Mute:
    named = {"rule": None, "queue": None, "team": None, "agent_id": None, **covers}
    now_at = at.clock.at
    return Mute("M1", reason="drill", by="li", created_at=now_at, until=now_at + timedelta(seconds=seconds), **named)


async def why(at: OpenDesk, call_id: str = "call-1") -> list[tuple[str, str | None, str | None]]:
    return [(each.cause, each.alert_id, each.by) for each in await at.desk.suppressed(call_id, 100)]


async def test_a_mute_covers_what_it_names_open_alerts_too_until_it_ends(tmp_path: Path) -> None:
    async with open_desk(tmp_path, DeskSettings(repeat_raises=False)) as at:
        await at.open(an_alert("A1"))
        await at.open(replace(an_alert("A2"), queue="sales"))
        await at.desk.mute(a_mute(at, queue="billing"))
        assert (await at.after_s(0.2, "A1")).suppressed_by == "mute:M1"
        assert (await at.now("A2")).suppressed_by is None
        assert (await at.open(critical("A3"))).suppressed_by == "mute:M1"
        assert await why(at) == [("muted", "A1", "li"), ("muted", "A3", "li")]
        assert (await at.after_s(40, "A3")).escalation_level == 0
        assert [mute.mute_id for mute in await at.desk.mutes()] == ["M1"]
        await at.desk.unmute("M1", "li")
        told_again = await at.after_s(0.2, "A1")
        assert (told_again.suppressed_by, told_again.change.by) == (None, "li")
        assert (await at.now("A3")).suppressed_by is None
        assert (await at.open(an_alert("A4"))).suppressed_by is None
        with pytest.raises(UnknownMuteError):
            await at.desk.unmute("M1", "li")


async def test_a_rule_that_is_surely_wrong_goes_silent_says_so_and_may_speak_again(tmp_path: Path) -> None:
    settings = DeskSettings(repeat_raises=False, feedback=FeedbackSettings(least_marks=6))
    async with open_desk(tmp_path, settings) as at:
        for number in range(6):
            await at.open(an_alert(f"W{number}"))
            await at.act(Action.FALSE_POSITIVE, alert_id=f"W{number}", reason="misheard")
            await at.desk.judge_rules()
        (rule,) = await at.desk.precision()
        assert (rule.rule, rule.right, rule.wrong, rule.silent) == ("dead_air", 0, 6, True)
        assert rule.upper == pytest.approx(0.3903, abs=1e-4)
        await at.store.written()
        (told,) = [alert for alert in (await at.store.open_now())[1] if alert.kind is Kind.SERVICE_RULE]
        assert told.title == "The rule dead_air is silent: people marked it wrong too often"
        assert (await at.open()).suppressed_by == "rule:dead_air"
        assert (await why(at))[-1] == ("silent_rule", "A1", None)
        await at.desk.let_speak("dead_air", "li")
        assert (await at.now(told.alert_id)).state is AlertState.RESOLVED
        assert (await at.after_s(0.2)).suppressed_by is None
        await at.desk.judge_rules()
        (rule,) = await at.desk.precision()
        assert (rule.wrong, rule.silent) == (0, False)


async def test_a_mark_taken_back_no_longer_counts(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open()
        await at.act(Action.FALSE_POSITIVE, reason="misheard")
        await at.act(Action.REOPEN)
        (rule,) = await at.desk.precision()
        assert (rule.right, rule.wrong, rule.alerts) == (0, 0, 1)


async def test_alerts_per_agent_hour_come_from_the_calls(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        await at.open()
        for number in range(40):  # of 90 s each: one hour
            at.store.save_call(a_call(f"call-{number}", CallState.ENDED))
        await at.store.written()
        (rule,) = await at.desk.precision()
        assert rule.per_agent_hour == pytest.approx(1.0)


async def test_the_second_fault_of_an_agent_within_a_day_is_graver_also_after_a_restart(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        assert (await at.open(an_alert("A1"))).severity is Severity.MAJOR
    async with open_desk(tmp_path) as at:
        again = await at.open(an_alert("A2"))
        assert again.severity is Severity.CRITICAL
        assert ("severity_before", "major") in [(each.name, each.value) for each in again.evidence.values]
        assert (await at.open(replace(an_alert("A3"), agent_id="1008"))).severity is Severity.MAJOR


async def test_alerts_carry_who_is_told_and_escalate_to_more_people(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        for person in (
            Person.model_validate({"id": "li", "queues": []}),
            Person.model_validate({"id": "zhao", "roles": ["floor_manager"]}),
        ):
            await at.book.put("people", person)
        await at.desk._refresh()
        assert (await at.open(critical())).route == ("li",)
        await at.after_s(15)
        assert (await at.after_s(15)).route == ("li", "zhao")


async def test_only_people_of_the_roster_act_once_there_is_one(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        assert at.desk.person(None) == "local"
        assert at.desk.person("anybody") == "anybody"
        await at.book.put("people", Person.model_validate({"id": "li"}))
        assert at.desk.person("li") == "li"
        with pytest.raises(UnknownPersonError):
            at.desk.person("anybody")
        await at.open()
        with pytest.raises(UnknownPersonError):
            await at.act(Action.ASSIGN, assignee="anybody")


async def test_reasons_are_kept_in_their_order_and_the_oldest_go_beyond_the_bound(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        for number in range(10_003):
            at.desk.keep_back(Suppression("call-1", None, "r", "dead_air", Cause.TOO_MANY, "many", number, at=BEGAN_AT))
        assert at.desk.kept_back_lost == 3
        kept = await at.desk.suppressed("call-1", 500)
        assert [each.at_ms for each in kept] == list(range(9_503, 10_003))
        assert len(await at.desk.suppressed(None, 500)) == 500


async def test_time_to_claim_and_load(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        for seconds, number in ((2, "A1"), (4, "A2"), (9, "A3")):
            await at.open(minor(number))
            await at.after_s(seconds)
            await at.act(Action.ACKNOWLEDGE, alert_id=number)
        await at.act(Action.RESOLVE, alert_id="A3")
        figures = await at.desk.figures(BEGAN_AT)
        assert (figures.claim_p50_s, figures.claim_p90_s) == (4.0, 8.0)
        assert [(load.person, load.claimed, load.in_hand, load.finished) for load in figures.loads] == [("li", 3, 2, 1)]


async def test_numbers_in_notes_and_reasons_are_kept_by_nobody(tmp_path: Path) -> None:
    async with open_desk(tmp_path, DeskSettings(repeat_raises=False)) as at:
        await at.open()
        noted = await at.act(Action.NOTE, text="ring back on 13800138000", reason="customer's card 6222020200112233")
        assert noted.change is not None
        assert (noted.change.text, noted.change.reason) == (f"ring back on {'•' * 11}", f"customer's card {'•' * 16}")
        mute = replace(a_mute(at, queue="billing"), reason="13800138000 calls all day")
        assert (await at.desk.mute(mute)).reason == f"{'•' * 11} calls all day"
        await at.after_s(0.2)
        await at.desk.suppressed(None, 10)
        await at.store.written()
    assert _stored(tmp_path)
    assert "13800138000" not in _stored(tmp_path)
    assert "6222020200112233" not in _stored(tmp_path)


def _stored(folder: Path) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in folder.iterdir() if file.is_file())


async def test_no_log_names_anybody_of_the_roster(tmp_path: Path) -> None:
    settings = DeskSettings(repeat_raises=False, feedback=FeedbackSettings(least_marks=6))
    with capture_logs() as logs:
        async with open_desk(tmp_path, settings) as at:
            people = [{"id": "wang.wei", "name": "Wang Wei", "extension": "2001"}, {"id": "zhao", "name": "Zhao Yun"}]
            await at.book.put_all(Roster.model_validate({"people": people}), "api")
            await at.desk._refresh()
            for number in range(6):
                await at.open(an_alert(f"W{number}"))
                await at.act(Action.ASSIGN, "zhao", f"W{number}", assignee="wang.wei")
                await at.act(Action.FALSE_POSITIVE, "wang.wei", f"W{number}", reason="misheard")
            await at.desk.judge_rules()
            await at.desk.let_speak("dead_air", "wang.wei")
            await at.desk.mute(replace(a_mute(at, queue="billing"), by="wang.wei"))
            await at.desk.unmute("M1", "wang.wei")
            with pytest.raises(UnknownPersonError):
                at.desk.person("nobody.known")
            with pytest.raises(RosterError):
                await at.book.put("people", Person.model_validate({"id": "chen", "name": "Chen", "extension": "2001"}))
            await at.desk.life.tick()
    said = str(logs).lower()
    assert "a mute was ended" in said
    assert [each for each in ("wang", "zhao", "chen", "nobody", "2001") if each in said] == []
