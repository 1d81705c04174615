"""Finals as spoken sentences."""

from alerts.sounds_like.ear import Stretch
from alerts.spoken import spoken
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard

WORDS = (Word("그건", 1_000, 1_400, 1.0), Word("제", 1_400, 1_600, 0.5), Word("책임", 1_700, 2_300, 0.6))


def test_the_times_and_the_mean_confidence_of_the_words_it_touches() -> None:
    heard = WordsHeard(Leg.AGENT, 1, 1, True, 900, 2_400, "그건 제 책임", WORDS)
    said = spoken(heard, Stretch(3, 6, 0.0))
    assert (said.start_ms, said.end_ms, said.confidence) == (1_400, 2_300, 0.55)


def test_equal_words_are_told_apart_by_their_place() -> None:
    words = (Word("네", 0, 100, 1.0), Word("아니", 100, 300, 1.0), Word("네", 300, 400, 0.2))
    heard = WordsHeard(Leg.AGENT, 1, 1, True, 0, 400, "네 아니 네", words)
    assert spoken(heard, Stretch(5, 6, 0.0)).start_ms == 300


def test_without_words_by_the_share_of_the_text() -> None:
    heard = WordsHeard(Leg.AGENT, 1, 1, False, 1_000, 2_000, "0123456789")
    said = spoken(heard, Stretch(2, 5, 0.0))
    assert (said.start_ms, said.end_ms, said.confidence) == (1_200, 1_500, None)


def test_words_the_text_does_not_hold_have_no_place() -> None:
    heard = WordsHeard(Leg.AGENT, 1, 1, True, 0, 1_000, "그건", (Word("이건", 0, 500, 0.9),))
    assert spoken(heard, Stretch(0, 2, 0.0)).confidence is None
