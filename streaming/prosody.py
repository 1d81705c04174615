"""Level, pitch and brightness of the voice per voiced 10 ms hop, and its syllables (recognition.md §3.3)."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ, FRAME_SAMPLES, Leg, samples_to_ms
from streaming.loudness import FLOOR_DBFS
from streaming.observations import SoundPrinted, SyllableHeard, VoiceHeard
from streaming.sound_print import SoundPrint
from streaming.syllables import Syllables

HOP_SAMPLES = ANALYSIS_RATE_HZ // 100
BLOCK_HOPS = 10  # worked out ten at a time: a quarter of the cost of hop by hop (recognition.md §3.2)

_BLOCK_SAMPLES = BLOCK_HOPS * HOP_SAMPLES
_SPECTRUM_SAMPLES = 512  # 32 ms
_PITCH_SAMPLES = 640  # 40 ms: three periods of the lowest pitch
_PAST_SAMPLES = _PITCH_SAMPLES - HOP_SAMPLES  # each hop's window ends with the hop: no look-ahead

_LOWEST_PITCH_HZ, _HIGHEST_PITCH_HZ = 70, 450
_SHORTEST_LAG = ANALYSIS_RATE_HZ // _HIGHEST_PITCH_HZ
_LONGEST_LAG = -(-ANALYSIS_RATE_HZ // _LOWEST_PITCH_HZ)
_TRANSFORM_SAMPLES = 900  # at least window and longest lag, and a product of small primes
_OCTAVE_COST = 0.01
_VOICED_PEAK = 0.5
_VOICED_DBFS = -50.0
_MEDIAN_HOPS = 5

_CLIPPED = 0.985
_LEAST_POWER = 1e-10  # the bottom of the level, −100 dB, so a logarithm always exists

Floats = NDArray[np.float32]

Voiced = VoiceHeard | SyllableHeard | SoundPrinted


class Prosody:
    """One leg's frames to VoiceHeard and SyllableHeard, and a SoundPrinted when speech is over.

    In blocks of 100 ms by sample index from the first frame (or the last gap).
    Only blocks at whose end the leg is speaking are worked out, and of them only hops after the start of the speech; so
    the up to 130 ms in which speech was not known yet may be missing at its beginning.
    """

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._samples = np.zeros(_PAST_SAMPLES + _BLOCK_SAMPLES, np.float32)
        self._filled = 0
        self._recent_hz: deque[float | None] = deque(maxlen=_MEDIAN_HOPS)
        self._syllables = Syllables(leg)
        self._print = SoundPrint(leg, _SPECTRUM_SAMPLES)
        self._in_speech = False

    def feed(self, samples: Floats, end_sample: int, starts_ms: Sequence[int | None]) -> list[tuple[int, list[Voiced]]]:
        """Frames of 320 samples in [−1, 1) in a row, the last one ending at `end_sample` of the call.

        `starts_ms` tells for each frame since when the leg has been speaking at its end; None when it is not. What was
        heard comes with the number of the frame that completed its block.
        """
        heard: list[tuple[int, list[Voiced]]] = []
        told = 0
        while told < len(starts_ms):
            end = min(len(starts_ms), told + (_BLOCK_SAMPLES - self._filled) // FRAME_SAMPLES)
            at = _PAST_SAMPLES + self._filled
            self._samples[at : at + (end - told) * FRAME_SAMPLES] = samples[told * FRAME_SAMPLES : end * FRAME_SAMPLES]
            self._filled += (end - told) * FRAME_SAMPLES
            told = end
            if self._filled == _BLOCK_SAMPLES:
                block_end_sample = end_sample - (len(starts_ms) - end) * FRAME_SAMPLES
                heard.append((end - 1, self._block(block_end_sample, starts_ms[end - 1])))
        return heard

    def interrupt(self, end_sample: int, speech_start_ms: int | None) -> list[Voiced]:
        """The audio breaks off at `end_sample`: the block begun is worked out, and what follows has no past."""
        voices = self._block(end_sample, speech_start_ms) if self._filled else []
        voices += self._syllables.interrupt()
        voices += self._print.finish(samples_to_ms(end_sample))
        self._samples[:] = 0.0
        self._recent_hz.clear()
        return voices

    def _block(self, end_sample: int, speech_start_ms: int | None) -> list[Voiced]:
        hops = self._filled // HOP_SAMPLES
        heard = self._samples[: _PAST_SAMPLES + self._filled]
        voices: list[Voiced] = []
        if speech_start_ms is not None:
            voices = self._voices(heard, hops, end_sample, speech_start_ms)
        elif self._in_speech:
            voices = [*self._syllables.interrupt(), *self._print.finish(samples_to_ms(end_sample))]
            self._recent_hz.clear()
        self._in_speech = speech_start_ms is not None
        self._samples[:_PAST_SAMPLES] = heard[-_PAST_SAMPLES:].copy()
        self._filled = 0
        return voices

    def _voices(self, heard: Floats, hops: int, end_sample: int, speech_start_ms: int) -> list[Voiced]:
        alone = heard[_PAST_SAMPLES:].reshape(hops, HOP_SAMPLES)
        levels = levels_dbfs(alone)
        if levels.max() <= _VOICED_DBFS:
            self._recent_hz.extend([None] * hops)
            return [*self._syllables.feed([FLOOR_DBFS] * hops, [False] * hops, samples_to_ms(end_sample))]
        windows = _windows(heard, hops)
        pitches_hz, peaks = pitches(windows)
        power = spectra(windows[:, -_SPECTRUM_SAMPLES:])
        tilts_db, vowels_dbfs = colours(power)
        self._print.feed(power, samples_to_ms(end_sample - hops * HOP_SAMPLES))
        clipped = np.count_nonzero(np.abs(alone) > _CLIPPED, axis=1) / HOP_SAMPLES
        voiced = (peaks > _VOICED_PEAK) & (levels > _VOICED_DBFS)
        voices: list[Voiced] = []
        for hop in range(hops):
            self._recent_hz.append(float(pitches_hz[hop]) if voiced[hop] else None)
            hop_end_sample = end_sample - (hops - 1 - hop) * HOP_SAMPLES
            start_ms = samples_to_ms(hop_end_sample - HOP_SAMPLES)
            if not voiced[hop] or start_ms < speech_start_ms:
                continue
            voices.append(
                VoiceHeard(
                    leg=self._leg,
                    start_ms=start_ms,
                    end_ms=samples_to_ms(hop_end_sample),
                    level_dbfs=float(levels[hop]),
                    pitch_hz=self._median_hz(),
                    tilt_db=float(tilts_db[hop]),
                    clipped_ratio=float(clipped[hop]),
                )
            )
        return voices + self._syllables.feed(vowels_dbfs.tolist(), voiced.tolist(), samples_to_ms(end_sample))

    def _median_hz(self) -> float:
        """Over the voiced ones of the last five hops: a single octave jump does not get through."""
        known = sorted(hz for hz in self._recent_hz if hz is not None)
        middle = len(known) // 2
        return known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2


def levels_dbfs(hops: Floats) -> Floats:
    """RMS dBFS of each row, its mean removed."""
    power = np.einsum("ij,ij->i", hops, hops) / hops.shape[1] - _means(hops)[:, 0] ** 2
    return np.asarray(10.0 * np.log10(np.maximum(power, _LEAST_POWER)), np.float32)


def spectra(windows: Floats) -> Floats:
    """The power spectrum of each row of 512 samples, its mean removed."""
    spectrum = np.fft.rfft((windows - _means(windows)) * _SPECTRUM_WINDOW)
    return np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)


def colours(power: Floats) -> tuple[Floats, Floats]:
    """Of each row of power: tilt in dB, and RMS dBFS of the band of the vowels (300-2500 Hz).

    The tilt is the energy of 1-3.4 kHz over 0.1-1 kHz (alpha ratio of the telephone band).
    """
    low, high = power[:, _LOW_BAND].sum(axis=1), power[:, _HIGH_BAND].sum(axis=1)
    vowels = power[:, _VOWEL_BAND].sum(axis=1) * _MEAN_SQUARE
    tilts_db = np.asarray(10.0 * np.log10((high + _LEAST_POWER) / (low + _LEAST_POWER)), np.float32)
    return tilts_db, np.asarray(10.0 * np.log10(np.maximum(vowels, _LEAST_POWER)), np.float32)


def pitches(windows: Floats) -> tuple[Floats, Floats]:
    """Pitch in Hz and strength 0..1 of each row of 640 samples: autocorrelation over the window's (Boersma 1993)."""
    spectrum = np.fft.rfft((windows - _means(windows)) * _PITCH_WINDOW, _TRANSFORM_SAMPLES)
    power = spectrum.real**2 + spectrum.imag**2
    correlation = np.fft.irfft(power, _TRANSFORM_SAMPLES)[:, : _LONGEST_LAG + 2]
    correlation *= _WINDOW_FAIRNESS / np.maximum(correlation[:, :1], _LEAST_POWER)
    before = correlation[:, _SHORTEST_LAG - 1 : _LONGEST_LAG]
    at_lag = correlation[:, _SHORTEST_LAG : _LONGEST_LAG + 1]
    after = correlation[:, _SHORTEST_LAG + 1 : _LONGEST_LAG + 2]
    # Only a real summit counts: the slope down from lag 0 is higher than any period of a high voice. Summits are
    # compared by the height of a parabola through them: the period of a high voice falls between two lags and would
    # lose to its multiples (440 Hz came out as 147).
    is_summit = (at_lag >= before) & (at_lag >= after)
    slope, bend = 0.5 * (before - after), before - 2.0 * at_lag + after
    shift = np.divide(slope, bend, out=np.zeros_like(bend), where=is_summit & (bend < 0.0))
    height = np.where(is_summit, at_lag - 0.5 * slope * shift, 0.0)
    best = (height - _LAG_COST).argmax(axis=1)
    rows = np.arange(len(windows))
    lag = best + _SHORTEST_LAG + shift[rows, best]
    return (ANALYSIS_RATE_HZ / lag).astype(np.float32), np.minimum(height[rows, best], 1.0)


