"""Calls, alerts and the desk as the one who asks may see them: what is out of scope is not there.

The sources of `web.sources` with the same methods. Whoever is asked by no request is asked by nobody and shows nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.alert import Alert
from config.life import EscalationSettings
from config.roster import Roster
from streaming.frames import Leg
from web.desk_sources import (
    AgentTip,
    AlertFigures,
    AskedAct,
    DeskSource,
    Mute,
    RulePrecision,
    SuppressionView,
    UnknownMuteError,
)
from web.problems import ProblemError
from web.sources import (
    AlertChange,
    Alerts,
    AnnouncedCall,
    Announcement,
    CallEvent,
    Calls,
    CallState,
    CallView,
    Clips,
    Timeline,
    TranscriptLine,
    UnknownCallError,
)
from web.trust.gate import Place
from web.trust.rights import Right
from web.trust.who import Principal, who_asks

_PAGE = 500  # asked of the source at a time
_MOST_PAGES = 40  # looked through for one answer; a page beyond is asked for by its cursor


def sees_call(who: Principal, call: CallView) -> bool:
    """Whether the call lies within the scope."""
    return who.scope.covers(call.site, call.team, call.queue)


def sees_alert(who: Principal, alert: Alert) -> bool:
    """Whether the alert lies within the scope."""
    return who.scope.covers(alert.site, alert.team, alert.queue)


class ScopedCalls:
    """Fills `web.sources.Calls`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def announce(self, announcement: Announcement) -> AnnouncedCall:
        """Only calls whose id begins as the key says."""
        prefix = who_asks().calls_prefix
        if prefix and not (announcement.call_id or "").startswith(prefix):
            raise ProblemError(403, "not-your-call", f"This key announces calls whose call_id begins with {prefix}.")
        return await self._calls.announce(announcement)

    async def amend(self, call_id: str, announcement: Announcement) -> CallView:
        """The gate has looked at the key."""
        return await self._calls.amend(call_id, announcement)

    async def report(self, call_id: str, event: CallEvent) -> None:
        """The gate has looked at the key."""
        await self._calls.report(call_id, event)

    async def search(
        self, state: CallState | None, queue: str | None, limit: int, before: str | None
    ) -> list[CallView]:
        """Those within the scope."""
        who = who_asks()
        if who.scope.everywhere:
            return await self._calls.search(state, queue, limit, before)
        found: list[CallView] = []
        for _ in range(_MOST_PAGES):
            page = await self._calls.search(state, queue, _PAGE, before)
            found += [call for call in page if sees_call(who, call)]
            if len(page) < _PAGE or len(found) >= limit:
                break
            before = page[-1].call_id
        return found[:limit]

    async def get(self, call_id: str) -> CallView:
        """Raises UnknownCallError out of scope."""
        call = await self._calls.get(call_id)
        if not sees_call(who_asks(), call):
            raise UnknownCallError
        return call

    async def transcript(self, call_id: str) -> list[TranscriptLine]:
        """The legs that may be heard, of a call within the scope."""
        await self.get(call_id)
        who = who_asks()
        return [line for line in await self._calls.transcript(call_id) if who.hears(line.heard.leg)]

    async def timeline(self, call_id: str) -> Timeline:
        """Of a call within the scope."""
        await self.get(call_id)
        return await self._calls.timeline(call_id)

    async def audio(
        self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg], *, bleeped: bool = False
    ) -> tuple[int, list[bytes]]:
        """A leg that may not be heard is silent, numbers that may not be heard are covered."""
        await self.get(call_id)
        who = who_asks()
        bleeped = bleeped or not who.may(Right.HEAR_NUMBERS)
        begin_ms, channels = await self._calls.audio(call_id, from_ms, to_ms, legs, bleeped=bleeped)
        heard = [each if who.hears(leg) else bytes(len(each)) for leg, each in zip(legs, channels, strict=False)]
        return begin_ms, heard


