"""The floor as far as a scope reaches: what is beyond is neither shown nor counted."""

from dataclasses import replace

from config.roster import Roster
from web.trust.scoped import places_of
from web.trust.who import Scope
from web.wallboard import FloorNow


def within(floor: FloorNow, scope: Scope, roster: Roster) -> FloorNow:
    """The same floor for somebody of this scope. Figures of the whole house go: they are of other places too."""
    if scope.everywhere:
        return floor
    queues = {queue.id: queue for queue in roster.queues}
    sites = {team.id: team.site for team in roster.teams}

    def holds(name: str) -> bool:
        queue = queues.get(name)
        team = queue.team if queue is not None else None
        site = queue.site if queue is not None else None
        return scope.covers(site or sites.get(team or ""), team, name)

    return replace(
        floor,
        calls=[call for call in floor.calls if scope.covers(call.site, call.team, call.queue)],
        begun=[begun for begun in floor.begun if scope.covers(begun.site, begun.team, begun.queue)],
        open_alerts=[alert for alert in floor.open_alerts if scope.covers(alert.site, alert.team, alert.queue)],
        recent_alerts=[alert for alert in floor.recent_alerts if scope.covers(alert.site, alert.team, alert.queue)],
        queues=[(news, stale) for news, stale in floor.queues if holds(news.queue)],
        figures=None,
    )


def agents_within(scope: Scope, roster: Roster) -> frozenset[str]:
    """Whose states are counted for somebody of this scope."""
    return frozenset(
        person.id for person in roster.people if any(scope.covers(*place) for place in places_of(roster, person.id))
    )
