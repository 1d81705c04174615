"""When each moment of a call's audio arrived: the `received_at` of an alert's timing."""

from bisect import bisect_left
from collections import deque
from datetime import datetime, timedelta

from streaming.frames import Leg

_KEPT = (
    3_000  # one entry per block: five minutes of gathered, one of single packets; older alerts take the oldest entry
)


class ArrivalLog:
    """How far each leg had been heard at which time of day; bounded, oldest first out."""

    def __init__(self) -> None:
        self._until_ms: dict[Leg, deque[int]] = {}
        self._arrived: dict[Leg, deque[tuple[datetime, int]]] = {}  # of the last sample, and how long the first waited

    def note(self, leg: Leg, heard_ms: int, at: datetime, waited_ms: int = 0) -> None:
        """The leg is heard up to `heard_ms` (call time) since `at`; the first of that has been here `waited_ms`."""
        until_ms = self._until_ms.setdefault(leg, deque(maxlen=_KEPT))
        if until_ms and heard_ms <= until_ms[-1]:
            return
        until_ms.append(heard_ms)
        self._arrived.setdefault(leg, deque(maxlen=_KEPT)).append((at, waited_ms))

    def received_at(self, audio_end_ms: int, leg: Leg | None) -> datetime | None:
        """When the audio up to `audio_end_ms` had arrived: on `leg`, or on every leg that has come so far (None).

        None when nothing has come. A leg that has not reached `audio_end_ms` counts with its newest arrival. What was
        gathered is taken to have arrived as it was spoken, one millisecond of it after the other.
        """
        legs = [leg] if leg is not None and leg in self._arrived else list(self._arrived)
        return max((self._of_leg(each, audio_end_ms) for each in legs), default=None)

    def _of_leg(self, leg: Leg, audio_end_ms: int) -> datetime:
        until_ms = self._until_ms[leg]
        position = min(bisect_left(until_ms, audio_end_ms), len(until_ms) - 1)
        at, waited_ms = self._arrived[leg][position]
        followed_ms = max(0, until_ms[position] - audio_end_ms)
        return at - timedelta(milliseconds=min(followed_ms, waited_ms))
