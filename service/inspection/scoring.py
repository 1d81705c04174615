"""Scoring calls: a sheet pre-filled from what was found, judged item by item, closed; every change is kept."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.alert import Alert, AlertState
from alerts.inspection.arithmetic import score_of
from alerts.inspection.marks import checked_mark
from alerts.inspection.prefill import ProvenFault, prefilled
from alerts.inspection.records import Mark
from alerts.masking.call_masker import masked_note
from config.score_sheets import ScoreSheet
from service.clock import Clock
from service.inspection.kinds import SCORE, calibration_records, score_records, sheet_records, versioned
from service.store.inspection_records import Step, trail_of
from service.store.store import Store
from streaming.frames import Leg
from web.inspection.views import (
    CallFacts,
    NotNowError,
    Score,
    ScoreState,
    TrailStep,
    UnknownRecordError,
)
from web.sources import CallState, CallView, Tier

_NOT_FAULTS = (AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN, AlertState.PROVISIONAL)
_HEARD_WHOLE = 0.95  # of both legs' time: below, a fault may lie in what nobody heard
_MOST_ALERTS = 1_000


class Scoring:
    """Fills `web.inspection.sources.ScoringSource`."""

    def __init__(
        self, store: Store, clock: Clock, sheets: Mapping[str, ScoreSheet], closed: Callable[[Score], Awaitable[None]]
    ) -> None:
        self._store, self._clock, self._closed = store, clock, closed
        self.sheets = dict(sheets)
        self._scores, self._sheets, self._calibrations = score_records(), sheet_records(), calibration_records()

    async def sheet_of(self, digest: str) -> ScoreSheet:
        """The sheet as it was when somebody scored on it. Raises UnknownRecordError."""
        current = next((sheet for sheet in self.sheets.values() if sheet.digest == digest), None)
        if current is not None:
            return current
        return (await self._store.read(lambda engine: self._sheets.get(engine, digest))).record

    async def begin(self, call_id: str, sheet: str, by: str, calibration_id: str | None = None) -> Score:
        """This inspector's score of the call on the sheet, pre-filled; the one there is, if there is one."""
        if sheet not in self.sheets:
            raise UnknownRecordError
        used = self.sheets[sheet]
        call = await self._store.call(call_id)
        if call is None:
            raise UnknownRecordError
        if call.state is not CallState.ENDED:
            raise NotNowError("the call is still running; score it when it is over")
        changes = await self._store.search((), (), (), call_id, None, _MOST_ALERTS, None)
        now = self._clock.now_at()
        marks = tuple(prefill_of(used, call, [change.alert for change in changes]).values())
        fresh = Score(
            score_id=id_of(call_id, sheet, calibration_id, by if calibration_id else None),
            version=1,
            state=ScoreState.DRAFT,
            call=facts_of(call),
            sheet=used.sheet,
            sheet_version=used.version,
            sheet_digest=used.digest,
            inspector=by,
            marks=marks,
            result=score_of(used, {mark.item: mark for mark in marks}),
            note=None,
            calibration_id=calibration_id,
            created_at=now,
            updated_at=now,
            closed_at=None,
        )

        found = {"items": [mark.item for mark in marks]}
        kept = await self._store.write(
            lambda engine: (
                self._sheets.add(engine, used.digest, used, Step("known", None, now)),
                self._scores.add(engine, fresh.score_id, fresh, Step("begin", by, now, content=found)),
            )
        )
        return versioned(kept[1])

    async def score(self, score_id: str) -> Score:
        """One score. Raises UnknownRecordError."""
        return versioned(await self._store.read(lambda engine: self._scores.get(engine, score_id)))

    async def scores_of(self, call_id: str) -> Sequence[Score]:
        """Every score of a call, oldest first; those of open calibrations are left out."""
        found = await self._store.read(lambda engine: self._scores.find(engine, call_id=call_id))
        names = {kept.record.calibration_id for kept in found if kept.record.calibration_id is not None}
        rounds = await self._store.read(lambda engine: [self._calibrations.get(engine, name) for name in names])
        blind = {kept.record.calibration_id for kept in rounds if kept.record.closed_at is None}
        return [versioned(kept) for kept in reversed(found) if kept.record.calibration_id not in blind]

    async def mark(self, score_id: str, version: int, mark: Mark, by: str) -> Score:
        """Judge one item of a draft of one's own."""
        before = await self.score(score_id)
        sheet = await self.sheet_of(before.sheet_digest)
        checked = checked_mark(sheet, replace(mark, reason=masked_note(mark.reason) if mark.reason else None))
        now = self._clock.now_at()

        def change(score: Score) -> Score:
            _own_draft(score, by)
            known = score.mark_of(checked.item)
            kept = replace(checked, evidence=known.evidence if known is not None else checked.evidence)
            return with_marks(score, sheet, [kept], now)

        judged = {"item": checked.item, "state": checked.state, "counts": checked.counts, "choice": checked.choice}
        step = Step("mark", by, now, checked.reason, judged)
        return versioned(
            await self._store.write(lambda engine: self._scores.amend(engine, score_id, version, change, step))
        )

    async def close(self, score_id: str, version: int, note: str | None, by: str) -> Score:
        """The sheet is done; nothing may be open."""
        now = self._clock.now_at()
        masked = masked_note(note) if note else None

        def change(score: Score) -> Score:
            _own_draft(score, by)
            if score.result.open_items:
                raise NotNowError(f"still to be judged: {', '.join(score.result.open_items)}")
            return replace(score, state=ScoreState.CLOSED, note=masked, closed_at=now, updated_at=now)

        step = Step("close", by, now, masked)
        score = versioned(
            await self._store.write(lambda engine: self._scores.amend(engine, score_id, version, change, step))
        )
        await self._closed(score)
        return score

    async def scores(
        self,
        *,
        agent_id: str | None,
        team: str | None,
        inspector: str | None,
        state: Sequence[ScoreState],
        since: datetime | None,
        before: datetime | None,
        limit: int,
    ) -> Sequence[Score]:
        """Scores, newest first; those of calibrations are left out: they are about inspectors, not agents."""
        found = await self._store.read(
            lambda engine: self._scores.find(
                engine,
                agent_id=agent_id,
                team=team,
                owner=inspector,
                state=state or None,
                about=tuple(self.sheets),
                since=since,
                before=before,
                limit=limit,
            )
        )
        return [versioned(kept) for kept in found]

    async def trail(self, kind: str, record_id: str) -> Sequence[TrailStep]:
        """Every step of a record, oldest first."""
        return await self._store.read(lambda engine: trail_of(engine, kind, record_id))

    async def score_trail(self, score_id: str) -> Sequence[TrailStep]:
        """Every step of a score."""
        return await self.trail(SCORE, score_id)


