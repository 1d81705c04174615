"""A million stored calls with their alerts, scores and worklists: how long the inspectors' pages and the figures take.

`python -m tests.prove.inspected [--keep FOLDER] [sqlite|postgresql]...`
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Table, insert

from alerts.alert import Kind, Severity
from alerts.inspection.records import Improvement, SheetScore
from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.roster import Roster
from config.score_sheets import load_score_sheets, packaged_sheets
from config.settings import Settings
from service.inspection.inspection import Inspection
from service.inspection.kinds import improvement_records, outside_records, score_records, task_records
from service.reports.monthly import MonthlyReports
from service.store.database import writing
from service.store.figure_days import count_next_day, forget_before
from service.store.figure_tables import outside_values, score_faults, score_results
from service.store.figures import StoredFigures
from service.store.inspection_tables import inspection_records
from service.store.rows import alert_columns, call_row, newest_columns
from service.store.store import Store
from service.store.tables import alert_changes, alerts, calls
from tests.prove.filled import HEADER, Filled, analyze, asked_for, costs, database
from tests.prove.report import percentile, table, write_block
from tests.service.store.examples import a_call, an_alert
from web.figures_sources import By, FiguresAsked
from web.inspection.views import CallFacts, OutsideFigure, Score, ScoreState, Task
from web.report_sources import ReportAsked
from web.sources import CallState
from web.trust.who import EVERYWHERE, Scope

_CALLS, _AT_ONCE, _ASKED, _AGENTS = 1_000_000, 20_000, 40, 300
_BEGAN_AT = datetime(2026, 8, 1, tzinfo=UTC)
_NOW = _BEGAN_AT + timedelta(days=90)
_EVERY = timedelta(days=90) / _CALLS
_SCORED = 10  # every tenth call is scored and was on a worklist; every tenth of those still is
_PLACE = FiguresSettings(timezone="Asia/Shanghai", day_begins="04:00")
_SHEETS = load_score_sheets(packaged_sheets())


class _Clock:
    def monotonic_ms(self) -> int:
        return 0

    def now_at(self) -> datetime:
        return _NOW


def _place(number: int) -> dict[str, str]:
    agent = (number // _SCORED * 7 + number % _SCORED * 31) % _AGENTS
    return {
        "agent_id": f"{1000 + agent}",
        "team": f"team-{agent % 20}",
        "site": ("wuhan", "shanghai", "xian")[agent % 3],
        "queue": ("billing", "support", "sales")[number % 3],
    }


def _rows_of_calls() -> Iterator[dict[str, object]]:
    example, chance = call_row(a_call(state=CallState.ENDED)), random.Random(1)
    for number in range(_CALLS):
        place, at = _place(number), _BEGAN_AT + _EVERY * number
        agent = {"id": place["agent_id"], "name": None, "extension": None, "channel": None}
        yield {
            **example,
            **place,
            "call_id": f"call-{number}",
            "agent": agent,
            "started_at": at,
            "ended_at": at + timedelta(seconds=90),
            "risk": chance.choice((0, 0, 10, 40, 90)),
            "node_id": None,
        }


def _rows_of_alerts() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    example, chance, kinds = an_alert(), random.Random(2), list(Kind)
    severities = [Severity.INFO, *[Severity.MINOR] * 2, Severity.MAJOR]
    columns, newest = alert_columns(example), newest_columns(example)
    for number in range(_CALLS):
        at = _BEGAN_AT + _EVERY * number
        own: dict[str, object] = {
            **columns,
            "alert_id": f"{number:026d}",
            "call_id": f"call-{number}",
            "kind": kinds[number % 12].value,
            "severity": chance.choice(severities).word,
            "opened_at": at,
            "updated_at": at,
            "sequence": number + 1,
        }
        more = {
            **newest,
            **_place(number),
            "rule": f"zh.forbidden.{number % 150}",
            "mark": (None, "right")[number % 9 == 0],
        }
        yield {**own, "content": {}, "found_version": 1}, {**own, **more}


def _facts(number: int) -> CallFacts:
    place = _place(number)
    whose = (place["agent_id"], place["team"], place["queue"], place["site"])
    return CallFacts(f"call-{number}", *whose, _BEGAN_AT + _EVERY * number, 90_000)


def _record(records: Any, record_id: str, record: object, at: datetime) -> dict[str, object]:
    return {"record_id": record_id, "created_at": at, **records._row(record, 1, at)}


def _rows_of_work() -> Iterator[dict[str, object]]:
    """Tasks, scores and cases."""
    tasks, scores, cases = task_records(), score_records(), improvement_records(InspectionSettings().closed_loop)
    result = SheetScore(
        *(Decimal(92), Decimal(100), (), Decimal(0), Decimal(0), (), "good"),
        passed=True,
        indicators=None,
        open_items=(),
    )
    for number in range(0, _CALLS, _SCORED):
        call = _facts(number)
        at = call.started_at + timedelta(days=2)
        inspector, is_open = f"qa{number // _SCORED % 20}", number // _SCORED % 10 == 0
        task = Task(
            *(f"task-{number}", 1, "open" if is_open else "done", "weekly", "2026-W40", "hundred_points", inspector),
            *(call, 40, number % 60, call.started_at + timedelta(days=14), None, at),
        )
        yield _record(tasks, task.task_id, task, at)
        if is_open:
            continue
        score = Score(
            score_id=f"score-{number}",
            version=1,
            state=ScoreState.CLOSED,
            call=call,
            sheet="hundred_points",
            sheet_version=1,
            sheet_digest=_SHEETS["hundred_points"].digest,
            inspector=inspector,
            marks=(),
            result=result,
            note=None,
            calibration_id=None,
            created_at=at,
            updated_at=at,
            closed_at=at,
        )
        yield _record(scores, score.score_id, score, at)
        if number % 200 == 10:
            case = Improvement(
                *(f"case-{number}", call.agent_id or "", call.team, call.site, "answers", call.call_id, at)
            )
            yield _record(cases, case.improvement_id, case, at)


def _rows_of_results() -> Iterator[tuple[dict[str, object], dict[str, object] | None]]:
    for number in range(0, _CALLS, _SCORED):
        if number // _SCORED % 10 == 0:
            continue
        faulty = number // _SCORED % 4 == 1
        place = {"score_id": f"score-{number}", "call_id": f"call-{number}", "called_at": _BEGAN_AT + _EVERY * number}
        about = {**place, **_place(number), "sheet": "hundred_points"}
        errors = {"service_fatal": 0, "business_fatal": 0, "mistakes": 0, "minor_faults": int(faulty)}
        fault = {**about, "item": "answers", "rule": f"zh.forbidden.{number % 150}", "error": "minor"}
        own = {"inspector": "qa1", "hundredths": 9_200, "passed": True, "faults": int(faulty), **errors}
        yield {**about, **own}, fault if faulty else None


def _rows_of_outside() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    records = outside_records()
    for day in range(90):
        when = date(2026, 8, 1) + timedelta(days=day)
        for agent in range(_AGENTS):
            for figure in ("csat", "fcr"):
                each = OutsideFigure(figure, when, "agent", f"{1000 + agent}", 0.9, 20)
                record = _record(records, f"{figure}-{day}-{agent}", each, _BEGAN_AT + timedelta(days=day))
                yield record, {**asdict(each), "day": when.isoformat()}


def _put(engine: Engine, target: Table, rows: Iterator[Any]) -> None:
    while several := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
        with writing(engine).begin() as connection:
            connection.execute(insert(target), several)


def _fill(engine: Engine) -> None:
    _put(engine, calls, _rows_of_calls())
    pairs = _rows_of_alerts()
    while several := [pair for _, pair in zip(range(_AT_ONCE), pairs, strict=False)]:
        with writing(engine).begin() as connection:
            connection.execute(insert(alert_changes), [change for change, _ in several])
            connection.execute(insert(alerts), [newest for _, newest in several])
    _put(engine, inspection_records, _rows_of_work())
    _put(engine, inspection_records, (record for record, _ in _rows_of_outside()))
    _put(engine, outside_values, (value for _, value in _rows_of_outside()))
    _put(engine, score_results, (result for result, _ in _rows_of_results()))
    _put(engine, score_faults, (fault for _, fault in _rows_of_results() if fault is not None))
    analyze(engine)


def _count_days(engine: Engine) -> list[float]:
    took_ms: list[float] = []
    while True:
        began_s = time.perf_counter()
        if count_next_day(engine, _PLACE, _NOW) is None:
            return took_ms
        took_ms.append((time.perf_counter() - began_s) * 1000)


def _questions(store: Store, settings: Settings) -> dict[str, Callable[[], Awaitable[object]]]:
    desk = Inspection(store, _Clock(), settings.inspection, _PLACE, _SHEETS, lambda: ("qa1",))
    reports = MonthlyReports(settings, store, _Clock(), _SHEETS, lambda: Roster(people=()))
    stored = StoredFigures(_PLACE, store, _Clock())
    last = stored.today()

    def asked(by: By, days: int, scope: Scope = EVERYWHERE, **wanted: str) -> FiguresAsked:
        return replace(FiguresAsked(by, last - timedelta(days=days - 1), last, scope=scope), **wanted)  # type: ignore[arg-type]  # names of fields

    def figures(by: By, days: int, **wanted: str) -> Callable[[], Awaitable[object]]:
        return lambda: stored.table(asked(by, days, EVERYWHERE, **wanted))

    def quality(by: By, days: int, scope: Scope = EVERYWHERE, **wanted: str) -> Callable[[], Awaitable[object]]:
        return lambda: reports.quality.quality(asked(by, days, scope, **wanted))

    team = Scope(teams=frozenset({"team-3"}))
    return {
        "worklist of an inspector": lambda: desk.worklist.tasks("qa10", "open", 100),
        "worklist of everybody": lambda: desk.worklist.tasks(None, "open", 100),
        "an inspector's tasks that are done": lambda: desk.worklist.tasks("qa7", "done", 100),
        "scores of an agent": lambda: desk.scoring.scores(
            agent_id="1042", team=None, inspector=None, state=(), since=None, before=None, limit=100
        ),
        "scores, newest": lambda: desk.scoring.scores(
            agent_id=None, team=None, inspector=None, state=(), since=None, before=None, limit=100
        ),
        "improvements, the next due": lambda: desk.improving.cases(
            agent_id=None, team=None, step="report", overdue=False, limit=100
        ),
        "improvements of an agent": lambda: desk.improving.cases(
            agent_id="1042", team=None, step=None, overdue=False, limit=100
        ),
        "alerts per agent, 7 days": figures(By.AGENT, 7),
        "alerts per agent, 31 days": figures(By.AGENT, 31),
        "alerts per rule, 31 days": figures(By.RULE, 31),
        "alerts of a rule per agent, 7 days": figures(By.AGENT, 7, rule="zh.forbidden.7"),
        "quality per agent, 7 days": quality(By.AGENT, 7),
        "quality per agent, 31 days": quality(By.AGENT, 31),
        "quality per team of a leader, 31 days": quality(By.TEAM, 31, team),
        "quality per site, 31 days": quality(By.SITE, 31),
        "quality per rule, 31 days": quality(By.RULE, 31),
        "quality per day, 31 days": quality(By.DAY, 31),
        "quality per month, 90 days": quality(By.MONTH, 90),
        "quality of an agent per day, 31 days": quality(By.DAY, 31, agent="1042"),
        "most frequent faults, 31 days": lambda: reports.quality.faults(asked(By.DAY, 31), 20),
        "the monthly report (six months, seven tables)": lambda: reports.monthly(ReportAsked("2026-10")),
    }


async def measure(filled: Filled) -> tuple[list[list[object]], str]:
    """Rows of the table, and what counting the past days took."""
    store = Store(filled.settings, _Clock())
    await store.open()
    if filled.is_full:
        await store.write(lambda engine: forget_before(engine, _BEGAN_AT + timedelta(days=10)))
    else:
        await store.write(_fill)
    counted = await store.write(_count_days)
    filled.mark.touch()
    print(f"filled, {len(counted)} days counted; asking …", flush=True)  # noqa: T201  # the filling takes minutes
    rows = await costs(_questions(store, filled.settings), _ASKED, filled.server)
    await store.close()
    said = f"Counting one past day took {percentile(counted, 0.5):.0f} ms (p95 {percentile(counted, 0.95):.0f} ms)."
    return rows, said


def main() -> None:
    """Both databases, or the one that is named."""
    servers, keep, command = asked_for("inspected")
    lines: list[str] = []
    for server in servers:
        with database("inspected", server, keep, Settings(figures=_PLACE)) as filled:
            rows, said = asyncio.run(measure(filled))
        lines += [f"{server}:", "", *table(["of a million calls", *HEADER], rows), "", said, ""]
    lines += [
        f"Each question {_ASKED} times: 1,000,000 calls of {_AGENTS} agents within 90 days, as many alerts,",
        "100,000 tasks, 90,000 scores, 4,500 improvements, 54,000 figures of other systems; past days were counted.",
    ]
    write_block("inspected", "A million inspected calls", command, lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
