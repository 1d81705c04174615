"""Tells every wallboard the floor once a second, as long as there is one; asks nobody anything while there is none."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from alerts.alert import Alert
from config.roster import Roster
from web.alert_messages import is_over
from web.audience import Audience
from web.desk_sources import AlertFigures, DeskSource
from web.floor import Floor
from web.sources import AlertChange, Alerts, Calls, CallState, CallView, StoreUnavailableError
from web.trust.floor_scope import agents_within, within
from web.wallboard import TREND_MINUTES, Begun, FloorNow, build_wallboard
from web.wallboard_strips import Strips

_BEAT_S = 1.0
_FIGURES_S = 15.0
_HOUR = timedelta(minutes=TREND_MINUTES)
_MOST_KEPT = 20_000
_MOST_CHANGES = 5_000
_LIVE = (CallState.LIVE, CallState.HELD)


class HourOfAlerts:
    """Open alerts and those of the last hour, kept up with the store change by change."""

    def __init__(self, newest: int, open_alerts: Iterable[Alert], recent: Sequence[AlertChange]) -> None:
        self.newest = newest
        self.open = {alert.alert_id: alert for alert in open_alerts}
        self.recent = {change.alert.alert_id: change.alert for change in reversed(recent)}  # the oldest first

    def take(self, changes: Iterable[AlertChange]) -> None:
        """What has changed since; a change that was shown before it was stored comes twice and counts once."""
        for change in changes:
            alert = change.alert
            if change.sequence is not None:
                self.newest = max(self.newest, change.sequence)
            if is_over(alert):
                self.open.pop(alert.alert_id, None)
            else:
                self.open[alert.alert_id] = alert
            self.recent[alert.alert_id] = alert

    def forget_before(self, at: datetime) -> None:
        """Let go what is older than the board shows."""
        self.recent = {alert_id: alert for alert_id, alert in self.recent.items() if alert.opened_at >= at}
        while len(self.recent) > _MOST_KEPT:
            del self.recent[next(iter(self.recent))]


class WallboardBeat:
    """Calls of all nodes as `Calls` knows them, alerts from the store that all nodes share."""

    def __init__(
        self,
        calls: Calls,
        alerts: Alerts,
        desk: DeskSource,
        floor: Floor,
        audience: Audience,
        now_at: Callable[[], datetime],
        agents_of: Callable[[frozenset[str]], frozenset[str]] = lambda _teams: frozenset(),
        roster: Callable[[], Roster] = Roster,
    ) -> None:
        self._roster = roster
        self._calls, self._alerts, self._desk = calls, alerts, desk
        self._floor, self._audience, self._now_at = floor, audience, now_at
        self._agents_of = agents_of  # the agents of teams, from the roster
        self._hour: HourOfAlerts | None = None
        self._alerts_at: datetime | None = None
        self._begun: dict[str, Begun] = {}
        self._strips = Strips()
        self._figures: AlertFigures | None = None
        self._figures_at: datetime | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(_BEAT_S)

    async def beat(self) -> None:
        """Tell each wallboard once. What the database does not answer stays as it was and grows old on the board."""
        if not self._audience.wallboards():
            self._hour, self._figures_at, self._begun = None, None, {}
            return
        now_at = self._now_at()
        try:
            calls = await self._live_calls(now_at)
        except StoreUnavailableError:
            return  # the boards say that they hear nothing
        self._strips.take(now_at, calls)
        try:
            await self._read_alerts(now_at)
            await self._read_figures(now_at)
        except StoreUnavailableError:
            if self._hour is None:
                return
        self._tell(now_at, calls)

    def _tell(self, now_at: datetime, calls: list[CallView]) -> None:
        hour = self._hour
        assert hour is not None  # noqa: S101 - read, or the beat would have ended
        queues = [(news, self._floor.is_stale(news, now_at)) for news in self._floor.queues()]
        names = {person.id: person.name for person in self._roster().people if person.name}
        names |= {call.agent.id: call.agent.name for call in calls if call.agent and call.agent.id and call.agent.name}
        told: dict[object, str] = {}
        for console in self._audience.wallboards():
            places, scope = console.places, console.who.scope
            asked = (places, scope)
            if asked not in told:
                wanted = self._agents_of(places[0]) if places[0] else None
                if not scope.everywhere:
                    allowed = agents_within(scope, self._roster())
                    wanted = allowed if wanted is None else wanted & allowed
                floor = FloorNow(
                    now_at=now_at,
                    alerts_at=self._alerts_at or now_at,
                    calls=calls,
                    begun=list(self._begun.values()),
                    open_alerts=list(hour.open.values()),
                    recent_alerts=list(hour.recent.values()),
                    agents=self._floor.count_agents(now_at, wanted),
                    queues=queues,
                    figures=self._figures,
                    strip_of=self._strips.of,
                    names=names,
                )
                floor = within(floor, scope, self._roster())
                told[asked] = build_wallboard(floor, places).model_dump_json()
            console.tell_wallboard(told[asked])

    async def _live_calls(self, now_at: datetime) -> list[CallView]:
        views: list[CallView] = []
        for state in _LIVE:
            views += await self._calls.search(state, None, _MOST_KEPT, None)
        ended = await self._calls.search(CallState.ENDED, None, _MOST_CHANGES, None) if self._hour is None else []
        for view in (*ended, *views):
            self._begun[view.call_id] = Begun(view.started_at, view.team, view.queue, view.site)
        oldest_at = now_at - _HOUR
        running = {view.call_id for view in views}
        self._begun = {
            call_id: begun for call_id, begun in self._begun.items() if begun.at >= oldest_at or call_id in running
        }
        while len(self._begun) > _MOST_KEPT:
            del self._begun[next(iter(self._begun))]
        return views

    async def _read_alerts(self, now_at: datetime) -> None:
        oldest_at = now_at - _HOUR
        changes = None if self._hour is None else await self._alerts.since(self._hour.newest, _MOST_CHANGES)
        if self._hour is None or changes is None:
            newest, open_alerts = await self._alerts.open_now()
            recent = await self._alerts.search((), (), (), None, oldest_at, _MOST_CHANGES, None)
            self._hour = HourOfAlerts(newest, open_alerts, recent)
        else:
            self._hour.take(changes)
        self._hour.forget_before(oldest_at)
        self._alerts_at = now_at

    async def _read_figures(self, now_at: datetime) -> None:
        if self._figures_at is None or (now_at - self._figures_at).total_seconds() >= _FIGURES_S:
            self._figures = await self._desk.figures(now_at - timedelta(days=1))
            self._figures_at = now_at
