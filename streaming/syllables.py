"""Syllables by the rise and fall of the voice, for pace where no words are known (de Jong & Wempe 2009, causal)."""

from collections import deque
from collections.abc import Sequence

from streaming.frames import Leg
from streaming.observations import SyllableHeard

HOP_MS = 10
# recognition.md §3.3 smooths over 90 ms, which wipes out what is wanted: syllables at 10 a second (of fast speech 0.46
# was found). 50 ms of the vowels' band finds 0.80 of the syllables of 42 human Korean sentences at 5.0 a second, 0.84
# of a synthetic voice at 5.7 and 0.77 of it at 10.3: about the 15 to 18 % too few that §3.3 gives, at any pace.
_SMOOTHED_HOPS = 5
_DELAY_HOPS = _SMOOTHED_HOPS // 2
_DIP_DB = 1.5
_LOUDEST_DB = 25.0  # a nucleus lies within this of the loudest voice of late
_FORGET_DB = 0.01  # per hop: the loudest voice fades by 1 dB per second
_QUIETEST_DBFS = -75.0  # a pause is no deeper than this, so one hop of it does not drag its neighbours down


class Syllables:
    """One leg's 10 ms hops in, a SyllableHeard for each nucleus out, as soon as the level has fallen behind it.

    A nucleus is a peak of the smoothed level of the vowels' band, voiced, 1.5 dB above the dip before it.
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
        """Levels of the vowels' band of hops of 10 ms, the last one ending at `end_ms`, and whether each is voiced."""
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
