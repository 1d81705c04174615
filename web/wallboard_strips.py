"""What both parties of each live call sounded like in the last minute, from the levels of their calls once a second."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from streaming.frames import Leg
from web.sources import CallView

STEPS = 20
_STEP_S = 3
_FLOOR_DBFS = -60.0
_LEGS = (Leg.AGENT, Leg.CUSTOMER)


class BoardStrip(BaseModel):
    """Twenty steps of three seconds, the newest last: decibels above -60 dBFS (1..60), negative where nobody spoke."""

    model_config = ConfigDict(frozen=True)

    agent: list[int]
    customer: list[int]


EMPTY = BoardStrip(agent=[0] * STEPS, customer=[0] * STEPS)


@dataclass(slots=True)
class _Track:
    newest: int
    legs: dict[Leg, list[int]] = field(default_factory=lambda: {leg: [0] * STEPS for leg in _LEGS})


class Strips:
    """One track a call; calls that are no longer told of are forgotten."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}

    def take(self, now_at: datetime, calls: Iterable[CallView]) -> None:
        """How loud each leg is now. What is louder counts within a step; speech counts more than noise."""
        step = int(now_at.timestamp()) // _STEP_S
        tracks: dict[str, _Track] = {}
        for call in calls:
            track = tracks[call.call_id] = self._tracks.get(call.call_id) or _Track(step)
            passed = min(STEPS, max(0, step - track.newest))
            track.newest = max(step, track.newest)
            views = dict(call.legs)
            for leg in _LEGS:
                steps = track.legs[leg] = track.legs[leg][passed:] + [0] * passed
                view = views.get(leg)
                if view is None or not view.connected:
                    continue
                loud = max(0, min(60, round(view.level_dbfs - _FLOOR_DBFS)))
                heard = loud if view.speaking else -loud
                steps[-1] = max(steps[-1], heard, key=lambda value: (value > 0, abs(value)))
        self._tracks = tracks

    def of(self, call_id: str) -> BoardStrip:
        """The strip of a call; an empty one of a call that was never told of."""
        track = self._tracks.get(call_id)
        if track is None:
            return EMPTY
        return BoardStrip(agent=list(track.legs[Leg.AGENT]), customer=list(track.legs[Leg.CUSTOMER]))
