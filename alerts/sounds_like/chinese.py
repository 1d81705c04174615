"""Chinese phrases by toneless pinyin: recognisers write other characters for the same syllables."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT
from pypinyin.style import convert

from alerts.sounds_like.alignment import OTHER_SLOT_COST, SoundPhrases, Sounds
from alerts.sounds_like.chinese_numbers import ALSO_SAID, read_out
from alerts.sounds_like.ear import REMEMBERED_TEXTS, Stretch

# Weights set on one half of tests/alerts/sounds_like/chinese/*.csv (docs/decisions/004-phrase-spotting.md).
_SAME_CLASS_COST = 0.3
_SAME_SLOT_COST = 1.0
_OTHER_MEANING_COST = 2.0  # another sound for one of the words that turn the sense round
# 不 and 没 make a phrase its opposite; 我, 你, 您, 他 say whose fault it is. Recognisers seldom get these wrong.
_DENYING, _PERSONS = "不没别", "我你您他她"
_PARTICLES = "的了吗吧啊呢呀都是这那就也再还去个么着得"  # mumbled, and dropped before anything else
_KEYS = _DENYING + _PERSONS + _PARTICLES
_CONTENT_GAP_COST, _PARTICLE_GAP_COST = 1.0, 0.6
_INITIALS = ("", *"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh")
# fmt: off
_FINALS = (
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "ia", "ian", "iang", "iao", "ie", "in",
    "ing", "iong", "iu", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo", "v", "ve",
    "n", "ng", "m",
)
# fmt: on
# What southern and south-western speakers and telephone lines confuse.
_INITIAL_CLASSES = (("n", "l"), ("z", "zh"), ("c", "ch"), ("s", "sh"), ("f", "h"), ("r", "l"))
_FINAL_CLASSES = (
    ("an", "ang"),
    ("en", "eng"),
    ("in", "ing"),
    ("ian", "iang"),
    ("uan", "uang"),
    ("un", "ong"),
    ("u", "v"),
    ("ue", "ve"),
    ("o", "uo"),
    ("a", "ua"),  # with f and h: fa and hua, fan and huan
    ("an", "uan"),
    ("ang", "uang"),
    ("en", "un"),
    ("ei", "ui"),
)
_PLAIN = "0123456789abcdefghijklmnopqrstuvwxyz"
_INITIAL_CODE = {initial: code for code, initial in enumerate(_INITIALS)}
_FINAL_CODE = {final: len(_INITIALS) + code for code, final in enumerate(_FINALS)}
_PLAIN_AT = len(_INITIALS) + len(_FINALS)
_KEYS_AT = _PLAIN_AT + len(_PLAIN)  # initial and final of each, by turns
_SOUNDS = _KEYS_AT + 2 * len(_KEYS)

# Short phrases have neighbours one syllable away (我要报警 / 我要报一): never a whole other syllable.
_SHORT_BUDGETS = {3: 0.35, 4: 0.6, 5: 0.9}
_STANDS_OUT_CHARACTERS = 4
_DIGIT = re.compile(r"\d")
_EXACT_CHARACTERS = 2  # one or two syllables have too many homophones (喂 / 为 / 位): the characters themselves


class ChineseEar:
    """Searches phrases by syllable. Spaces and punctuation count for nothing."""

    def prepare(self, phrases: Sequence[str], longest_distance: float) -> "ChinesePhrases":
        """Under six characters little may differ; one or two characters must be written as they are."""
        return ChinesePhrases(phrases, longest_distance)

    def stands_out(self, phrase: str) -> bool:
        """Four syllables; to be measured for Chinese."""
        return sum(character.isalnum() for character in phrase) >= _STANDS_OUT_CHARACTERS

    def stem(self, phrase: str) -> str | None:
        """None: sentences have no endings to drop."""
        return None


class ChinesePhrases:
    """Phrases made ready."""

    def __init__(self, phrases: Sequence[str], longest_distance: float) -> None:
        written = ["".join(character for character in phrase if character.isalnum()) for phrase in phrases]
        self._count = len(written)
        self._by_sound = [row for row, each in enumerate(written) if len(each) > _EXACT_CHARACTERS]
        spelled = [sounds_of(written[row]).codes for row in self._by_sound]
        limits = [
            min(longest_distance, _SHORT_BUDGETS.get(len(written[row]), len(codes)) / max(1, len(codes)))
            for row, codes in zip(self._by_sound, spelled, strict=True)
        ]
        self._written: dict[str, list[int]] = {}
        for row, each in enumerate(written):
            self._written.setdefault(each, []).append(row)
        self._lengths = sorted({len(each) for each in written if each})
        # Not known by the sounds of their characters: short ones, and numbers, which are read out in their context.
        literal = [each for each in self._written if len(each) <= _EXACT_CHARACTERS or _has_number(each)]
        self._literal = [(each, self._written[each]) for each in literal if each]
        self._phrases = SoundPhrases(spelled, limits, sound_costs(), gaps(), openings())
        self._screen = self._phrases.screen(syllables_of)

    def found(self, text: str) -> list[tuple[int, Stretch]]:
        """The phrases that are there, by their number, each with its best stretch. Equal characters win over equal
        sounds.
        """
        found = {self._by_sound[number]: stretch for number, stretch in self._phrases.found(sounds_of(text))}
        places = [place for place, character in enumerate(text) if character.isalnum()]
        bare = "".join(text[place] for place in places)
        written: dict[int, Stretch] = {}
        for length in self._lengths:
            for at in range(len(bare) - length + 1):
                for row in self._written.get(bare[at : at + length], ()):
                    if row not in written:
                        written[row] = Stretch(places[at], places[at + length - 1] + 1, 0.0)
        return sorted((found | written).items(), key=lambda each: each[0])

    def perhaps(self, text: str) -> list[int]:
        """The numbers of the phrases that may be there, by characters alone."""
        said = "".join(each.character for each in read_out(text)) if _has_number(text) else text
        rows = {self._by_sound[number] for number in self._screen.rows_within(said)}
        if self._literal:
            bare = "".join(filter(str.isalnum, text))
            for written, numbers in self._literal:
                if written in bare:
                    rows.update(numbers)
        return sorted(rows)

    def find(self, text: str) -> list[Stretch | None]:
        """The best stretch of the text for each phrase, or None."""
        found: list[Stretch | None] = [None] * self._count
        for row, stretch in self.found(text):
            found[row] = stretch
        return found


@lru_cache(maxsize=REMEMBERED_TEXTS)
def sounds_of(text: str) -> Sounds:
    """Codes of a text: initial and final of each syllable; numbers as they are read out, letters as themselves."""
    read = read_out(text)
    codes: list[int] = []
    from_chars: list[int] = []
    to_chars: list[int] = []
    syllables = lazy_pinyin("".join(said.character for said in read), errors=_letter_by_letter)
    for said, syllable in zip(read, syllables, strict=True):
        spelled = _key_codes(said.character) or _spell(syllable)
        codes += spelled
        from_chars += [said.from_char] * len(spelled)
        to_chars += [said.to_char] * len(spelled)
    return Sounds(tuple(codes), tuple(from_chars), tuple(to_chars))


def _has_number(text: str) -> bool:
    return _DIGIT.search(text) is not None


def syllables_of(character: str) -> list[tuple[int, ...]]:
    """Every way a character is spelled in whatever text."""
    if not character.isalnum():
        return []
    known = _key_codes(character)
    if known:
        return [known]
    syllables = set(_in_words().get(character, ()))
    for said in (character, ALSO_SAID.get(character, "")):
        syllables.update(lazy_pinyin(said, errors=_letter_by_letter))
    return [_spell(syllable) for syllable in syllables]


@cache
def _in_words() -> dict[str, set[str]]:
    """How characters are read inside the words that pypinyin knows."""
    marked: dict[str, set[str]] = {}
    for word, readings in PHRASES_DICT.items():
        for character, reading in zip(word, readings, strict=False):
            marked.setdefault(character, set()).add(reading[0])
    return {
        character: {convert(reading, Style.NORMAL, True, default=reading, han=character) for reading in readings}
        for character, readings in marked.items()
    }


def _letter_by_letter(text: str) -> str:
    """What pypinyin is to answer for letters and digits: it takes a list as one entry per item."""
    return cast(str, list(text))  # its type stub knows text only


@cache
def _spell(syllable: str) -> tuple[int, ...]:
    lowered = syllable.lower()
    if len(lowered) == 1 and lowered in _PLAIN and lowered not in "aeon":
        return (_PLAIN_AT + _PLAIN.index(lowered),)
    for length in (2, 1, 0):
        initial, final = lowered[:length], lowered[length:]
        if initial in _INITIAL_CODE and final in _FINAL_CODE:
            return _INITIAL_CODE[initial], _FINAL_CODE[final]
    return tuple(_PLAIN_AT + _PLAIN.index(letter) for letter in lowered if letter in _PLAIN)


def _key_codes(character: str) -> tuple[int, ...]:
    at = _KEYS.find(character)
    return (_KEYS_AT + 2 * at, _KEYS_AT + 2 * at + 1) if at >= 0 else ()


@cache
def sound_costs() -> NDArray[np.float32]:
    """What hearing one code for another costs, as a square."""
    costs = np.full((_SOUNDS, _SOUNDS), OTHER_SLOT_COST, dtype=np.float32)
    for codes, classes in ((_INITIAL_CODE, _INITIAL_CLASSES), (_FINAL_CODE, _FINAL_CLASSES)):
        slot = slice(min(codes.values()), max(codes.values()) + 1)
        costs[slot, slot] = _SAME_SLOT_COST
        for members in classes:
            alike = [codes[member] for member in members]
            costs[np.ix_(alike, alike)] = _SAME_CLASS_COST
    np.fill_diagonal(costs, 0.0)
    sounds = [code for key in _KEYS for code in _spell(lazy_pinyin(key)[0])]
    keys, meaning = slice(_KEYS_AT, _SOUNDS), slice(_KEYS_AT, _KEYS_AT + 2 * len(_DENYING + _PERSONS))
    costs[keys], costs[:, keys] = costs[sounds], costs[:, sounds]
    costs[keys, keys] = costs[np.ix_(sounds, sounds)]
    costs[meaning][costs[meaning] >= _SAME_SLOT_COST] = _OTHER_MEANING_COST
    return costs


@cache
def openings() -> NDArray[np.bool_]:
    """Initials, letters and digits."""
    codes = np.arange(_SOUNDS)
    plain = (codes >= _PLAIN_AT) & (codes < _KEYS_AT)
    key_initials = (codes >= _KEYS_AT) & ((codes - _KEYS_AT) % 2 == 0)
    return np.asarray((codes < len(_INITIALS)) | plain | key_initials)


@cache
def gaps() -> NDArray[np.float32]:
    """What denies may neither come nor go; particles do as they like."""
    gaps = np.full(_SOUNDS, _CONTENT_GAP_COST, dtype=np.float32)
    gaps[_KEYS_AT : _KEYS_AT + 2 * len(_DENYING)] = _OTHER_MEANING_COST
    gaps[_SOUNDS - 2 * len(_PARTICLES) :] = _PARTICLE_GAP_COST
    return gaps
