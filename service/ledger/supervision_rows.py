"""What becomes of supervisions, written into the ledger as the telephone system tells it: running, changed, ended."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.control.supervisor_room import SupervisionAct
from web.sources import CallView, StoreUnavailableError, UnknownCallError
from web.trust.sources import Deed
from web.trust.supervised import supervision_deed
from web.trust.who import Principal, Scope

_MOST_KEPT = 10_000
_OVER = ("ended", "failed")


class LedgerSoon(Protocol):
    """What is needed of the ledger."""

    def soon(self, who: Principal, deed: Deed) -> None:
        """Write when it can be."""
        ...


class FoundCalls(Protocol):
    """What is needed of the calls."""

    async def get(self, call_id: str) -> CallView:
        """One call as it stands. Raises UnknownCallError."""
        ...


@dataclass(frozen=True, slots=True)
class _Begun:
    at: datetime
    call: CallView


class SupervisionRows:
    """Its `note` is for `SupervisorRoom.note`. That one has begun was written before it was let in."""

    def __init__(self, ledger: LedgerSoon, calls: FoundCalls) -> None:
        self._ledger, self._calls = ledger, calls
        self._begun: OrderedDict[str, _Begun] = OrderedDict()
        self._noted: asyncio.Queue[SupervisionAct] = asyncio.Queue(_MOST_KEPT)
        self.lost = 0

    def note(self, act: SupervisionAct) -> None:
        """Never waits; beyond the bound the newest is dropped and counted."""
        try:
            self._noted.put_nowait(act)
        except asyncio.QueueFull:
            self.lost += 1

    async def run(self) -> None:
        """Write what was noted, until cancelled."""
        while True:
            await self.take(await self._noted.get())

    async def take(self, act: SupervisionAct) -> None:
        """One act into the ledger's queue, with the seconds of the call it is about."""
        begun = self._begun.get(act.supervision_id)
        if begun is None:
            try:
                begun = _Begun(act.at, await self._calls.get(act.call_id))
            except (UnknownCallError, StoreUnavailableError):
                return
            self._begun[act.supervision_id] = begun
            if len(self._begun) > _MOST_KEPT:
                self._begun.popitem(last=False)
        if act.what in _OVER:
            del self._begun[act.supervision_id]
        if act.what == "begun":
            return
        from_ms = begun.call.duration_ms
        to_ms = from_ms + round((act.at - begun.at).total_seconds() * 1000)
        phase = "ended" if act.what in _OVER else "running"
        about = f"{act.what} by {'browser' if act.browser else 'telephone'}"
        who = Principal(name=act.who, acts_as=act.who, rights=frozenset(), scope=Scope())
        self._ledger.soon(who, supervision_deed(act.mode, begun.call, phase, from_ms=from_ms, to_ms=to_ms, about=about))
