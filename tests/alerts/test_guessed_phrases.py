"""A guess of the spotting ear counts when the text sounds like it at the same place, whichever comes first."""

from alerts.guessed_phrases import GuessedPhrases
from config.rule_packs import Rule, RulePack
from config.settings import Language
from streaming.frames import Leg
from streaming.observations import PhraseGuessed, PhraseSpotted, WordsHeard

_PHRASE = "그건 제 책임이 아닙니다"


def _guesses(*exceptions: str) -> GuessedPhrases:
    return GuessedPhrases(_pack(*exceptions))


def _pack(*exceptions: str) -> RulePack:
    rule = Rule.model_validate(
        {
            "id": "ko.anger.mine",
            "leg": "agent",
            "topic": "anger",
            "phrases": [_PHRASE],
            "exceptions": exceptions,
            "positive": [_PHRASE],
        }
    )
    return RulePack(language=Language.KO, rules=(rule,))


def _guess(distance: float, start_ms: int = 1_000) -> PhraseGuessed:
    return PhraseGuessed(Leg.AGENT, _PHRASE, start_ms, start_ms + 1_500, distance)


def _text(text: str, start_ms: int = 1_000, *, final: bool = True, leg: Leg = Leg.AGENT) -> WordsHeard:
    return WordsHeard(leg, 1, 1, final, start_ms, start_ms + 1_500, text)


def _told(heard: list[PhraseSpotted]) -> list[str]:
    return [spotted.phrase for spotted in heard]


def test_a_guess_waits_for_the_text_that_supports_it() -> None:
    guesses = _guesses()
    assert guesses.feed(_guess(0.1)) == []
    assert _told(guesses.feed(_text("그건 제 채김이 아님니다"))) == [_PHRASE]


def test_a_text_waits_for_its_guess() -> None:
    guesses = _guesses()
    assert guesses.feed(_text("그건 제 채김이 아님니다")) == []
    (spotted,) = guesses.feed(_guess(0.1))
    assert (spotted.start_ms, spotted.end_ms, spotted.leg) == (1_000, 2_500, Leg.AGENT)


def test_a_guess_is_told_once() -> None:
    guesses = _guesses()
    guesses.feed(_guess(0.1))
    assert len(guesses.feed(_text("그건 제 채김이 아님니다"))) == 1
    assert guesses.feed(_text("그건 제 채김이 아님니다")) == []


def test_the_farther_the_guess_the_nearer_the_text_must_be() -> None:
    half_right = "그건 책을 압니다"
    for distance, told in ((0.05, 1), (0.28, 0)):
        guesses = _guesses()
        guesses.feed(_guess(distance))
        assert len(guesses.feed(_text(half_right))) == told


def test_other_words_another_time_another_leg_or_a_partial_support_nothing() -> None:
    guesses = _guesses()
    guesses.feed(_guess(0.1))
    assert guesses.feed(_text("배송 주소를 확인해 드리겠습니다")) == []
    assert guesses.feed(_text(_PHRASE, start_ms=5_000)) == []
    assert guesses.feed(_text(_PHRASE, leg=Leg.CUSTOMER)) == []
    assert guesses.feed(_text(_PHRASE, final=False)) == []
    assert _told(guesses.feed(_text(_PHRASE))) == [_PHRASE]


def test_what_is_meant_otherwise_is_dropped() -> None:
    guesses = _guesses("그건 고객님 책임이 아닙니다")
    guesses.feed(_guess(0.1))
    assert guesses.feed(_text("그건 고객님 책임이 아닙니다")) == []
    assert _told(guesses.feed(_text(_PHRASE))) == [_PHRASE]


def test_old_guesses_are_forgotten_and_few_are_kept() -> None:
    guesses = _guesses()
    for number in range(200):
        guesses.feed(_guess(0.1, start_ms=1_000 + number))
    assert len(guesses.feed(_text(_PHRASE))) == 64
    guesses.feed(_guess(0.1))
    guesses.feed(_text("네", start_ms=60_000))
    assert guesses.feed(_text(_PHRASE)) == []


def test_changed_rules_have_their_own_exceptions() -> None:
    guesses = _guesses()
    guesses.change(_pack("그건 고객님 책임이 아닙니다"))
    guesses.feed(_guess(0.1))
    assert guesses.feed(_text("그건 고객님 책임이 아닙니다")) == []
