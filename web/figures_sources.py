"""What the figures page asks for: calls, alerts and what people made of them, by whose they are or by when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from web.trust.who import EVERYWHERE, Scope


class By(StrEnum):
    """What a line of the table stands for."""

    AGENT = "agent"
    TEAM = "team"
    SITE = "site"
    QUEUE = "queue"
    RULE = "rule"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class FiguresAsked:
    """Days are whole days of the settings' time zone, the last one included."""

    by: By
    first: date
    last: date
    agent: str | None = None
    team: str | None = None
    site: str | None = None
    queue: str | None = None
    rule: str | None = None
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Figures:
    """One line. Figures of calls are None where lines are rules: a call belongs to no one rule.

    `right` and `wrong` are alerts as people marked them; the share lies within `lower` and `upper` (Wilson, 95 %).
    """

    key: str | None
    calls: int | None
    talk_ms: int | None
    coverage: float | None
    ended_by_agent: int | None
    alerts: int
    critical: int
    major: int
    minor: int
    info: int
    right: int
    wrong: int
    precision: float | None
    lower: float
    upper: float
    reached: int
    missed: int
    calls_by_day: tuple[int, ...]
    alerts_by_day: tuple[int, ...]

    @property
    def per_hundred_calls(self) -> float | None:
        """Alerts that count (not info) in a hundred calls."""
        return None if not self.calls else round((self.alerts - self.info) * 100 / self.calls, 1)


@dataclass(frozen=True, slots=True)
class FiguresTable:
    """All lines, those with the most alerts first; days in their order. `total` is of everything asked for."""

    days: tuple[date, ...]
    timezone: str
    day_begins: str
    lines: tuple[Figures, ...]
    total: Figures


class FiguresSource(Protocol):
    """Works them out."""

    def today(self) -> date:
        """The day that runs now, by the settings."""
        ...

    async def table(self, asked: FiguresAsked) -> FiguresTable:
        """Raises StoreUnavailableError."""
        ...
