"""REST of the people behind the inspectors' records: names for ids, who inspects, who leads which team."""

from collections.abc import Callable

from fastapi import APIRouter

from config.roster import Person, Roster
from config.roster import Role as RosterRole
from web.inspection.bodies import Body
from web.trust.scoped import places_of
from web.trust.who import who_asks


class PersonBody(Body):
    """Somebody of the roster."""

    id: str
    name: str | None
    roles: list[RosterRole]
    teams: list[str]


class PeopleBody(Body):
    """Everybody within the scope of the one who asks, and those who belong to no place."""

    people: list[PersonBody]


def people_of_records_router(roster: Callable[[], Roster]) -> APIRouter:
    """The route of names."""
    router = APIRouter(prefix="/api/v1/inspection", tags=["inspection"])

    @router.get("/people")
    async def list_people() -> PeopleBody:
        """Names of agents, leaders and inspectors."""
        known = roster()
        found = [each for each in known.people if _sees(known, each)]
        return PeopleBody(
            people=[
                PersonBody(id=each.id, name=each.name, roles=sorted(each.roles), teams=list(each.teams))
                for each in found
            ]
        )

    return router


def _sees(roster: Roster, person: Person) -> bool:
    scope = who_asks().scope
    places = places_of(roster, person.id)
    unplaced = all(place == (None, None, None) for place in places)
    return scope.everywhere or unplaced or any(scope.covers(*place) for place in places)
