"""Days, weeks and months of the house: its time zone and the hour at which its day begins."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Days:
    """A day lasts from `begins_at` to the same time of the next day, by the clock on the wall of `zone`."""

    zone: str
    begins_at: time

    def day_of(self, at: datetime) -> date:
        """The day a moment belongs to."""
        local = at.astimezone(ZoneInfo(self.zone))
        return local.date() if local.time() >= self.begins_at else local.date() - timedelta(days=1)

    def begin(self, day: date) -> datetime:
        """When a day begins, UTC."""
        return datetime.combine(day, self.begins_at, ZoneInfo(self.zone)).astimezone(UTC)

    def week(self, period: str) -> tuple[datetime, datetime]:
        """Begin and end of an ISO week, `2026-W48`. Raises ValueError."""
        match = _WEEK.fullmatch(period)
        if match is None:
            raise ValueError("write a week as 2026-W48")
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return self.begin(monday), self.begin(monday + timedelta(days=7))

    def month(self, period: str) -> tuple[datetime, datetime]:
        """Begin and end of a month, `2026-11`. Raises ValueError."""
        first, after = month_days(period)
        return self.begin(first), self.begin(after)


def month_days(period: str) -> tuple[date, date]:
    """The first day of a month (`2026-11`) and of the next. Raises ValueError."""
    match = _MONTH.fullmatch(period)
    if match is None:
        raise ValueError("write a month as 2026-11")
    first = date(int(match[1]), int(match[2]), 1)
    return first, (first + timedelta(days=32)).replace(day=1)


def week_of(day: date) -> str:
    """The ISO week of a day: `2026-W48`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
