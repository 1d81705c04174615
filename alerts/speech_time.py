"""How long each party has spoken in a stretch of the call."""

from collections import deque

from streaming.frames import Leg
from streaming.observations import Observation, SpeechEnded, SpeechStarted

_MOST_SEGMENTS = 500  # per leg; rules look back a minute or so


class SpeechTime:
    """Feed it speech; ask what was said when. Speech that is going on counts up to the moment asked for."""

    def __init__(self) -> None:
        self._segments: dict[Leg, deque[tuple[int, int]]] = {}
        self._live: dict[Leg, int] = {}

    def feed(self, observation: Observation) -> None:
        """Take the begin and the end of speech."""
        match observation:
            case SpeechStarted(leg=leg, start_ms=start_ms):
                self._live[leg] = start_ms
            case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._live.pop(leg, None)
                self._segments.setdefault(leg, deque(maxlen=_MOST_SEGMENTS)).append((start_ms, end_ms))
            case _:
                pass

    def live_since_ms(self, leg: Leg) -> int | None:
        """Where the speech that is going on began."""
        return self._live.get(leg)

    def last_end_ms(self, leg: Leg) -> int | None:
        """Where the leg's last finished speech ended."""
        segments = self._segments.get(leg)
        return segments[-1][1] if segments else None

    def ended_before_ms(self, leg: Leg, at_ms: int, least_ms: int = 0) -> int | None:
        """The end of the leg's last speech that began before `at_ms`, or of its first one after that.

        None while there is none, or while it goes on. Speech shorter than `least_ms` is passed over.
        """
        live_ms = self._live.get(leg)
        if live_ms is not None and live_ms < at_ms:
            return None
        long = [each for each in self._segments.get(leg, ()) if each[1] - each[0] >= least_ms]
        before = [end_ms for start_ms, end_ms in long if start_ms < at_ms]
        if before:
            return before[-1]
        return long[0][1] if long else None

    def back_ms(self, leg: Leg, spoken_ms: int) -> int:
        """Where the leg's last `spoken_ms` of finished speech begin; 0 when it has not said so much."""
        for start_ms, end_ms in reversed(self._segments.get(leg, ())):
            if end_ms - start_ms >= spoken_ms:
                return end_ms - spoken_ms
            spoken_ms -= end_ms - start_ms
        return 0

    def spoken_ms(self, leg: Leg, from_ms: int, until_ms: int) -> int:
        """Milliseconds of speech of a leg inside a stretch of the call."""
        spoken = 0
        for start_ms, end_ms in reversed(self._segments.get(leg, ())):
            if end_ms <= from_ms:
                break
            spoken += max(0, min(end_ms, until_ms) - max(start_ms, from_ms))
        live_ms = self._live.get(leg)
        if live_ms is not None:
            spoken += max(0, until_ms - max(live_ms, from_ms))
        return spoken

    def reached_ms(self, leg: Leg, from_ms: int, spoken_ms: int) -> int | None:
        """When the leg's finished speech after `from_ms` first added up to `spoken_ms`; None when it has not."""
        for start_ms, end_ms in self._segments.get(leg, ()):
            length_ms = max(0, end_ms - max(start_ms, from_ms))
            if length_ms >= spoken_ms:
                return max(start_ms, from_ms) + spoken_ms
            spoken_ms -= length_ms
        return None
