"""Appeals: the agent objects, somebody else decides, a second person for good; a changed score is scored anew."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from alerts.inspection.appeal import AppealError, appealed, arbitrated, decided, to_arbitration
from alerts.inspection.marks import checked_mark
from alerts.inspection.records import Appeal, AppealState, Mark
from alerts.masking.call_masker import masked_note
from config.closed_loop import ClosedLoopSettings
from service.clock import Clock
from service.inspection.kinds import appeal_records, score_records
from service.inspection.scoring import Scoring, id_of, with_marks
from service.store.inspection_records import Kept, Step, together
from service.store.store import Store
from web.inspection.views import AppealView, NotNowError, Score, ScoreState


class Appeals:
    """Fills `web.inspection.sources.AppealSource`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: ClosedLoopSettings,
        scoring: Scoring,
        changed: Callable[[Score, str], Awaitable[None]],
    ) -> None:
        self._store, self._clock, self._settings, self._scoring = store, clock, settings, scoring
        self._changed = changed  # told the score that came of it, and who decided so
        self._appeals, self._scores = appeal_records(), score_records()

    async def appeal(self, score_id: str, reason: str, by: str) -> AppealView:
        """The agent objects to a closed score. Raises UnknownRecordError, NotNowError."""
        score = await self._scoring.score(score_id)
        if score.state is not ScoreState.CLOSED or score.closed_at is None or score.call.agent_id is None:
            raise NotNowError("only the closed score of a known agent can be appealed against")
        now, text = self._clock.now_at(), masked_note(reason)
        try:
            fresh = appealed(
                appeal_id=id_of("appeal", score_id),
                score_id=score_id,
                agent_id=score.call.agent_id,
                inspector=score.inspector,
                scored_at=score.closed_at,
                by=by,
                at=now,
                reason=text,
                settings=self._settings,
            )
        except AppealError as error:
            raise NotNowError(str(error)) from None
        step = Step("appeal", by, now, text)
        return _view(await self._store.write(lambda engine: self._appeals.add(engine, fresh.appeal_id, fresh, step)))

    async def decide(
        self, appeal_id: str, version: int, *, marks: Sequence[Mark], changed: bool, reason: str, by: str
    ) -> AppealView:
        """Uphold the score, or change it to these marks. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now, text = self._clock.now_at(), masked_note(reason)
        return await self._step(
            appeal_id,
            version,
            "change" if changed else "uphold",
            lambda appeal: decided(appeal, changed=changed, by=by, at=now, reason=text),
            by,
            text,
            marks if changed else (),
        )

    async def ask_arbitration(self, appeal_id: str, version: int, reason: str, by: str) -> AppealView:
        """Agent or inspector does not accept it. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now, text = self._clock.now_at(), masked_note(reason)
        return await self._step(
            *(appeal_id, version, "arbitrate"),
            lambda appeal: to_arbitration(appeal, by=by, at=now, reason=text),
            *(by, text, ()),
        )

    async def arbitrate(
        self, appeal_id: str, version: int, *, marks: Sequence[Mark], reason: str, by: str
    ) -> AppealView:
        """Decide for good, with other marks or without. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now, text = self._clock.now_at(), masked_note(reason)
        return await self._step(
            *(appeal_id, version, "decide"),
            lambda appeal: arbitrated(appeal, by=by, at=now, reason=text),
            *(by, text, marks),
        )

    async def appeals(self, *, agent_id: str | None, state: AppealState | None, limit: int) -> Sequence[AppealView]:
        """Appeals, newest first."""
        found = await self._store.read(
            lambda engine: self._appeals.find(engine, agent_id=agent_id, state=state, limit=limit)
        )
        return [_view(kept) for kept in found]

    async def get(self, appeal_id: str) -> AppealView:
        """One appeal. Raises UnknownRecordError."""
        return _view(await self._store.read(lambda engine: self._appeals.get(engine, appeal_id)))

    async def _step(
        self,
        appeal_id: str,
        version: int,
        act: str,
        change: Callable[[Appeal], Appeal],
        by: str,
        reason: str,
        marks: Sequence[Mark],
    ) -> AppealView:
        """The appeal's next state and, with marks, the corrected score, in one transaction."""
        before = await self.get(appeal_id)
        score = await self._scoring.score(before.appeal.score_id)
        sheet = await self._scoring.sheet_of(score.sheet_digest)
        checked = [checked_mark(sheet, mark) for mark in marks]
        now = self._clock.now_at()

        def corrected(current: Score) -> Score:
            return replace(with_marks(current, sheet, checked, now), state=ScoreState.CORRECTED)

        judged = {mark.item: {"counts": mark.counts, "choice": mark.choice} for mark in checked}
        correction = Step("correct", by, now, reason, {"appeal_id": appeal_id, "marks": judged})
        try:
            kept = await self._store.write(
                lambda engine: together(
                    engine,
                    lambda connection: (
                        self._appeals.amend_within(connection, appeal_id, version, change, Step(act, by, now, reason)),
                        self._scores.amend_within(connection, score.score_id, None, corrected, correction)
                        if checked
                        else None,
                    ),
                )
            )
        except AppealError as error:
            raise NotNowError(str(error)) from None
        if kept[1] is not None:
            await self._changed(kept[1].record, by)
        return _view(kept[0])


def _view(kept: Kept[Appeal]) -> AppealView:
    return AppealView(kept.record, kept.version)
