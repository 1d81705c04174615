"""How late alerts of the sound have come of late: from the deciding audio to the screens."""

from collections import deque
from datetime import datetime, timedelta

from alerts.alert import Alert, Kind

# Their moment is decided by the sound alone; words come when the recogniser has them.
_BY_SOUND = frozenset({Kind.DEAD_AIR, Kind.LONG_SILENCE, Kind.TALK_OVER, Kind.INTERRUPTION, Kind.NO_AUDIO})
_WITHIN = timedelta(minutes=5)
_FEWEST = 8  # fewer say nothing of a share of twenty
_MOST = 500


class LateAlerts:
    """Told of every new alert; a bounded memory of five minutes."""

    def __init__(self) -> None:
        self._recent: deque[tuple[datetime, float]] = deque(maxlen=_MOST)

    def note(self, alert: Alert, published_at: datetime) -> None:
        """A new alert is on the screens."""
        if alert.kind in _BY_SOUND:
            late_s = (published_at - alert.timing.received_at).total_seconds()
            self._recent.append((published_at, max(0.0, late_s)))

    def p95_s(self, now_at: datetime) -> float | None:
        """19 in 20 came sooner than this; None when there were too few to say."""
        while self._recent and now_at - self._recent[0][0] > _WITHIN:
            self._recent.popleft()
        if len(self._recent) < _FEWEST:
            return None
        return sorted(late_s for _, late_s in self._recent)[int(len(self._recent) * 0.95)]
