"""Speech added up over stretches of a call."""

from alerts.speech_time import SpeechTime
from streaming.observations import SpeechEnded, SpeechStarted
from tests.fakes.conversation import AGENT, CUSTOMER


def spoken() -> SpeechTime:
    """The agent from 1000 to 3000 and 5000 to 6000, and again from 8000 on."""
    speech = SpeechTime()
    for start_ms, end_ms in ((1_000, 3_000), (5_000, 6_000)):
        speech.feed(SpeechStarted(AGENT, start_ms, start_ms))
        speech.feed(SpeechEnded(AGENT, start_ms, end_ms, end_ms))
    speech.feed(SpeechStarted(AGENT, 8_000, 8_100))
    return speech


def test_what_was_said_in_a_stretch() -> None:
    speech = spoken()
    assert speech.spoken_ms(AGENT, 0, 8_000) == 3_000
    assert speech.spoken_ms(AGENT, 2_000, 5_500) == 1_500
    assert speech.spoken_ms(AGENT, 2_500, 9_000) == 2_500  # the running speech counts as far as it is asked for
    assert speech.spoken_ms(CUSTOMER, 0, 9_000) == 0
    assert (speech.live_since_ms(AGENT), speech.last_end_ms(AGENT)) == (8_000, 6_000)
    assert (speech.live_since_ms(CUSTOMER), speech.last_end_ms(CUSTOMER)) == (None, None)


def test_when_so_much_was_said() -> None:
    speech = spoken()
    assert speech.reached_ms(AGENT, 0, 2_000) == 3_000
    assert speech.reached_ms(AGENT, 0, 2_500) == 5_500
    assert speech.reached_ms(AGENT, 2_000, 1_500) == 5_500
    assert speech.reached_ms(AGENT, 0, 3_500) is None
    assert speech.back_ms(AGENT, 500) == 5_500
    assert speech.back_ms(AGENT, 1_500) == 2_500
    assert speech.back_ms(AGENT, 9_000) == 0


def test_the_last_speech_before_a_moment() -> None:
    speech = spoken()
    assert speech.ended_before_ms(AGENT, 7_000) == 6_000
    assert speech.ended_before_ms(AGENT, 4_000) == 3_000
    assert speech.ended_before_ms(AGENT, 500) == 3_000  # none before: the first
    assert speech.ended_before_ms(AGENT, 9_000) is None  # it goes on
    assert speech.ended_before_ms(AGENT, 7_000, least_ms=1_500) == 3_000
    assert speech.ended_before_ms(CUSTOMER, 7_000) is None
