"""A week of 2,000 stored calls: everything the desk makes of it is as a plain reference works it out by hand."""

import hashlib
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from alerts.alert import AlertState
from alerts.inspection.records import AppealState, Mark, MarkState
from config.figures import FiguresSettings
from config.inspection import InspectionSettings
from config.roster import Roster
from config.settings import Settings
from service.inspection.inspection import Inspection
from service.inspection.kinds import score_records
from service.inspection.scoring import with_marks
from service.reports.monthly import MonthlyReports
from service.store.figure_days import count_next_day
from service.store.inspection_records import Step
from tests.service.inspection.desk import SHEETS, InspectionDesk, MovedClock, faultless, judged
from tests.service.inspection.month_by_hand import month_by_hand
from tests.service.inspection.stored_week import BEGINS_AT, CALLS, StoredWeek, a_week, agent_of, keep
from tests.service.store.examples import running
from web.figures_sources import By, FiguresAsked
from web.inspection.views import OutsideFigure, Score
from web.report_sources import ReportAsked
from web.sources import CallView

_PLACE = FiguresSettings(timezone="Asia/Shanghai", day_begins="04:00")
_PLAN = {"plan": "weekly", "sheet": "hundred_points", "number": 3, "risk_weight": 0.1}
_INSPECTORS = ("1001", "qa1", "qa2")  # one of them takes calls too: own ones are not for her
_PROVED = {  # of the sheet: which item such an alert proves faulty
    "dead_air": "answers",
    "missing_greeting": "opening_closing",
    "fast_speech": "pace",
    "interruption": "patience",
}


@dataclass
class Worked:
    """What was done at the desk, beside the desk: for the reference."""

    week: StoredWeek
    desk: InspectionDesk
    reports: MonthlyReports
    database: Path
    points: dict[str, int] = field(default_factory=dict)  # by call
    errors: dict[str, set[str]] = field(default_factory=dict)  # faulty items by call


@asynccontextmanager
async def worked_week(folder: Path) -> AsyncIterator[Worked]:
    """The week is stored and nobody has worked yet."""
    settings = Settings(
        data_dir=folder, figures=_PLACE, inspection=InspectionSettings.model_validate({"plans": [_PLAN]})
    )
    clock = MovedClock()
    clock.at = BEGINS_AT + timedelta(days=8)
    async with running(settings, clock=clock) as store:
        week = a_week()
        await store.write(lambda engine: keep(engine, week))
        inspection = Inspection(store, clock, settings.inspection, _PLACE, SHEETS, lambda: _INSPECTORS)
        reports = MonthlyReports(settings, store, clock, SHEETS, lambda: Roster(people=()))
        yield Worked(week, InspectionDesk(store, clock, inspection), reports, folder / "earshot.db")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _expected_tasks(week: StoredWeek) -> dict[str, str]:
    """Call and inspector, from the documents alone: the largest u^(1/w) of each agent win."""
    drawn: dict[str, str] = {}
    for number in range(20):
        own = [call for call in week.calls[:CALLS] if call.agent is not None and call.agent.id == agent_of(number)]
        keyed = []
        for call in own:
            u = (int(_digest("weekly", "2026-W10", call.call_id)[:16], 16) + 1) / (2**64 + 1)
            keyed.append((math.log(u) / (1 + 0.1 * call.risk), call.call_id))
        for _, call_id in sorted(keyed, key=lambda each: (-each[0], each[1]))[:3]:
            able = [each for each in _INSPECTORS if each != agent_of(number)]
            drawn[call_id] = able[int(_digest("weekly", "2026-W10", call_id)[:8], 16) % len(able)]
    return drawn


def _expected_proofs(week: StoredWeek, call_id: str) -> Counter[str]:
    """How often each item is proved faulty by alerts that nobody called wrong."""
    counts: Counter[str] = Counter()
    for alert in week.alerts:
        if alert.call_id == call_id and alert.state not in (AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN):
            counts[_PROVED[alert.kind.value]] += alert.count
    return counts


def _expected_points(proofs: Mapping[str, int], extra: Sequence[Mark]) -> int:
    """The sheet by hand: 8 for answers and 6 for patience, 2 off each; 2 off for the opening once; pace 2, all off."""
    if any(mark.item == "service_fatal" for mark in extra):
        return 0
    lost = (
        min(8, 2 * proofs.get("answers", 0))
        + min(6, 2 * proofs.get("patience", 0))
        + (2 if proofs.get("opening_closing") else 0)
    )
    lost += 2 if proofs.get("pace") else 0
    return 100 - lost - (8 if any(mark.item == "correct" for mark in extra) else 0)


