"""Which seconds a listener may hear: written into the ledger in advance, so that all sound that goes out has a row."""

import asyncio
import contextlib
from dataclasses import replace

from streaming.frames import FRAME_MS, Leg
from web.sources import CallView, StoreUnavailableError
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import Principal

_LEGS = (Leg.AGENT, Leg.CUSTOMER)


class ListenedStretch:
    """The rows of one listener of one call. `covers` returns when a frame may go out; it waits only where it must.

    A stretch begins with a row `begun`, goes on with rows `running`, each written before its first second is heard,
    and ends with a row `ended` that says what really was. Live sound and a replay are stretches of their own.
    """

    def __init__(self, ledger: Ledger, who: Principal, call: CallView, step_s: float) -> None:
        self._ledger, self._who, self._step_ms = ledger, who, round(step_s * 1000)
        self._deed = Deed(
            Act.LISTEN,
            call_id=call.call_id,
            legs=tuple(leg for leg in _LEGS if who.hears(leg)),
            agent_id=call.agent.id if call.agent is not None else None,
            site=call.site,
            team=call.team,
            queue=call.queue,
        )
        self._act: Act | None = None  # of the stretch that runs
        self._from_ms = self._heard_ms = self._allowed_ms = 0
        self._ahead: asyncio.Task[None] | None = None

    async def covers(self, at_ms: int, *, replayed: bool) -> None:
        """Raises StoreUnavailableError when the row cannot be written: then the frame must not go out."""
        act = Act.REPLAY if replayed else Act.LISTEN
        goes_on = act is self._act and self._heard_ms <= at_ms + FRAME_MS and at_ms <= self._allowed_ms
        if not goes_on:
            await self.end()
            await self._write(act, "begun", at_ms, at_ms + self._step_ms)
            self._act, self._from_ms, self._allowed_ms = act, at_ms, at_ms + self._step_ms
        elif at_ms + FRAME_MS > self._allowed_ms:
            await self._further()
        elif self._ahead is None and self._allowed_ms - at_ms < self._step_ms // 2:
            self._ahead = asyncio.create_task(self._write(act, "running", *self._next()))
        self._heard_ms = max(self._heard_ms, at_ms + FRAME_MS) if goes_on else at_ms + FRAME_MS

    async def end(self) -> None:
        """What really was heard. Where it cannot be written, the rows written in advance say more, never less."""
        if self._ahead is not None:
            with contextlib.suppress(StoreUnavailableError):
                await self._ahead
            self._ahead = None
        if self._act is not None:
            act, self._act = self._act, None
            with contextlib.suppress(StoreUnavailableError):
                await self._write(act, "ended", self._from_ms, self._heard_ms)

    async def _further(self) -> None:
        if self._ahead is None:
            self._ahead = asyncio.create_task(self._write(self._act or Act.LISTEN, "running", *self._next()))
        ahead, self._ahead = self._ahead, None
        await ahead
        self._allowed_ms += self._step_ms

    def _next(self) -> tuple[int, int]:
        return self._allowed_ms, self._allowed_ms + self._step_ms

    async def _write(self, act: Act, phase: str, from_ms: int, to_ms: int) -> None:
        await self._ledger.write(self._who, replace(self._deed, act=act, phase=phase, from_ms=from_ms, to_ms=to_ms))  # type: ignore[arg-type]
