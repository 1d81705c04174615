"""Several words of a known list in one query parameter."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from web.problems import BadField, ProblemError

_Words = Annotated[str, StringConstraints(max_length=500)]
Several = Annotated[
    list[_Words] | None,
    Query(max_length=50, description="One, or several: separated by commas, or the parameter again."),
]


def several(name: str, texts: Sequence[str] | None, known: Iterable[str]) -> tuple[str, ...]:
    """The words; 422 names the parameter where one is not known."""
    asked = tuple(word for text in texts or () if text for word in text.split(","))
    words = [str(each) for each in known]
    if any(each not in words for each in asked):
        fault = BadField(field=f"query.{name}", detail=f"known are {', '.join(sorted(words))}")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
    return asked