def _judgement(number: int) -> list[Mark]:
    if number % 19 == 5:
        return [judged("service_fatal", service_fatal=1)]
    return [judged("correct", wrong=1)] if number % 4 == 0 else []


async def _close(worked: Worked, score: Score, extra: Sequence[Mark]) -> Score:
    """Everything open is judged faultless, then what the script says; written in one step instead of forty."""
    desk, by = worked.desk, score.inspector
    marks = [*(faultless("hundred_points", item) for item in score.result.open_items), *extra]
    step = Step("mark", by, desk.clock.now_at())
    kept = await desk.store.write(
        lambda engine: score_records().amend(
            engine,
            score.score_id,
            None,
            lambda current: with_marks(current, SHEETS["hundred_points"], marks, desk.clock.now_at()),
            step,
        )
    )
    return await desk.scoring.close(score.score_id, kept.version, None, by)


async def _score_all(worked: Worked) -> list[Score]:
    """Every task is scored by its inspector; sheets are pre-filled as the reference says."""
    closed = []
    for number, task in enumerate(
        sorted(await worked.desk.worklist.tasks(None, "open", 500), key=lambda each: each.task_id)
    ):
        score = await worked.desk.worklist.begin(task.task_id, task.inspector)
        proofs = _expected_proofs(worked.week, task.call.call_id)
        proved = {mark.item: sum(mark.counts.values()) for mark in score.marks if mark.counts}
        assert proved == dict(proofs)
        assert all(mark.state is MarkState.PROVED for mark in score.marks)
        extra = _judgement(number)
        done = await _close(worked, score, extra)
        worked.points[task.call.call_id] = _expected_points(proofs, extra)
        worked.errors[task.call.call_id] = {*proofs, *(mark.item for mark in extra)}
        assert done.result.points == worked.points[task.call.call_id]
        closed.append(done)
    return closed


async def test_the_week_comes_out_as_worked_out_by_hand(tmp_path: Path) -> None:
    async with worked_week(tmp_path) as worked:
        drawn = await worked.desk.worklist.draw("weekly", "2026-W10")
        assert {task.call.call_id: task.inspector for task in drawn} == _expected_tasks(worked.week)
        assert {task.due_at for task in drawn} == {BEGINS_AT + timedelta(days=14)}
        scores = await _score_all(worked)
        await _improve(worked)
        await _appeal(worked, scores)
        await _calibrate(worked)
        await worked.desk.inspection.outside.put(
            [
                OutsideFigure("csat", date(2026, 3, day), "site", site, value, number)
                for day, site, value, number in (
                    (2, "wuhan", 0.9, 30),
                    (3, "wuhan", 0.8, 10),
                    (3, "shanghai", 0.95, 60),
                )
            ],
            "crm",
        )
        await _figures(worked)
        await _report(worked)


async def _improve(worked: Worked) -> None:
    """Cases, deadlines, re-checks and outcomes."""
    desk = worked.desk
    at = desk.clock.now_at()
    cases = await desk.improving.cases(agent_id=None, team=None, step=None, overdue=False, limit=500)
    faults = {
        (worked.week.of(call_id).agent.id, item)  # type: ignore[union-attr]  # every call has its agent
        for call_id, items in worked.errors.items()
        for item in items
    }
    assert {(each.case.agent_id, each.case.fault) for each in cases} == faults
    assert {each.due_at for each in cases} == {at + timedelta(hours=24)}
    ordered = sorted(cases, key=lambda each: each.case.improvement_id)
    prompt, late = ordered[::2], ordered[1::2]
    desk.clock.move(hours=10)
    told = {
        each.case.improvement_id: await desk.improving.report(each.case.improvement_id, 1, "lead") for each in prompt
    }
    desk.clock.move(hours=20)  # 30 h: the others are overdue
    overdue = await desk.improving.cases(agent_id=None, team=None, step=None, overdue=True, limit=500)
    assert {each.case.improvement_id for each in overdue} == {each.case.improvement_id for each in late}
    for each in late:
        told[each.case.improvement_id] = await desk.improving.report(each.case.improvement_id, 1, "lead")
    for each in prompt:
        await desk.improving.plan(each.case.improvement_id, told[each.case.improvement_id].version, "train", "lead")
    desk.clock.move(hours=44)  # 74 h: no plan for the others, two hours late
    due = await desk.improving.reminders()
    assert {each.case.improvement_id for each in due if each.case.step == "plan"} == {
        each.case.improvement_id for each in late
    }
    desk.clock.at = BEGINS_AT + timedelta(days=15)
    await _recheck(worked, prompt[0].case.agent_id)