def prefill_of(sheet: ScoreSheet, call: CallView, alerts: Sequence[Alert]) -> dict[str, Mark]:
    """What the call's alerts prove on the sheet. Alerts that somebody called wrong prove nothing.

    Nor do those of the customer: the sheet is the agent's.
    """
    faults = [
        ProvenFault(alert.alert_id, alert.kind.value, alert.rule, alert.severity, alert.count)
        for alert in sorted(alerts, key=lambda alert: (alert.opened_at, alert.alert_id))
        if alert.state not in _NOT_FAULTS and alert.leg is not Leg.CUSTOMER
    ]
    whole = call.coverage >= _HEARD_WHOLE and call.tier is Tier.FULL
    return prefilled(sheet, faults, heard_whole=whole, undecided=_undecided(call))


def facts_of(call: CallView) -> CallFacts:
    """What a record keeps of its call."""
    return CallFacts(
        call_id=call.call_id,
        agent_id=call.agent.id if call.agent is not None else None,
        team=call.team,
        queue=call.queue,
        site=call.site,
        started_at=call.started_at,
        duration_ms=call.duration_ms,
    )


def with_marks(score: Score, sheet: ScoreSheet, marks: Sequence[Mark], at: datetime) -> Score:
    """The score with these items judged so, its result worked out anew."""
    by_item = {mark.item: mark for mark in (*score.marks, *marks)}
    kept = tuple(by_item[item.id] for item in sheet.items if item.id in by_item)
    return replace(score, marks=kept, result=score_of(sheet, by_item), updated_at=at)


def _own_draft(score: Score, by: str) -> None:
    if score.inspector != by:
        raise NotNowError("the score is another inspector's")
    if score.state is not ScoreState.DRAFT:
        raise NotNowError(f"the score is {score.state}; an appeal may change it")


def id_of(*parts: str | None) -> str:
    """The id of a record that there can be only one of: the same for the same parts."""
    return hashlib.sha256("\0".join(part or "" for part in parts).encode()).hexdigest()[:26]


def _undecided(call: CallView) -> set[str]:
    return {kind for each in call.undecided for kind in each.kinds}
