"""Korean phrases by their jamo: what a recogniser writes for a mumbled syllable mostly shares its sounds."""

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like.alignment import OTHER_SLOT_COST, SoundPhrases, Sounds
from alerts.sounds_like.ear import REMEMBERED_TEXTS, Stretch

_SAME_CLASS_COST = 0.3  # recognition.md §6.2, measured on human speech
_SAME_SLOT_COST = 0.6
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_PLAIN = "0123456789abcdefghijklmnopqrstuvwxyz"  # what recognisers leave as it is
# Plain, tense and aspirated consonants differ by little over a telephone; final consonants neutralise (standard
# pronunciation rules 8 to 11); these vowels have merged for most speakers or stand next to each other.
_INITIAL_CLASSES = ("ㄱㄲㅋ", "ㄷㄸㅌ", "ㅂㅃㅍ", "ㅅㅆ", "ㅈㅉㅊ", "ㄴㄹ", "ㅇㅎ")
_VOWEL_CLASSES = ("ㅐㅔㅒㅖ", "ㅙㅚㅞ", "ㅏㅑ", "ㅓㅕ", "ㅗㅛ", "ㅜㅠ", "ㅓㅗ", "ㅡㅜ", "ㅢㅣㅟ")
_FINAL_CLASSES = ("ㄱㄲㅋㄳㄺ", "ㄴㄵㄶ", "ㄷㅅㅆㅈㅊㅌㅎ", "ㄹㄼㄽㄾㅀ", "ㅁㄻ", "ㅂㅍㅄㄿ", "ㄴㅁㅇ")
_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_VOWEL_AT, _FINAL_AT = len(_INITIALS), len(_INITIALS) + len(_VOWELS)
_PLAIN_AT = _FINAL_AT + len(_FINALS)
_SOUNDS = _PLAIN_AT + len(_PLAIN)

# Sentence endings say how politely, not what: 해지하겠습니다 and 처리하겠습니다 share most of their sounds.
_ENDINGS = tuple(
    sorted(
        (
            *("하겠습니다", "겠습니다", "습니다", "입니다", "닙니다", "할거예요", "거예요", "이에요", "에요", "예요"),
            *(
                "할겁니다",
                "겁니다",
                "해주세요",
                "주세요",
                "하세요",
                "세요",
                "해주십시오",
                "주십시오",
                "하십시오",
                "십시오",
            ),
            *("하십니까", "습니까", "입니까", "니까", "잖아요", "라고요", "어요", "아요", "네요", "지요"),
        ),
        key=len,
        reverse=True,
    )
)
_LONG_SYLLABLES = 5  # the limit was measured on phrases of five to ten syllables
_STANDS_OUT_SYLLABLES = 3  # measured: docs/decisions/004-phrase-spotting.md
_STEM_SYLLABLES = 6
_COPULAS = {"닙니다": "니", "입니다": "이", "입니까": "이"}
_SHORT_BUDGETS = {3: 0.7, 4: 0.7}  # one other consonant or vowel
_SHORTEST_BUDGET = 0.35  # one confusion inside a class (바보 / 빠보), never another consonant (바로)


class KoreanEar:
    """Searches phrases by jamo. Spaces and punctuation count for nothing: recognisers set them anywhere."""

    def prepare(self, phrases: Sequence[str], longest_distance: float) -> "KoreanPhrases":
        """The limit counts the sounds before the sentence ending; under five such syllables little may differ."""
        return KoreanPhrases(phrases, longest_distance)

    def stands_out(self, phrase: str) -> bool:
        """Three syllables before the ending: 해지하겠습니다 is heard in other sentences, its ending being in many."""
        return len(_content(phrase)) >= _STANDS_OUT_SYLLABLES

    def stem(self, phrase: str) -> str | None:
        """그건 제 책임이 아니, of six syllables and more: however it goes on (아닙니다, 아니라고요), it says the same.

        Of the copula alone: behind other verbs the ending turns the sense (전화하세요, 전화드리겠습니다).
        """
        ending = next((ending for ending in _COPULAS if phrase.endswith(ending)), None)
        if ending is None or len(_content(phrase)) < _STEM_SYLLABLES:
            return None
        return phrase.removesuffix(ending) + _COPULAS[ending]


