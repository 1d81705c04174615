"""A leg's ear: blocks of any size in, the same frames and observations out, in the order promised."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from config.hearing import HearingSettings
from streaming.frames import AudioFrame, Leg
from streaming.leg import Heard, LegEar
from streaming.observations import (
    GapHeard,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    LineHeard,
    MediaLost,
    SoundFound,
    SoundLost,
    SoundPrinted,
    SpeechEnded,
    SpeechStarted,
    SyllableHeard,
    VoiceHeard,
)

T = TypeVar("T")

_OF_VOICE = (SyllableHeard, SoundPrinted)


class LoudIsSpeech:
    """Stands for the voice model: a window with sound in it is speech."""

    def probabilities(self, windows: NDArray[np.float32]) -> list[float]:
        return [1.0 if loudest > 0.01 else 0.0 for loudest in np.abs(windows).max(axis=1)]

    def reset(self) -> None:
        pass


def new_ear(settings: HearingSettings | None = None, leg: Leg = Leg.AGENT) -> LegEar:
    return LegEar(leg, settings or HearingSettings(), LoudIsSpeech)


def tone(ms: int, rate_hz: int = 16_000, from_ms: int = 0) -> bytes:
    at_s = np.arange(from_ms * rate_hz // 1000, (from_ms + ms) * rate_hz // 1000) / rate_hz
    samples = 3_000 * np.sin(2 * np.pi * 200 * at_s) + 1_500 * np.sin(2 * np.pi * 400 * at_s)
    return bytes(np.rint(samples).astype("<i2").tobytes())


def silence(ms: int, rate_hz: int = 16_000) -> bytes:
    return bytes(2 * ms * rate_hz // 1000)


def played(ear: LegEar, audio: bytes, at_ms: int = 0, rate_hz: int = 16_000, block_samples: int = 0) -> list[Heard]:
    """The audio in real time, each block arriving when its first sample was spoken."""
    block_bytes = 2 * (block_samples or rate_hz // 50)
    return [
        each
        for at in range(0, len(audio), block_bytes)
        for each in ear.hear(audio[at : at + block_bytes], rate_hz, at_ms + at * 500 // rate_hz)
    ]


def of(kind: type[T], heard: Sequence[Heard]) -> list[T]:
    return [each for each in heard if isinstance(each, kind)]


# --- order, places, counters -----------------------------------------------------------------------------------


def test_each_frame_is_followed_by_its_level_then_by_what_it_made_known() -> None:
    heard = played(new_ear(), silence(500) + tone(1_000) + silence(1_000))
    for place, each in enumerate(heard):
        if isinstance(each, AudioFrame):
            level = heard[place + 1]
            assert isinstance(level, LevelHeard)
            assert (level.start_ms, level.end_ms) == (each.start_ms, each.end_ms)
    starts = [each.start_ms for each in of(AudioFrame, heard)]
    assert starts == list(range(0, 2_500, 20))
    assert len(of(LevelHeard, heard)) == len(starts)


@pytest.mark.parametrize("frames", [2, 5, 17, 125])
def test_long_blocks_say_the_same_and_sound_reaches_to_the_next_word_about_speech(frames: int) -> None:
    sound = silence(500) + tone(1_010) + silence(1_000) + tone(700) + silence(90)
    singly = played(new_ear(), sound)
    at_once = played(new_ear(), sound, block_samples=frames * 320)
    assert [each for each in at_once if not isinstance(each, AudioFrame)] == [
        each for each in singly if not isinstance(each, AudioFrame)
    ]
    assert b"".join(each.pcm_s16le for each in of(AudioFrame, at_once)) == sound
    for place, each in enumerate(at_once):
        if isinstance(each, SpeechStarted | SpeechEnded):
            before = [other for other in at_once[:place] if isinstance(other, AudioFrame | LevelHeard)]
            assert of(AudioFrame, before)[-1].end_ms == of(LevelHeard, before)[-1].end_ms


def test_speaking_is_what_the_observations_before_have_said() -> None:
    speaking = False
    for each in played(new_ear(), silence(500) + tone(1_000) + silence(1_000) + tone(500)):
        match each:
            case SpeechStarted():
                speaking = True
            case SpeechEnded():
                speaking = False
            case LevelHeard():
                assert each.speaking is speaking


def test_speech_and_voice_are_heard_in_call_time() -> None:
    heard = played(new_ear(), silence(320) + tone(960) + silence(1_000), at_ms=10_000)
    (started,), (ended,) = of(SpeechStarted, heard), of(SpeechEnded, heard)
    assert started.start_ms == 10_320
    assert ended == SpeechEnded(Leg.AGENT, 10_320, 11_280 - 64, ended.known_ms)
    voices = of(VoiceHeard, heard)
    assert {round(each.pitch_hz) for each in voices} == {200}
    assert 10_320 <= voices[0].start_ms < 10_520
    assert 11_250 < voices[-1].end_ms <= 11_300


def test_the_counters_follow() -> None:
    ear = new_ear()
    assert (ear.received_ms, ear.gaps_ms, ear.heard_ms, ear.level_dbfs, ear.speaking) == (0, 0, 0, -96.0, False)
    played(ear, tone(1_010), at_ms=5_000)
    assert (ear.received_ms, ear.gaps_ms, ear.heard_ms, ear.speaking) == (1_010, 0, 6_000, True)
    assert ear.level_dbfs == pytest.approx(-22.8, abs=0.1)


def test_a_leg_that_comes_late_starts_where_it_came() -> None:
    (frame, *_) = new_ear().hear(tone(20), 16_000, 7_003)
    assert isinstance(frame, AudioFrame)
    assert (frame.leg, frame.start_ms, frame.start_sample) == (Leg.AGENT, 7_003, 7_003 * 16)


def test_16_khz_audio_is_given_out_as_it_came() -> None:
    frames = of(AudioFrame, played(new_ear(), tone(400)))
    assert b"".join(frame.pcm_s16le for frame in frames) == tone(400)


def test_a_rate_we_cannot_take_is_refused() -> None:
    ear = new_ear()
    with pytest.raises(ValueError, match="8000 to 192000"):
        ear.start(4_000)
    with pytest.raises(ValueError, match="8000 to 192000"):
        ear.hear(tone(20), 0, 0)
    ear.start(8_000)
    assert len(of(AudioFrame, played(ear, tone(100, 8_000), rate_hz=8_000))) == 3


def test_the_rate_may_change_in_the_call() -> None:
    ear = new_ear()
    heard = played(ear, tone(400, 8_000), rate_hz=8_000)
    heard += played(ear, tone(400, 48_000, 400), at_ms=400, rate_hz=48_000)
    heard += ear.end(explicit=True)
    assert [level.start_ms for level in of(LevelHeard, heard)] == list(range(0, 800, 20))
    assert sum(len(frame.pcm_s16le) for frame in of(AudioFrame, heard)) == 800 * 32
    assert len(of(SpeechEnded, heard)) == 1
    assert max(abs(each.pitch_hz - 200) for each in of(VoiceHeard, heard)) < 3


# --- gaps, stalls, ends ----------------------------------------------------------------------------------------


def test_lost_audio_is_a_gap_and_ends_the_speech_before_it() -> None:
    ear = new_ear()
    heard = played(ear, tone(1_000))
    assert ear.pulse(1_300) == []
    heard += ear.pulse(1_310)
    assert heard[-1] == LegStalled(Leg.AGENT, 1_000)
    assert ear.pulse(1_400) == []  # said once
    back = [each for each in played(ear, tone(200), at_ms=3_000) if not isinstance(each, _OF_VOICE)]
    assert back[:3] == [
        SpeechEnded(Leg.AGENT, 0, 1_000, 1_000),
        GapHeard(Leg.AGENT, 1_000, 3_000),
        LegResumed(Leg.AGENT, 3_000),
    ]
    assert of(AudioFrame, back)[0].start_ms == 3_000
    assert ear.gaps_ms == 2_000
    assert (ear.received_ms, ear.heard_ms) == (1_200, 3_200)


def test_late_audio_resumes_without_a_gap() -> None:
    ear = new_ear()
    played(ear, tone(1_000))
    ear.pulse(1_900)
    back = [each for _ in range(50) for each in ear.hear(tone(20), 16_000, 2_000)]
    assert back[0] == LegResumed(Leg.AGENT, 1_000)
    assert of(GapHeard, back) == []
    assert ear.heard_ms == 2_000


def test_a_partial_frame_before_a_gap_is_filled_up() -> None:
    ear = new_ear()
    heard = played(ear, tone(1_010))
    heard += [*played(ear, tone(100), at_ms=3_000), *ear.pulse(3_200)]
    (gap,) = of(GapHeard, heard)
    assert gap.start_ms == 1_020
    assert gap.end_ms == pytest.approx(3_000, abs=20)
    filled = next(frame for frame in of(AudioFrame, heard) if frame.start_ms == 1_000)
    assert filled.pcm_s16le == tone(10, from_ms=1_000) + silence(10)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_frames_stay_on_the_grid_of_the_leg_whatever_is_lost(rate_hz: int) -> None:
    ear, at_ms = new_ear(), 0
    heard: list[Heard] = []
    for spoken_ms, lost_ms in ((990, 700), (333, 1_200), (5, 5_000), (1_000, 0)):
        heard += played(ear, tone(spoken_ms, rate_hz), at_ms, rate_hz)
        at_ms += spoken_ms + lost_ms
        heard += ear.pulse(at_ms)
    heard += ear.end(explicit=True)
    assert len(of(GapHeard, heard)) == 3
    covered = sorted(
        [(each.start_ms, each.end_ms) for each in of(AudioFrame, heard)]
        + [(each.start_ms, each.end_ms) for each in of(GapHeard, heard)]
    )
    assert covered[0][0] == 0
    assert all(first[1] == second[0] for first, second in pairwise(covered))
    assert covered[-1][1] == ear.heard_ms == pytest.approx(at_ms, abs=40)


def test_a_reconnect_is_a_gap_at_once() -> None:
    ear = new_ear()
    played(ear, tone(1_000))
    assert ear.reconnect(4_000) == [LegStalled(Leg.AGENT, 1_000)]
    back = [each for each in ear.hear(tone(20), 16_000, 4_000) if not isinstance(each, _OF_VOICE)]
    assert [type(each) for each in back] == [SpeechEnded, GapHeard, LegResumed, AudioFrame, LevelHeard]
    assert of(GapHeard, back) == [GapHeard(Leg.AGENT, 1_000, 4_000)]


def test_suppressed_silence_is_heard_as_silence() -> None:
    ear = new_ear(HearingSettings(silence_suppression=True))
    heard = played(ear, tone(1_000))
    for now_ms in range(1_000, 3_001, 100):
        heard += ear.pulse(now_ms)
    assert of(GapHeard, heard) + of(LegStalled, heard) == []
    assert ear.heard_ms == 2_700
    assert of(LevelHeard, heard)[-1].level_dbfs == -96.0
    (ended,) = of(SpeechEnded, heard)
    assert ended.end_ms == pytest.approx(1_000, abs=64)
    heard += played(ear, tone(200), at_ms=3_000)
    assert ear.heard_ms == 3_200
    assert ear.gaps_ms == 0


@pytest.mark.parametrize("explicit", [True, False])
def test_the_end_gives_out_everything_once(explicit: bool) -> None:
    ear = new_ear()
    heard = played(ear, tone(1_010, 8_000), rate_hz=8_000)
    rest = ear.end(explicit)
    assert of(AudioFrame, rest)[-1].end_ms == 1_020
    assert of(VoiceHeard, rest)[-1].end_ms <= 1_020
    assert rest[-2:] == [SpeechEnded(Leg.AGENT, 0, 1_020, 1_020), LegEnded(Leg.AGENT, 1_020, explicit)]
    assert ear.end(explicit) == []
    assert ear.pulse(9_000) == []
    assert not ear.speaking
    assert len(of(AudioFrame, heard + rest)) == 51


def test_an_ear_that_never_heard_anything_just_ends() -> None:
    ear = new_ear()
    assert ear.pulse(5_000) == []
    assert ear.end(explicit=False) == [LegEnded(Leg.AGENT, 0, False)]


def test_a_leg_may_return_after_its_end() -> None:
    ear = new_ear()
    played(ear, tone(1_000))
    ear.end(explicit=False)
    assert ear.reconnect(5_000) == []
    back = ear.hear(tone(20), 16_000, 5_000)
    assert [type(each) for each in back] == [GapHeard, LegResumed, AudioFrame, LevelHeard]
    assert ear.end(explicit=True)[-1] == LegEnded(Leg.AGENT, 5_020, True)


# --- the line ----------------------------------------------------------------------------------------------------


def test_two_seconds_without_a_packet_are_said_once() -> None:
    ear = new_ear()
    played(ear, tone(1_000))
    lost = [each for now_ms in range(1_000, 6_000, 100) for each in ear.pulse(now_ms) if isinstance(each, MediaLost)]
    assert lost == [MediaLost(Leg.AGENT, 1_000, 2_000)]
    assert of(LegResumed, played(ear, tone(200), at_ms=7_000)) == [LegResumed(Leg.AGENT, 7_000)]
    again = [each for now_ms in range(7_200, 9_800, 100) for each in ear.pulse(now_ms) if isinstance(each, MediaLost)]
    assert again == [MediaLost(Leg.AGENT, 7_200, 2_000)]


def test_digital_silence_is_a_line_without_sound() -> None:
    heard = played(new_ear(), tone(1_000) + silence(3_000) + tone(1_000))
    assert of(SoundLost, heard) == [SoundLost(Leg.AGENT, 1_000, 1_300)]
    assert of(SoundFound, heard) == [SoundFound(Leg.AGENT, 4_040)]
    assert [(each.start_ms, each.end_ms) for each in of(LineHeard, heard)] == [
        (at_ms, at_ms + 1_000) for at_ms in range(0, 5_000, 1_000)
    ]
