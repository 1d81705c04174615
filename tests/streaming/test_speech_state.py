"""The speech state: when speech begins and ends, from scripted probabilities."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.observations import SpeechEnded, SpeechStarted
from streaming.speech_state import WINDOW_MS, SpeechState

TAIL_MS = 64


def said(state: SpeechState, probabilities: list[float], from_window: int = 0) -> list[SpeechStarted | SpeechEnded]:
    return [
        each
        for number, probability in enumerate(probabilities, from_window)
        for each in state.feed((number + 1) * WINDOW_MS, probability)
    ]


def new_state(settings: HearingSettings | None = None) -> SpeechState:
    return SpeechState(Leg.AGENT, settings or HearingSettings())


def test_three_windows_begin_speech_at_the_first_of_them() -> None:
    state = new_state()
    assert said(state, [0.1, 0.1, 0.9, 0.9]) == []
    assert (state.speaking, state.start_ms) == (False, None)
    assert said(state, [0.5], 4) == [SpeechStarted(Leg.AGENT, start_ms=64, known_ms=160)]
    assert (state.speaking, state.start_ms) == (True, 64)


def test_one_weak_window_among_four_does_not_matter() -> None:
    assert said(new_state(), [0.9, 0.2, 0.9, 0.9]) == [SpeechStarted(Leg.AGENT, 0, 128)]


@pytest.mark.parametrize("probabilities", [[0.9, 0.9, 0.2, 0.2, 0.9, 0.9], [0.49] * 50, [0.9, 0.2] * 20])
def test_less_is_no_speech(probabilities: list[float]) -> None:
    assert said(new_state(), probabilities) == []


def test_speech_ends_after_300_ms_of_quiet_and_is_dated_back_to_the_voice() -> None:
    state = new_state()
    said(state, [0.9] * 10)
    assert said(state, [0.1] * 9, 10) == []  # 288 ms
    assert state.speaking
    assert said(state, [0.1], 19) == [SpeechEnded(Leg.AGENT, 0, end_ms=320 - TAIL_MS, known_ms=640)]
    assert not state.speaking


def test_a_window_above_the_leaving_probability_starts_the_wait_again() -> None:
    state = new_state()
    said(state, [0.9] * 10)
    assert said(state, [0.1] * 9 + [0.35] + [0.1] * 9, 10) == []
    assert said(state, [0.1], 29) == [SpeechEnded(Leg.AGENT, 0, end_ms=640 - TAIL_MS, known_ms=960)]


def test_after_an_end_old_windows_do_not_begin_speech_again() -> None:
    state = new_state()
    said(state, [0.9] * 3 + [0.0] * 10)
    assert said(state, [0.9, 0.9], 13) == []
    assert said(state, [0.9], 15) == [SpeechStarted(Leg.AGENT, 13 * WINDOW_MS, 16 * WINDOW_MS)]


def test_a_break_ends_speech_where_it_happens() -> None:
    state = new_state()
    said(state, [0.9] * 10)
    assert state.interrupt(330) == [SpeechEnded(Leg.AGENT, 0, 330, 330)]
    assert state.interrupt(340) == []


def test_a_break_in_a_fading_voice_ends_speech_where_it_fell() -> None:
    state = new_state()
    said(state, [0.9] * 10 + [0.1] * 5)
    assert state.interrupt(500) == [SpeechEnded(Leg.AGENT, 0, 320 - TAIL_MS, 500)]


def test_windows_before_a_break_do_not_count_after_it() -> None:
    state = new_state()
    said(state, [0.9, 0.9])
    state.interrupt(64)
    assert said(state, [0.9, 0.9], 10) == []


def test_the_settings_count() -> None:
    quick = HearingSettings(speech_on_windows=1, speech_off_ms=100, speech_on_probability=0.8)
    state = new_state(quick)
    assert said(state, [0.79, 0.8]) == [SpeechStarted(Leg.AGENT, 32, 64)]
    ended = said(state, [0.1] * 4, 2)
    assert ended == [SpeechEnded(Leg.AGENT, 32, 64, 192)]  # never shorter than a window


@given(st.lists(st.floats(0, 1), max_size=300))
def test_speech_is_in_order_and_known_after_it_happened(probabilities: list[float]) -> None:
    state = new_state()
    heard = said(state, probabilities) + state.interrupt(len(probabilities) * WINDOW_MS)
    kinds = [type(each) for each in heard]
    assert kinds == [SpeechStarted, SpeechEnded] * (len(heard) // 2)
    for each in heard:
        if isinstance(each, SpeechEnded):
            assert each.start_ms < each.end_ms <= each.known_ms
    ends = [each for each in heard if isinstance(each, SpeechEnded)]
    assert all(first.end_ms <= second.start_ms for first, second in pairwise(ends))
