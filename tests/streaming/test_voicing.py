"""Voice activity: windows by sample index, the guard in front of the model, and the model itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from config.hearing import HearingSettings
from streaming.frames import FRAME_SAMPLES, Leg
from streaming.observations import SpeechEnded, SpeechStarted
from streaming.silero import WINDOW_SAMPLES
from streaming.voicing import Voicing

QUIET_DBFS, LOUD_DBFS = -70.0, -30.0


class FakeVoiceModel:
    """Calls a window speech when its mean is above 0.5; remembers every window and reset."""

    def __init__(self) -> None:
        self.windows: list[NDArray[np.float32] | None] = []  # None: a reset

    def probabilities(self, windows: NDArray[np.float32]) -> list[float]:
        self.windows += [window.copy() for window in windows]
        return [1.0 if window.mean() > 0.5 else 0.0 for window in windows]

    def reset(self) -> None:
        self.windows.append(None)


def listened(voicing: Voicing, frames: list[tuple[float, float]], start: int = 0) -> list[SpeechStarted | SpeechEnded]:
    """Frames of (constant sample, level)."""
    return [
        each
        for number, (value, level_dbfs) in enumerate(frames, start)
        for _, each in voicing.feed(
            np.full(FRAME_SAMPLES, value, np.float32), [level_dbfs], (number + 1) * FRAME_SAMPLES
        )
    ]


def test_frames_become_windows_without_loss() -> None:
    model = FakeVoiceModel()
    voicing = Voicing(Leg.AGENT, HearingSettings(), lambda: model)
    samples = np.arange(8 * FRAME_SAMPLES, dtype=np.float32)
    for number in range(8):
        frame = samples[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES]
        voicing.feed(frame, [LOUD_DBFS], (number + 1) * FRAME_SAMPLES)
    heard = [window for window in model.windows if window is not None]
    assert np.array_equal(np.concatenate(heard), np.concatenate((np.zeros(WINDOW_SAMPLES, np.float32), samples)))


def test_speech_is_timed_by_sample_index() -> None:
    voicing = Voicing(Leg.CUSTOMER, HearingSettings(), FakeVoiceModel)
    heard = listened(voicing, [(0.0, LOUD_DBFS)] * 8 + [(1.0, LOUD_DBFS)] * 16 + [(0.0, LOUD_DBFS)] * 30)
    assert heard == [
        SpeechStarted(Leg.CUSTOMER, start_ms=160, known_ms=256),
        SpeechEnded(Leg.CUSTOMER, start_ms=160, end_ms=480 - 64, known_ms=800),
    ]


def test_speaking_and_its_start_are_known_in_between() -> None:
    voicing = Voicing(Leg.AGENT, HearingSettings(), FakeVoiceModel)
    assert (voicing.speaking, voicing.speech_start_ms) == (False, None)
    listened(voicing, [(1.0, LOUD_DBFS)] * 10)
    assert (voicing.speaking, voicing.speech_start_ms) == (True, 0)


def test_long_quiet_spares_the_model() -> None:
    model = FakeVoiceModel()
    voicing = Voicing(Leg.AGENT, HearingSettings(), lambda: model)
    listened(voicing, [(0.0, QUIET_DBFS)] * 200)
    assert model.windows == []
    listened(voicing, [(0.0, LOUD_DBFS)] * 8, 200)
    asked = len(model.windows)
    listened(voicing, [(0.0, QUIET_DBFS)] * 200, 208)
    assert len(model.windows) - asked <= 400 // 32  # only the 400 ms in which the quiet was not long yet


def test_after_long_quiet_the_model_starts_afresh_with_the_window_before() -> None:
    model = FakeVoiceModel()
    voicing = Voicing(Leg.AGENT, HearingSettings(), lambda: model)
    listened(voicing, [(0.25, QUIET_DBFS)] * 48)  # thirty windows
    listened(voicing, [(1.0, LOUD_DBFS)] * 2, 48)
    (reset, before, window) = model.windows
    assert reset is None
    assert before is not None
    assert np.all(before == 0.25)
    assert window is not None
    assert np.all(window == 1.0)


def test_told_to_forget_the_model_starts_afresh_and_speech_goes_on() -> None:
    model = FakeVoiceModel()
    voicing = Voicing(Leg.AGENT, HearingSettings(), lambda: model)
    listened(voicing, [(1.0, LOUD_DBFS)] * 16)
    asked = len(model.windows)
    voicing.forget()
    assert listened(voicing, [(1.0, LOUD_DBFS)] * 16, 16) == []
    assert voicing.speaking
    fresh = model.windows[asked:]
    assert fresh[0] is None
    assert sum(each is None for each in fresh) == 1
    assert len(fresh) == 1 + 1 + 10  # the reset, the window before, and those of 16 frames


def test_speech_ends_in_quiet_without_the_model() -> None:
    voicing = Voicing(Leg.AGENT, HearingSettings(), FakeVoiceModel)
    heard = listened(voicing, [(1.0, LOUD_DBFS)] * 16 + [(0.0, -96.0)] * 40)
    assert [type(each) for each in heard] == [SpeechStarted, SpeechEnded]
    assert heard[1] == SpeechEnded(Leg.AGENT, 0, 320 - 64, 640)


def test_a_break_ends_speech_and_the_windows_begin_anew() -> None:
    model = FakeVoiceModel()
    voicing = Voicing(Leg.AGENT, HearingSettings(), lambda: model)
    listened(voicing, [(1.0, LOUD_DBFS)] * 10)
    assert voicing.interrupt(200) == [SpeechEnded(Leg.AGENT, 0, 200, 200)]
    model.windows.clear()
    listened(voicing, [(0.75, LOUD_DBFS)] * 2, 50)
    (reset, before, window) = model.windows
    assert reset is None
    assert before is not None
    assert not before.any()  # nothing of the time before the break
    assert window is not None
    assert np.all(window == 0.75)


@given(st.lists(st.sampled_from([-96.0, QUIET_DBFS, LOUD_DBFS]), max_size=120))
def test_the_guard_never_hides_a_loud_frame(levels_dbfs: list[float]) -> None:
    model = FakeVoiceModel()
    voicing = Voicing(Leg.AGENT, HearingSettings(), lambda: model)
    listened(voicing, [(1.0 + number, level) for number, level in enumerate(levels_dbfs)])
    seen = {float(value) for window in model.windows if window is not None for value in np.unique(window)}
    whole = len(levels_dbfs) * FRAME_SAMPLES // WINDOW_SAMPLES * WINDOW_SAMPLES // FRAME_SAMPLES
    assert {1.0 + number for number, level in enumerate(levels_dbfs[:whole]) if level == LOUD_DBFS} <= seen


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([-96.0, LOUD_DBFS])), max_size=150),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_frames_may_come_in_any_number(frames: list[tuple[float, float]], cuts: list[int]) -> None:
    singly, model = FakeVoiceModel(), FakeVoiceModel()
    expected = listened(Voicing(Leg.AGENT, HearingSettings(), lambda: singly), frames)
    voicing, told, at = Voicing(Leg.AGENT, HearingSettings(), lambda: model), [], 0
    for cut in cuts * len(frames):
        part = frames[at : at + cut]
        if part:
            samples = np.repeat(np.array([value for value, _ in part], np.float32), FRAME_SAMPLES)
            for number, each in voicing.feed(samples, [level for _, level in part], (at + len(part)) * FRAME_SAMPLES):
                assert (at + number) * 20 < each.known_ms <= (at + number + 1) * 20
                told.append(each)
        at += cut
    assert told == expected
    assert len(model.windows) == len(singly.windows)
    for one, other in zip(model.windows, singly.windows, strict=True):
        assert (one is None) is (other is None)
        assert one is None or other is None or np.array_equal(one, other)
