"""How late the ear knows that speech began or ended: rules wait that long before they call silence silence."""

from dataclasses import dataclass
from typing import Self

from config.hearing import HearingSettings

_WINDOW_MS = 32  # one decision of the voice detector
_TAIL_MS = 2 * _WINDOW_MS  # the detector goes on this long after a voice, and dates the end back by it
_ONSET_WINDOWS = 5  # speech begins on some of the last 4 windows, and its first sample may stand anywhere in a window


@dataclass(frozen=True, slots=True)
class Lateness:
    """`onset_ms` after a moment it is known that nobody began to speak then; `offset_ms`, that somebody still spoke."""

    onset_ms: int
    offset_ms: int

    @classmethod
    def of(cls, hearing: HearingSettings) -> Self:
        """As the voice detector's settings make it."""
        off_windows = -(-hearing.speech_off_ms // _WINDOW_MS)
        return cls(onset_ms=_ONSET_WINDOWS * _WINDOW_MS, offset_ms=off_windows * _WINDOW_MS + _TAIL_MS)
