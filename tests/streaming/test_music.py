"""Music on a leg is told from speech, noise and tones, however its audio is cut."""

import numpy as np
import pytest
from numpy.typing import NDArray

from config.hearing import HearingSettings
from streaming.frames import AudioFrame, Leg
from streaming.leg import LegEar
from streaming.music import MusicEar, MusicHeard
from streaming.observations import MusicEnded, MusicStarted, SpeechStarted
from tests.fakes.tunes import RATE_HZ, Sound, as_pcm, beeps, chords, drums, hum, melody, noise
from tests.streaming.demo_recordings import CALLS, samples_of

Music = list[MusicStarted | MusicEnded]
_FLOOR = as_pcm(noise(30), -62.0)


def floor(ms: int) -> bytes:
    return _FLOOR[: ms * RATE_HZ // 1000 * 2]


def heard(pcm_s16le: bytes, block_ms: int = 100) -> Music:
    """What a real ear, with its voice detector, says of the audio."""
    ear = LegEar(Leg.AGENT, HearingSettings())
    block = block_ms * RATE_HZ // 1000 * 2
    told = [
        each
        for at in range(0, len(pcm_s16le), block)
        for each in ear.hear(pcm_s16le[at : at + block], RATE_HZ, at * 500 // RATE_HZ)
    ]
    return [each for each in told if isinstance(each, MusicStarted | MusicEnded)]


@pytest.mark.parametrize(
    "tune",
    [
        pytest.param(melody(8), id="melody"),
        pytest.param(melody(8, vibrato_hz=5.5), id="vibrato"),
        pytest.param(melody(8, note_ms=150), id="quick"),
        pytest.param(chords(8), id="two chords"),
        pytest.param(chords(9)[: 8 * RATE_HZ] + drums(8) * 0.3, id="drums"),
    ],
)
@pytest.mark.parametrize("level_dbfs", [-20.0, -38.0])
def test_a_tune_is_music_after_four_seconds(tune: Sound, level_dbfs: float) -> None:
    started, ended = heard(floor(1_000) + as_pcm(tune, level_dbfs) + floor(4_000))
    assert isinstance(started, MusicStarted)
    assert started.start_ms == pytest.approx(1_000, abs=400)
    assert 4_000 <= started.known_ms <= 6_500
    assert isinstance(ended, MusicEnded)
    assert ended.at_ms == pytest.approx(1_000 + len(tune) * 1000 // RATE_HZ, abs=700)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(as_pcm(noise(12)), id="fan"),
        pytest.param(as_pcm(hum(12)), id="hum"),
        pytest.param(as_pcm(hum(12, 425.0) + noise(12) * 0.01), id="dialling tone"),
        pytest.param(as_pcm(beeps(16, 1_000, 3_000)), id="ringing"),
        pytest.param(as_pcm(beeps(12, 350, 350, [450.0])), id="engaged"),
        pytest.param(as_pcm(drums(12)), id="knocking"),
        pytest.param(as_pcm(melody(12), -55.0), id="faint"),
        pytest.param(floor(6_000) + as_pcm(melody(3)[: RATE_HZ * 5 // 2]) + floor(8_000), id="a jingle"),
        pytest.param(bytes(12 * RATE_HZ * 2), id="nothing"),
    ],
)
def test_other_sounds_are_no_music(sound: bytes) -> None:
    assert heard(sound) == []


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("leg", [Leg.AGENT, Leg.CUSTOMER])
def test_speech_is_no_music(call: str, leg: Leg) -> None:
    music = heard(samples_of(call, leg, RATE_HZ).tobytes())
    if (call, leg) == ("hold_then_abandon", Leg.AGENT):  # the only one with music in it: from 10.5 s to its end
        (started,) = music
        assert isinstance(started, MusicStarted)
        assert started.start_ms == pytest.approx(10_489, abs=600)
        return
    assert music == []


def test_a_short_rest_and_a_short_gap_do_not_end_it() -> None:
    tune, rate = as_pcm(melody(6)), RATE_HZ * 2
    (started,) = heard(tune + floor(1_500) + tune)
    assert isinstance(started, MusicStarted)
    ear = LegEar(Leg.AGENT, HearingSettings())
    told = ear.hear(tune[: 5 * rate], RATE_HZ, 0) + ear.lost(400) + ear.hear(tune, RATE_HZ, 5_400)
    assert [type(each) for each in told if isinstance(each, MusicStarted | MusicEnded)] == [MusicStarted]
    told = ear.lost(3_000) + ear.hear(tune[: 2 * rate], RATE_HZ, 14_400)
    (ended,) = (each for each in told if isinstance(each, MusicEnded))
    assert ended.at_ms == pytest.approx(11_400, abs=400)


def test_speech_ends_it_and_the_radio_behind_a_voice_is_no_hold() -> None:
    ear = MusicEar(Leg.AGENT)
    tune = np.frombuffer(as_pcm(melody(12)), "<i2").astype(np.float32) / np.float32(32_768)

    def play(from_s: int, to_s: int, level_dbfs: float, speaking: bool) -> list[MusicHeard]:
        frames = (to_s - from_s) * 50
        samples = tune[from_s * RATE_HZ : to_s * RATE_HZ]
        return [each for _, each in ear.feed(samples, [level_dbfs] * frames, [speaking] * frames, to_s * RATE_HZ)]

    (started,) = play(0, 5, -25.0, speaking=False)
    assert isinstance(started, MusicStarted)
    (ended,) = play(5, 7, -20.0, speaking=True)
    assert ended == MusicEnded(Leg.AGENT, 5_000)
    assert play(7, 12, -43.0, speaking=False) == []
    assert len(play(7, 12, -35.0, speaking=False)) == 1


@pytest.mark.parametrize("block_ms", [7, 20, 60, 330, 10_000])
def test_cuts_change_nothing(block_ms: int) -> None:
    sound = floor(700) + as_pcm(melody(7, vibrato_hz=5.0)) + floor(3_500)
    assert len(heard(sound)) == 2
    assert heard(sound, block_ms) == heard(sound)


def test_it_is_told_at_the_frame_that_made_it_known() -> None:
    ear = LegEar(Leg.AGENT, HearingSettings())
    told = ear.hear(as_pcm(melody(8)), RATE_HZ, 0)
    at = next(number for number, each in enumerate(told) if isinstance(each, MusicStarted))
    started = told[at]
    assert isinstance(started, MusicStarted)
    levels = [each for each in told[:at] if not isinstance(each, AudioFrame | SpeechStarted)]
    assert max(getattr(each, "end_ms", 0) for each in levels) == started.known_ms


def test_soft_words_behind_music_are_heard_as_without_it() -> None:
    """The voice detector remembers: with music in its mind it missed the first half second of a turn at 23.6 s."""

    def turns(samples: NDArray[np.int16]) -> list[int]:
        ear = LegEar(Leg.AGENT, HearingSettings())
        pcm, block = samples.tobytes(), 1_600 * 2
        told = [each for at in range(0, len(pcm), block) for each in ear.hear(pcm[at : at + block], RATE_HZ, at // 32)]
        return [each.start_ms for each in told if isinstance(each, SpeechStarted) and each.start_ms > 15_900]

    plain = samples_of("dead_air", Leg.AGENT, RATE_HZ)
    played = plain.copy()
    played[8_656 * 16 : 14_156 * 16] = np.frombuffer(as_pcm(melody(6), -28.0), "<i2")[: 5_500 * 16]
    assert turns(plain)[-3:] == pytest.approx(turns(played)[-3:], abs=130)
