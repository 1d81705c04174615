"""The voice's level, pitch and brightness, on signals whose pitch is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ, FRAME_SAMPLES, Leg
from streaming.observations import SyllableHeard, VoiceHeard
from streaming.prosody import HOP_SAMPLES, Prosody

Floats = NDArray[np.float32]


def voice(
    pitch_hz: float,
    seconds: float = 0.6,
    height: float = 0.1,
    band_hz: tuple[int, int] = (0, 8_000),
    steep: float = 1.0,
) -> Floats:
    """Harmonics falling by 6 dB per octave and `steep`, in mixed phases: about what a larynx makes."""
    at_s = np.arange(round(ANALYSIS_RATE_HZ * seconds)) / ANALYSIS_RATE_HZ
    harmonics = [number for number in range(1, 80) if band_hz[0] < number * pitch_hz < band_hz[1]]
    tones = [np.sin(2 * np.pi * number * pitch_hz * at_s + number**2) / number**steep for number in harmonics]
    mixed = np.sum(tones, axis=0)
    return np.asarray(mixed * height / np.abs(mixed).max(), np.float32)


def listened(
    prosody: Prosody, samples: Floats, speech_start_ms: int | None = 0, at_sample: int = 0
) -> list[VoiceHeard]:
    return [
        each
        for at in range(0, len(samples) // FRAME_SAMPLES * FRAME_SAMPLES, FRAME_SAMPLES)
        for _, voices in prosody.feed(
            samples[at : at + FRAME_SAMPLES], at_sample + at + FRAME_SAMPLES, [speech_start_ms]
        )
        for each in voices
        if isinstance(each, VoiceHeard)
    ]


def heard(samples: Floats) -> list[VoiceHeard]:
    return listened(Prosody(Leg.AGENT), samples)


def median_hz(voices: list[VoiceHeard]) -> float:
    return float(np.median([each.pitch_hz for each in voices]))


def median_tilt_db(voices: list[VoiceHeard]) -> float:
    return float(np.median([each.tilt_db for each in voices]))


@pytest.mark.parametrize("band_hz", [(0, 8_000), (300, 3_400)])
@pytest.mark.parametrize("pitch_hz", [72, 85, 110, 147.3, 200, 251, 318, 380, 440])
def test_the_pitch_is_found_in_the_full_band_and_on_the_telephone(pitch_hz: float, band_hz: tuple[int, int]) -> None:
    voices = heard(voice(pitch_hz, band_hz=band_hz))[5:]  # the first windows reach back into silence
    assert len(voices) > 50
    semitones = [12 * np.log2(each.pitch_hz / pitch_hz) for each in voices]
    assert max(map(abs, semitones)) < 0.2


def test_the_pitch_is_found_in_noise() -> None:
    noisy = voice(180) + np.random.default_rng(3).standard_normal(9_600).astype(np.float32) * np.float32(0.004)
    assert median_hz(heard(noisy)) == pytest.approx(180, rel=0.01)


def test_pitch_and_tilt_do_not_depend_on_gain() -> None:
    quiet, loud = heard(voice(160, height=0.02)), heard(voice(160, height=0.6))
    assert len(quiet) == len(loud)
    for soft, strong in zip(quiet, loud, strict=True):
        assert strong.pitch_hz == pytest.approx(soft.pitch_hz, abs=0.1)
        assert strong.tilt_db == pytest.approx(soft.tilt_db, abs=0.05)
        assert strong.level_dbfs - soft.level_dbfs == pytest.approx(20 * np.log10(30), abs=0.05)


def test_a_brighter_voice_has_more_tilt() -> None:
    dull, bright = (median_tilt_db(heard(voice(160, steep=steep))) for steep in (1.5, 0.7))
    assert bright > dull + 6


def test_the_tilt_is_that_of_the_telephone_band() -> None:
    wide, narrow = (median_tilt_db(heard(voice(160, band_hz=(0, top_hz)))) for top_hz in (8_000, 3_400))
    assert wide == pytest.approx(narrow, abs=0.1)


def test_an_offset_changes_nothing() -> None:
    plain, shifted = heard(voice(200)), heard(voice(200) + np.float32(0.2))
    # The first windows reach back to before the leg, where there is no offset.
    assert [each.start_ms for each in shifted[10:]] == [each.start_ms for each in plain[10:]]
    for one, other in zip(plain[10:], shifted[10:], strict=True):
        assert other.pitch_hz == pytest.approx(one.pitch_hz, abs=0.1)
        assert other.level_dbfs == pytest.approx(one.level_dbfs, abs=0.05)
        assert other.tilt_db == pytest.approx(one.tilt_db, abs=0.3)


def test_a_single_octave_jump_does_not_get_through() -> None:
    samples = voice(150, seconds=1.0)
    samples[8_000 : 8_000 + HOP_SAMPLES] = voice(300, seconds=0.01)[:HOP_SAMPLES]
    assert all(each.pitch_hz == pytest.approx(150, rel=0.05) for each in heard(samples)[5:])


@pytest.mark.parametrize("height", [0.0, 0.001])
def test_silence_and_whispers_below_50_dbfs_are_not_voiced(height: float) -> None:
    assert heard(voice(150, height=1.0) * np.float32(height)) == []


def test_noise_is_not_voiced() -> None:
    noise = np.random.default_rng(4).standard_normal(32_000).astype(np.float32) * np.float32(0.05)
    assert len(heard(noise)) < 10  # of 200 hops


def test_clipping_is_the_share_of_samples_at_the_edge() -> None:
    assert {each.clipped_ratio for each in heard(voice(150, height=0.5))} == {0.0}
    clipped = np.clip(voice(150, height=3.0), -1.0, 1.0)
    hops = clipped.reshape(-1, HOP_SAMPLES)
    for each in heard(clipped):
        expected = np.count_nonzero(np.abs(hops[each.start_ms // 10]) > 0.985) / HOP_SAMPLES
        assert each.clipped_ratio == pytest.approx(expected)
    assert any(each.clipped_ratio > 0.05 for each in heard(clipped))


def test_hops_are_timed_by_sample_index() -> None:
    voices = listened(Prosody(Leg.CUSTOMER), voice(150), at_sample=16 * 5_003)
    assert [each.start_ms for each in voices] == list(range(voices[0].start_ms, 5_603, 10))
    assert voices[0].start_ms <= 5_033
    assert all(each.end_ms - each.start_ms == 10 and each.leg is Leg.CUSTOMER for each in voices)


def test_nothing_is_worked_out_while_nobody_speaks() -> None:
    prosody = Prosody(Leg.AGENT)
    assert listened(prosody, voice(150), speech_start_ms=None) == []
    assert prosody.interrupt(9_600, None) == []


def test_hops_before_the_speech_are_left_out() -> None:
    voices = listened(Prosody(Leg.AGENT), voice(150), speech_start_ms=233)
    assert voices[0].start_ms == 240


def test_a_block_begun_is_worked_out_at_a_break() -> None:
    prosody = Prosody(Leg.AGENT)
    samples = voice(150)[: 7 * FRAME_SAMPLES]
    first = listened(prosody, samples)
    rest = [each for each in prosody.interrupt(len(samples), 0) if isinstance(each, VoiceHeard)]
    assert [each.start_ms for each in first + rest] == list(range(first[0].start_ms, 140, 10))
    assert prosody.interrupt(len(samples), 0) == []


def test_behind_a_break_nothing_of_before_is_left() -> None:
    prosody = Prosody(Leg.AGENT)
    listened(prosody, voice(150))
    prosody.interrupt(9_600, 0)
    assert listened(prosody, voice(220)) == heard(voice(220))


def test_hops_that_are_not_voiced_leave_the_median() -> None:
    samples = np.concatenate((voice(110, 0.3), np.zeros(4_800, np.float32), voice(220, 0.3)))
    late = [each for each in heard(samples) if each.start_ms >= 630]
    assert all(each.pitch_hz == pytest.approx(220, rel=0.02) for each in late)


def test_syllables_come_along_and_end_with_the_speech() -> None:
    prosody = Prosody(Leg.AGENT)
    sung = voice(150, 1.2) * np.repeat(np.tile([1.0, 0.3], 6), ANALYSIS_RATE_HZ // 10).astype(np.float32)
    still = np.zeros(10 * FRAME_SAMPLES, np.float32)
    frames = len(sung) // FRAME_SAMPLES
    blocks = prosody.feed(sung, len(sung), [0] * frames) + prosody.feed(still, len(sung) + len(still), [None] * 10)
    told = [each for _, voices in blocks for each in voices]
    at_ms = [each.at_ms for each in told if isinstance(each, SyllableHeard)]
    assert len(at_ms) == 6
    assert all(abs(at - expected) <= 40 for at, expected in zip(at_ms, range(50, 1_200, 200), strict=True))


def test_frames_may_come_in_any_number() -> None:
    samples = voice(150, 1.0)
    singly = listened(Prosody(Leg.AGENT), samples)
    prosody, told, at = Prosody(Leg.AGENT), [], 0
    for frames in (1, 3, 7, 2, 12, 5, 20):
        end = at + frames * FRAME_SAMPLES
        for number, voices in prosody.feed(samples[at:end], end, [0] * frames):
            told += [each for each in voices if isinstance(each, VoiceHeard)]
            known_ms = (at // FRAME_SAMPLES + number + 1) * 20
            assert known_ms % 100 == 0
            assert voices[-1] is not None
        at = end
    assert told == singly
