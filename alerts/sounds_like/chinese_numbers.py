"""Numbers as Chinese speakers read them out: a recogniser may write 3次 or 三次, 12315 or 幺二三幺五."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\d+(?:\s+\d\b)*")
_DIGITS = "零一二三四五六七八九"
_MEASURES = "次遍个天回年月点块百千万分位张条家"
_AS_ONE, _AS_TWO = "幺", "两"
ALSO_SAID = {_AS_ONE: "一", _AS_TWO: "二"}
"""Characters that are read as another one, here or always."""


@dataclass(frozen=True, slots=True)
class Said:
    """A character that is said, and the characters of the text it stands for (`to_char` exclusive)."""

    character: str
    from_char: int
    to_char: int


def read_out(text: str) -> list[Said]:
    """Letters and characters of the text, its numbers as they are said; spaces and punctuation are left out."""
    said: list[Said] = []
    at = 0
    for number in _NUMBER.finditer(text):
        said += _plain(text, at, number.start())
        digits = "".join(character for character in number.group() if character.isdecimal())
        said += [Said(character, number.start(), number.end()) for character in _reading(digits)]
        at = number.end()
    return said + _plain(text, at, len(text))


def _plain(text: str, start: int, end: int) -> list[Said]:
    return [Said(_one_or_two(text, place), place, place + 1) for place in range(start, end) if text[place].isalnum()]


def _one_or_two(text: str, place: int) -> str:
    """幺 is a one on the telephone, 两 a two before what is counted."""
    if text[place] == _AS_ONE:
        return _DIGITS[1]
    behind = text[place + 1 :].lstrip()[:1]
    return _DIGITS[2] if text[place] == _AS_TWO and behind and behind in _MEASURES else text[place]


def _reading(digits: str) -> str:
    """Up to 99 and whole hundreds as a quantity, longer ones digit by digit as a telephone number."""
    tens, ones = divmod(int(digits), 10)
    if len(digits) == 2 and tens:
        return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
    if len(digits) == 3 and digits.endswith("00") and digits[0] != "0":
        return _DIGITS[int(digits[0])] + "百"
    return "".join(_DIGITS[int(digit)] for digit in digits)
