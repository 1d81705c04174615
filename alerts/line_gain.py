"""How much louder a line was turned since the call began, by its pauses: gain raises them, a shout does not."""

from statistics import median

from streaming.frames import Leg
from streaming.observations import LineHeard

_FIRST_PAUSES = 10  # seconds with a pause in them that are the line's beginning
_LEAST_PAUSES = 3
_LEAST_DB = 8.0  # pauses of one line differ by as much on a human call
_MOST_DB = 24.0
_REAL_FLOOR_DBFS = -66.0  # below, a gate or a noise reduction makes the pauses, and they tell nothing


class LineGain:
    """Feed it the seconds of all legs; only a gain turned up is reported, softer voices accuse nobody."""

    def __init__(self) -> None:
        self._first: dict[Leg, list[float]] = {}
        self._gains_db: dict[Leg, float] = {}

    def feed(self, line: LineHeard) -> None:
        """Take one second of a line."""
        pause_dbfs = line.pause_dbfs
        if pause_dbfs is None:
            return
        first = self._first.setdefault(line.leg, [])
        up_db = pause_dbfs - median(first) if len(first) >= _LEAST_PAUSES else 0.0
        if len(first) < _FIRST_PAUSES and up_db < _LEAST_DB:
            first.append(pause_dbfs)
        known = len(first) >= _LEAST_PAUSES and median(first) >= _REAL_FLOOR_DBFS
        self._gains_db[line.leg] = min(up_db, _MOST_DB) if known and up_db >= _LEAST_DB else 0.0

    def of(self, leg: Leg) -> float:
        """By how many dB the leg has been turned up; 0 where that is not known."""
        return self._gains_db.get(leg, 0.0)

    def forget(self, leg: Leg) -> None:
        """Another party, another line."""
        self._first.pop(leg, None)
        self._gains_db.pop(leg, None)
