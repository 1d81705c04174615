"""Improvements: confirmed faults are reported, planned against and checked again in later calls; did it help?"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from alerts.inspection.closed_loop import (
    WrongStepError,
    before_and_after,
    due_at,
    ended,
    is_overdue,
    needs_reminder,
    planned,
    rechecked,
    reported,
)
from alerts.inspection.errors import errors_of, is_fault
from alerts.inspection.records import BeforeAndAfter, Improvement, Result, Step
from alerts.masking.call_masker import masked_note
from config.closed_loop import ClosedLoopSettings
from config.score_sheets import ScoreSheet
from service.clock import Clock
from service.inspection.kinds import IMPROVEMENT, improvement_records
from service.inspection.scoring import id_of
from service.store.inspection_records import Kept, calls_between, trail_of
from service.store.inspection_records import Step as TrailEntry
from service.store.score_results import ScoredCall, scored_calls
from service.store.store import Store
from web.inspection.views import ImprovementView, NotNowError, Score, TrailStep


class Improving:
    """Fills `web.inspection.sources.ImprovingSource`."""

    def __init__(
        self, store: Store, clock: Clock, settings: ClosedLoopSettings, sheets: Mapping[str, ScoreSheet]
    ) -> None:
        self._store, self._clock, self._settings, self._sheets = store, clock, settings, sheets
        self._cases = improvement_records(settings)

    async def scored(self, score: Score) -> None:
        """A score was closed: each faulty item opens a case, or is the re-check of one that waits for later calls."""
        if score.call.agent_id is None:
            return
        faulty = self._faulty(score)
        waiting = [
            kept
            for kept in await self._find(score.call.agent_id, Step.RECHECK.value)
            if score.call.started_at >= (kept.record.planned_at or kept.record.confirmed_at)
            and score.call.call_id != kept.record.call_id
        ]
        for kept in waiting:
            await self._recheck(kept.record, score, kept.record.fault in faulty)
        running = {kept.record.fault for kept in await self._open_of(score.call.agent_id)}
        again = {kept.record.fault for kept in waiting}
        for item in sorted(faulty - running - again):
            await self._confirm(score, item)

    async def corrected(self, score: Score, by: str) -> None:
        """An appeal changed a score: cases of faults that it no longer shows are withdrawn."""
        if score.call.agent_id is None:
            return
        faulty = self._faulty(score)
        now = self._clock.now_at()
        step = TrailEntry("withdraw", by, now, content={"score_id": score.score_id})

        def change(current: Improvement) -> Improvement:
            return current if current.step is Step.CLOSED else ended(current, Result.WITHDRAWN, now)

        for kept in await self._open_of(score.call.agent_id):
            case = kept.record
            if case.fault not in faulty and case.improvement_id == id_of(score.score_id, case.fault):
                await self._store.write(
                    lambda engine, which=case.improvement_id: self._cases.amend(engine, which, None, change, step)  # type: ignore[misc]  # the case of this round
                )

    async def report(self, improvement_id: str, version: int, by: str) -> ImprovementView:
        """Agent and leader were told. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now = self._clock.now_at()
        return await self._amend(improvement_id, version, "report", by, lambda case: reported(case, now), None)

    async def plan(self, improvement_id: str, version: int, plan: str, by: str) -> ImprovementView:
        """What will be done about it. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now, text = self._clock.now_at(), masked_note(plan)
        return await self._amend(improvement_id, version, "plan", by, lambda case: planned(case, text, now), text)

    async def close(self, improvement_id: str, version: int, result: Result, reason: str, by: str) -> ImprovementView:
        """A person ends it. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now, text = self._clock.now_at(), masked_note(reason)
        return await self._amend(improvement_id, version, "close", by, lambda case: ended(case, result, now), text)

    async def trail(self, improvement_id: str) -> Sequence[TrailStep]:
        """Every step of a case, oldest first."""
        return await self._store.read(lambda engine: trail_of(engine, IMPROVEMENT, improvement_id))

    async def cases(
        self, *, agent_id: str | None, team: str | None, step: str | Sequence[str] | None, overdue: bool, limit: int
    ) -> Sequence[ImprovementView]:
        """Cases, the next due first."""
        if overdue and step is None:
            step = [each.value for each in Step if each is not Step.CLOSED]
        found = await self._store.read(
            lambda engine: self._cases.find(engine, by_due=True, agent_id=agent_id, team=team, state=step, limit=limit)
        )
        views = await self._views(found)
        return [view for view in views if view.overdue or not overdue]

    async def reminders(self) -> Sequence[ImprovementView]:
        """Open cases whose deadline is near or past."""
        open_steps = [Step.REPORT.value, Step.PLAN.value, Step.RECHECK.value]
        found = await self._store.read(lambda engine: self._cases.find(engine, by_due=True, state=open_steps))
        now = self._clock.now_at()
        return await self._views([kept for kept in found if needs_reminder(kept.record, now, self._settings)])

    async def case(self, improvement_id: str) -> ImprovementView:
        """One case. Raises UnknownRecordError."""
        return await self._view(await self._store.read(lambda engine: self._cases.get(engine, improvement_id)))

    async def recheck_candidates(self, improvement_id: str) -> Sequence[str]:
        """Later calls of the agent that could be heard again, oldest first; those that were are left out."""
        kept = await self._store.read(lambda engine: self._cases.get(engine, improvement_id))
        case = kept.record
        if case.step is not Step.RECHECK:
            return []
        since = case.planned_at or case.confirmed_at
        heard = {case.call_id, *(call_id for call_id, _ in case.rechecked)}
        days = timedelta(days=self._settings.recheck_within_days)
        found = await self._store.read(lambda engine: calls_between(engine, since, since + days, case.agent_id))
        wanted = self._settings.recheck_calls - len(case.rechecked)
        return [row.facts.call_id for row in found if row.facts.call_id not in heard][: max(0, wanted)]

    async def _confirm(self, score: Score, item: str) -> None:
        now = self._clock.now_at()
        case = Improvement(
            improvement_id=id_of(score.score_id, item),
            agent_id=score.call.agent_id or "",
            team=score.call.team,
            site=score.call.site,
            fault=item,
            call_id=score.call.call_id,
            confirmed_at=now,
        )
        step = TrailEntry("confirm", score.inspector, now, content={"score_id": score.score_id})
        await self._store.write(lambda engine: self._cases.add(engine, case.improvement_id, case, step))

    async def _recheck(self, case: Improvement, score: Score, faulty: bool) -> None:
        now = self._clock.now_at()
        step = TrailEntry("recheck", score.inspector, now, content={"call_id": score.call.call_id, "faulty": faulty})

        def change(current: Improvement) -> Improvement:
            if current.step is not Step.RECHECK:
                return current
            return rechecked(current, score.call.call_id, faulty=faulty, at=now, settings=self._settings)

        await self._store.write(lambda engine: self._cases.amend(engine, case.improvement_id, None, change, step))

    async def _amend(
        self,
        improvement_id: str,
        version: int,
        act: str,
        by: str,
        change: Callable[[Improvement], Improvement],
        reason: str | None,
    ) -> ImprovementView:
        step = TrailEntry(act, by, self._clock.now_at(), reason)
        try:
            kept = await self._store.write(
                lambda engine: self._cases.amend(engine, improvement_id, version, change, step)
            )
        except WrongStepError as error:
            raise NotNowError(str(error)) from None
        return await self._view(kept)

    def _faulty(self, score: Score) -> set[str]:
        sheet = self._sheets.get(score.sheet)
        if sheet is None:  # no longer in use
            return {mark.item for mark in score.marks if is_fault(mark)}
        return {error.item for error in errors_of(sheet, score.marks)}

    async def _find(self, agent_id: str, state: str | None = None) -> list[Kept[Improvement]]:
        return await self._store.read(lambda engine: self._cases.find(engine, agent_id=agent_id, state=state))

    async def _open_of(self, agent_id: str) -> list[Kept[Improvement]]:
        return [kept for kept in await self._find(agent_id) if kept.record.step is not Step.CLOSED]

    async def _view(self, kept: Kept[Improvement]) -> ImprovementView:
        return (await self._views([kept]))[0]

    async def _views(self, found: Sequence[Kept[Improvement]]) -> list[ImprovementView]:
        """With deadlines and outcomes; the scores of all are asked for at once."""
        if not found:
            return []
        turns = [kept.record.planned_at or kept.record.confirmed_at for kept in found]
        span, agents = timedelta(days=self._settings.compare_days), {kept.record.agent_id for kept in found}
        scored = await self._store.read(
            lambda engine: scored_calls(engine, agents, min(turns) - span, max(turns) + span)
        )
        of_agents: dict[str, list[ScoredCall]] = defaultdict(list)
        for each in scored:
            of_agents[each.agent_id].append(each)
        now = self._clock.now_at()
        return [
            ImprovementView(
                case=kept.record,
                version=kept.version,
                due_at=due_at(kept.record, self._settings),
                overdue=is_overdue(kept.record, now, self._settings),
                outcome=self._outcome(kept.record, of_agents[kept.record.agent_id]),
            )
            for kept in found
        ]

    def _outcome(self, case: Improvement, scored: Sequence[ScoredCall]) -> BeforeAndAfter:
        """Per 100 scored calls of the agent: a sheet without the item says nothing about it."""
        of_use = {sheet.sheet for sheet in self._sheets.values() if any(item.id == case.fault for item in sheet.items)}
        of_use |= {each.sheet for each in scored if case.fault in each.faults}  # sheets that are no longer in use
        judged = [(each.called_at, case.fault in each.faults) for each in scored if each.sheet in of_use]
        return before_and_after(case, judged, self._settings)