class KoreanPhrases:
    """Phrases made ready."""

    def __init__(self, phrases: Sequence[str], longest_distance: float) -> None:
        spelled = [sounds_of(phrase) for phrase in phrases]
        limits = [
            min(longest_distance, _budget(phrase, longest_distance) / max(1, len(sounds.codes)))
            for phrase, sounds in zip(phrases, spelled, strict=True)
        ]
        self._phrases = SoundPhrases([sounds.codes for sounds in spelled], limits, sound_costs(), openings=openings())
        self._screen = self._phrases.screen(lambda character: [sounds_of(character).codes])

    def found(self, text: str) -> list[tuple[int, Stretch]]:
        """The phrases that are there, by their number, each with its best stretch."""
        return self._phrases.found(sounds_of(text))

    def perhaps(self, text: str) -> list[int]:
        """The numbers of the phrases that may be there, by characters alone."""
        return self._screen.rows_within(text)

    def find(self, text: str) -> list[Stretch | None]:
        """The best stretch of the text for each phrase, or None."""
        return self._phrases.find(sounds_of(text))


def _budget(phrase: str, longest_distance: float) -> float:
    """How much a stretch may differ from the phrase in all: by what the phrase says, not by how it ends."""
    content = _content(phrase)
    if len(content) >= _LONG_SYLLABLES:
        return longest_distance * len(sounds_of(content).codes)
    return _SHORT_BUDGETS.get(len(content), _SHORTEST_BUDGET)


def _content(phrase: str) -> str:
    """The syllables before the sentence ending."""
    bare = "".join(character for character in phrase if character.isalnum())
    ending = next((ending for ending in _ENDINGS if bare.endswith(ending)), "")
    return bare.removesuffix(ending) or bare


@lru_cache(maxsize=REMEMBERED_TEXTS)
def sounds_of(text: str) -> Sounds:
    """Jamo codes of a text; other letters and digits count as themselves, everything else as nothing."""
    codes: list[int] = []
    places: list[int] = []
    for place, character in enumerate(text):
        composed = unicodedata.normalize("NFC", character)
        point = ord(composed)
        if _FIRST_SYLLABLE <= point <= _LAST_SYLLABLE:
            initial_vowel, final = divmod(point - _FIRST_SYLLABLE, len(_FINALS) + 1)
            initial, vowel = divmod(initial_vowel, len(_VOWELS))
            spelled = [initial, _VOWEL_AT + vowel]
            if final:
                spelled.append(_FINAL_AT + final - 1)
        elif (plain := _PLAIN.find(composed.lower())) >= 0:
            spelled = [_PLAIN_AT + plain]
        else:
            continue
        codes += spelled
        places += [place] * len(spelled)
    return Sounds(tuple(codes), tuple(places), tuple(place + 1 for place in places))


@cache
def openings() -> NDArray[np.bool_]:
    """Initials, and all that is no Hangul."""
    codes = np.arange(_SOUNDS)
    return np.asarray((codes < _VOWEL_AT) | (codes >= _PLAIN_AT))


@cache
def sound_costs() -> NDArray[np.float32]:
    """What hearing one code for another costs, as a square."""
    costs = np.full((_SOUNDS, _SOUNDS), OTHER_SLOT_COST, dtype=np.float32)
    for first, sounds, classes in (
        (0, _INITIALS, _INITIAL_CLASSES),
        (_VOWEL_AT, _VOWELS, _VOWEL_CLASSES),
        (_FINAL_AT, _FINALS, _FINAL_CLASSES),
    ):
        slot = slice(first, first + len(sounds))
        costs[slot, slot] = _SAME_SLOT_COST
        for members in classes:
            codes = [first + sounds.index(member) for member in members]
            costs[np.ix_(codes, codes)] = _SAME_CLASS_COST
    np.fill_diagonal(costs, 0.0)
    return costs
