"""How late speech is known."""

from alerts.lateness import Lateness
from config.hearing import HearingSettings


def test_it_follows_the_voice_detectors_settings() -> None:
    assert Lateness.of(HearingSettings()) == Lateness(onset_ms=160, offset_ms=332)
    assert Lateness.of(HearingSettings(speech_off_ms=500)).offset_ms == 532
