"""Who is told of an alert: by route, team, queue, site, severity and hours on duty; without a roster, everybody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.alert import Alert, Severity
from config.roster import Person, Role, Roster, Route

_SEVERITIES = {severity.word: severity for severity in Severity}


def route_of(alert: Alert, roster: Roster, now_at: datetime, level: int = 0) -> tuple[str, ...]:
    """Ids of the people whom `level` adds: 0 the first to be told, 1 second supervisors, 2 floor managers.

    The first route that matches decides; where none does, supervisors of the alert's team, queue or site are told
    first, the other supervisors of the site second, its floor managers third. Whoever is off duty is left out; where
    nobody at all would be left to tell first, the answer is empty: everybody.
    """
    route = next((route for route in roster.routes if _matches(route, alert)), None)
    if route is not None:
        named = (route.first, route.second, route.third)[level]
        chosen = [person for person in roster.people if person.id in named]
    else:
        chosen = _by_place(alert, roster, level)
    if level == 2 and not chosen:
        chosen = [person for person in roster.people if Role.FLOOR_MANAGER in person.roles]
    return tuple(dict.fromkeys(person.id for person in chosen if is_on_duty(person, roster, now_at)))


def is_on_duty(person: Person, roster: Roster, now_at: datetime) -> bool:
    """Whether somebody works now, by the clock of their place."""
    if not person.duty:
        return True
    local = now_at.astimezone(ZoneInfo(_zone_of(person, roster)))
    return any(hours.covers(local) for hours in person.duty)


def _zone_of(person: Person, roster: Roster) -> str:
    if person.timezone is not None:
        return person.timezone
    sites = [*person.sites, *(team.site for team in roster.teams if team.id in person.teams)]
    return next((site.timezone for site in roster.sites if site.id in sites), "UTC")


def _matches(route: Route, alert: Alert) -> bool:
    places = ((route.team, alert.team), (route.queue, alert.queue), (route.site, alert.site))
    return alert.severity >= _SEVERITIES[route.min_severity] and all(
        wanted is None or wanted == there for wanted, there in places
    )


def _by_place(alert: Alert, roster: Roster, level: int) -> list[Person]:
    role = Role.FLOOR_MANAGER if level == 2 else Role.SUPERVISOR
    people = [person for person in roster.people if role in person.roles]
    site = alert.site or _site_of(alert, roster)
    near = [
        person
        for person in people
        if alert.team in person.teams or alert.queue in person.queues or (level == 2 and site in person.sites)
    ]
    if level == 2:
        return near
    around = [person for person in people if site is not None and site in _sites_of(person, roster)]
    everywhere = [person for person in people if not (person.teams or person.queues or person.sites)]
    first = near or around or everywhere
    if level == 0:
        return first
    return [person for person in (*around, *everywhere, *people) if person not in first]


def _site_of(alert: Alert, roster: Roster) -> str | None:
    by_queue = next((queue.site for queue in roster.queues if queue.id == alert.queue), None)
    return by_queue or next((team.site for team in roster.teams if team.id == alert.team), None)


def _sites_of(person: Person, roster: Roster) -> set[str]:
    return {*person.sites, *(team.site for team in roster.teams if team.id in person.teams and team.site is not None)}
