"""The filled band: the same however it is cut, as long as it was, and loud only where the speech is."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.band_filling import BandFiller

_RATE_HZ = 16_000


def _speech(seconds: float = 1.0) -> bytes:
    """Noise below 3.4 kHz that comes and goes four times a second."""
    samples = int(seconds * _RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(samples))
    spectrum[int(3_400 * samples / _RATE_HZ) :] = 0
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * np.arange(samples) / _RATE_HZ)
    voice = np.fft.irfft(spectrum, samples) * swell
    return bytes((voice / np.abs(voice).max() * 12_000).astype("<i2").tobytes())


def _filled(pcm_s16le: bytes, cuts: list[int]) -> bytes:
    filler = BandFiller()
    edges = [0, *sorted(2 * cut for cut in cuts), len(pcm_s16le)]
    parts = [filler.feed(pcm_s16le[start:end]) for start, end in pairwise(edges)]
    return b"".join(parts) + filler.finish()


def _upper_level(pcm_s16le: bytes) -> float:
    samples = np.frombuffer(pcm_s16le, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / _RATE_HZ)
    return float(np.sqrt(spectrum[frequencies > 3_600].sum() / len(samples)))


_WHOLE = _filled(_speech(), [])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, _RATE_HZ), max_size=30))
def test_what_comes_out_does_not_depend_on_the_cuts(cuts: list[int]) -> None:
    assert _filled(_speech(), cuts) == _WHOLE


def test_as_many_samples_come_out_as_went_in() -> None:
    for samples in (0, 1, 159, 160, 161, 1_603):
        assert len(_filled(_speech()[: 2 * samples], [])) == 2 * samples


def test_the_empty_band_is_filled_and_the_rest_stays() -> None:
    speech = _speech()
    assert _upper_level(_WHOLE) > 20 * _upper_level(speech)
    spectra = [np.fft.rfft(np.frombuffer(each, "<i2").astype(float)) for each in (speech, _WHOLE)]
    lower = slice(0, 3_400)
    assert np.abs(spectra[0][lower] - spectra[1][lower]).max() < 0.02 * np.abs(spectra[0][lower]).max()


def test_silence_stays_silent_and_loud_speech_is_filled_louder() -> None:
    assert _filled(bytes(3_200), []) == bytes(3_200)
    quiet = (np.frombuffer(_speech(), "<i2") // 8).astype("<i2").tobytes()
    assert _upper_level(_WHOLE) == pytest.approx(8 * _upper_level(_filled(quiet, [])), rel=0.1)


def test_a_new_stretch_knows_nothing_of_the_one_before() -> None:
    filler = BandFiller()
    first = filler.feed(_speech()) + filler.finish()
    assert filler.feed(_speech()) + filler.finish() == first


def test_full_scale_does_not_wrap_around() -> None:
    tone = np.sin(2 * np.pi * 2_500 * np.arange(1_600) / _RATE_HZ)
    full, tenth = (
        np.frombuffer(_filled((tone * height).astype("<i2").tobytes(), []), "<i2").astype(int)
        for height in (32_000, 3_200)
    )
    beyond = np.abs(10 * tenth) > 40_000
    assert beyond.any()
    assert (np.sign(full[beyond]) == np.sign(tenth[beyond])).all()


def test_a_second_of_audio_costs_less_than_two_milliseconds() -> None:
    filler, speech = BandFiller(), _speech(20)
    costs_s = []
    for second in range(20):
        began_s = time.process_time()
        for at in range(second * 32_000, (second + 1) * 32_000, 3_200):
            filler.feed(speech[at : at + 3_200])
        costs_s.append(time.process_time() - began_s)
    assert sorted(costs_s)[10] < 0.002
