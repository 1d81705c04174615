"""Stands in for the telephone systems: lets supervisors into calls in plain memory, and shows it on the call."""

from dataclasses import replace

from tests.fakes.desk import NOON, FakeCalls
from web.audience import Audience
from web.supervision import SupervisionView, UnableError, UnknownSupervisionError, Wish


class FakeSupervising:
    """Fills `web.supervision.Supervising`. A supervision rings until the test answers it."""

    def __init__(self, calls: FakeCalls, audience: Audience) -> None:
        self.wishes: list[tuple[str, Wish]] = []
        self.lacks: str | None = None
        self._calls, self._audience = calls, audience

    async def supervise(self, call_id: str, wish: Wish) -> SupervisionView:
        await self._calls.get(call_id)
        if self.lacks is not None:
            raise UnableError(self.lacks)
        self.wishes.append((call_id, wish))
        known = next((view for view in await self.running(call_id) if view.by == wish.by), None)
        view = SupervisionView("s1", call_id, wish.mode, "starting", wish.by, wish.extension, wish.browser, NOON)
        self._show(call_id, replace(view, state=known.state) if known is not None else view)
        return view

    async def release(self, call_id: str, supervision_id: str, by: str) -> None:
        if all(view.supervision_id != supervision_id for view in await self.running(call_id)):
            raise UnknownSupervisionError
        self._show(call_id)

    async def running(self, call_id: str) -> tuple[SupervisionView, ...]:
        return (await self._calls.get(call_id)).supervisions

    def answer(self, call_id: str) -> None:
        """The supervisor takes up the telephone."""
        self._show(call_id, *(replace(view, state="running") for view in self._calls.views[call_id].supervisions))

    def lose(self, call_id: str, why: str) -> None:
        """The telephone system lets the supervisor go."""
        views = self._calls.views[call_id].supervisions
        self._show(call_id, *(replace(view, state="over", why=why) for view in views))

    def _show(self, call_id: str, *views: SupervisionView) -> None:
        self._calls.views[call_id] = replace(self._calls.views[call_id], supervisions=views)
        self._audience.publish_call(self._calls.views[call_id])
