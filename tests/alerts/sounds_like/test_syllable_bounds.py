"""Phrases that need no alignment are left out, and never one that would have been found."""

import random

import numpy as np
import pytest

from alerts.sounds_like import chinese, korean
from alerts.sounds_like.alignment import SoundPhrases, Sounds
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language


def _phrases(language: Language) -> list[str]:
    pack = load_rule_pack(packaged_rules() / language.value)
    return [phrase for rule in pack.rules for phrase in rule.phrases]


def _misheard(text: str, lots: random.Random) -> str:
    """Characters dropped, doubled and taken from elsewhere."""
    heard = list(text)
    for _ in range(lots.randrange(4)):
        at = lots.randrange(len(heard))
        heard[at : at + 1] = lots.choice((["", heard[at]], [heard[at], heard[at]], [lots.choice(text)]))
    return "".join(heard)


def _searches(language: Language, phrases: list[str]) -> tuple[SoundPhrases, SoundPhrases, list[Sounds]]:
    ear = korean if language is Language.KO else chinese
    codes = [ear.sounds_of(phrase).codes for phrase in phrases]
    limits = [0.15] * len(codes)
    costs, openings = ear.sound_costs(), ear.openings()
    gaps = chinese.gaps() if language is Language.ZH else None
    lots = random.Random(7)
    texts = [
        ear.sounds_of(_misheard(lots.choice(phrases) + lots.choice(phrases) + lots.choice(phrases), lots))
        for _ in range(120)
    ]
    return SoundPhrases(codes, limits, costs, gaps), SoundPhrases(codes, limits, costs, gaps, openings), texts


@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_the_same_is_found_as_by_aligning_everything(language: Language) -> None:
    slow, quick, texts = _searches(language, _phrases(language))
    found = 0
    for text in texts:
        expected = slow.find(text)
        assert quick.find(text) == expected
        found += sum(each is not None for each in expected)
    assert found > len(texts)


@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_most_phrases_are_not_aligned(language: Language) -> None:
    _, quick, texts = _searches(language, _phrases(language))
    assert quick._syllables is not None
    kept = [
        len(quick._syllables.rows_within(np.asarray(text.codes, dtype=np.intp), quick._budgets)[0]) for text in texts
    ]
    assert np.mean(kept) < 0.25 * len(quick._phrases)


def test_an_empty_text_and_no_phrases_at_all() -> None:
    none = korean.KoreanEar().prepare([], 0.15)
    assert none.find("네") == []
    assert korean.KoreanEar().prepare(["네 알겠습니다"], 0.15).find("?!") == [None]


@pytest.mark.parametrize("syllables", range(1, 40))
def test_a_text_of_any_length_is_searched_to_its_end(syllables: int) -> None:
    phrases = korean.KoreanEar().prepare(["조용히 하세요", "닥쳐"], 0.15)
    found, _ = phrases.find("가" * syllables + "조용히 하세요")
    assert found is not None
    assert found.from_char == syllables
