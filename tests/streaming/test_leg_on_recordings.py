"""The ear on whole recorded calls: the cut of the audio changes nothing, and speech is where the truth says."""

from itertools import count, pairwise

import numpy as np
import pytest

from config.hearing import HearingSettings
from streaming.call_clock import CallClock
from streaming.frames import AudioFrame
from streaming.leg import Heard, LegEar
from streaming.observations import LevelHeard, SpeechEnded, SpeechStarted, VoiceHeard
from tests.streaming.demo_recordings import CALLS, LEGS, Turn, samples_of, turns_of

TWO_LEGS = ("calm", "talk_over", "hold_then_abandon", "shouting_customer")


def call_heard(call: str, rate_hz: int, block_samples: int) -> tuple[list[list[Heard]], list[int]]:
    """Both legs, the customer's 730 ms later, in the order of arrival; and how the clock went."""
    ears = [LegEar(leg, HearingSettings()) for leg in LEGS]
    audio = [samples_of(call, leg, rate_hz).tobytes() for leg in LEGS]
    heard: list[list[Heard]] = [[], []]
    clock, times = CallClock(HearingSettings()), []
    for at in count(step=2 * block_samples):
        if at >= max(map(len, audio)):
            break
        for side, offset_ms in ((0, 0), (1, 730)):
            block = audio[side][at : at + 2 * block_samples]
            heard[side] += ears[side].hear(block, rate_hz, offset_ms + at * 500 // rate_hz)
        times.append(clock.now_ms)
    for side in (0, 1):
        heard[side] += ears[side].end(explicit=True)
    levels = [each for each in heard[0] + heard[1] if isinstance(each, LevelHeard)]
    times += [clock.feed(each) for each in sorted(levels, key=lambda level: level.end_ms)]
    return heard, times


def told(heard: list[Heard]) -> list[Heard]:
    """What is said of the sound; a frame of it may hold one or many of 20 ms."""
    return [each for each in heard if not isinstance(each, AudioFrame)]


def sound(heard: list[Heard]) -> tuple[int, bytes]:
    frames = [each for each in heard if isinstance(each, AudioFrame)]
    for before, after in pairwise(frames):
        assert after.start_ms == before.end_ms
    return frames[0].start_sample, b"".join(each.pcm_s16le for each in frames)


def played(ear: LegEar, audio: bytes, rate_hz: int) -> list[Heard]:
    block_bytes = rate_hz // 50 * 2
    heard: list[Heard] = []
    for at in range(0, len(audio), block_bytes):
        heard += ear.hear(audio[at : at + block_bytes], rate_hz, at * 500 // rate_hz)
    return heard + ear.end(explicit=True)


@pytest.mark.parametrize(("call", "rate_hz"), list(zip(TWO_LEGS, (16_000, 8_000) * 2, strict=True)))
def test_how_a_call_is_cut_changes_nothing_that_is_heard(call: str, rate_hz: int) -> None:
    expected, expected_times = call_heard(call, rate_hz, rate_hz // 50)
    for side in expected:
        assert {SpeechStarted, SpeechEnded, VoiceHeard} <= {type(each) for each in side}
    for block_samples in (rate_hz // 10, rate_hz // 5, rate_hz * 333 // 1000, 77, 1_601):
        heard, times = call_heard(call, rate_hz, block_samples)
        assert [told(each) for each in heard] == [told(each) for each in expected]
        assert [sound(each) for each in heard] == [sound(each) for each in expected]
        assert times[-1] == expected_times[-1]
        assert times == sorted(times)


# Turns of one leg less than this apart are one piece of speech for the voice detector: 300 ms of silence end it, and
# the model needs two windows to fall and one to notice.
_JOINED_MS = 400
_NEAR_MS = 150


def speech_errors_ms(rate_hz: int) -> tuple[list[int], list[int], int]:
    """How far each true turn's start and end are off, and how many pieces of speech belong to no turn."""
    starts_ms: list[int] = []
    ends_ms: list[int] = []
    strays = 0
    for call in CALLS:
        for leg in LEGS:
            ear = LegEar(leg, HearingSettings())
            heard = played(ear, samples_of(call, leg, rate_hz).tobytes(), rate_hz)
            spoken = [Turn(each.start_ms, each.end_ms) for each in heard if isinstance(each, SpeechEnded)]
            turns = turns_of(call, leg, _JOINED_MS)
            strays += sum(not any(meets(each, turn) for turn in turns) for each in spoken)
            for turn in turns:
                found = [each for each in spoken if meets(each, turn)]
                assert found, "a turn that was not heard"
                starts_ms.append(found[0].start_ms - turn.start_ms)
                ends_ms.append(found[-1].end_ms - turn.end_ms)
    return starts_ms, ends_ms, strays


def meets(one: Turn, other: Turn) -> bool:
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms


@pytest.mark.parametrize("rate_hz", [16_000, 8_000])
def test_speech_agrees_with_the_truth_of_every_recording(rate_hz: int) -> None:
    starts_ms, ends_ms, strays = speech_errors_ms(rate_hz)
    assert len(starts_ms) > 100
    assert strays == 0
    for errors_ms in (starts_ms, ends_ms):
        near = sum(abs(error_ms) <= _NEAR_MS for error_ms in errors_ms)
        assert near / len(errors_ms) >= 0.95
        assert abs(float(np.median(errors_ms))) <= 32