def _windows(heard: Floats, hops: int) -> Floats:
    """The 640 samples up to the end of each hop, as rows without copying."""
    step_bytes = heard.strides[0]
    return np.ndarray((hops, _PITCH_SAMPLES), np.float32, heard.data, strides=(HOP_SAMPLES * step_bytes, step_bytes))


def _means(rows: Floats) -> Floats:
    """The mean of each row, as a column; what `mean` does, without its preparations."""
    return np.asarray(np.add.reduce(rows, axis=1, keepdims=True) / rows.shape[1])


def _hann(samples: int) -> Floats:
    return np.hanning(samples + 2)[1:-1].astype(np.float32)


def _window_fairness() -> Floats:
    """What a lag loses by the window alone, turned upside down."""
    power = np.abs(np.fft.rfft(_PITCH_WINDOW.astype(np.float64), _TRANSFORM_SAMPLES)) ** 2
    own = np.fft.irfft(power, _TRANSFORM_SAMPLES)[: _LONGEST_LAG + 2]
    return np.asarray(own[0] / own, np.float32)


def _band(low_hz: int, high_hz: int) -> slice:
    """Bins of the 512-sample spectrum from `low_hz` up to, not including, `high_hz`."""
    return slice(
        -(-low_hz * _SPECTRUM_SAMPLES // ANALYSIS_RATE_HZ), -(-high_hz * _SPECTRUM_SAMPLES // ANALYSIS_RATE_HZ)
    )


_SPECTRUM_WINDOW = _hann(_SPECTRUM_SAMPLES)
_PITCH_WINDOW = _hann(_PITCH_SAMPLES)
_WINDOW_FAIRNESS = _window_fairness()
_LAG_COST = (_OCTAVE_COST * np.log2(np.arange(_SHORTEST_LAG, _LONGEST_LAG + 1) / _SHORTEST_LAG)).astype(np.float32)
_LOW_BAND, _HIGH_BAND, _VOWEL_BAND = _band(100, 1_000), _band(1_000, 3_400), _band(300, 2_500)
_MEAN_SQUARE = np.float32(2 / (_SPECTRUM_SAMPLES * float(_SPECTRUM_WINDOW.dot(_SPECTRUM_WINDOW))))  # power to RMS²
