"""When words can be trusted enough to say what was not said."""

from alerts.speech_time import SpeechTime
from alerts.word_trust import WordTrust
from streaming.observations import BandHeard, RecognitionChanged, SpeechEnded
from tests.fakes.conversation import AGENT, CUSTOMER, final_of


def test_sure_words_of_the_leg_are_trusted() -> None:
    trust = WordTrust(AGENT, 0.6)
    sure = [trust.sure]
    for heard in (
        final_of(CUSTOMER, 1, 0, 1_000, "hello there", 0.9),
        final_of(AGENT, 1, 0, 1_000, "hello there", 0.7),
        final_of(AGENT, 2, 2_000, 3_000, "what what", 0.3),
    ):
        trust.feed(heard)
        sure.append(trust.sure)
    assert sure == [False, False, True, False]
    assert trust.confidence == 0.5


def test_who_has_not_listened_all_the_time_is_not_sure() -> None:
    trust = WordTrust(AGENT, 0.6)
    trust.feed(final_of(AGENT, 1, 0, 1_000, "hello there"))
    trust.feed(RecognitionChanged(AGENT, False, 2_000))
    trust.feed(RecognitionChanged(AGENT, True, 3_000))
    assert not trust.sure


def test_a_narrow_line_is_not_trusted_unless_the_model_is_made_for_it() -> None:
    for rate_hz, made_for_it, sure in ((8_000, False, False), (8_000, True, True), (16_000, False, True)):
        trust = WordTrust(AGENT, 0.6, made_for_it)
        trust.feed(BandHeard(CUSTOMER, 8_000))
        trust.feed(BandHeard(AGENT, rate_hz))
        trust.feed(final_of(AGENT, 1, 0, 1_000, "hello there"))
        assert trust.sure is sure


def test_words_cover_speech_when_its_final_has_come() -> None:
    trust, speech = WordTrust(AGENT, 0.6), SpeechTime()
    assert not trust.covers(speech, 10_000)
    speech.feed(SpeechEnded(AGENT, 1_000, 3_000, 3_300))
    speech.feed(SpeechEnded(AGENT, 9_000, 11_000, 11_300))
    trust.feed(final_of(AGENT, 1, 1_000, 2_900, "hello there"))
    assert trust.covers(speech, 5_000)
    assert not trust.covers(speech, 10_000)
    trust.feed(final_of(AGENT, 2, 9_100, 10_400, "who is it"))
    assert trust.covers(speech, 10_000)
