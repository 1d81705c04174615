"""Phrases drawn from what labelled speech says, dealt into packs as large as a call centre's."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from zlib import crc32

from alerts.spotting_list import SpottedPhrases, spotting_list
from config.rule_packs import Rule, RulePack, Topic
from config.settings import Language

_WORDS = 3
_FEWEST_SYLLABLES, _MOST_SYLLABLES = 5, 10
_PACK = 60  # phrases listened for at once, as a pack of forbidden expressions has
_FIRST_HANGUL, _LAST_HANGUL = "가", "힣"
_FIRST_HAN, _LAST_HAN = "一", "鿿"
_VOWELS = frozenset("aeiouy")


def drawn_packs(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """Every phrase of the texts once, in packs in which no two phrases share words of a sentence.

    Nobody's rules hold a phrase three times, shifted by a word: each would take the others' place.
    """
    places: dict[str, int] = {}
    for text in sorted(set(texts)):
        for at, phrase in _windows(text):
            places.setdefault(phrase, at % _WORDS)
    by_place = sorted(places, key=lambda phrase: (places[phrase], phrase))
    packs: list[tuple[str, ...]] = []
    for _, shifted in groupby(by_place, key=places.__getitem__):
        phrases = list(shifted)
        pieces = -(-len(phrases) // _PACK)
        packs += [tuple(phrases[piece::pieces]) for piece in range(pieces)]
    return packs


def drawn_pack(texts: Iterable[str], count: int) -> tuple[str, ...]:
    """So many phrases by lot (always the same), no two of which share words of a sentence."""
    windows = {phrase: (text, at) for text in sorted(set(texts)) for at, phrase in _windows(text)}
    chosen: list[str] = []
    taken: set[tuple[str, int]] = set()
    for phrase in sorted(windows, key=lambda phrase: crc32(phrase.encode())):
        text, at = windows[phrase]
        words = {(text, word) for word in range(at, at + _WORDS)}
        if len(chosen) < count and not words & taken:
            chosen.append(phrase)
            taken |= words
    return tuple(chosen)


def says(text: str, phrase: str) -> bool:
    """Whether the words of the phrase stand in the text, however they are spaced and set apart."""
    return bare(phrase) in bare(text)


def bare(text: str) -> str:
    """Letters and digits alone."""
    return "".join(character for character in text.lower() if character.isalnum())


def pack_of(language: Language, phrases: Sequence[str]) -> RulePack:
    """A rule for each phrase, so that each is an alert of its own."""
    named = {"zh": "—", "en": "-"}
    rules = [
        Rule.model_validate(
            {
                "id": f"{language}.{Topic.FORBIDDEN}.drawn_{number}",
                "leg": "agent",
                "topic": Topic.FORBIDDEN,
                "severity": "minor",
                "title": named,
                "advice": named,
                "clause": "-",
                "phrases": [phrase],
                "positive": [phrase],
            }
        )
        for number, phrase in enumerate(phrases)
    ]
    return RulePack(language=language, rules=tuple(rules))


def listened_for(pack: RulePack) -> SpottedPhrases:
    """What the pack's spotter gets, as on a live call."""
    return spotting_list(pack).mixed


def _windows(text: str) -> list[tuple[int, str]]:
    """Three words running of five to ten syllables; Chinese, without spaces, five to ten characters between stops."""
    words = text.split()
    if _is_chinese(text):
        return [
            (0, piece)
            for word in words
            for piece in "".join(character if character.isalnum() else " " for character in word).split()
            if _FEWEST_SYLLABLES <= len(piece) <= _MOST_SYLLABLES and all(map(_is_han, piece))
        ]
    return [
        (at, phrase)
        for at in range(len(words) - _WORDS + 1)
        if _FEWEST_SYLLABLES <= _syllables(phrase := " ".join(words[at : at + _WORDS])) <= _MOST_SYLLABLES
    ]


def _syllables(phrase: str) -> int:
    """0 for a phrase with digits or foreign letters in it: nobody knows how those were read out."""
    letters = bare(phrase)
    if all(_FIRST_HANGUL <= letter <= _LAST_HANGUL for letter in letters):
        return len(letters)
    if letters.isascii() and letters.isalpha():
        lowered = phrase.lower()
        return sum(
            letter in _VOWELS and (not at or lowered[at - 1] not in _VOWELS) for at, letter in enumerate(lowered)
        )
    return 0


def _is_chinese(text: str) -> bool:
    return any(map(_is_han, text))


def _is_han(character: str) -> bool:
    return _FIRST_HAN <= character <= _LAST_HAN
