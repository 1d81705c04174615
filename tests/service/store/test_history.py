"""Calls and alerts of the past are found by whose and what they were, when, and what was said; on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from alerts.alert import AlertState, Kind, Severity
from config.settings import Settings
from service.store import spoken_index
from service.store.database import database_url, make_engine, migrate, writing
from service.store.history import past_alerts, past_calls
from service.store.retention import leave_no_trace
from service.store.rows import line_row
from service.store.spoken_index import forget_deleted
from service.store.tables import utterances
from service.store.waiting import Batch, Row, WaitingAlert
from service.store.writes import write
from streaming.frames import Leg, Party
from streaming.observations import WordsHeard
from tests.service.store.examples import BEGAN_AT, StoppedClock, a_call, an_alert
from web.history_sources import HistoryFilter
from web.sources import AgentView, CallState, CallView, TranscriptLine
from web.trust.who import Scope


def _call(number: int) -> CallView:
    return a_call(f"call-{number}", CallState.ENDED, minute=number)


def _said(call: int, words: str, utterance: int = 0) -> Row:
    heard = WordsHeard(Leg.CUSTOMER, utterance, 1, True, 1_000, 2_000, words, ())
    kept_at = BEGAN_AT + timedelta(minutes=call)
    return Row(utterances, line_row(TranscriptLine(f"call-{call}", heard), kept_at))


_ALERTS = (
    an_alert("A1", call_id="call-1"),
    replace(
        an_alert("A2", call_id="call-2"), kind=Kind.PHRASE, rule="zh.threats.complaint", severity=Severity.CRITICAL
    ),
    replace(an_alert("A3", call_id="call-3"), agent_id="1008", team="west", opened_at=BEGAN_AT + timedelta(minutes=3)),
    replace(an_alert("A4", call_id="call-3"), state=AlertState.WITHDRAWN),
)
_CALLS = (
    _call(1),
    replace(_call(2), queue="vip", hung_up_by=Party.AGENT),
    replace(_call(3), agent=AgentView("1008", "Zhang"), team="west"),
    _call(4),
)
_WORDS = (
    _said(1, "我要 退款"),
    _said(2, "我 要 投诉 你们"),
    _said(3, "투표 말고 환불해 주세요"),
    _said(4, "I want to speak to the MANAGER please"),
    _said(4, "投诉", utterance=1),
)


@pytest.fixture
def engine(either_database: Engine) -> Engine:
    write(either_database, Batch(_CALLS, tuple(WaitingAlert(alert) for alert in _ALERTS), _WORDS), StoppedClock())
    return either_database


def _calls(engine: Engine, **wanted: object) -> str:
    found = past_calls(engine, HistoryFilter(**wanted), 50, None)  # type: ignore[arg-type]  # by name, as in the table
    return " ".join(each.call.call_id.removeprefix("call-") for each in found.calls)


def _alerts(engine: Engine, **wanted: object) -> str:
    found = past_alerts(engine, HistoryFilter(**wanted), 50, None)  # type: ignore[arg-type]  # by name, as in the table
    return " ".join(each.alert.alert_id for each in found.alerts)


def test_calls_by_every_filter(engine: Engine) -> None:
    at = [BEGAN_AT + timedelta(minutes=minute) for minute in range(6)]
    assert _calls(engine) == "4 3 2 1"
    assert _calls(engine, agent="1008") == "3"
    assert _calls(engine, team="east") == "4 2 1"
    assert _calls(engine, queue="vip") == "2"
    assert _calls(engine, hung_up_by=Party.AGENT) == "2"
    assert _calls(engine, since=at[2], until=at[4]) == "3 2"
    assert _calls(engine, severity=("critical", "major")) == "3 2 1"
    assert _calls(engine, kind=("phrase",)) == "2"
    assert _calls(engine, rule="zh.threats.rage", team="west") == ""
    assert _calls(engine, said="投诉") == "4 2"
    assert _calls(engine, said="投诉", severity=("critical",)) == "2"
    assert _calls(engine, said="诉") == "4 2"
    assert _calls(engine, said="诉投") == ""
    assert _calls(engine, said="환불 해") == "3"
    assert _calls(engine, said="the manager") == "4"
    assert _calls(engine, said="투표 \" OR * ' : &") == ""
    assert _calls(engine, said="投诉", since=at[4]) == "4"
    assert _calls(engine, said="投诉", until=at[1] - timedelta(days=1)) == ""


def test_alerts_by_every_filter_and_never_those_taken_back(engine: Engine) -> None:
    assert _alerts(engine) == "A3 A2 A1"
    assert _alerts(engine, agent="1008") == "A3"
    assert _alerts(engine, team="east", kind=("dead_air",)) == "A1"
    assert _alerts(engine, queue="billing", severity=("critical",)) == "A2"
    assert _alerts(engine, state=("open",), said="我要") == "A2 A1"
    assert _alerts(engine, since=BEGAN_AT + timedelta(minutes=1)) == "A3"


def test_nothing_out_of_scope_is_found(engine: Engine) -> None:
    east = Scope(teams=frozenset({"east"}), sites=frozenset({"wuhan", "xian"}))
    assert _calls(engine, scope=east) == "4 2 1"
    assert _calls(engine, scope=Scope()) == ""
    assert _alerts(engine, scope=Scope(teams=frozenset({"east"}))) == "A2 A1"
    assert _alerts(engine, scope=east) == ""  # these alerts name no site
    assert _calls(engine, said="投诉", heard="customer", over=True) == "4 2"
    assert _calls(engine, said="投诉", heard="agent") == ""
    assert _alerts(engine, said="投诉", over=True) == "A2"


def test_pages_follow_each_other_without_gap_or_repetition(engine: Engine) -> None:
    def pages(before: str | None = None) -> Iterator[str]:
        found = past_calls(engine, HistoryFilter(), 1, before).calls
        if found:
            yield found[0].call.call_id
            yield from pages(found[0].call.call_id)

    assert list(pages()) == ["call-4", "call-3", "call-2", "call-1"]
    assert past_calls(engine, HistoryFilter(), 9, "call-99").calls == ()
    assert [each.alert.alert_id for each in past_alerts(engine, HistoryFilter(), 9, "A2").alerts] == ["A1"]


def test_what_was_said_is_shown_where_it_stands(engine: Engine) -> None:
    (found,) = past_calls(engine, HistoryFilter(said="要投诉", queue="vip"), 9, None).calls
    (said,) = found.said
    assert [said.text[start:end] for start, end in said.places] == ["要 投诉"]
    assert (said.leg, said.start_ms, found.alerts) == (Leg.CUSTOMER, 1_000, {"critical": 1})


def test_a_later_masking_replaces_the_words_in_the_index(engine: Engine) -> None:
    write(engine, Batch((), (), (_said(2, "我 要 ••• 你们"),)), StoppedClock())
    assert _calls(engine, said="投诉") == "4"


def test_what_is_said_everywhere_is_only_looked_for_so_far_back(engine: Engine) -> None:
    found = past_calls(engine, HistoryFilter(said="投诉"), 50, None, looked_at=1)
    assert [each.call.call_id for each in found.calls] == ["call-4"]
    assert found.looked_back_to == BEGAN_AT + timedelta(minutes=4)


@pytest.mark.parametrize(("looked_at", "shown", "back_to"), [(4, 4, 46), (12, 12, 38), (15, 12, None)])
def test_what_is_said_all_the_time_is_found_at_the_newest_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, looked_at: int, shown: int, back_to: int | None
) -> None:
    monkeypatch.setattr(spoken_index, "_SAMPLE", 10)
    calls = tuple(_call(number) for number in range(10, 50))
    words = tuple(_said(number, "您好 请讲" if number >= 38 else "再见") for number in range(10, 50))
    write(engine, Batch(calls, (), words), StoppedClock())
    found = past_calls(engine, HistoryFilter(said="您好"), 50, None, looked_at=looked_at)
    assert [each.call.call_id for each in found.calls] == [f"call-{number}" for number in range(49, 49 - shown, -1)]
    assert found.looked_back_to == (None if back_to is None else BEGAN_AT + timedelta(minutes=back_to))


def test_deleted_words_leave_the_index_and_the_file(tmp_path: Path) -> None:
    engine = make_engine(database_url(Settings(data_dir=tmp_path)), 1_000)
    migrate(engine)
    secret = "zebracrossing"  # noqa: S105  # a word that stands nowhere else
    several = tuple(_said(number, f"{secret} {number}") for number in range(50))
    write(engine, Batch((), (), several), StoppedClock())
    with writing(engine).begin() as connection:
        connection.execute(text("DELETE FROM utterances"))
    more = forget_deleted(engine, anew=True)
    while more:
        more = forget_deleted(engine, anew=False)
    leave_no_trace(engine)
    engine.dispose()
    assert not [path for path in tmp_path.iterdir() if secret.encode() in path.read_bytes()]
