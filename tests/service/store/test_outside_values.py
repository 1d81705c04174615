"""Figures of other systems: every table says what their plain list says, on both databases."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from sqlalchemy import Engine

from service.inspection.kinds import outside_records
from service.store.inspection_records import Step
from service.store.outside_values import outside_lines
from tests.service.store.examples import BEGAN_AT
from web.figures_sources import By, FiguresAsked
from web.inspection.views import OutsideFigure
from web.quality_sources import OutsideValue
from web.trust.who import EVERYWHERE, Scope

_DAYS = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)]
_PUT = [
    *(
        OutsideFigure("csat", day, "agent", agent, 0.5 + 0.1 * number, 10 + number)
        for number, (day, agent) in enumerate(product(_DAYS, ("1007", "1008")))
    ),
    *(OutsideFigure("csat", day, "site", "wuhan", 0.5, 8) for day in _DAYS[:2]),
    *(OutsideFigure("complaints", day, "team", team, 2, 2) for day in _DAYS for team in ("east", "west")),
    *(OutsideFigure("fcr", day, "agent", "1007", 0.75, 4) for day in _DAYS),
    OutsideFigure("answer_s", _DAYS[3], "queue", "sales", 9.5, 0),
]
_SCOPES = (EVERYWHERE, Scope(), Scope(teams=frozenset({"east"})), Scope(sites=frozenset({"wuhan"})))
_WHOSE: tuple[dict[str, str], ...] = ({}, {"agent": "1007"}, {"team": "west"}, {"site": "wuhan", "team": "east"})


@pytest.fixture
def engine(either_database: Engine) -> Engine:
    return either_database


def _keep(engine: Engine, several: Sequence[OutsideFigure]) -> None:
    named = [(f"{each.figure}.{each.day}.{each.scope}.{each.name}", each) for each in several]
    outside_records().put_all(engine, named, Step("put", "crm", BEGAN_AT))


def _together(several: Sequence[OutsideFigure]) -> OutsideValue:
    number = sum(each.number for each in several)
    if several[0].figure == "complaints":
        return OutsideValue(sum(each.value for each in several), number)
    return OutsideValue(round(sum(each.value * each.number for each in several) / number, 4) if number else 0.0, number)


def _reference(asked: FiguresAsked, by: By) -> tuple[dict[str, dict[str, OutsideValue]], dict[str, OutsideValue]]:
    """Lines and total of what was put, one by one."""
    whose = {"agent": asked.agent, "team": asked.team, "site": asked.site, "queue": asked.queue}
    scope = {"team": asked.scope.teams, "site": asked.scope.sites, "queue": asked.scope.queues}
    surely = asked.scope.everywhere or asked.agent is not None
    seen = []
    for each in _PUT:
        wanted = not any(whose.values()) or whose[each.scope] == each.name
        allowed = surely or each.name in scope.get(each.scope, ()) or (by is By.AGENT and each.scope == "agent")
        if wanted and allowed and asked.first <= each.day <= asked.last:
            seen.append(each)
    lines: dict[str, dict[str, list[OutsideFigure]]] = defaultdict(lambda: defaultdict(list))
    total: dict[str, OutsideValue] = {}
    for figure in {each.figure for each in seen}:
        own = [each for each in seen if each.figure == figure]
        kinds = [kind for kind in ("site", "team", "queue", *(["agent"] if surely else [])) if _of(own, kind)]
        if kinds:
            total[figure] = _together(_of(own, kinds[0]))
        for each in _of(own, by.value) if by not in (By.DAY, By.MONTH) else _of(own, kinds[0]) if kinds else []:
            key = {By.DAY: each.day.isoformat(), By.MONTH: each.day.isoformat()[:7]}.get(by, each.name)
            lines[key][figure].append(each)
    return {key: {name: _together(all_) for name, all_ in own.items()} for key, own in lines.items()}, total


def _of(several: Sequence[OutsideFigure], kind: str) -> list[OutsideFigure]:
    return [each for each in several if each.scope == kind]


def test_every_table_says_what_the_list_says(engine: Engine) -> None:
    _keep(engine, [replace(each, value=99, number=1) for each in _PUT[:6]])
    _keep(engine, _PUT)  # the newest word counts
    kinds = [by for by in By if by is not By.RULE]
    for scope, whose, first in product(_SCOPES, _WHOSE, _DAYS[:2]):
        asked = FiguresAsked(By.DAY, first, _DAYS[3], scope=scope, **whose)
        with engine.connect() as connection:
            for by in kinds:
                found = outside_lines(connection, asked, [by])[by]
                assert (found.lines, found.total) == _reference(asked, by), (by, asked)
    with engine.connect() as connection:
        everything = FiguresAsked(By.DAY, _DAYS[0], _DAYS[3])
        together = outside_lines(connection, everything, list(By))
        assert {by: together[by] for by in kinds} == {
            by: outside_lines(connection, everything, [by])[by] for by in By if by in kinds
        }
        assert (together[By.RULE].lines, together[By.RULE].total) == ({}, {})
