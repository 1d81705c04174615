"""Call-backs: every customer who gave up waiting becomes a task, until somebody reached them or tried often enough."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import AlertState, Kind
from alerts.masking.call_masker import masked_note
from config.closed_loop import CallBackSettings
from service.clock import Clock
from service.inspection.kinds import call_back_records, versioned
from service.inspection.scoring import facts_of, id_of
from service.store.inspection_records import Step
from service.store.store import Store
from web.inspection.views import Attempt, CallBack, NotNowError

_MOST = 500
_OVERLAP = timedelta(minutes=5)  # an alert may be stored a little after others that were opened later
_FIRST_LOOK = timedelta(days=2)
_NOT_SO = (AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN, AlertState.PROVISIONAL)


class CallBacks:
    """Fills `web.inspection.sources.CallBackSource`."""

    def __init__(self, store: Store, clock: Clock, settings: CallBackSettings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._records = call_back_records()
        self._looked_until: datetime | None = None

    async def look(self) -> int:
        """Make tasks of the abandoned calls since the last look; answers how many alerts were looked at."""
        now = self._clock.now_at()
        since = (self._looked_until or now - _FIRST_LOOK) - _OVERLAP
        found = await self._store.search((), (), (Kind.CUSTOMER_ABANDONED.value,), None, since, _MOST, None)
        for change in found:
            if change.alert.state not in _NOT_SO:
                await self._begin(change.alert.call_id, change.alert.opened_at)
        self._looked_until = now
        return len(found)

    async def call_backs(self, *, state: str | None, limit: int) -> Sequence[CallBack]:
        """The next due first."""
        found = await self._store.read(lambda engine: self._records.find(engine, by_due=True, state=state, limit=limit))
        return [versioned(kept) for kept in found]

    async def get(self, call_back_id: str) -> CallBack:
        """One. Raises UnknownRecordError."""
        return versioned(await self._store.read(lambda engine: self._records.get(engine, call_back_id)))

    async def tried(self, call_back_id: str, version: int, *, reached: bool, note: str | None, by: str) -> CallBack:
        """Somebody called. Raises UnknownRecordError, StaleRecordError, NotNowError when too early or closed."""
        now, text = self._clock.now_at(), masked_note(note) if note else None
        gap = timedelta(minutes=self._settings.least_gap_min)

        def change(current: CallBack) -> CallBack:
            _open(current)
            if not reached and current.attempts and now < current.attempts[-1].at + gap:
                raise NotNowError(f"the next attempt counts {self._settings.least_gap_min:g} minutes after the last")
            attempts = (*current.attempts, Attempt(by, now, reached, text))
            state = "reached" if reached else "given_up" if len(attempts) >= self._settings.attempts else "open"
            closed_at = None if state == "open" else now
            return replace(current, attempts=attempts, state=state, assignee=by, closed_at=closed_at)

        step = Step("reached" if reached else "tried", by, now, text)
        return await self._amend(call_back_id, version, change, step)

    async def claim(self, call_back_id: str, version: int, by: str) -> CallBack:
        """Take it in hand. Raises UnknownRecordError, StaleRecordError, NotNowError when it is over."""
        step = Step("claim", by, self._clock.now_at())
        return await self._amend(call_back_id, version, lambda current: replace(_open(current), assignee=by), step)

    async def drop(self, call_back_id: str, version: int, reason: str, by: str) -> CallBack:
        """Nobody needs to be called. Raises UnknownRecordError, StaleRecordError, NotNowError when it is over."""
        now, text = self._clock.now_at(), masked_note(reason)

        def change(current: CallBack) -> CallBack:
            return replace(_open(current), state="dropped", reason=text, assignee=by, closed_at=now)

        return await self._amend(call_back_id, version, change, Step("drop", by, now, text))

    async def _amend(
        self, call_back_id: str, version: int, change: Callable[[CallBack], CallBack], step: Step
    ) -> CallBack:
        return versioned(
            await self._store.write(lambda engine: self._records.amend(engine, call_back_id, version, change, step))
        )

    async def _begin(self, call_id: str, abandoned_at: datetime) -> None:
        call = await self._store.call(call_id)
        if call is None:
            return
        now = self._clock.now_at()
        fresh = CallBack(
            call_back_id=id_of("call_back", call_id),
            version=1,
            state="open",
            call=facts_of(call),
            abandoned_at=abandoned_at,
            due_at=abandoned_at + timedelta(hours=self._settings.within_h),
            assignee=None,
            attempts=(),
            closed_at=None,
        )
        step = Step("begin", None, now)
        await self._store.write(lambda engine: self._records.add(engine, fresh.call_back_id, fresh, step))


def _open(current: CallBack) -> CallBack:
    """The same, while it is open. Raises NotNowError."""
    if current.state != "open":
        raise NotNowError(f"the call-back is {current.state}")
    return current
