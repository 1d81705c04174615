"""Why somebody was not told: every alert, or repeat of one, that is kept from people leaves its reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """What kept it from people."""

    INHIBITED = "inhibited"  # a greater alert of the same call speaks for it
    MUTED = "muted"
    SILENT_RULE = "silent_rule"  # people marked the rule wrong too often
    COUNTED = "counted"  # the same again within its cool-down: counted in the running alert
    TOO_MANY = "too_many"
    UNCONFIRMED = "unconfirmed"  # a partial raised it, the final took it back


@dataclass(frozen=True, slots=True)
class Suppression:
    """One thing that was found and not told. `reason` is a sentence for people, `at_ms` where in the call."""

    call_id: str
    alert_id: str | None
    rule: str
    kind: str
    cause: Cause
    reason: str
    at_ms: int
    at: datetime
    by: str | None = None
