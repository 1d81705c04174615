"""What was said last, and whether it was a farewell."""

from alerts.end_of_call import end_books_of
from alerts.last_words import LastWords
from config.rule_packs import load_rule_pack, packaged_rules
from streaming.frames import Leg
from streaming.observations import PhraseSpotted, RecognitionChanged, SpeechEnded, SpeechStarted
from tests.fakes.conversation import AGENT, CUSTOMER, final_of

CLOSING = end_books_of(load_rule_pack(packaged_rules() / "en"), 0.15, 0.15).closings


def test_who_spoke_until_when() -> None:
    words = LastWords(CLOSING)
    words.feed(SpeechEnded(CUSTOMER, 1_000, 4_000, 4_300))
    assert words.last_speech_end_ms(CUSTOMER, 9_000) == 4_000
    assert not words.speaks_at(CUSTOMER, 9_000)
    words.feed(SpeechStarted(CUSTOMER, 8_000, 8_100))
    assert words.last_speech_end_ms(CUSTOMER, 9_000) == 9_000
    assert words.speaks_at(CUSTOMER, 9_000)
    assert words.spoke == {Leg.CUSTOMER}
    assert words.spoke_after(CUSTOMER, 8_000)
    assert not words.spoke_after(CUSTOMER, 8_001)


def test_words_are_trusted_once_heard_and_while_recognition_runs() -> None:
    words = LastWords(CLOSING)
    assert not words.trusted(AGENT)
    words.feed(final_of(AGENT, 1, 0, 1_000, "good morning"))
    assert words.trusted(AGENT)
    words.feed(RecognitionChanged(AGENT, False, 2_000))
    assert not words.trusted(AGENT)
    words.feed(RecognitionChanged(AGENT, True, 3_000))
    assert words.trusted(AGENT)
    without_pack = LastWords(None)
    without_pack.feed(final_of(AGENT, 1, 0, 1_000, "goodbye"))
    assert not without_pack.trusted(AGENT)


def test_the_last_of_many_farewells() -> None:
    words = LastWords(CLOSING)
    for number in range(40):
        words.feed(final_of(AGENT, number, number * 1_000, number * 1_000 + 500, "goodbye"))
    assert words.closing_end_ms(AGENT) == 39_500
    assert words.closing_end_ms(CUSTOMER) is None
    words.feed(final_of(AGENT, 39, 39_000, 39_500, "good boy"))
    assert words.closing_end_ms(AGENT) == 38_500


def test_a_spotted_farewell_stays_whatever_the_text_says() -> None:
    words = LastWords(CLOSING)
    words.feed(PhraseSpotted(AGENT, "have a good day", 2_000, 2_900, 0.9))
    assert words.trusted(AGENT)
    words.feed(final_of(AGENT, 1, 1_000, 3_000, "how a goat way"))
    assert words.closing_end_ms(AGENT) == 2_900
    words.feed(PhraseSpotted(CUSTOMER, "no such phrase", 3_000, 3_900, 0.9))
    assert words.closing_end_ms(CUSTOMER) is None
