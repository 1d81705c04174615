"""Who acts: whoever is logged in; while nobody is registered whoever the request names, else "local"."""

from typing import Annotated

from fastapi import Header

from web.desk_sources import DeskSource, UnknownPersonError
from web.problems import BadField, ProblemError
from web.trust.who import who_asks

PERSON_PATTERN = r"^[A-Za-z0-9._:@-]{1,128}$"
PersonHeader = Annotated[
    str | None,
    Header(alias="X-Earshot-Person", pattern=PERSON_PATTERN, description="Who acts: the id of a person of the roster."),
]


def actor_of(desk: DeskSource, said: str | None, header: str | None, field: str = "body.actor") -> str:
    """Who is logged in. While nobody is registered, whoever is named; 422 for somebody who is not on the roster."""
    asking = who_asks()
    if not asking.is_open:
        if said is not None and said != asking.acts_as:
            raise ProblemError(403, "not-you", "Nobody acts for somebody else: leave the actor out.")
        return asking.acts_as
    try:
        return desk.person(said if said is not None else header)
    except UnknownPersonError:
        where = field if said is not None else "header.X-Earshot-Person"
        fault = BadField(field=where, detail="is not on the roster")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault]) from None
