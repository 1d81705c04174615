"""When each moment of a call's audio arrived: the `received_at` of an alert's timing."""

from bisect import bisect_left
from collections import deque
from datetime import datetime

from streaming.frames import Leg

_KEPT = 3_000  # one entry per arrival: a minute of 20 ms packets; older alerts take the oldest entry


class ArrivalLog:
    """How far each leg had been heard at which time of day; bounded, oldest first out."""

    def __init__(self) -> None:
        self._until_ms: dict[Leg, deque[int]] = {}
        self._at: dict[Leg, deque[datetime]] = {}

    def note(self, leg: Leg, heard_ms: int, at: datetime) -> None:
        """The leg is heard up to `heard_ms` (call time) since `at`."""
        until_ms = self._until_ms.setdefault(leg, deque(maxlen=_KEPT))
        if until_ms and heard_ms <= until_ms[-1]:
            return
        until_ms.append(heard_ms)
        self._at.setdefault(leg, deque(maxlen=_KEPT)).append(at)

    def received_at(self, audio_end_ms: int, leg: Leg | None) -> datetime | None:
        """When the audio up to `audio_end_ms` had arrived: on `leg`, or on every leg that has come so far (None).

        None when nothing has come. A leg that has not reached `audio_end_ms` counts with its newest arrival.
        """
        legs = [leg] if leg is not None and leg in self._at else list(self._at)
        return max((self._of_leg(each, audio_end_ms) for each in legs), default=None)

    def _of_leg(self, leg: Leg, audio_end_ms: int) -> datetime:
        position = bisect_left(self._until_ms[leg], audio_end_ms)
        return self._at[leg][min(position, len(self._at[leg]) - 1)]
