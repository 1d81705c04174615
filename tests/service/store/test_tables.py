"""The tables keep moments in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL
from sqlalchemy.engine.default import DefaultDialect

from service.store.tables import UtcDateTime

_SQLITE, _POSTGRES = URL.create("sqlite").get_dialect()(), DefaultDialect()
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1970, 1, 2), datetime(9990, 1, 1), timezones=_ZONES))
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment: datetime) -> None:
    kept = UtcDateTime().process_bind_param(moment, _SQLITE)
    assert kept is not None
    back = UtcDateTime().process_result_value(kept.replace(tzinfo=None), _SQLITE)
    assert back == moment
    assert back is not None
    assert back.tzinfo is UTC


def test_a_server_that_answers_in_its_own_zone_is_understood() -> None:
    there = datetime(2026, 3, 1, 16, 0, tzinfo=timezone(timedelta(hours=8)))
    assert UtcDateTime().process_result_value(there, _POSTGRES) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), _SQLITE)


def test_nothing_stays_nothing() -> None:
    assert UtcDateTime().process_bind_param(None, _SQLITE) is None
    assert UtcDateTime().process_result_value(None, _SQLITE) is None
