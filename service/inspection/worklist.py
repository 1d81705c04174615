"""Worklists: plans draw the calls of a week, inspectors get them in turn, the riskiest first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.inspection.sampling import Candidate, sample
from config.inspection import InspectionSettings
from config.sampling import SamplingPlan
from service.clock import Clock
from service.inspection.kinds import task_records, versioned
from service.inspection.periods import Days, week_of
from service.inspection.plans import SamplingPlans
from service.inspection.scoring import Scoring, id_of
from service.store.inspection_records import CallRow, Step, calls_between, together
from service.store.store import Store
from web.inspection.views import NotNowError, Score, Task, UnknownRecordError


class Worklist:
    """Fills `web.inspection.sources.WorklistSource`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: InspectionSettings,
        days: Days,
        scoring: Scoring,
        plans: SamplingPlans,
        everybody: Callable[[], Iterable[str]],
    ) -> None:
        self._store, self._clock, self._settings, self._scoring = store, clock, settings, scoring
        self._days = days
        self._everybody = everybody
        self._tasks = task_records()
        self._plans = plans

    async def draw(self, plan_name: str, period: str | None) -> Sequence[Task]:
        """The tasks of a plan for a week (`2026-W48`; None: this one); drawing again adds what came since.

        Raises UnknownRecordError for the plan, ValueError for the period.
        """
        plans = await self._plans.all()
        if plan_name not in plans:
            raise UnknownRecordError
        plan = plans[plan_name].plan
        now = self._clock.now_at()
        period = period or week_of(self._days.day_of(now))
        begin, end = self._days.week(period)
        due_at = end + timedelta(days=self._settings.worklist_within_days)
        inspectors = plan.inspectors or tuple(sorted(self._everybody()))
        if not inspectors:
            raise NotNowError("nobody inspects: name inspectors in the plan, or give somebody the role on the roster")

        rows = await self._store.read(lambda engine: calls_between(engine, begin, end))
        by_call = {row.facts.call_id: row for row in rows}
        drawn = sample(plan, period, [_candidate(row) for row in rows])
        tasks = _tasks_of(plan, period, drawn, by_call, inspectors, due_at, now)
        kept = await self._store.write(
            lambda engine: together(
                engine,
                lambda connection: [
                    self._tasks.add_within(connection, task.task_id, task, Step("draw", None, now)) for task in tasks
                ],
            )
        )
        return [versioned(each) for each in kept]

    async def draw_all(self) -> int:
        """Every plan for this week and the last; answers how many tasks there are."""
        now = self._clock.now_at()
        periods = (week_of(self._days.day_of(now - timedelta(days=7))), week_of(self._days.day_of(now)))
        return sum([len(await self.draw(plan, period)) for plan in await self._plans.all() for period in periods])

    async def tasks(self, inspector: str | None, state: str | None, limit: int) -> Sequence[Task]:
        """A worklist, the next due first, within the same deadline the riskiest."""
        found = await self._store.read(
            lambda engine: self._tasks.find(engine, by_due=True, owner=inspector, state=state, limit=limit)
        )
        tasks = [versioned(kept) for kept in found]
        return sorted(tasks, key=lambda task: (task.due_at, task.rank, task.task_id))

    async def begin(self, task_id: str, by: str) -> Score:
        """Open the score of a task. Raises UnknownRecordError, NotNowError."""
        kept = await self._store.read(lambda engine: self._tasks.get(engine, task_id))
        task = kept.record
        if task.inspector != by:
            raise NotNowError("the task is another inspector's")
        score = await self._scoring.begin(task.call.call_id, task.sheet, by)
        if task.score_id is None:
            await self._amend(task_id, "begin", by, score_id=score.score_id)
        return score

    async def scored(self, score: Score) -> None:
        """A score was closed: its tasks are done."""
        found = await self._store.read(
            lambda engine: self._tasks.find(engine, state="open", call_id=score.call.call_id)
        )
        for kept in found:
            if kept.record.sheet == score.sheet:
                await self._amend(kept.record.task_id, "done", score.inspector, state="done", score_id=score.score_id)

    async def drop(self, task_id: str, version: int, by: str, reason: str) -> Task:
        """Take a call off the list, with a reason."""

        def change(task: Task) -> Task:
            if task.state != "open":
                raise NotNowError(f"the task is {task.state}")
            return replace(task, state="dropped")

        step = Step("drop", by, self._clock.now_at(), reason)
        return versioned(
            await self._store.write(lambda engine: self._tasks.amend(engine, task_id, version, change, step))
        )

    async def _amend(self, task_id: str, act: str, by: str, **changes: str) -> None:
        step = Step(act, by, self._clock.now_at(), content=changes)
        await self._store.write(
            lambda engine: self._tasks.amend(engine, task_id, None, lambda task: replace(task, **changes), step)  # type: ignore[arg-type]  # names of texts only
        )


def _candidate(row: CallRow) -> Candidate:
    facts = row.facts
    place = (facts.agent_id, facts.team, facts.queue, facts.site)
    return Candidate(facts.call_id, *place, row.risk, facts.duration_ms)


def _tasks_of(
    plan: SamplingPlan,
    period: str,
    drawn: Sequence[Candidate],
    rows: dict[str, CallRow],
    inspectors: Sequence[str],
    due_at: datetime,
    now: datetime,
) -> list[Task]:
    """One task a call. Nobody inspects an own call; who gets it depends on the call alone: drawing again moves none."""
    tasks = []
    for rank, call in enumerate(drawn):
        able = [each for each in inspectors if each != call.agent_id]
        if not able:
            continue
        task_id = id_of(plan.plan, period, call.call_id)
        tasks.append(
            Task(
                task_id=task_id,
                version=1,
                state="open",
                plan=plan.plan,
                period=period,
                sheet=plan.sheet,
                inspector=able[int(task_id[:8], 16) % len(able)],
                call=rows[call.call_id].facts,
                risk=call.risk,
                rank=rank,
                due_at=due_at,
                score_id=None,
                made_at=now,
            )
        )
    return tasks
