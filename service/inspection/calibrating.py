"""Calibration: several inspectors score the same calls blind; then their agreement is shown, item by item."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ulid import ULID

from alerts.inspection.agreement import drift_of, krippendorff_alpha
from alerts.inspection.records import Mark, Scale
from config.score_items import IndicatorItem, Item, LevelItem
from config.score_sheets import ScoreSheet
from service.clock import Clock
from service.inspection.kinds import calibration_records, score_records, versioned
from service.inspection.scoring import Scoring
from service.store.inspection_records import Step
from service.store.store import Store
from web.inspection.views import Agreement, Calibration, NotNowError, Score, ScoreState, UnknownRecordError

_MOST_CALLS, _MOST_INSPECTORS = 100, 50


class Calibrating:
    """Fills `web.inspection.sources.CalibratingSource`."""

    def __init__(self, store: Store, clock: Clock, scoring: Scoring) -> None:
        self._store, self._clock, self._scoring = store, clock, scoring
        self._rounds, self._scores = calibration_records(), score_records()

    async def begin(
        self, title: str, sheet: str, call_ids: Sequence[str], inspectors: Sequence[str], by: str
    ) -> Calibration:
        """Ask these inspectors to score these calls. Raises UnknownRecordError for sheet or call, NotNowError."""
        if sheet not in self._scoring.sheets:
            raise UnknownRecordError
        calls, people = tuple(dict.fromkeys(call_ids)), tuple(dict.fromkeys(inspectors))
        if not 1 <= len(calls) <= _MOST_CALLS or not 2 <= len(people) <= _MOST_INSPECTORS:
            raise NotNowError(f"1 to {_MOST_CALLS} calls and 2 to {_MOST_INSPECTORS} inspectors are needed")
        for call_id in calls:
            if await self._store.call(call_id) is None:
                raise UnknownRecordError
        now = self._clock.now_at()
        fresh = Calibration(
            calibration_id=str(ULID.from_datetime(now)),
            version=1,
            title=title,
            sheet=sheet,
            call_ids=calls,
            inspectors=people,
            by=by,
            created_at=now,
            closed_at=None,
        )
        step = Step("begin", by, now)
        return versioned(
            await self._store.write(lambda engine: self._rounds.add(engine, fresh.calibration_id, fresh, step))
        )

    async def score(self, calibration_id: str, call_id: str, by: str) -> Score:
        """This inspector's own blind score of a call of the round. Raises UnknownRecordError, NotNowError."""
        each = await self.get(calibration_id)
        if each.closed_at is not None:
            raise NotNowError("the round is closed")
        if by not in each.inspectors or call_id not in each.call_ids:
            raise NotNowError("the round asks others, or about other calls")
        return await self._scoring.begin(call_id, each.sheet, by, calibration_id)

    async def close(self, calibration_id: str, version: int, by: str) -> Calibration:
        """End the round; its scores are shown from now on. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        now = self._clock.now_at()

        def change(current: Calibration) -> Calibration:
            if current.closed_at is not None:
                raise NotNowError("the round is closed already")
            return replace(current, closed_at=now)

        step = Step("close", by, now)
        return versioned(
            await self._store.write(lambda engine: self._rounds.amend(engine, calibration_id, version, change, step))
        )

    async def get(self, calibration_id: str) -> Calibration:
        """One round. Raises UnknownRecordError."""
        return versioned(await self._store.read(lambda engine: self._rounds.get(engine, calibration_id)))

    async def rounds(self, limit: int) -> Sequence[Calibration]:
        """Rounds, newest first."""
        return [
            versioned(kept) for kept in await self._store.read(lambda engine: self._rounds.find(engine, limit=limit))
        ]

    async def scores(self, calibration_id: str) -> Sequence[Score]:
        """Every score of a round, drafts too, oldest first."""
        found = await self._store.read(lambda engine: self._scores.find(engine, about=calibration_id))
        return [versioned(kept) for kept in reversed(found)]

    async def agreement(self, calibration_id: str) -> Agreement:
        """How far the inspectors agree. Raises UnknownRecordError, and NotNowError while the round is open."""
        each = await self.get(calibration_id)
        if each.closed_at is None:
            raise NotNowError("the round is open: agreement is shown when it is closed")
        scores = [score for score in await self.scores(calibration_id) if score.state is not ScoreState.DRAFT]
        sheet = await self._scoring.sheet_of(scores[0].sheet_digest) if scores else self._scoring.sheets[each.sheet]
        return agreement_of(sheet, scores)


def agreement_of(sheet: ScoreSheet, scores: Sequence[Score]) -> Agreement:
    """Alpha over the results (points; of indicator sheets how many passed) and over each item, and drift in points."""
    results: dict[str, dict[str, float]] = defaultdict(dict)
    for score in scores:
        results[score.call.call_id][score.inspector] = _result(score)
    items = []
    for item in sheet.items:
        units: dict[str, list[float]] = defaultdict(list)
        for score in scores:
            units[score.call.call_id].append(_value(item, score.mark_of(item.id)))
        scale = _scale(item)
        items.append((item.id, scale, krippendorff_alpha(units.values(), scale)))
    return Agreement(
        alpha=krippendorff_alpha([list(call.values()) for call in results.values()], Scale.INTERVAL),
        items=tuple(items),
        drift=tuple(sorted(drift_of(results.values()).items())),
        scores=len(scores),
    )


def _result(score: Score) -> float:
    if score.result.points is not None:
        return float(score.result.points)
    return float(score.result.indicators.passed) if score.result.indicators is not None else 0.0


def _scale(item: Item) -> Scale:
    if isinstance(item, IndicatorItem):
        return Scale.NOMINAL
    return Scale.ORDINAL if isinstance(item, LevelItem) else Scale.INTERVAL


def _value(item: Item, mark: Mark | None) -> float:
    """A mark as a number: which level or choice (0 the best), or how often something happened."""
    if isinstance(item, LevelItem):
        names = [level.id for level in item.levels]
        return float(names.index(mark.choice)) if mark is not None and mark.choice in names else 0.0
    if isinstance(item, IndicatorItem):
        return {"failed": 1.0, "not_involved": 2.0}.get(mark.choice or "", 0.0) if mark is not None else 0.0
    return float(sum(mark.counts.values())) if mark is not None else 0.0
