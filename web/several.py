"""Several words of a known list in one query parameter."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query

from web.problems import BadField, ProblemError

Several = Annotated[str | None, Query(max_length=500, description="One, or several separated by commas.")]


def several(name: str, text: str | None, known: Iterable[str]) -> tuple[str, ...]:
    """The words; 422 names the parameter where one is not known."""
    if not text:
        return ()
    asked, words = tuple(text.split(",")), [str(each) for each in known]
    if any(each not in words for each in asked):
        fault = BadField(field=f"query.{name}", detail=f"known are {', '.join(sorted(words))}")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
    return asked
