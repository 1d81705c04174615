"""The recordings through the acoustic road: what is found, what is not, and that cutting does not matter."""

import pytest

from alerts.alert import Severity
from alerts.judging import Claim, Truth, judge
from service.demo.recording import demo_recordings
from tests.calls.played import as_telephone, in_short, recording, sound_alerts, truth

pytestmark = pytest.mark.calls

_NAMES = [path.stem for path in demo_recordings()]
_HEARD = {  # kinds that need no words
    *("dead_air", "talk_over", "volume_rise", "long_silence", "interruption", "hostile_tone", "one_way_audio"),
    *("fast_speech", "customer_abandoned", "slow_speech", "no_audio", "background_noise", "bad_media"),
}


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("telephone", [False, True], ids=["16kHz", "8kHz-mulaw"])
async def test_sound_finds_what_is_there_and_nothing_else(name: str, telephone: bool) -> None:
    played = as_telephone(recording(name)) if telephone else recording(name)
    claims = Claim.of(await sound_alerts(played))
    scores = judge(claims, Truth.of(truth(name)))
    for kind, score in scores.items():
        if kind.value in _HEARD:
            assert (score.found, score.false_alarms) == (score.events, 0), kind
    events = {event["kind"] for event in truth(name)["events"]}
    voice = {"volume_rise", "hostile_tone"}
    told = {claim.kind.value for claim in claims if claim.severity > Severity.INFO}
    assert told & _HEARD <= events | (voice if events & voice else set())


@pytest.mark.parametrize("name", ["calm", "long_calm", "loud_but_calm"])
async def test_calm_calls_raise_nothing(name: str) -> None:
    assert in_short(await sound_alerts(recording(name))) == []


@pytest.mark.parametrize("name", ["dead_air", "talk_over", "agent_raises_voice", "agent_hangs_up", "fast_speech"])
async def test_cutting_the_audio_otherwise_gives_the_same_alerts(name: str) -> None:
    whole = in_short(await sound_alerts(recording(name), 20))
    assert whole
    odd_bytes_ms = 333 / 32  # 333 bytes of 16 kHz PCM do not hold whole samples; the wire carries the half over
    for block_ms in (100, 200, 333, odd_bytes_ms, 7.0):
        cut = in_short(await sound_alerts(recording(name), block_ms))
        assert [each[:2] for each in cut] == [each[:2] for each in whole], block_ms
        for (_, _, from_ms, to_ms), (_, _, whole_from_ms, whole_to_ms) in zip(cut, whole, strict=True):
            assert abs(from_ms - whole_from_ms) <= 20, block_ms
            assert abs(to_ms - whole_to_ms) <= 20, block_ms


async def test_dead_air_is_found_when_three_seconds_are_over() -> None:
    (alert,) = await sound_alerts(recording("dead_air"))
    end_of_speech_ms = truth("dead_air")["events"][0]["start_ms"]
    assert alert.leg == "agent"
    assert 3_000 <= alert.timing.audio_end_ms - end_of_speech_ms <= 3_300


async def test_hold_is_no_dead_air() -> None:
    alerts = await sound_alerts(recording("hold_then_abandon"))
    assert [alert.kind.value for alert in alerts] == ["customer_abandoned"]
