"""Louder is not angrier: calm calls whose gain is changed in every way a line changes it raise nothing."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from alerts.alert import Kind, Severity
from service.demo.recording import Recording
from tests.calls.played import as_telephone, recording, sound_alerts

pytestmark = pytest.mark.calls

Gain = NDArray[np.float64]


def turned(played: Recording, gain_db: Gain) -> Recording:
    """Both legs louder or softer by so many dB, clipped where a line clips."""
    legs = tuple(
        (leg, np.clip(samples * 10 ** (gain_db / 20), -32_768, 32_767).astype("<i2")) for leg, samples in played.legs
    )
    return replace(played, legs=legs)


def gains(length: int, rate_hz: int) -> dict[str, Gain]:
    at_s = np.arange(length) / rate_hz
    return {
        "all of it 12 dB up": np.full(length, 12.0),
        "all of it 12 dB down": np.full(length, -12.0),
        "a step of 12 dB": np.where(at_s > 20, 12.0, 0.0),
        "a step down": np.where(at_s > 20, -12.0, 0.0),
        "a wandering gain control": 6 * np.sin(at_s / 4),
    }


@pytest.mark.parametrize(
    "gain", ["all of it 12 dB up", "all of it 12 dB down", "a step of 12 dB", "a step down", "a wandering gain control"]
)
@pytest.mark.parametrize("telephone", [False, True], ids=["16kHz", "8kHz-mulaw"])
async def test_gain_alone_raises_nothing(gain: str, telephone: bool) -> None:
    calm = recording("long_calm")
    played = turned(calm, gains(len(calm.legs[0][1]), calm.rate_hz)[gain])
    alerts = await sound_alerts(as_telephone(played) if telephone else played)
    # A line turned up in the middle of a call has loud pauses until somebody speaks again: that is told of the line.
    about_the_line = {Kind.BACKGROUND_NOISE} if "step" in gain else set()
    told = {alert.kind for alert in alerts if alert.severity > Severity.INFO}
    assert told - about_the_line == set()


@pytest.mark.parametrize("name", ["shouting_customer", "agent_raises_voice"])
async def test_a_raised_voice_is_told_within_two_seconds_at_any_gain(name: str) -> None:
    calm = recording(name)
    for gain_db in (-6.0, 3.0):
        played = turned(calm, np.full(len(calm.legs[0][1]), gain_db))
        told = [alert for alert in await sound_alerts(played) if alert.severity > Severity.INFO]
        assert {alert.kind.value for alert in told} - {"bad_media"} == {
            "volume_rise",
            "hostile_tone",
        }  # 3 dB up it clips
        first = min(told, key=lambda alert: alert.timing.audio_end_ms)
        assert first.timing.audio_end_ms - first.evidence.from_ms < 2_000
