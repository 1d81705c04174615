"""Utterances by revision: partials replaced, finals kept in call time."""

from alerts.detectors.phrase import PhraseHit
from alerts.masking.call_masker import CallMasker
from service.transcript import Transcript, line_of
from streaming.frames import Leg
from streaming.observations import WordsHeard
from web.sources import TranscriptLine


def _line(leg: Leg, utterance: int, revision: int, final: bool, start_ms: int, text: str) -> TranscriptLine:
    heard = WordsHeard(leg, utterance, revision, final, start_ms, start_ms + 500, text)
    return TranscriptLine("c", heard)


def _texts(transcript: Transcript) -> list[str]:
    return [line.heard.text for line in transcript.lines()]


def test_a_partial_is_replaced_and_stands_last() -> None:
    transcript = Transcript()
    transcript.take(_line(Leg.AGENT, 0, 0, False, 0, "안녕"))
    transcript.take(_line(Leg.CUSTOMER, 0, 0, True, 900, "네"))
    transcript.take(_line(Leg.AGENT, 0, 1, False, 0, "안녕하세요"))
    assert _texts(transcript) == ["네", "안녕하세요"]


def test_a_final_takes_its_partial_away_and_finds_its_place() -> None:
    transcript = Transcript()
    transcript.take(_line(Leg.CUSTOMER, 0, 0, True, 900, "second"))
    transcript.take(_line(Leg.AGENT, 0, 0, False, 100, "fir"))
    transcript.take(_line(Leg.AGENT, 0, 1, True, 100, "first"))
    assert _texts(transcript) == ["first", "second"]
    assert [heard.text for heard in transcript.said()] == ["first", "second"]


def test_an_empty_final_leaves_nothing() -> None:
    transcript = Transcript()
    transcript.take(_line(Leg.AGENT, 0, 0, False, 100, "hm"))
    transcript.take(_line(Leg.AGENT, 0, 1, True, 100, ""))
    assert _texts(transcript) == []


def test_memory_is_bounded() -> None:
    transcript = Transcript()
    for number in range(5_100):
        transcript.take(_line(Leg.AGENT, number, 0, True, number * 1_000, str(number)))
    assert len(transcript.lines()) == 5_000
    assert _texts(transcript)[0] == "100"


def test_a_final_comes_again_to_hide_digits() -> None:
    transcript = Transcript()
    transcript.take(_line(Leg.AGENT, 0, 1, True, 100, "it is one two"))
    transcript.take(_line(Leg.AGENT, 1, 1, False, 900, "three"))
    transcript.take(_line(Leg.AGENT, 0, 2, True, 100, "it is • •"))
    assert _texts(transcript) == ["it is • •", "three"]


def test_hits_move_with_what_is_hidden_before_them() -> None:
    heard = WordsHeard(Leg.AGENT, 0, 1, True, 0, 900, "one two three four you fool")
    masked = CallMasker().hear(heard)[-1]
    line = line_of("c", masked, [PhraseHit("r", 600, 900, 19, 27, False)])
    assert line.heard.text == "• • • • you fool"
    assert line.heard.text[line.hits[0].from_char : line.hits[0].to_char] == "you fool"
