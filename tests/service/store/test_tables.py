"""The tables keep moments in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from service.store.tables import UtcDateTime

_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1970, 1, 2), datetime(9990, 1, 1), timezones=_ZONES))
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment: datetime) -> None:
    kept = UtcDateTime().process_bind_param(moment, sqlite.dialect())
    assert kept is not None
    back = UtcDateTime().process_result_value(kept.replace(tzinfo=None), sqlite.dialect())
    assert back == moment
    assert back is not None
    assert back.tzinfo is UTC


def test_a_server_that_answers_in_its_own_zone_is_understood() -> None:
    there = datetime(2026, 3, 1, 16, 0, tzinfo=timezone(timedelta(hours=8)))
    assert UtcDateTime().process_result_value(there, postgresql.dialect()) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), sqlite.dialect())


def test_nothing_stays_nothing() -> None:
    assert UtcDateTime().process_bind_param(None, sqlite.dialect()) is None
    assert UtcDateTime().process_result_value(None, sqlite.dialect()) is None
