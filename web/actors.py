"""Who acts: named in the request until people log in; "local" where nobody is named."""

from typing import Annotated

from fastapi import Header

from web.desk_sources import DeskSource, UnknownPersonError
from web.problems import BadField, ProblemError

PERSON_PATTERN = r"^[A-Za-z0-9._:@-]{1,128}$"
PersonHeader = Annotated[
    str | None,
    Header(alias="X-Earshot-Person", pattern=PERSON_PATTERN, description="Who acts: the id of a person of the roster."),
]


def actor_of(desk: DeskSource, said: str | None, header: str | None, field: str = "body.actor") -> str:
    """The person; 422 for somebody who is not on the roster. What the body says wins over the header."""
    try:
        return desk.person(said if said is not None else header)
    except UnknownPersonError:
        where = field if said is not None else "header.X-Earshot-Person"
        fault = BadField(field=where, detail="is not on the roster")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault]) from None
