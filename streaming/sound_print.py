"""What a stretch of speech sounded like, in a hundred bytes a second: enough to know it again when it is repeated."""

import numpy as np
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ, Leg
from streaming.observations import SoundPrinted

ROW_HOPS = 4  # one row per 40 ms of speech
COEFFICIENTS = 12  # cepstra 1 to 12; the zeroth is the level, which says nothing of the words
_BANDS = 20
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 3_400.0  # of a telephone
_MOST_ROWS = 750  # half a minute: longer speech is no sentence that is said again
_SCALE = 8.0  # cepstra as signed bytes: steps of an eighth, ±16
_LEAST_POWER = 1e-10

Floats = NDArray[np.float32]


class SoundPrint:
    """One leg's spectra of voiced blocks in; when its speech is over, one SoundPrinted."""

    def __init__(self, leg: Leg, spectrum_samples: int) -> None:
        self._leg = leg
        self._filter = _mel_filter(spectrum_samples)
        self._rows: list[bytes] = []
        self._start_ms = 0

    def feed(self, power: Floats, start_ms: int) -> None:
        """Power spectra of the hops of a block of speech that begins at `start_ms`, one row each."""
        if not self._rows:
            self._start_ms = start_ms
        if len(self._rows) >= _MOST_ROWS:
            return
        whole = len(power) // ROW_HOPS * ROW_HOPS
        averaged = power[:whole].reshape(-1, ROW_HOPS, power.shape[1]).mean(axis=1) if whole else power[:0]
        cepstra = np.log(averaged @ self._filter + _LEAST_POWER) @ _COSINES
        self._rows += [row.tobytes() for row in np.clip(np.rint(cepstra * _SCALE), -128, 127).astype(np.int8)]

    def finish(self, end_ms: int) -> list[SoundPrinted]:
        """The speech is over."""
        rows, self._rows = self._rows, []
        return [SoundPrinted(self._leg, self._start_ms, end_ms, b"".join(rows))] if rows else []


def _mel_filter(spectrum_samples: int) -> Floats:
    """Triangles of equal width on the mel scale, as a matrix (bins, bands)."""
    lowest, highest = (2_595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(lowest, highest, _BANDS + 2) / 2_595) - 1)
    hz = np.arange(spectrum_samples // 2 + 1) * ANALYSIS_RATE_HZ / spectrum_samples
    rise = (hz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hz[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)


_COSINES = (
    np.cos(np.pi / _BANDS * (np.arange(_BANDS)[:, None] + 0.5) * np.arange(1, COEFFICIENTS + 1)) * (2 / _BANDS)
).astype(np.float32)