async def _recheck(worked: Worked, agent: str) -> None:
    """The agent's five later calls are heard again: what shows again closes its case as repeated, the rest improved."""
    desk = worked.desk
    waiting = await desk.improving.cases(agent_id=agent, team=None, step="recheck", overdue=False, limit=50)
    later = [call.call_id for call in worked.week.calls[CALLS:] if call.agent is not None and call.agent.id == agent]
    assert list(await desk.improving.recheck_candidates(waiting[0].case.improvement_id)) == later
    seen: dict[str, set[str]] = {}
    for call_id in later:
        score = await desk.scoring.begin(call_id, "hundred_points", "qa1")
        seen[call_id] = set(_expected_proofs(worked.week, call_id))
        done = await _close(worked, score, [])
        worked.points[call_id], worked.errors[call_id] = int(done.result.points or 0), seen[call_id]
    own = [call_id for call_id in worked.points if worked.week.of(call_id).agent.id == agent]  # type: ignore[union-attr]
    for each in waiting:
        after = await desk.improving.case(each.case.improvement_id)
        fault = each.case.fault
        before = [fault in worked.errors[call_id] for call_id in own if call_id not in later]
        again = any(fault in seen[call_id] for call_id in later)
        assert (after.case.step, after.case.result) == ("closed", "repeated" if again else "improved")
        assert after.outcome.before_per_100 == 100 * sum(before) / len(before)
        assert after.outcome.after_per_100 == 100 * sum(fault in seen[call_id] for call_id in later) / len(later)


async def _appeal(worked: Worked, scores: Sequence[Score]) -> None:
    """Two scores are upheld, two changed, one goes to arbitration and is changed there."""
    desk = worked.desk
    wrong = [score for score in scores if "correct" in worked.errors[score.call.call_id]][:5]
    desk.clock.at = BEGINS_AT + timedelta(days=14, hours=20)  # within seven days of the scoring
    for number, score in enumerate(wrong):
        agent = score.call.agent_id or ""
        view = await desk.appeals.appeal(score.score_id, "I said it right", agent)
        changed = number in (2, 3)
        marks = [judged("correct")] if changed else []
        view = await desk.appeals.decide(
            view.appeal.appeal_id, view.version, marks=marks, changed=changed, reason="heard again", by="lead"
        )
        if number == 4:
            view = await desk.appeals.ask_arbitration(view.appeal.appeal_id, view.version, "no", agent)
            view = await desk.appeals.arbitrate(
                view.appeal.appeal_id, view.version, marks=[judged("correct")], reason="the agent is right", by="boss"
            )
        if number in (2, 3, 4):
            worked.errors[score.call.call_id].discard("correct")
            worked.points[score.call.call_id] += 8
        now = await desk.scoring.score(score.score_id)
        assert now.result.points == worked.points[score.call.call_id]
        states = (AppealState.UPHELD, AppealState.UPHELD, AppealState.CHANGED, AppealState.CHANGED, AppealState.FINAL)
        assert view.appeal.state is states[number]


async def _calibrate(worked: Worked) -> None:
    """Three inspectors score four calls; alpha and drift by their definitions."""
    desk, people, four = worked.desk, ("qa1", "qa2", "qa3"), ["w1", "w2", "w3", "w4"]
    each = await desk.calibrating.begin("March", "hundred_points", four, people, "lead")
    points: dict[str, dict[str, float]] = defaultdict(dict)
    for (number, call_id), (place, who) in itertools.product(enumerate(four), enumerate(people)):
        score = await desk.calibrating.score(each.calibration_id, call_id, who)
        extra = [judged("correct", wrong=1)] if (number + place) % 3 == 0 or number == 1 else []
        done = await _close(worked, score, extra)
        points[call_id][who] = float(done.result.points or 0)
    await desk.calibrating.close(each.calibration_id, each.version, "lead")
    found = await desk.calibrating.agreement(each.calibration_id)
    rows = [list(call.values()) for call in points.values()]
    everything = [value for row in rows for value in row]

    def apart(values: Sequence[float]) -> float:
        return sum((a - b) ** 2 for a, b in itertools.combinations(values, 2)) / math.comb(len(values), 2)

    assert found.alpha is not None
    assert math.isclose(found.alpha, 1 - sum(apart(row) for row in rows) / len(rows) / apart(everything))
    others = {
        who: sum(call[who] - (sum(call.values()) - call[who]) / 2 for call in points.values()) / 4 for who in people
    }
    assert {who: round(value, 9) for who, value in found.drift} == {
        who: round(value, 9) for who, value in others.items()
    }


