"""Figures of other systems in rows that are added up: kept with their records, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from service.store.alert_writes import insert_of
from service.store.figure_tables import outside_values
from web.figures_sources import By, FiguresAsked
from web.inspection.views import OutsideFigure
from web.quality_sources import OutsideValue, is_count

_WIDEST_FIRST = ("site", "team", "queue", "agent")  # who reports a figure: of several places that do, the widest
_PERIODS = {By.DAY: 10, By.MONTH: 7}  # and how much of a day's name each is


@dataclass(frozen=True, slots=True)
class OutsideLines:
    """Figures of each line, and of all together: there the widest of the places that report a figure counts."""

    lines: Mapping[str | None, Mapping[str, OutsideValue]] = field(default_factory=dict)
    total: Mapping[str, OutsideValue] = field(default_factory=dict)


@dataclass(slots=True)
class _Sums:
    """Of several values: their sum, their sum by weight, and how many single values they stand for."""

    value: float = 0.0
    weighted: float = 0.0
    number: int = 0

    def take(self, other: "_Sums") -> None:
        self.value += other.value
        self.weighted += other.weighted
        self.number += other.number

    def of(self, figure: str) -> OutsideValue:
        if is_count(figure):
            return OutsideValue(self.value, self.number)
        return OutsideValue(round(self.weighted / self.number, 4) if self.number else 0.0, self.number)


def keep_value(connection: Connection, _record_id: str, each: OutsideFigure) -> None:
    """Put the row of a figure in place of the one of the same day and name."""
    insert = insert_of(connection)(outside_values).values(
        scope=each.scope,
        day=each.day.isoformat(),
        figure=each.figure,
        name=each.name,
        value=each.value,
        number=each.number,
    )
    changed = {name: insert.excluded[name] for name in ("value", "number")}
    connection.execute(insert.on_conflict_do_update(index_elements=list(outside_values.primary_key), set_=changed))


def outside_lines(connection: Connection, asked: FiguresAsked, kinds: Collection[By]) -> Mapping[By, OutsideLines]:
    """Those of each kind of lines, whatever `asked.by` says; of rules other systems know nothing."""
    found = dict.fromkeys(kinds, OutsideLines())
    if asked.rule is not None:
        return found
    of_times = [by for by in kinds if by in _PERIODS]
    of_places = [by for by in kinds if by not in _PERIODS and by is not By.RULE]
    for together, key in ((of_places, outside_values.c.name), (of_times, outside_values.c.day)):
        if together:
            sums = _sums(connection, asked, key, of_agents=By.AGENT in together)
            for by in together:
                found[by] = _lines(by, sums, asked)
    return found


_Known = Mapping[str, Mapping[str, Mapping[str, _Sums]]]
"""Sums by figure, kind of place, and key."""


def _sums(connection: Connection, asked: FiguresAsked, key: ColumnElement[str], *, of_agents: bool) -> _Known:
    columns = outside_values.c
    keys = [columns.scope, key, columns.figure]  # in this order days come sorted from the primary key
    question = (
        select(*keys, func.sum(columns.value), func.sum(columns.value * columns.number), func.sum(columns.number))
        .where(columns.day >= asked.first.isoformat(), columns.day <= asked.last.isoformat())
        .where(*_asked_for(asked, of_agents=of_agents))
        .group_by(*keys)
    )
    found: dict[str, dict[str, dict[str, _Sums]]] = defaultdict(lambda: defaultdict(dict))
    for row in connection.execute(question):
        scope, name, figure, *sums = row
        found[figure][scope][name] = _Sums(*sums)
    return found


def _lines(by: By, sums: _Known, asked: FiguresAsked) -> OutsideLines:
    lines: dict[str | None, dict[str, _Sums]] = defaultdict(lambda: defaultdict(_Sums))
    total: dict[str, OutsideValue] = {}
    surely = asked.scope.everywhere or asked.agent is not None  # which agents lie within a scope, calls know
    for figure, scopes in sums.items():
        widest = next((each for each in _WIDEST_FIRST if each in scopes and (each != "agent" or surely)), "")
        if widest:
            total[figure] = _together(scopes[widest].values()).of(figure)
        for key, each in scopes.get(widest if by in _PERIODS else by.value, {}).items():
            lines[key[: _PERIODS.get(by)]][figure].take(each)
    return OutsideLines(
        {key: {figure: each.of(figure) for figure, each in own.items()} for key, own in lines.items()}, total
    )


def _together(sums: Iterable[_Sums]) -> _Sums:
    found = _Sums()
    for each in sums:
        found.take(each)
    return found


def _asked_for(asked: FiguresAsked, *, of_agents: bool) -> list[ColumnElement[bool]]:
    """Places that are asked for and lie in the scope; a place says nothing of other kinds of places."""
    columns = outside_values.c
    filters = {"agent": asked.agent, "team": asked.team, "site": asked.site, "queue": asked.queue}
    conditions: list[ColumnElement[bool]] = []
    named = [and_(columns.scope == kind, columns.name == name) for kind, name in filters.items() if name is not None]
    if named:
        conditions.append(or_(*named))
    if not asked.scope.everywhere and asked.agent is None:
        within = {"site": asked.scope.sites, "team": asked.scope.teams, "queue": asked.scope.queues}
        places = [
            and_(columns.scope == kind, columns.name.in_(sorted(names))) for kind, names in within.items() if names
        ]
        agents = [columns.scope == "agent"] if of_agents else []
        conditions.append(or_(false(), *places, *agents))  # of an empty scope nothing is
    return conditions
