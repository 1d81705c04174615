"""E-mail addresses as people say them: "li dot wei at example dot com", 一六三点com, 골뱅이 네이버 점 컴."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.masking.number_words import HANGUL_DIGITS, HANGUL_NATIVE, HANZI_DIGITS, LATIN_DIGITS

_WORDS_BEFORE = 3  # of the part before the at, beside what is spelled: letters, digits, dots
_WORDS_BETWEEN = 6  # of the provider's name, each Chinese digit one
_PIECE = re.compile(r"艾特|圈[aAａ]|@|[A-Za-z0-9]+(?:['+-][A-Za-z0-9]+)*|[가-힣]+|[\u4e00-\u9fff〇]|[._-]")
_AT = frozenset(("at", "艾特", "圈a", "@", "앳", "골뱅이", "에트"))
_DOT = frozenset(("dot", "点", "點", "점", "닷", "쩜", "."))
_SPELLING = frozenset(("underscore", "dash", "hyphen", "minus", "plus", "언더바", "하이픈", "대시", "-", "_"))
_BEGINS_BEHIND = frozenset(
    (
        *("is", "it's", "its", "my", "e-mail", "email", "mail", "address", "me", "to", "on", "was", "and"),
        *"是到为在给的址箱",
        *("은", "는", "이메일은", "메일은", "메일", "이메일", "주소는", "주소가", "주소", "메일이", "이메일이"),
    )
)
_DIGITS = frozenset((*LATIN_DIGITS, *HANZI_DIGITS, *HANGUL_DIGITS, *HANGUL_NATIVE))
_TOP_HANGUL = ("컴", "닷컴", "씨오엠", "케이알", "넷", "오알지")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    from_char: int
    to_char: int


def spoken_addresses(text: str) -> list[tuple[int, int]]:
    """From and to character of each address."""
    pieces = [_Piece(found.group().lower(), found.start(), found.end()) for found in _PIECE.finditer(text)]
    found: list[tuple[int, int]] = []
    for index, piece in enumerate(pieces):
        if piece.text not in _AT or index == 0:
            continue
        dot = _next_dot(pieces, index + 2)
        first = _first(pieces, index)
        if dot is None or dot + 1 >= len(pieces) or first == index:
            continue
        last = dot + 1
        while last + 2 < len(pieces) and pieces[last + 1].text in _DOT:
            last += 2
        found.append((pieces[first].from_char, _end(pieces[last])))
    return found


def _next_dot(pieces: Sequence[_Piece], start: int) -> int | None:
    for index in range(start, min(start + _WORDS_BETWEEN, len(pieces))):
        if pieces[index].text in _DOT:
            return index
        if pieces[index].text in _BEGINS_BEHIND:
            return None
    return None


def _first(pieces: Sequence[_Piece], at: int) -> int:
    first, taken = at, 0
    while first > 0 and pieces[first - 1].text not in _BEGINS_BEHIND:
        text = pieces[first - 1].text
        spelled = len(text) == 1 and text.isascii()
        spelled = spelled or text in _DIGITS or text in _DOT or text in _SPELLING or text.isdecimal()
        if not spelled:
            if taken >= _WORDS_BEFORE:
                break
            taken += 1
        first -= 1
    return first


def _end(piece: _Piece) -> int:
    """Behind the last part; what Korean hangs on to it is no part of the address."""
    for top in _TOP_HANGUL:
        if piece.text.startswith(top):
            return piece.from_char + len(top)
    return piece.to_char
