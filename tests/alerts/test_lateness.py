"""How late speech is known: what the rules believe is what the voice detector does."""

import random

import pytest

from alerts.lateness import Lateness
from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.observations import SpeechEnded, SpeechStarted
from streaming.speech_state import WINDOW_MS, SpeechState


@pytest.mark.parametrize(("speech_off_ms", "offset_ms"), [(300, 384), (320, 384), (500, 576)])
def test_it_follows_the_voice_detectors_settings(speech_off_ms: int, offset_ms: int) -> None:
    settings = HearingSettings(speech_off_ms=speech_off_ms)
    assert Lateness.of(settings) == Lateness(onset_ms=160, offset_ms=offset_ms)


@pytest.mark.parametrize("speech_off_ms", [100, 300, 320, 500])
def test_the_voice_detector_is_never_later(speech_off_ms: int) -> None:
    """On seeded random voices; and it is that late now and then, so the bound is no guess."""
    settings = HearingSettings(speech_off_ms=speech_off_ms)
    state, late, chance = SpeechState(Leg.AGENT, settings), Lateness.of(settings), random.Random(1)
    onsets_ms: set[int] = set()
    offsets_ms: set[int] = set()
    probability = 0.0
    for window in range(20_000):
        probability = chance.choice((0.0, 0.9)) if chance.random() < 0.1 else probability
        for heard in state.feed((window + 1) * WINDOW_MS, probability):
            match heard:
                case SpeechStarted(start_ms=start_ms, known_ms=known_ms):
                    onsets_ms.add(known_ms - start_ms)
                case SpeechEnded(end_ms=end_ms, known_ms=known_ms):
                    offsets_ms.add(known_ms - end_ms)
    assert max(onsets_ms) <= late.onset_ms
    assert max(offsets_ms) == late.offset_ms
