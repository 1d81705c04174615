"""The name of a time zone, checked."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("is no time zone; write one such as Asia/Shanghai") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]
