"""Days, weeks and months by the house's own clock."""

from datetime import UTC, date, datetime, time

import pytest

from service.inspection.periods import Days, month_days, week_of

SHANGHAI = Days("Asia/Shanghai", time(6))


def test_a_day_begins_at_the_houses_hour() -> None:
    assert SHANGHAI.begin(date(2026, 11, 23)) == datetime(2026, 11, 22, 22, tzinfo=UTC)
    assert SHANGHAI.day_of(datetime(2026, 11, 22, 21, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert SHANGHAI.day_of(datetime(2026, 11, 22, 22, tzinfo=UTC)) == date(2026, 11, 23)


def test_a_day_may_have_23_or_25_hours() -> None:
    berlin = Days("Europe/Berlin", time(0))
    hours = [
        (berlin.begin(after) - berlin.begin(day)).total_seconds() / 3600
        for day, after in ((date(2026, 3, 29), date(2026, 3, 30)), (date(2026, 10, 25), date(2026, 10, 26)))
    ]
    assert hours == [23, 25]


def test_weeks_and_months() -> None:
    begin, end = Days("UTC", time(0)).week("2026-W01")
    assert (begin, end) == (datetime(2025, 12, 29, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC))
    assert week_of(date(2025, 12, 29)) == "2026-W01"
    assert month_days("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))
    assert Days("UTC", time(0)).month("2026-02")[1] == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("period", ["2026-48", "2026-W60", "W48", ""])
def test_a_week_that_is_none_is_refused(period: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the calendar's own words for week 60
        SHANGHAI.week(period)


@pytest.mark.parametrize("period", ["2026-13", "2026", "2026-1"])
def test_a_month_that_is_none_is_refused(period: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        month_days(period)
