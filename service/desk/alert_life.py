"""Alerts as they live on: acts of people one at a time, and the clocks that run over every open alert of all nodes."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Protocol

import structlog

from alerts.alert import Action, Alert, AlertState, Severity
from alerts.desk import inhibits
from alerts.life.acts import Act, ImpossibleActError, after
from alerts.life.escalation import HIGHEST_LEVEL, MISSED, REACHED, escalated, next_step, settled, woken
from alerts.life.suppression import Cause, Suppression
from config.life import DeskSettings
from service.clock import Clock
from service.desk.rulings import ALERT, Rulings
from web.desk_sources import AskedAct, NotPossibleError
from web.sources import AlertChange, CallState, CallView, StaleAlertError, StoreUnavailableError, UnknownAlertError

_log = structlog.get_logger(__name__)
_TICK_S = 0.2
_ABROAD_S = 1.0  # another node's alert is left to that node for so long
_LOOK_FOR_ENDED = timedelta(seconds=10)  # open alerts of calls whose node has died are settled within this time
_ENDED_REMEMBERED = 10_000
_MOST_OPEN = 50_000
_OVER = (AlertState.RESOLVED, AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN)
_MOST_OF_A_CALL = 1_000


class AlertStore(Protocol):
    """What the life of alerts needs of the store."""

    async def amend_alert(self, alert_id: str, change: Callable[[Alert], Alert | None]) -> AlertChange | None:
        """The next version made from the newest, in one transaction; None when `change` wants none."""
        ...

    async def open_now(self) -> tuple[int, list[Alert]]:
        """The newest sequence and every alert that is not over."""
        ...

    async def search(
        self,
        state: tuple[str, ...],
        severity: tuple[str, ...],
        kind: tuple[str, ...],
        call_id: str | None,
        since: datetime | None,
        limit: int,
        before: int | None,
    ) -> list[AlertChange]:
        """Newest change of each alert."""
        ...

    async def call(self, call_id: str) -> CallView | None:
        """One call as last stored."""
        ...


class AlertLife:
    """Who acts first wins: every change is made from the newest version inside one transaction of the store.

    `told` hears every change of every node; `run` wakes, escalates and settles. Each node does so for its own calls at
    once and for those of others a second later, so a clock survives the node that started it.
    """

    def __init__(
        self,
        store: AlertStore,
        settings: DeskSettings,
        clock: Clock,
        rulings: Rulings,
        is_ours: Callable[[str], bool],
        keep_back: Callable[[Suppression], None],
    ) -> None:
        self._store, self._settings, self._clock, self._rulings = store, settings, clock, rulings
        self._is_ours, self._keep_back = is_ours, keep_back
        self._open: OrderedDict[str, Alert] = OrderedDict()
        self._due: list[tuple[datetime, str, int]] = []  # a heap: when, which alert, in which version
        self._ended: OrderedDict[str, datetime] = OrderedDict()  # calls whose end is known
        self._to_settle: dict[str, datetime] = {}
        self._to_amend: dict[str, Callable[[Alert], Alert | None]] = {}  # what suppresses or releases, by alert
        self._looked_at: datetime | None = None
        self.failures = 0
        self.escalations: Counter[int] = Counter({level + 1: 0 for level in range(HIGHEST_LEVEL)})  # done by this node
        self.outcomes: Counter[str] = Counter({REACHED: 0, MISSED: 0})  # given by this node

    def standing(self) -> "Counter[tuple[AlertState, Severity]]":
        """How many alerts stand where, of all nodes."""
        return Counter((alert.state, alert.severity) for alert in self._open.values())

    # --- people ------------------------------------------------------------------------------------------------

    async def act(self, alert_id: str, asked: AskedAct) -> AlertChange:
        """Raises UnknownAlertError, StaleAlertError, NotPossibleError, StoreUnavailableError."""
        act = Act(asked.action, asked.by, self._clock.now_at(), asked.assignee, asked.until, asked.reason, asked.text)

        def if_newest(newest: Alert) -> Alert:
            if newest.version != asked.version:
                raise StaleAlertError(newest)
            try:
                return after(newest, act)
            except ImpossibleActError as error:
                raise NotPossibleError(error.why, newest) from None

        change = await self._store.amend_alert(alert_id, if_newest)
        if change is None:  # `if_newest` always wants a change
            raise UnknownAlertError
        return change

    # --- what happens ------------------------------------------------------------------------------------------

    def told(self, alert: Alert) -> None:
        """An alert in a new version, of any node."""
        self._rulings.repetitions.note(alert)
        known = self._open.get(alert.alert_id)
        if known is not None and known.version >= alert.version:
            return
        ended_at = self._ended.get(alert.call_id)
        if ended_at is not None and settled(alert, ended_at, self._clock.now_at()) is not None:
            self._to_settle[alert.call_id] = ended_at  # stored only after its call was over
        if alert.state in _OVER:
            self._open.pop(alert.alert_id, None)
            if alert.state is not AlertState.RESOLVED:
                self._release(f"{ALERT}{alert.alert_id}", alert.call_id)
        else:
            self._open[alert.alert_id] = alert
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
            self._set_clock(alert)
            if inhibits(alert) and not (known is not None and inhibits(known)):
                self._inhibit(alert)

    def call_ended(self, call_id: str, ended_at: datetime) -> None:
        """A call is over for certain."""
        if call_id not in self._ended:
            self._ended[call_id] = self._to_settle[call_id] = ended_at
            while len(self._ended) > _ENDED_REMEMBERED:
                self._ended.popitem(last=False)

    def silence(self, of: Callable[[Alert], bool], suppressed_by: str, reason: str, by: str | None) -> list[Alert]:
        """Suppress the open alerts that `of` picks; the answer is those. It is done within a second."""
        picked = [alert for alert in self._open.values() if alert.suppressed_by is None and of(alert)]
        for alert in picked:
            self._suppress(alert, suppressed_by, reason, by)
        return picked

    def speak(self, suppressed_by: str, by: str | None = None) -> None:
        """Release the open alerts that this suppressed; it is done within a second. `by`: who wants it."""
        self._release(suppressed_by, None, by)

    async def end(self, rule: str, by: str) -> None:
        """Resolve every open alert of a rule. Raises StoreUnavailableError."""
        for alert in [each for each in self._open.values() if each.rule == rule]:
            await self._amend(
                alert.alert_id, lambda newest: after(newest, Act(Action.RESOLVE, by, self._clock.now_at()))
            )

    def _inhibit(self, critical: Alert) -> None:
        by = f"{ALERT}{critical.alert_id}"

        def is_hidden(alert: Alert) -> bool:
            return alert.call_id == critical.call_id and alert.severity <= Severity.MINOR

        reason = f"A critical alert of this call speaks for it ({by})."
        for alert in self.silence(is_hidden, by, reason, None):
            kind, at_ms = alert.kind.value, alert.timing.audio_end_ms
            cause, now_at = Cause.INHIBITED, self._clock.now_at()
            self._keep_back(Suppression(alert.call_id, alert.alert_id, alert.rule, kind, cause, reason, at_ms, now_at))

    def _suppress(self, alert: Alert, suppressed_by: str, reason: str, by: str | None) -> None:
        def suppressed(newest: Alert) -> Alert | None:
            if newest.suppressed_by is not None or newest.state in _OVER:
                return None
            act = Act(Action.SUPPRESS, by, self._clock.now_at(), reason=reason[:200])
            return replace(after(newest, act), suppressed_by=suppressed_by)

        self._to_amend[alert.alert_id] = suppressed

    def _release(self, suppressed_by: str, call_id: str | None, by: str | None = None) -> None:
        def released(newest: Alert) -> Alert | None:
            if newest.suppressed_by != suppressed_by:
                return None
            act = Act(Action.RELEASE, by, self._clock.now_at())
            return replace(after(newest, act), suppressed_by=None, waiting_since=act.at)

        for alert in self._open.values():
            if alert.suppressed_by == suppressed_by and call_id in (None, alert.call_id):
                self._to_amend[alert.alert_id] = released

    # --- clocks ------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Know every open alert. Raises StoreUnavailableError."""
        for alert in (await self._store.open_now())[1]:
            self.told(alert)

    async def run(self) -> None:
        """Turn the clocks until cancelled."""
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                await self.tick()
            except StoreUnavailableError:
                self.failures += 1
                await asyncio.sleep(1)

    async def tick(self) -> None:
        """Everything that is due now. Raises StoreUnavailableError; what was not done stays due."""
        now_at = self._clock.now_at()
        while self._to_amend:
            alert_id, change = next(iter(self._to_amend.items()))
            await self._amend(alert_id, change)
            if self._to_amend.get(alert_id) is change:
                del self._to_amend[alert_id]
        while self._to_settle:
            call_id, ended_at = next(iter(self._to_settle.items()))
            del self._to_settle[call_id]
            await self._settle(call_id, ended_at)
        while self._due and self._due[0][0] <= now_at:
            _, alert_id, version = self._due[0]
            alert = self._open.get(alert_id)
            if alert is not None and alert.version == version:
                await self._turn(alert, now_at)
            heappop(self._due)
        if self._looked_at is None or now_at - self._looked_at >= _LOOK_FOR_ENDED:
            self._looked_at = now_at
            await self._look_for_ended()

    def _set_clock(self, alert: Alert) -> None:
        due_at = alert.snoozed_until
        if alert.state is not AlertState.SNOOZED:
            step = next_step(alert, self._settings.escalation)
            due_at = step.due_at if step is not None and alert.call_id not in self._ended else None
        if due_at is not None:
            abroad = timedelta(seconds=0 if self._is_ours(alert.call_id) else _ABROAD_S)
            heappush(self._due, (due_at + abroad, alert.alert_id, alert.version))

    async def _turn(self, alert: Alert, now_at: datetime) -> None:
        """Wake or escalate; whoever of the nodes is first does it, for the others it is done."""
        if alert.state is AlertState.SNOOZED:
            await self._amend(alert.alert_id, lambda newest: woken(newest, now_at))
            return
        if alert.call_id in self._ended:
            return
        call = await self._store.call(alert.call_id)
        if call is not None and call.state is CallState.ENDED and not self._is_ours(alert.call_id):
            self.call_ended(call.call_id, call.ended_at or now_at)
            return
        rulings, settings = self._rulings, self._settings.escalation
        await self._amend(alert.alert_id, lambda newest: escalated(newest, settings, now_at, rulings.also_told(newest)))

    async def _settle(self, call_id: str, ended_at: datetime) -> None:
        now_at = self._clock.now_at()
        found = await self._store.search((), (), (), call_id, None, _MOST_OF_A_CALL, None)
        for change in found:
            if settled(change.alert, ended_at, now_at) is not None:
                await self._amend(change.alert.alert_id, lambda newest: settled(newest, ended_at, now_at))

    async def _look_for_ended(self) -> None:
        """Calls that ended while nobody here heard of it: their node has died, or this one was not there yet."""
        waiting = {alert.call_id for alert in self._open.values() if alert.outcome is None}
        for call_id in [each for each in waiting if each not in self._ended and not self._is_ours(each)]:
            call = await self._store.call(call_id)
            if call is not None and call.state is CallState.ENDED:
                self.call_ended(call_id, call.ended_at or self._clock.now_at())

    async def _amend(self, alert_id: str, change: Callable[[Alert], Alert | None]) -> None:
        try:
            changed = await self._store.amend_alert(alert_id, change)
        except UnknownAlertError:
            self._open.pop(alert_id, None)  # shown while the store could not write: its change comes when it can
            return
        except ImpossibleActError:
            return  # a person was faster
        if changed is not None:
            self._count(changed.alert)
            self.told(changed.alert)

    def _count(self, changed: Alert) -> None:
        if changed.change.action is Action.ESCALATE:
            self.escalations[changed.escalation_level] += 1
        elif changed.change.action is Action.SETTLE and changed.outcome is not None:
            self.outcomes[changed.outcome] += 1
