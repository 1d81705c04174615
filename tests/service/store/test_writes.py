"""Which failures are the row's own, and what ending abandoned calls leaves alone."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, OperationalError, StatementError

from service.store.database import database_url, make_engine, migrate
from service.store.reads import search_calls
from service.store.waiting import Batch
from service.store.writes import close_abandoned_calls, is_rows_fault, write
from tests.service.store.examples import StoppedClock, a_call, settings_for
from web.sources import CallState


@pytest.mark.parametrize(
    ("error", "own"),
    [
        (IntegrityError("", {}, Exception()), True),
        (DataError("", {}, Exception()), True),
        (StatementError("", "", {}, ValueError()), True),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogate"), True),
        (OverflowError(), True),
        (OperationalError("", {}, Exception()), False),
        (DatabaseError("", {}, Exception()), False),
    ],
)
def test_a_rows_own_fault_is_told_from_trouble_of_the_database(error: Exception, own: bool) -> None:
    assert is_rows_fault(error) is own


def test_only_running_calls_are_ended_and_only_once(tmp_path: Path) -> None:
    engine = make_engine(database_url(settings_for(tmp_path)), 100)
    migrate(engine)
    calls = tuple(a_call(state.value, state) for state in CallState)
    assert write(engine, Batch(calls, ()), StoppedClock()) == []
    assert close_abandoned_calls(engine) == len(CallState) - 1
    assert close_abandoned_calls(engine) == 0
    causes = {call.call_id: call.coverage_causes for call in search_calls(engine, CallState.ENDED, None, 9, None)}
    assert causes.pop("ended") == ("gap",)
    assert set(causes.values()) == {("gap", "service_stopped")}
    engine.dispose()