class ScopedAlerts:
    """Fills `web.sources.Alerts`."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts

    async def search(
        self,
        state: Sequence[str],
        severity: Sequence[str],
        kind: Sequence[str],
        call_id: str | None,
        since: datetime | None,
        limit: int,
        before: int | None,
    ) -> list[AlertChange]:
        """Those within the scope."""
        who = who_asks()
        if who.scope.everywhere:
            return await self._alerts.search(state, severity, kind, call_id, since, limit, before)
        found: list[AlertChange] = []
        for _ in range(_MOST_PAGES):
            page = await self._alerts.search(state, severity, kind, call_id, since, _PAGE, before)
            found += [change for change in page if sees_alert(who, change.alert)]
            if len(page) < _PAGE or len(found) >= limit or page[-1].sequence is None:
                break
            before = page[-1].sequence
        return found[:limit]

    async def get(self, alert_id: str) -> list[AlertChange]:
        """Nothing out of scope."""
        changes = await self._alerts.get(alert_id)
        return changes if changes and sees_alert(who_asks(), changes[-1].alert) else []

    async def open_now(self) -> tuple[int, list[Alert]]:
        """Those within the scope."""
        who = who_asks()
        newest, alerts = await self._alerts.open_now()
        return newest, [alert for alert in alerts if sees_alert(who, alert)]

    async def since(self, sequence: int, limit: int) -> list[AlertChange] | None:
        """Those within the scope."""
        who = who_asks()
        changes = await self._alerts.since(sequence, limit)
        return None if changes is None else [each for each in changes if sees_alert(who, each.alert)]


class ScopedClips:
    """Fills `web.sources.Clips`. The gate has looked at the alert; here it is about legs."""

    def __init__(self, clips: Clips) -> None:
        self._clips = clips

    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        """A clip holds both parties and its hash is over both, so it is not for ears of one leg."""
        if who_asks().legs != "both":
            raise ProblemError(403, "one-leg", "A clip holds both parties; you may hear one of them.")
        return await self._clips.clip(alert_id, as_wav=as_wav)


class ScopedDesk:
    """Fills `web.desk_sources.DeskSource`."""

    def __init__(self, desk: DeskSource, calls: Calls, agent: Callable[[str], tuple[Place, ...]]) -> None:
        self._desk, self._calls, self._agent = desk, calls, agent

    @property
    def escalation(self) -> EscalationSettings:
        """The same for all."""
        return self._desk.escalation

    @property
    def people(self) -> Sequence[tuple[str, str | None]]:
        """Whom alerts may be assigned to: of the own places, and those of no place."""
        return [each for each in self._desk.people if self._sees_agent(each[0], unplaced=True)]

    def person(self, name: str | None) -> str:
        """Who acts."""
        return self._desk.person(name)

    async def act(self, alert_id: str, asked: AskedAct) -> AlertChange:
        """The gate has looked at the alert."""
        return await self._desk.act(alert_id, asked)

    def tips(self, agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
        """The gate has looked at the agent."""
        return self._desk.tips(agent_id, since)

    async def suppressed(self, call_id: str | None, limit: int) -> Sequence[SuppressionView]:
        """Of calls within the scope."""
        found = await self._desk.suppressed(call_id, limit)
        who = who_asks()
        if who.scope.everywhere:
            return found
        seen: dict[str, bool] = {}
        for each in {view.call_id for view in found}:
            try:
                seen[each] = sees_call(who, await self._calls.get(each))
            except UnknownCallError:
                seen[each] = False
        return [view for view in found if seen[view.call_id]]

    async def mute(self, mute: Mute) -> Mute:
        """Within the scope only: who may not see a place may not silence it."""
        if not self._covers(mute):
            raise ProblemError(403, "out-of-scope", "A mute must name a team, queue or agent within your scope.")
        return await self._desk.mute(mute)

    async def mutes(self) -> Sequence[Mute]:
        """Those within the scope."""
        return [mute for mute in await self._desk.mutes() if self._covers(mute)]

    async def unmute(self, mute_id: str, by: str) -> None:
        """One within the scope."""
        if all(mute.mute_id != mute_id for mute in await self.mutes()):
            raise UnknownMuteError
        await self._desk.unmute(mute_id, by)

    async def figures(self, since: datetime) -> AlertFigures:
        """Of the whole house, without names of people of other places."""
        figures = await self._desk.figures(since)
        return replace(
            figures, loads=tuple(load for load in figures.loads if self._sees_agent(load.person, unplaced=False))
        )

    async def precision(self) -> Sequence[RulePrecision]:
        """Of rules, not of people."""
        return await self._desk.precision()

    async def let_speak(self, rule: str, by: str) -> None:
        """A rule speaks for all."""
        await self._desk.let_speak(rule, by)

    def _covers(self, mute: Mute) -> bool:
        scope = who_asks().scope
        if scope.everywhere:
            return True
        if mute.agent_id is not None and mute.team is None and mute.queue is None:
            return self._sees_agent(mute.agent_id, unplaced=False)
        if scope.sites and not (scope.teams or scope.queues):
            return False  # a mute names no site, so it would reach beyond
        return (not scope.teams or mute.team in scope.teams) and (not scope.queues or mute.queue in scope.queues)

    def _sees_agent(self, agent_id: str, *, unplaced: bool) -> bool:
        scope = who_asks().scope
        places = self._agent(agent_id)
        return scope.everywhere or (unplaced and not places) or any(scope.covers(*each) for each in places)


class KnownPlaces:
    """Fills `web.trust.gate.Places` from the sources themselves."""

    def __init__(self, calls: Calls, alerts: Alerts, roster: Callable[[], Roster]) -> None:
        self._calls, self._alerts, self._roster = calls, alerts, roster

    async def call(self, call_id: str) -> CallView:
        """As its node sees it now, else as stored."""
        return await self._calls.get(call_id)

    async def alert(self, alert_id: str) -> Alert | None:
        """In its newest version."""
        changes = await self._alerts.get(alert_id)
        return changes[-1].alert if changes else None

    def agent(self, agent_id: str) -> tuple[Place, ...]:
        """Every combination of sites, teams and queues the roster gives the person."""
        return places_of(self._roster(), agent_id)


def places_of(roster: Roster, person_id: str) -> tuple[Place, ...]:
    """Where somebody works, as the roster knows; a team's site counts where the person has none."""
    person = roster.person(person_id)
    if person is None:
        return ()
    sites_of_teams = {team.id: team.site for team in roster.teams}
    of_teams = tuple(site for team in person.teams if (site := sites_of_teams.get(team)) is not None)
    return tuple(
        (site, team, queue)
        for site in (person.sites or of_teams or (None,))
        for team in (person.teams or (None,))
        for queue in (person.queues or (None,))
    )
