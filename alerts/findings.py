"""What a detector says: one finding is one thing a rule saw, before anyone decides whom to tell."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.alert import ByLanguage, Evidence, Kind, Severity
from streaming.frames import Leg


class Stage(StrEnum):
    """What the finding does to its alert: a first sight, a certain one, a growth of the running one, or a mistake."""

    PROVISIONAL = "provisional"  # seen in a partial; must be confirmed or withdrawn
    CERTAIN = (
        "certain"  # opens an alert, confirms a provisional one or counts up a running one (within its refractory time)
    )
    REVISED = "revised"  # the same event seen better: longer, worse, another verdict; no new count
    WITHDRAWN = "withdrawn"  # it was not so after all


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule saw in one call.

    `event` names the event inside the call (`dead_air:8156`): findings with the same event are about the same alert.
    `audio_end_ms` is where in the call the condition became true. `refractory_ms` says how long after it a further
    event of the same kind, rule and leg only counts up the running alert.
    """

    kind: Kind
    rule: str  # `dead_air`, or the id of a pack's rule
    event: str
    stage: Stage
    severity: Severity
    leg: Leg | None
    audio_end_ms: int
    refractory_ms: int
    evidence: Evidence
    title: str = ""  # of a pack's rule; empty: the wording of the kind
    advice: str = ""
    clause: str | None = None
    advice_by_language: ByLanguage | None = None
    title_by_language: ByLanguage | None = None