def _key(by: By, call: CallView) -> str | None:
    assert call.agent is not None
    return {By.AGENT: call.agent.id, By.TEAM: call.team}.get(by, call.site)


async def _figures(worked: Worked) -> None:
    """Per agent, team, site and rule, counted once or not: as lists of the script say."""
    week, asked = worked.week, FiguresAsked(By.AGENT, date(2026, 3, 2), date(2026, 3, 8))
    for by in (By.AGENT, By.TEAM, By.SITE):
        table = await worked.reports.quality.quality(replace(asked, by=by))
        for line in table.lines:
            calls = [call for call in week.calls[:CALLS] if _key(by, call) == line.figures.key]
            ids = {call.call_id for call in calls}
            own = [alert for alert in week.alerts if alert.call_id in ids and alert.state is not AlertState.WITHDRAWN]
            shown = [alert for alert in own if alert.severity.word != "info"]
            scored = [call_id for call_id in worked.points if call_id in ids]
            errors = [worked.errors[call_id] for call_id in scored]
            assert line.figures.calls == len(calls)
            assert line.figures.per_hundred_calls == round(100 * len(shown) / len(calls), 1)
            assert (line.scored.scored, line.scored.faults) == (len(scored), sum(map(len, errors)))
            assert line.scored.mean == float(
                round(Decimal(sum(worked.points[each] for each in scored)) / len(scored), 2)
            )
            assert line.scored.pass_ratio == round(
                sum(worked.points[each] >= 80 and "service_fatal" not in worked.errors[each] for each in scored)
                / len(scored),
                4,
            )
            assert line.scored.error_ratio == round(sum(map(bool, errors)) / len(scored), 4)
            assert line.scored.service_fatal == sum("service_fatal" in each for each in errors)
    sites = await worked.reports.quality.quality(replace(asked, by=By.SITE))
    csat = {line.figures.key: line.outside["csat"].value for line in sites.lines}
    assert csat == {"wuhan": 0.875, "shanghai": 0.95}
    assert sites.total.outside["csat"].value == 0.92
    alone = {by: await worked.reports.quality.quality(replace(asked, by=by)) for by in By}
    assert await worked.reports.quality.tables(asked, list(By)) == alone
    table = alone[By.RULE]
    proofs: dict[str, set[str]] = defaultdict(set)
    for alert in week.alerts:
        if alert.call_id in worked.points:
            wanted = alert.state not in (AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN)
            if wanted and int(alert.call_id[1:]) < CALLS:
                proofs[alert.rule].add(alert.call_id)
    assert {line.figures.key: line.scored.faulty for line in table.lines if line.scored.faulty} == {
        rule: len(ids) for rule, ids in proofs.items()
    }


async def _report(worked: Worked) -> None:
    """The month's numbers equal SQL written by hand, before and after its days are counted."""
    asked = ReportAsked("2026-03")
    report = await worked.reports.monthly(asked)
    now = worked.desk.clock.now_at()
    while await worked.desk.store.write(lambda engine: count_next_day(engine, _PLACE, now)):
        pass
    again = await worked.reports.monthly(asked)
    assert again == report
    by_hand = month_by_hand(worked.database)
    total = report.total
    assert (total.figures.calls, total.figures.talk_ms, total.figures.ended_by_agent) == tuple(
        by_hand[name] for name in ("calls", "talk_ms", "by_agent")
    )
    assert (total.figures.alerts, total.figures.right) == tuple(by_hand[name] for name in ("told", "right"))
    assert (total.scored.scored, total.scored.mean) == tuple(by_hand[name] for name in ("scored", "mean"))
    assert (total.scored.passed, total.scored.faulty) == tuple(by_hand[name] for name in ("passed", "wrong_calls"))
    assert {each.item: each.calls for each in report.faults} == by_hand["faulty"]
    assert {line.figures.key: line.figures.calls for line in report.sites.lines} == by_hand["sites"]
    assert (report.loop.confirmed, report.loop.reported_in_time) == tuple(
        by_hand[name] for name in ("cases", "in_time")
    )
    assert (report.loop.appeals, report.loop.appeals_changed) == tuple(by_hand[name] for name in ("appeals", "changed"))
    assert (await worked.reports.pdf(asked, "zh-CN")).startswith(b"%PDF-")


def test_the_plain_reference_knows_when_the_week_begins() -> None:
    assert datetime.fromisoformat("2026-03-02T04:00:00+08:00") == BEGINS_AT
