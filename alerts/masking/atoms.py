"""A text cut into what matters for numbers: digits in every spelling, units, cues, fillers, and the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from alerts.masking import number_words as said
from alerts.masking.check_digits import proves_itself


class Sort(Enum):
    """What a piece of text is for somebody who looks for numbers."""

    DIGITS = auto()  # digits read one by one, spoken or written
    PAIR = auto()  # twelve, thirty (four): two digits said as one number
    TIMES = auto()  # double, triple
    LETTER = auto()
    SOUND_LIKE = auto()  # "to", "for": digits where they stand between digits
    FILLER = auto()
    SCALE = auto()  # ten, hundred, 万: beside it stands an ordinary number
    UNIT = auto()
    POINT = auto()
    BEFORE_TIME = auto()  # "at" nine oh five
    CUE = auto()  # phone, 号码, 번호: an identifier is near
    ORDINARY = auto()  # a date, a time, an amount as it is written
    IDENTIFIER = auto()  # an e-mail address, a number with letters
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Atom:
    """`text[from_char:to_char]`. `digits` are the digits it says (for a pair only their count is right)."""

    sort: Sort
    from_char: int
    to_char: int
    digits: str = ""
    spelled: bool = True  # false: written in figures
    sign: str = ""  # of a letter


_PIECE = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<ordinary>(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\3(?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\4(?:19|20)\d\d(?!\d)"
    r"|(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?!\d)"
    r"|[$\u00a5\uffe5€£₩]\s?\d[\d,]*(?:\.\d+)?"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d-])"
    r"|\d+\.\d{1,2}(?![\d.]))"
    r"|(?P<mixed>(?=[A-Za-z\d-]*\d{3})(?=[A-Za-z\d-]*[A-Za-z])[A-Za-z\d]+(?:-[A-Za-z\d]+)*)"
    r"|(?P<figures>\d+)"
    r"|(?P<latin>[A-Za-z]+(?:['.-][A-Za-z]+)*)"
    r"|(?P<hangul>[가-힣]+)"
    r"|(?P<joint>[\s()+\u00b7,\uff0c\u3001_\u2013-]+|(?<=\d)\.(?=\d))"
    r"|(?P<hanzi>.)",
    re.DOTALL,
)
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_LAST_SIGNS = re.compile(r"\d{1,3}[xX]")  # the end of an identity number, or nothing
_LEAST_MIXED = 4  # so many digits among letters are an identifier
_LEAST_INNER = 4  # so many syllables of digits inside a longer Korean word are digits all the same
_PARTICLES = sorted(said.HANGUL_PARTICLES, key=len)  # the shortest first: 육이요 is "6, 2"
_HANZI_LEXICON = tuple(
    sorted(
        [
            *((word, Sort.WORD) for word in said.HANZI_WORDS),
            *((word, Sort.CUE) for word in said.HANZI_CUES),
            *((word, Sort.FILLER) for word in said.HANZI_FILLERS),
            *((word, Sort.UNIT) for word in said.HANZI_UNITS),
            *((word, Sort.POINT) for word in said.HANZI_POINTS),
        ],
        key=lambda entry: -len(entry[0]),
    )
)


def atoms_of(text: str) -> list[Atom]:
    """The whole text in order; blanks and joints (hyphens, commas) between numbers are left out."""
    text = text.translate(_FULL_WIDTH)
    atoms: list[Atom] = []
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:  # not to be reached: the last branch takes any character
            break
        at = found.end()
        start, end, piece = found.start(), found.end(), found.group()
        match found.lastgroup:
            case "email":
                atoms.append(Atom(Sort.IDENTIFIER, start, end))
            case "mixed":
                digits = "".join(filter(str.isdigit, piece))
                if len(digits) >= _LEAST_MIXED:
                    atoms.append(Atom(Sort.IDENTIFIER, start, end))
                elif _LAST_SIGNS.fullmatch(piece):
                    atoms.append(Atom(Sort.DIGITS, start, end, digits, spelled=False))
                else:
                    atoms.append(Atom(Sort.WORD, start, end))
            case "figures":
                atoms.append(Atom(Sort.DIGITS, start, end, piece, spelled=False))
            case "latin":
                atoms.append(_latin(piece.lower(), start, end))
            case "hangul":
                atoms += _hangul(piece, start)
            case "joint":
                pass
            case "hanzi":
                atoms.append(_hanzi(text, start))
                at = atoms[-1].to_char
            case _:  # the ordinary branch: its own groups are numbered
                digits = "".join(filter(str.isdigit, piece))
                atoms.append(Atom(Sort.IDENTIFIER if proves_itself(digits) else Sort.ORDINARY, start, end))
    return atoms


def _latin(word: str, start: int, end: int) -> Atom:
    if word in said.LATIN_DIGITS:
        return Atom(Sort.DIGITS, start, end, said.LATIN_DIGITS[word])
    if word in said.LATIN_TEENS:
        return Atom(Sort.PAIR, start, end, "??")
    if word in said.LATIN_TENS or word.split("-")[0] in said.LATIN_TENS:
        return Atom(Sort.PAIR, start, end, "??" if "-" in word else "?")
    for words, sort in (
        (said.LATIN_TIMES, Sort.TIMES),
        (said.LATIN_SCALES, Sort.SCALE),
        (said.LATIN_SOUND_LIKE_DIGITS, Sort.SOUND_LIKE),
        (said.LATIN_FILLERS, Sort.FILLER),
        (said.LATIN_UNITS, Sort.UNIT),
        (said.LATIN_POINTS, Sort.POINT),
        (said.LATIN_BEFORE_TIMES, Sort.BEFORE_TIME),
        (said.LATIN_CUES, Sort.CUE),
    ):
        if word in words:
            return Atom(sort, start, end)
    return Atom(Sort.LETTER, start, end, sign=word) if len(word) == 1 else Atom(Sort.WORD, start, end)


def _hanzi(text: str, start: int) -> Atom:
    if (digit := said.HANZI_DIGITS.get(text[start])) is not None:
        for word, sort in _HANZI_LEXICON:
            if sort is Sort.WORD and text.startswith(word, start):
                return Atom(sort, start, start + len(word))
        return Atom(Sort.DIGITS, start, start + 1, digit)
    for sign in said.HANZI_X:
        if text.startswith(sign, start):
            return Atom(Sort.LETTER, start, start + len(sign), sign="x")
    if text[start] in said.HANZI_SCALES:
        return Atom(Sort.SCALE, start, start + 1)
    for word, sort in _HANZI_LEXICON:
        if text.startswith(word, start):
            return Atom(sort, start, start + len(word))
    return Atom(Sort.WORD, start, start + 1)


def _hangul(word: str, start: int) -> Iterator[Atom]:
    end = start + len(word)
    if word in said.HANGUL_FILLERS:
        yield Atom(Sort.FILLER, start, end)
        return
    if word in said.HANGUL_POINTS:
        yield Atom(Sort.POINT, start, end)
        return
    for stem in _stems(word):
        if digits := _hangul_digits(stem):
            yield Atom(Sort.DIGITS, start, start + len(stem), digits)
            return
    stem = _stems(word)[-1]
    counted = next((unit for unit in said.HANGUL_UNITS if stem.endswith(unit) or word.endswith(unit)), None)
    if counted is not None:
        number = word[: word.rindex(counted)]
        if not number:
            yield Atom(Sort.UNIT, start, end)
            return
        if (digits := _hangul_digits(number)) and len(digits) > _LEAST_INNER:
            yield Atom(Sort.DIGITS, start, start + len(number), digits)
            yield Atom(Sort.UNIT, start + len(number), end)
            return
    if any(word.startswith(unit) for unit in said.HANGUL_UNITS) and len(stem) <= 3:
        yield Atom(Sort.UNIT, start, end)
        return
    if any(cue in word for cue in said.HANGUL_CUES):
        yield Atom(Sort.CUE, start, end)
        return
    if all(each in said.HANGUL_DIGITS or each in said.HANGUL_SCALES for each in stem):
        yield Atom(Sort.SCALE, start, end)
        return
    yield from _inner_digits(word, start)


def _inner_digits(word: str, start: int) -> Iterator[Atom]:
    """A longer word; where it holds a long row of digits, those stand for themselves."""
    begun = 0
    for row in re.finditer(f"[{''.join(said.HANGUL_DIGITS)}]{{{_LEAST_INNER},}}", word):
        if row.start() > begun:
            yield Atom(Sort.WORD, start + begun, start + row.start())
        digits = "".join(said.HANGUL_DIGITS[each] for each in row.group())
        yield Atom(Sort.DIGITS, start + row.start(), start + row.end(), digits)
        begun = row.end()
    if begun < len(word):
        yield Atom(Sort.WORD, start + begun, start + len(word))


def _stems(word: str) -> list[str]:
    """The word, and what is left of it without each ending it may have, the longest first."""
    return [word, *(word[: -len(each)] for each in _PARTICLES if word.endswith(each) and len(word) > len(each))]


def _hangul_digits(word: str) -> str:
    """The digits a word is made of, empty when it holds anything else."""
    digits = ""
    at = 0
    while at < len(word):
        native = next((each for each in said.HANGUL_NATIVE if word.startswith(each, at)), None)
        if native is not None:
            digits += said.HANGUL_NATIVE[native]
            at += len(native)
        elif word[at] in said.HANGUL_DIGITS:
            digits += said.HANGUL_DIGITS[word[at]]
            at += 1
        else:
            return ""
    return digits
