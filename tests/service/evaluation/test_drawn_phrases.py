"""Phrases drawn from texts: every window once, and none beside its shifted self."""

from config.settings import Language
from service.evaluation.drawn_phrases import drawn_packs, listened_for, pack_of, says

_TEXT = "그래서 계속 떨어진 건가 앞으로는 좀 바꿔야겠다."


def test_every_three_words_of_five_to_ten_syllables_are_drawn_once() -> None:
    packs = drawn_packs([_TEXT, _TEXT])
    drawn = [phrase for pack in packs for phrase in pack]
    assert len(drawn) == len(set(drawn)) == 5
    assert "계속 떨어진 건가" in drawn
    assert all(says(_TEXT, phrase) for phrase in drawn)


def test_no_two_phrases_of_a_pack_share_words() -> None:
    for pack in drawn_packs([_TEXT]):
        words = [word for phrase in pack for word in phrase.split()]
        assert len(words) == len(set(words))


def test_digits_foreign_letters_and_other_lengths_are_left_out() -> None:
    assert drawn_packs(["벌써 16년전인데 이런", "이 게 뭐", "다른드라마 결말과 다른색다른결말과 "]) == []


def test_a_large_material_is_dealt_into_packs_of_sixty_at_most() -> None:
    syllables = "가나다라마바사아자차카타파하"
    texts = [f"{a}{b}나 {b}{a}다 {a}라" for a in syllables for b in syllables]
    packs = drawn_packs(texts)
    assert max(map(len, packs)) <= 60
    assert len(packs) > 1


def test_chinese_phrases_are_what_stands_between_stops() -> None:
    assert drawn_packs(["您好，这个我不能处理，好。"]) == [("这个我不能处理",)]


def test_english_words_are_measured_by_their_vowels() -> None:
    assert drawn_packs(["cannot possibly help you"]) == [("cannot possibly help",), ("possibly help you",)]


def test_what_is_drawn_is_listened_for_as_a_rule_is() -> None:
    pack = pack_of(Language.KO, ["계속 떨어진 건가", "앞으로는 좀 바꿔야겠다"])
    assert listened_for(pack).phrases == ("계속 떨어진 건가", "앞으로는 좀 바꿔야겠다")
