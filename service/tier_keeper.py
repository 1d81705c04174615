"""Runs the ladder of every language: ten times a second from measured load to steps, and the steps to the calls."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from alerts.alert import AlertState, Severity
from config.settings import Language, Settings
from service.call_board import CallBoard
from service.call_record import known_language
from service.clock import Clock
from service.live_call import LiveCall
from service.recognition.ladder import CallStanding, Ladder, Load
from web.sources import CallState, Tier

_log = structlog.get_logger(__name__)
_EVERY_S = 0.1
_GRAVE = frozenset({Severity.MAJOR, Severity.CRITICAL})
_STANDING = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED})


class MeasuredGroup(Protocol):
    """What the ladder must know of the recognition of one language: a RecognitionGroup, or a fake in tests."""

    @property
    def workers(self) -> int:
        """How many there should be."""
        ...

    @property
    def busy_ratio(self) -> float:
        """Share of the last seconds in which they had work waiting."""
        ...

    @property
    def recovering(self) -> bool:
        """Whether one was lost a moment ago."""
        ...

    @property
    def heard_ms_per_worker(self) -> int:
        """Speech decoded since the start, shared by the workers."""
        ...

    @property
    def no_spotting(self) -> str | None:
        """Why phrases cannot be spotted; None when they can."""
        ...

    def lag_ms(self) -> int:
        """How late the words are."""
        ...


class MeasuredGroups(Protocol):
    """The recognition of all languages: RecognitionGroups, or a fake in tests."""

    def running(self) -> Mapping[Language, MeasuredGroup]:
        """Those that have been started."""
        ...


class TierKeeper:
    """Started by main. A language without a running recogniser has no ladder: its calls are served by sound."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        board: CallBoard,
        groups: MeasuredGroups,
        listened: Callable[[str], bool],
    ) -> None:
        self._settings, self._clock, self._board, self._groups = settings, clock, board, groups
        self._listened = listened
        self._ladders: dict[Language, Ladder] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            self.look()

    def look(self) -> None:
        """Once over all calls."""
        calls: dict[Language | None, list[LiveCall]] = {}
        for call in self._board.live_calls():
            if not call.closed and call.record.state is not CallState.ENDED:
                calls.setdefault(known_language(call.record.language), []).append(call)
        for language, group in self._groups.running().items():
            self._decide(language, group, calls.get(language, []))

    def steps(self) -> tuple[int, int]:
        """Steps down and up since the start, of all languages."""
        ladders = self._ladders.values()
        return sum(ladder.counts.down for ladder in ladders), sum(ladder.counts.up for ladder in ladders)

    def _decide(self, language: Language, group: MeasuredGroup, calls: list[LiveCall]) -> None:
        recognition = self._settings.recognition
        ladder = self._ladders.get(language)
        if ladder is None:
            ladder = self._ladders[language] = Ladder(recognition.ladder, group.workers, Tier(recognition.highest_tier))
        by_id = {call.record.call_id: call for call in calls}
        cold = group.heard_ms_per_worker < recognition.ladder.cold_s * 1000
        load = Load(group.lag_ms(), group.busy_ratio, group.recovering, cold)
        standings = [self._standing(call) for call in calls]
        for change in ladder.decide(load, standings, self._clock.monotonic_ms(), spotting=group.no_spotting is None):
            by_id[change.call_id].serve(change.tier)
            _log.info(
                "call listened to differently",
                call_id=change.call_id,
                tier=change.tier.value,
                lag_ms=load.lag_ms,
                busy_ratio=round(load.busy_ratio, 2),
            )

    def _standing(self, call: LiveCall) -> CallStanding:
        record = call.record
        flagged = record.risk >= self._settings.recognition.ladder.flagged_risk or any(
            alert.severity in _GRAVE and alert.state in _STANDING for alert in call.alerts.values()
        )
        return CallStanding(
            call_id=record.call_id,
            tier=call.tier,
            precious=flagged or self._listened(record.call_id),
            risk=record.risk,
            queued_ms=sum(recognition.queued_ms for recognition in call.recognitions.values()),
        )
