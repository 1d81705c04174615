"""Numbers that prove themselves: cards (Luhn), Chinese and Korean identity numbers, IBANs, by their check digits.

A row of digits that is written like an amount is somebody's all the same when its check digits fit: amounts are not so
long. The other way round nothing is concluded: a recogniser mishears one digit, and the rest is still somebody's.
"""

import re
from collections.abc import Iterator
from datetime import date

_CARD_DIGITS = range(13, 20)
_CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_KOREAN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_IBAN = re.compile(r"(?<![A-Za-z\d])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z\d]){11,30}(?![A-Za-z\d])")
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34
_OLDEST_YEAR = 1900


def proves_itself(digits: str) -> bool:
    """Whether a row of digits (an identity number's last X stands for ten) is a card or an identity number."""
    return is_card(digits) or is_chinese_identity(digits) or is_korean_identity(digits)


def is_card(digits: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits with a Luhn sum of 0, not all the same."""
    if len(digits) not in _CARD_DIGITS or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    doubled = (int(each) * (2 if place % 2 else 1) for place, each in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_chinese_identity(digits: str) -> bool:
    """GB 11643: 17 digits with a day of birth in them, and a check sign."""
    if len(digits) != 18 or not digits[:17].isdecimal() or not _is_day(digits[6:14]):
        return False
    total = sum(int(each) * weight for each, weight in zip(digits, _CHINESE_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17].upper()


def is_korean_identity(digits: str) -> bool:
    """A resident number: day of birth, sex and century, place, and a check digit, which those given since 2020 lack."""
    if len(digits) != 13 or not digits.isdecimal() or digits[6] not in "12345678":
        return False
    if not _is_day(("19" if digits[6] in "1256" else "20") + digits[:6]):
        return False
    total = sum(int(each) * weight for each, weight in zip(digits, _KOREAN_WEIGHTS, strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def ibans_in(text: str) -> Iterator[tuple[int, int]]:
    """From and to character of each IBAN as it is written, with or without blanks (ISO 13616, modulo 97)."""
    for found in _IBAN.finditer(text):
        for end in _ends(text, found.start(), found.end()):
            letters = re.sub(r"[ -]", "", text[found.start() : end]).upper()
            if _SHORTEST_IBAN <= len(letters) <= _LONGEST_IBAN and _fits_97(letters):
                yield found.start(), end
                break


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Where an IBAN may end: the last place first, then before each word behind it that may be none of it."""
    yield end
    for place in range(end - 1, start, -1):
        if text[place] in " -":
            yield place


def _fits_97(letters: str) -> bool:
    moved = letters[4:] + letters[:4]
    return int("".join(str(int(each, 36)) for each in moved)) % 97 == 1


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return day.year >= _OLDEST_YEAR
