"""Phrases in the model's words, and back: the longest, told once, decoys never."""

import pytest

from service.recognition.spotting_grammar import SpottingGrammar, grammar_of, grammars_in, grammars_text
from streaming.frames import Leg
from streaming.recognizer import RecognizedWord

_VOCABULARY = frozenset(
    [
        "그건",
        "제",
        "책임이",
        "아닙니다",
        "아니",
        "고객님",
        "감사합니다",
        "이용해",
        "주셔서",
        "네",
        "가나다",
        "ok",
        "<eps>",
    ]
)
_PHRASES = ("그건 제 책임이 아닙니다", "감사합니다", "이용해 주셔서 감사합니다", "멍청이")
_DECOYS = ("고객님 책임이 아닙니다",)
_STEMS = (("그건 제 책임이 아니", "그건 제 책임이 아닙니다"),)


def _grammar() -> SpottingGrammar:
    grammar = grammar_of(_PHRASES, _DECOYS, _STEMS, _VOCABULARY, lambda word: word in _VOCABULARY)
    assert grammar is not None
    return grammar


def _heard(text: str, word_ms: int = 500) -> list[RecognizedWord]:
    return [
        RecognizedWord(word, at * word_ms, (at + 1) * word_ms, 0.8 + at % 2 * 0.2)
        for at, word in enumerate(text.split())
    ]


def _found(text: str, word_ms: int = 500) -> list[str]:
    return [spotted.phrase for spotted in _grammar().find(_heard(text, word_ms))]


def test_phrases_are_found_among_fillers_with_their_times() -> None:
    (spotted,) = _grammar().find(_heard("네 그건 제 책임이 아닙니다 네"))
    assert (spotted.phrase, spotted.start_ms, spotted.end_ms) == ("그건 제 책임이 아닙니다", 500, 2_500)
    assert round(spotted.confidence, 3) == 0.9


def test_the_longest_phrase_is_told() -> None:
    assert _found("이용해 주셔서 감사합니다") == ["이용해 주셔서 감사합니다"]
    assert _found("감사합니다 네 감사합니다", word_ms=600) == ["감사합니다", "감사합니다"]


def test_a_beginning_that_says_as_much_is_its_phrase() -> None:
    assert _found("그건 제 책임이 아니 네") == ["그건 제 책임이 아닙니다"]
    assert _grammar().phrases == 3


def test_what_is_meant_otherwise_is_never_told() -> None:
    assert _found("고객님 책임이 아닙니다") == []


def test_nobody_speaks_that_fast() -> None:
    assert _found("그건 제 책임이 아닙니다", word_ms=200) == []


def test_nothing_heard_is_nothing_found() -> None:
    assert _grammar().find([]) == []


def test_fillers_are_short_words_of_the_same_script_always_the_same() -> None:
    sequences = _grammar().sequences
    assert sequences == _grammar().sequences
    assert {words[0] for words in sequences if len(words) == 1} == {"감사합니다", "그건", "제", "아니", "네"}
    assert ("멍청이",) not in sequences


def test_a_model_with_an_unknown_word_gets_it_as_a_filler() -> None:
    vocabulary = frozenset(["shut", "up", "yes", "well", "somewhat", "[unk]"])
    grammar = grammar_of(("shut up",), (), (), vocabulary, vocabulary.__contains__)
    assert grammar is not None
    assert set(grammar.sequences) == {("shut", "up"), ("shut",), ("up",), ("yes",), ("well",), ("[unk]",)}


def test_words_the_loaded_model_does_not_know_are_not_spelled() -> None:
    assert grammar_of(("감사합니다",), (), (), _VOCABULARY, lambda word: word != "감사합니다") is None


def test_phrases_no_word_of_which_is_known_make_no_grammar() -> None:
    assert grammar_of(("멍청이",), _DECOYS, (), _VOCABULARY, _VOCABULARY.__contains__) is None


def test_grammars_travel_as_text() -> None:
    grammars = grammars_in(grammars_text({Leg.AGENT: _grammar()}))
    assert grammars[Leg.AGENT].sequences == _grammar().sequences
    heard = _heard("네 그건 제 책임이 아닙니다 고객님 책임이 아닙니다")
    assert grammars[Leg.AGENT].find(heard) == _grammar().find(heard)


@pytest.mark.parametrize("text", ["", "[]", "{}1", '{"nobody": [[], []]}', '{"agent": 1}', '{"agent": [[1], []]}'])
def test_what_is_no_grammars_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"grammars|JSON|Expecting|Extra|Leg|unpack"):
        grammars_in(text)


def test_what_sounds_like_a_phrase_is_a_guess() -> None:
    guess, *_ = _grammar().find(_heard("네 그건 제 채김이 아닙니다"))
    assert guess.phrase == "그건 제 책임이 아닙니다"
    assert (guess.start_ms, guess.end_ms) == (500, 2_500)
    assert 0 < guess.distance < 0.15


def test_no_guess_where_a_phrase_or_a_decoy_was_heard() -> None:
    assert [spotted.distance for spotted in _grammar().find(_heard("그건 제 책임이 아닙니다"))] == [0.0]
    assert _grammar().find(_heard("고객님 책임이 아닙니다")) == []


def test_nothing_is_guessed_in_languages_where_guessing_was_not_measured() -> None:
    grammar = SpottingGrammar({("not", "my", "problem"): "not my problem"}, ["a"])
    assert grammar.find(_heard("not my problems")) == []
