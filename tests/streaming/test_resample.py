"""The resampler: nothing lost, nothing late, nothing dependent on how the audio was cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ
from streaming.resample import Resampler, samples_at_analysis_rate

RATES_HZ = (8_000, 12_000, 24_000, 32_000, 48_000, 8_001, 11_025, 22_050, 44_100, 96_000, 192_000)


def tone(rate_hz: int, pitch_hz: float, seconds: float = 1.0, height: float = 16_000) -> NDArray[np.int16]:
    at_s = np.arange(round(rate_hz * seconds)) / rate_hz
    return np.rint(height * np.sin(2 * np.pi * pitch_hz * at_s)).astype("<i2")


def noise(rate_hz: int, seconds: float = 1.0) -> bytes:
    samples = np.random.default_rng(7).standard_normal(round(rate_hz * seconds)) * 3_000
    return samples.astype("<i2").tobytes()


def resampled(pcm_s16le: bytes, rate_hz: int, block_samples: int | None = None) -> bytes:
    resampler = Resampler(rate_hz)
    block_bytes = 2 * (block_samples or len(pcm_s16le) or 1)
    parts = [resampler.feed(pcm_s16le[at : at + block_bytes]) for at in range(0, len(pcm_s16le), block_bytes)]
    return b"".join([*parts, resampler.finish()])


def peaks_db(pcm_s16le: bytes, pitch_hz: float) -> tuple[float, float]:
    """How high the tone of 16,000 stands, and how high the highest of everything else, without the edges."""
    samples = np.frombuffer(pcm_s16le, "<i2").astype(float)[2_000:-2_000]
    window = np.blackman(len(samples))
    spectrum = np.abs(np.fft.rfft(samples * window)) / (16_000 * window.sum() / 2)
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / ANALYSIS_RATE_HZ) - pitch_hz) < 40
    return float(20 * np.log10(spectrum[near].max())), float(20 * np.log10(spectrum[~near].max()))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("block_samples", [160, 77, 1_601, 4_321])
def test_how_the_audio_is_cut_changes_no_sample(rate_hz: int, block_samples: int) -> None:
    audio = noise(rate_hz, 0.7)
    assert resampled(audio, rate_hz, block_samples) == resampled(audio, rate_hz)


@given(st.lists(st.integers(min_value=0, max_value=400), max_size=30), st.sampled_from([8_000, 12_000, 48_000]))
def test_any_cutting_gives_the_same(cuts: list[int], rate_hz: int) -> None:
    audio = noise(rate_hz, 0.2)
    resampler = Resampler(rate_hz)
    parts, at = [], 0
    for cut in cuts:
        parts.append(resampler.feed(audio[at : at + 2 * cut]))
        at = min(len(audio), at + 2 * cut)
    parts += [resampler.feed(audio[at:]), resampler.finish()]
    assert b"".join(parts) == resampled(audio, rate_hz)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("samples", [0, 1, 7, 1_000, 9_999])
def test_the_length_is_the_same_stretch_of_time(rate_hz: int, samples: int) -> None:
    audio = noise(rate_hz, 2.0)[: 2 * samples]
    assert len(resampled(audio, rate_hz)) == 2 * samples_at_analysis_rate(samples, rate_hz)
    assert Resampler(rate_hz).samples_out(samples) == samples_at_analysis_rate(samples, rate_hz)


@pytest.mark.parametrize(("rate_hz", "most_ms"), [(8_000, 31), (16_000, 0), (48_000, 15), (44_100, 15), (192_000, 15)])
def test_little_is_held_back(rate_hz: int, most_ms: float) -> None:
    resampler, came = Resampler(rate_hz), 0
    block = noise(rate_hz, 0.02)
    for blocks in range(1, 101):
        came += len(resampler.feed(block)) // 2
        held_back_ms = 20 * blocks - came / 16
        assert blocks < 5 or 0 <= held_back_ms <= most_ms  # the first blocks fill the filter's own past


@pytest.mark.parametrize("pitch_hz", [300, 1_000, 3_000, 3_400])
def test_the_telephone_band_comes_through_and_nothing_is_added(pitch_hz: int) -> None:
    height_db, rest_db = peaks_db(resampled(tone(8_000, pitch_hz).tobytes(), 8_000), pitch_hz)
    assert height_db == pytest.approx(0.0, abs=0.05)
    assert rest_db < -80


@pytest.mark.parametrize("rate_hz", [24_000, 32_000, 44_100, 48_000, 192_000])
def test_what_16_khz_cannot_hold_is_not_folded_back(rate_hz: int) -> None:
    samples = np.frombuffer(resampled(tone(rate_hz, 9_500).tobytes(), rate_hz), "<i2").astype(float)[2_000:-2_000]
    assert np.sqrt(np.mean(samples**2)) < 16_000 * 1e-4


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_click_stays_where_it_was(rate_hz: int) -> None:
    samples = np.zeros(rate_hz, "<i2")
    samples[rate_hz // 2] = 20_000
    heard = np.frombuffer(resampled(samples.tobytes(), rate_hz), "<i2")
    assert abs(int(np.argmax(np.abs(heard))) - ANALYSIS_RATE_HZ // 2) <= 3  # 0.2 ms


def test_16_khz_passes_untouched() -> None:
    audio = noise(16_000, 0.1)
    resampler = Resampler(16_000)
    assert resampler.feed(audio) == audio
    assert resampler.finish() == b""


@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_behind_a_flush_a_new_stream_begins(rate_hz: int) -> None:
    resampler = Resampler(rate_hz)
    first = resampler.feed(noise(rate_hz, 0.5)) + resampler.finish()
    assert resampler.feed(noise(rate_hz, 0.5)) + resampler.finish() == first


def test_full_scale_is_clipped_and_does_not_wrap() -> None:
    square = np.where(np.arange(8_000) // 10 % 2, 32_767, -32_768).astype("<i2")
    heard = np.frombuffer(resampled(square.tobytes(), 8_000), "<i2").reshape(-1, 20)[10:-10]
    middles = heard[:, 10].astype(int)
    assert np.all(np.abs(middles) > 25_000)
    assert np.all(middles[:-1] * middles[1:] < 0)


@pytest.mark.parametrize("rate_hz", [0, -8_000, 7_999, 192_001])
def test_a_rate_we_cannot_take_is_refused(rate_hz: int) -> None:
    with pytest.raises(ValueError, match="8000 to 192000"):
        Resampler(rate_hz)
