"""Phrases left out by a text's characters alone: most, and never one that is there."""

import random

import pytest
from pypinyin.constants import PHRASES_DICT

from alerts.phrase_book import ear_of
from alerts.sounds_like import chinese
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language

_BETWEEN = ("", " ", "? ", "3次", " 12 ", "两 ", "幺")


@pytest.mark.parametrize("language", Language)
def test_what_is_found_passes_and_most_does_not(language: Language) -> None:
    pack, lots = load_rule_pack(packaged_rules() / language.value), random.Random(5)
    phrases = [phrase for rule in pack.rules for phrase in rule.phrases]
    said = [text for rule in pack.rules for text in (*rule.positive, *rule.negative)]
    texts = [*said, *(lots.choice(said) + lots.choice(_BETWEEN) + lots.choice(said)[:9] for _ in range(400))]
    prepared = ear_of(language).prepare(phrases, 0.15)
    found = passed = 0
    for text in texts:
        there, perhaps = {number for number, _ in prepared.found(text)}, prepared.perhaps(text)
        assert there <= set(perhaps), text
        found, passed = found + len(there), passed + len(perhaps)
    assert found > len(texts) // 3
    assert passed < 0.05 * len(texts) * len(phrases)


def test_a_character_is_known_as_it_is_read_in_words() -> None:
    for word in random.Random(1).sample(sorted(PHRASES_DICT), 2_000):
        sounds = chinese.sounds_of(word)
        for place, character in enumerate(word):
            codes = tuple(code for code, at in zip(sounds.codes, sounds.from_chars, strict=True) if at == place)
            assert codes in chinese.syllables_of(character) or not codes, word


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("打12315", "我要打一二三一五"),
        ("打12315", "我要打912315了"),
        ("100块", "要2100块"),
        ("喂", "喂 您好"),
        ("二次了", "两 次 了"),
        ("5G套餐", "我的5g套餐"),
    ],
)
def test_numbers_and_letters(phrase: str, text: str) -> None:
    prepared = chinese.ChineseEar().prepare([phrase], 0.15)
    assert {number for number, _ in prepared.found(text)} <= set(prepared.perhaps(text))


@pytest.mark.parametrize(
    ("language", "phrase"),
    [(Language.ZH, "不归我管"), (Language.KO, "그것도 모르세요"), (Language.EN, "shut up now")],
)
def test_nothing_passes_without_phrases_or_words(language: Language, phrase: str) -> None:
    assert ear_of(language).prepare([], 0.15).perhaps(phrase) == []
    prepared = ear_of(language).prepare([phrase], 0.15)
    assert prepared.perhaps(" ?!") == prepared.perhaps("") == []
    assert prepared.perhaps(phrase) == [0]
