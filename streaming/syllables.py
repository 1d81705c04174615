"""Syllables by the rise and fall of the voice, for pace where no words are known (de Jong & Wempe 2009, causal)."""

from collections import deque
from collections.abc import Sequence

from streaming.frames import Leg
from streaming.observations import SyllableHeard

HOP_MS = 10
_SMOOTHED_HOPS = 9  # 90 ms
_DELAY_HOPS = _SMOOTHED_HOPS // 2
_DIP_DB = 2.0
_LOUDEST_DB = 25.0  # a nucleus lies within this of the loudest voice of late
_FORGET_DB = 0.01  # per hop: the loudest voice fades by 1 dB per second
_QUIETEST_DBFS = -60.0  # a pause is no deeper than this, so one hop of it does not drag its neighbours down


class Syllables:
    """One leg's 10 ms hops in, a SyllableHeard for each nucleus out, as soon as the level has fallen by 2 dB behind it.

    A nucleus is a peak of the level smoothed over 90 ms, voiced, 2 dB above the dip before it. Measured in
    recognition.md §3.3: 133 to 139 nuclei for 163 syllables, steady for dips of 1 to 2 dB.
    """

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._levels: deque[float] = deque(maxlen=_SMOOTHED_HOPS)
        self._voiced: deque[bool] = deque(maxlen=_SMOOTHED_HOPS)
        self._loudest_dbfs = _QUIETEST_DBFS
        self._dip_dbfs = _QUIETEST_DBFS
        self._peak_dbfs = _QUIETEST_DBFS
        self._peak_ms: int | None = None

    def feed(self, levels_dbfs: Sequence[float], voiced: Sequence[bool], end_ms: int) -> list[SyllableHeard]:
        """Hops of equal length, the last one ending at `end_ms`."""
        heard: list[SyllableHeard] = []
        at_ms = end_ms - len(levels_dbfs) * HOP_MS - _DELAY_HOPS * HOP_MS
        for level_dbfs, is_voiced in zip(levels_dbfs, voiced, strict=True):
            at_ms += HOP_MS
            self._levels.append(max(level_dbfs, _QUIETEST_DBFS))
            self._voiced.append(is_voiced)
            if len(self._levels) == _SMOOTHED_HOPS:
                smooth_dbfs = sum(self._levels) / _SMOOTHED_HOPS
                heard += self._follow(smooth_dbfs, self._voiced[_DELAY_HOPS], at_ms)
        return heard

    def interrupt(self) -> list[SyllableHeard]:
        """Speech is over, or its audio breaks off: what had risen counts."""
        heard = self._nucleus()
        self._levels.clear()
        self._voiced.clear()
        self._dip_dbfs, self._peak_dbfs, self._peak_ms = _QUIETEST_DBFS, _QUIETEST_DBFS, None
        return heard

    def _follow(self, smooth_dbfs: float, is_voiced: bool, at_ms: int) -> list[SyllableHeard]:
        self._loudest_dbfs = max(self._loudest_dbfs - _FORGET_DB, smooth_dbfs)
        if smooth_dbfs > self._peak_dbfs and is_voiced:
            self._peak_dbfs, self._peak_ms = smooth_dbfs, at_ms
            return []
        if self._peak_ms is None:
            self._dip_dbfs = min(self._dip_dbfs, smooth_dbfs)
            self._peak_dbfs = self._dip_dbfs + _DIP_DB
            return []
        if smooth_dbfs > self._peak_dbfs - _DIP_DB:
            return []
        heard = self._nucleus()
        self._dip_dbfs, self._peak_dbfs, self._peak_ms = smooth_dbfs, smooth_dbfs + _DIP_DB, None
        return heard

    def _nucleus(self) -> list[SyllableHeard]:
        if self._peak_ms is None or self._peak_dbfs < self._loudest_dbfs - _LOUDEST_DB:
            return []
        return [SyllableHeard(self._leg, self._peak_ms)]
