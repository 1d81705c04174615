"""The line itself: sound or none, its quiet, its clipping and its centre."""

import pytest

from streaming.frames import FRAME_MS, FRAME_SAMPLES, Leg
from streaming.line_survey import LineSurvey
from streaming.observations import LevelHeard, LineHeard, SoundFound, SoundLost, VoiceHeard


class Line:
    """Frames told by their level."""

    def __init__(self) -> None:
        self.survey = LineSurvey(Leg.CUSTOMER)
        self.at_ms = 0
        self.heard: list[LineHeard | SoundLost | SoundFound] = []

    def frames(self, level_dbfs: float, count: int, speaking: bool = False, offset: int = 0) -> "Line":
        for _ in range(count):
            level = LevelHeard(Leg.CUSTOMER, self.at_ms, self.at_ms + FRAME_MS, level_dbfs, speaking)
            self.heard += self.survey.feed(level, offset * FRAME_SAMPLES)
            self.at_ms += FRAME_MS
        return self

    @property
    def lines(self) -> list[LineHeard]:
        return [each for each in self.heard if isinstance(each, LineHeard)]

    @property
    def sound(self) -> list[SoundLost | SoundFound]:
        return [each for each in self.heard if not isinstance(each, LineHeard)]


def test_the_floor_is_the_quiet_tenth_of_what_is_not_speech() -> None:
    line = Line().frames(-20.0, 50, speaking=True).frames(-50.0, 90).frames(-66.0, 10)
    assert [(each.floor_dbfs, each.speech_dbfs) for each in line.lines] == [
        (None, -20.0),
        (-50.0, -20.0),
        (-50.0, -20.0),
    ]
    assert line.frames(-66.0, 50).lines[-1].floor_dbfs == -66.0


def test_zeros_are_nobodys_floor() -> None:
    assert Line().frames(-40.0, 50).frames(-96.0, 100).lines[-1].floor_dbfs == -40.0
    assert Line().frames(-96.0, 100).lines[-1].floor_dbfs is None


def test_the_constant_part_is_measured_per_second() -> None:
    line = Line().frames(-96.0, 50, offset=655).frames(-96.0, 50)
    assert [each.offset_ratio for each in line.lines] == [pytest.approx(0.02, abs=0.0001), 0.0]


def test_clipping_is_the_share_of_voice() -> None:
    line = Line()
    line.survey.voices(VoiceHeard(Leg.CUSTOMER, 0, 10, -3.0, 120.0, 0.0, ratio) for ratio in (0.0, 0.04))
    (second, later) = line.frames(-3.0, 100, speaking=True).lines
    assert (second.clipped_ratio, second.voiced_ms) == (0.02, 20)
    assert (later.clipped_ratio, later.voiced_ms) == (0.0, 0)


def test_a_hole_without_sound_is_said_once_and_its_end() -> None:
    line = Line().frames(-40.0, 10).frames(-96.0, 14)
    assert line.sound == []
    line.frames(-81.0, 100)
    assert line.sound == [SoundLost(Leg.CUSTOMER, 200, 500)]
    line.frames(-30.0, 1).frames(-96.0, 5)  # one click is no sound
    assert len(line.sound) == 1
    assert line.frames(-66.0, 10).sound[1:] == [SoundFound(Leg.CUSTOMER, 2_640)]


def test_a_break_is_no_silence() -> None:
    line = Line().frames(-96.0, 10)
    line.survey.interrupt()
    line.frames(-96.0, 14)
    assert line.sound == []
    assert line.frames(-96.0, 1).sound == [SoundLost(Leg.CUSTOMER, 200, 500)]


def test_the_newest_pause_is_known_at_once() -> None:
    line = Line().frames(-60.0, 50)
    assert line.lines[-1].pause_dbfs == -60.0
    assert line.frames(-20.0, 50, speaking=True).lines[-1].pause_dbfs is None
    assert line.frames(-48.0, 25).frames(-20.0, 25, speaking=True).lines[-1].pause_dbfs == -48.0
    assert line.lines[-1].floor_dbfs == -60.0


def test_speech_is_that_over_the_present_floor_where_there_is_some() -> None:
    line = Line().frames(-60.0, 100).frames(-30.0, 100, speaking=True).frames(-48.0, 250)  # turned up by 12 dB
    assert (line.lines[-1].floor_dbfs, line.lines[-1].speech_dbfs) == (-48.0, -30.0)  # nobody has spoken since
    line.frames(-18.0, 25, speaking=True).frames(-48.0, 25)
    assert line.lines[-1].speech_dbfs == -18.0
