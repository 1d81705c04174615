"""Settings of the figures: when a day begins, and where."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from config.section import Section
from config.zone import Zone


def _clock_time(said: str) -> str:
    time.fromisoformat(said)  # its ValueError says what is wrong
    return said


class FiguresSettings(Section):
    """The figures per day."""

    timezone: Zone = Field("UTC", description="Whose days are counted, such as Asia/Shanghai.")
    day_begins: Annotated[str, AfterValidator(_clock_time)] = Field(
        "00:00", pattern=r"^[0-2]\d:[0-5]\d$", description="When a day begins there; after the last night shift."
    )
