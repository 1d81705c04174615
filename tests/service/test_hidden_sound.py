"""What must not be heard is covered: by word times when they are known, whole while they are not."""

from alerts.masking.call_masker import CallMasker
from service.hidden_sound import HiddenSound
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard

_TEXT = "it is four one one one thanks"


def _heard(text: str, utterance: int, *, final: bool, start_ms: int = 1_000) -> WordsHeard:
    words = tuple(
        Word(each, start_ms + 200 * place, start_ms + 200 * place + 150, 0.9) for place, each in enumerate(text.split())
    )
    end_ms = start_ms + 200 * len(words)
    return WordsHeard(Leg.CUSTOMER, utterance, 1, final, start_ms, end_ms, text, words if final else ())


def _told(*utterances: WordsHeard, margin_ms: int = 0) -> HiddenSound:
    hidden, masker = HiddenSound(margin_ms), CallMasker()
    for heard in utterances:
        for masked in masker.hear(heard):
            hidden.hear(masked)
    return hidden


def test_a_final_covers_its_hidden_words_and_no_others() -> None:
    hidden = _told(_heard(_TEXT, 0, final=True))
    expected = [(1_400, 1_550), (1_600, 1_750), (1_800, 1_950), (2_000, 2_150)]
    assert hidden.stretches(Leg.CUSTOMER, 0, 9_000) == expected
    assert hidden.stretches(Leg.AGENT, 0, 9_000) == []
    assert hidden.stretches(Leg.CUSTOMER, 0, 1_400) == []
    assert _told(_heard(_TEXT, 0, final=True), margin_ms=50).stretches(Leg.CUSTOMER, 0, 1_400) == [(1_350, 1_600)]


def test_a_growing_number_is_covered_whole_until_its_times_are_known() -> None:
    growing = _told(_heard("it is four one one one", 0, final=False))
    assert growing.grows_before(1_001)
    pcm = b"\1\0" * 16 * 500
    assert growing.cover(Leg.CUSTOMER, 500, pcm) == pcm
    assert growing.cover(Leg.CUSTOMER, 1_500, pcm) != pcm
    ended = _told(_heard("it is four one one one", 0, final=False), _heard(_TEXT, 0, final=True))
    assert not ended.grows_before(9_000)
    assert ended.cover(Leg.CUSTOMER, 1_000, pcm[: 400 * 32]) == pcm[: 400 * 32]


def test_digits_that_turn_out_to_be_a_number_are_covered_afterwards() -> None:
    first = _heard("it begins one three", 0, final=True)
    hidden = _told(first)
    assert hidden.stretches(Leg.CUSTOMER, 0, 9_000) == []
    hidden = _told(first, _heard("eight five", 1, final=True, start_ms=2_500))
    assert sorted(hidden.stretches(Leg.CUSTOMER, 0, 2_400)) == [(1_400, 1_550), (1_600, 1_750)]


def test_an_utterance_without_word_times_is_covered_whole() -> None:
    heard = WordsHeard(Leg.AGENT, 0, 1, True, 300, 800, "one two three four")
    assert _told(heard).stretches(Leg.AGENT, 0, 1_000) == [(300, 800)]


def test_what_nobody_knows_yet_is_covered() -> None:
    pcm = b"\1\0" * 16 * 200
    covered = HiddenSound(0).cover(Leg.AGENT, 1_000, pcm, known_ms=1_100)
    assert covered[: 100 * 32] == pcm[: 100 * 32]
    assert covered[100 * 32 :] != pcm[100 * 32 :]
    assert HiddenSound(0).cover(Leg.AGENT, 1_000, pcm, known_ms=1_200) == pcm
