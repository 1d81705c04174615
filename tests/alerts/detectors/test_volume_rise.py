"""A voice that rises, and gain that only looks like it."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.volume_rise import VolumeRiseDetector
from alerts.findings import Finding, Stage
from config.detection import VolumeRiseSettings
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured

BASE_DBFS = -30.0


def detector() -> VolumeRiseDetector:
    return VolumeRiseDetector(VolumeRiseSettings())


def semitones(pitch_hz: float, by: float) -> float:
    return float(pitch_hz * 2 ** (by / 12))


def calm(length_ms: int = 6_000) -> Conversation:
    return Conversation().voice(CUSTOMER, 0, length_ms, BASE_DBFS)


def raised(by_db: float, semitones_up: float = 3.0, tilt_up_db: float = 0.0, length_ms: int = 2_000) -> Conversation:
    return calm().voice(
        CUSTOMER, 8_000, 8_000 + length_ms, BASE_DBFS + by_db, semitones(120.0, semitones_up), -12.0 + tilt_up_db
    )


def opened(told: Conversation, hears: VolumeRiseDetector | None = None) -> list[Finding]:
    return [finding for finding in told.play(hears or detector()) if finding.stage is Stage.CERTAIN]


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    count: int


CASES = [
    Case("+11 dB", raised(11), 0),
    Case("+13 dB", raised(13), 1),
    Case("+13 dB with a brighter voice alone", raised(13, semitones_up=0, tilt_up_db=3.5), 1),
    Case("gain only +15 dB", raised(15, semitones_up=0, length_ms=4_000), 0),
    Case("gain only +15 dB, for long", raised(15, semitones_up=0, length_ms=20_000), 0),
    Case("0.5 s is too short", raised(15, length_ms=500), 0),
    Case("0.7 s is enough", raised(15, length_ms=700), 1),
    Case("pitch alone", raised(0, semitones_up=6), 0),
    Case(
        "before there is a baseline",
        Conversation().voice(CUSTOMER, 0, 2_500, BASE_DBFS).voice(CUSTOMER, 2_500, 2_900, BASE_DBFS + 15, 160.0),
        0,
    ),
    Case("on hold", calm().hold(7_000).voice(CUSTOMER, 8_000, 10_000, BASE_DBFS + 15, 160.0), 0),
    Case(
        "both on one leg",
        Conversation(legs=(MIXED,))
        .voice(MIXED, 0, 6_000, BASE_DBFS)
        .voice(MIXED, 8_000, 10_000, BASE_DBFS + 15, 160.0),
        0,
    ),
    Case(
        "the other speaker's loudness is no measure",
        Conversation().voice(AGENT, 0, 6_000, -45.0).voice(CUSTOMER, 6_000, 12_000, -30.0),
        0,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    assert len(opened(case.told.quiet_until(30_000))) == case.count


def test_what_is_told() -> None:
    (finding,) = opened(raised(14))
    assert (finding.leg, finding.severity) == (CUSTOMER, Severity.MINOR)
    assert 8_600 <= finding.audio_end_ms <= 8_900  # 0.6 s of raised voice, looked at every 50 ms
    assert finding.evidence.from_ms == 8_000
    assert measured(finding, "rise_db") == pytest.approx(14, abs=0.2)
    assert measured(finding, "rise_semitones") == pytest.approx(3, abs=0.1)


def test_it_is_one_event_until_three_seconds_after_and_ends_with_its_length() -> None:
    told = raised(14, length_ms=6_000).voice(CUSTOMER, 14_100, 15_000, BASE_DBFS).quiet_until(25_000)
    findings = told.play(detector())
    assert [finding.stage for finding in findings] == [Stage.CERTAIN, Stage.REVISED]
    assert findings[0].event == findings[1].event
    assert 13_900 <= findings[1].evidence.to_ms <= 14_800


def test_after_a_change_of_gain_the_new_level_is_the_beginning() -> None:
    gain_up = calm().voice(CUSTOMER, 8_000, 16_000, BASE_DBFS + 14)
    assert opened(gain_up) == []
    shouting = gain_up.voice(CUSTOMER, 17_000, 19_000, BASE_DBFS + 14 + 8, semitones(120, 3))
    assert opened(shouting) == []  # 8 dB over what it is now
    louder = gain_up.voice(CUSTOMER, 20_000, 22_000, BASE_DBFS + 14 + 13, semitones(120, 3))
    assert len(opened(louder)) == 1


def test_a_long_rage_does_not_become_normal() -> None:
    told = raised(14, length_ms=60_000).voice(CUSTOMER, 72_000, 73_000, BASE_DBFS)
    told.voice(CUSTOMER, 80_000, 82_000, BASE_DBFS + 14, semitones(120, 3))
    findings = opened(told)
    assert [finding.evidence.from_ms for finding in findings] == [8_000, 80_000]


def test_a_slow_drift_becomes_normal() -> None:
    told = Conversation()
    for minute in range(10):
        told.voice(CUSTOMER, minute * 60_000, (minute + 1) * 60_000, BASE_DBFS + minute)
    told.voice(CUSTOMER, 601_000, 603_000, BASE_DBFS + 12.5, semitones(120, 3))
    assert opened(told) == []


def test_a_new_agent_has_a_new_beginning() -> None:
    told = Conversation().voice(AGENT, 0, 6_000, BASE_DBFS).transfer(7_000)
    told.voice(AGENT, 8_000, 14_000, BASE_DBFS + 14, semitones(120, 5))
    assert opened(told) == []


def test_the_grain_of_advance_changes_nothing() -> None:
    told = raised(14, length_ms=3_000).voice(CUSTOMER, 13_000, 15_000, BASE_DBFS).quiet_until(25_000)
    assert told.play(detector(), 20) == told.play(detector(), 100)


def test_a_line_turned_up_is_no_voice_raised() -> None:
    told = calm().line(CUSTOMER, 0, 8_000, pause_dbfs=-60.0).line(CUSTOMER, 8_000, 9_000, pause_dbfs=-46.0)
    told.voice(CUSTOMER, 10_000, 13_000, BASE_DBFS + 14, semitones(120, 3))
    assert opened(told) == []
    told.voice(CUSTOMER, 20_000, 22_000, BASE_DBFS + 14 + 13, semitones(120, 3))
    assert [finding.evidence.from_ms for finding in opened(told)] == [20_000]
