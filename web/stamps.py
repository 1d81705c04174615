"""Times on the wire: RFC 3339 in UTC with milliseconds and a `Z`."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, PlainSerializer


def stamp(at: datetime) -> str:
    """`2026-11-23T07:43:41.120Z`; `at` must know its time zone."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Stamp = Annotated[AwareDatetime, PlainSerializer(stamp, return_type=str)]
