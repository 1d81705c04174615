"""A voice against its own beginning."""

import pytest

from alerts.own_voice import OwnVoice, Tone, score_of
from config.detection import HostileToneSettings
from streaming.observations import VoiceHeard
from tests.fakes.conversation import CUSTOMER

DBFS, HZ, TILT_DB = -30.0, 120.0, -12.0


class Speaker:
    """Somebody whose voice can be turned."""

    def __init__(self) -> None:
        self.voice = OwnVoice(HostileToneSettings())
        self.at_ms = 0

    def speaks(self, length_ms: int, by_db: float = 0.0, semitones: float = 0.0, tilt_db: float = 0.0) -> list[Tone]:
        tones = []
        for at_ms in range(self.at_ms, self.at_ms + length_ms, 10):
            wave = (at_ms // 10 % 7) - 3  # a voice is never the same twice
            pitch_hz = HZ * 2 ** ((semitones + 0.2 * wave) / 12)
            hop = VoiceHeard(CUSTOMER, at_ms, at_ms + 10, DBFS + by_db + wave, pitch_hz, TILT_DB + tilt_db + wave, 0.0)
            if (tone := self.voice.hear(hop)) is not None:
                tones.append(tone)
        self.at_ms += length_ms
        return tones


def calm_first() -> Speaker:
    speaker = Speaker()
    speaker.speaks(10_000)
    return speaker


def test_nothing_is_said_before_the_beginning_is_known() -> None:
    assert Speaker().speaks(2_900, by_db=20, semitones=5) == []
    assert Speaker().speaks(6_000) != []


def test_a_calm_voice_stays_calm_and_is_measured_twice_a_second() -> None:
    tones = calm_first().speaks(10_000)
    assert 19 <= len(tones) <= 21
    assert max(tone.score for tone in tones) < 0.1


@pytest.mark.parametrize(
    ("by_db", "semitones", "tilt_db", "low", "high"),
    [
        (12, 4, 6, 0.9, 1.0),
        (6, 4, 4, 0.85, 1.0),
        (1, 4, 6, 0.6, 1.0),  # behind a gain control the level tells nothing
        (-6, 4, 6, 0.4, 0.95),
        (12, 0, 0, 0.0, 0.1),  # gain
        (18, 0, 0.5, 0.0, 0.1),
        (0, 8, 0, 0.0, 0.5),  # one feature alone, however far off
        (0, 0, 15, 0.0, 0.5),
        (-20, -5, -9, 0.0, 0.05),
    ],
)
def test_what_counts(by_db: float, semitones: float, tilt_db: float, low: float, high: float) -> None:
    last = calm_first().speaks(4_000, by_db, semitones, tilt_db)[-1]
    assert low <= last.score <= high
    assert last.rise_db == pytest.approx(by_db, abs=1.1)
    assert last.rise_semitones == pytest.approx(semitones, abs=0.3)


def test_more_effort_never_lowers_the_score() -> None:
    scores = [calm_first().speaks(4_000, step, step / 3, step / 2)[-1].score for step in range(0, 14, 2)]
    assert scores == sorted(scores)


def test_after_a_change_of_gain_the_new_level_is_the_beginning() -> None:
    speaker = calm_first()
    speaker.speaks(9_000, by_db=12)
    assert abs(speaker.speaks(3_000, by_db=12)[-1].rise_db) < 1
    assert speaker.speaks(4_000, by_db=12, semitones=4, tilt_db=6)[-1].score < 0.9


def test_a_long_rage_does_not_become_normal() -> None:
    speaker = calm_first()
    assert speaker.speaks(120_000, 10, 4, 6)[-1].score > 0.9


def test_a_slow_drift_becomes_normal() -> None:
    speaker = calm_first()
    speaker.speaks(30_000)
    for step in range(40):
        speaker.speaks(10_000, by_db=step * 0.2, semitones=step * 0.1)
    assert speaker.speaks(3_000, by_db=8, semitones=4)[-1].score < 0.5


def test_behind_an_interruption_the_window_is_empty() -> None:
    speaker = calm_first()
    speaker.speaks(3_000, 12, 4, 6)
    speaker.voice.forget_moment()
    assert speaker.speaks(2_000)[0].score < 0.1


def test_the_push_of_others_adds_up() -> None:
    assert score_of(0.0) == 0.5
    speaker = calm_first()
    hop = VoiceHeard(CUSTOMER, speaker.at_ms + 500, speaker.at_ms + 510, DBFS, HZ, TILT_DB, 0.0)
    tone = speaker.voice.hear(hop, pushed=1.2)
    assert tone is not None
    assert -3.0 < tone.logit < -2.0


def test_a_gain_that_is_known_is_taken_off_and_teaches_nothing() -> None:
    speaker = calm_first()
    tones: list[Tone] = []
    for at_ms in range(speaker.at_ms, speaker.at_ms + 20_000, 10):
        hop = VoiceHeard(CUSTOMER, at_ms, at_ms + 10, DBFS + 4, HZ, TILT_DB, 0.0)
        if (tone := speaker.voice.hear(hop, gain_db=12.0)) is not None:
            tones.append(tone)
    speaker.at_ms += 20_000
    assert tones[-1].rise_db == pytest.approx(-8, abs=1.1)
    assert abs(speaker.speaks(4_000)[-1].rise_db) < 1  # the beginning has not moved
