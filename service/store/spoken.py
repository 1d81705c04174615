"""What was said, cut into pieces that both databases index alike: words, and pairs of signs where no spaces part words.

A phrase of Chinese or Korean is found however its recogniser set the spaces. Sans-database: the same pieces are made
of what is kept and of what is asked.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeDecorator, TypeEngine

_MOST_PIECES = 4_000  # of one utterance; a phrase beyond is not found
_UNSPACED = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece and where it stands in the text. `lone`: a sign with none after it, at the end of its run."""

    text: str
    from_char: int
    to_char: int
    lone: bool = False


def pieces(text: str) -> list[Piece]:
    """Words in small letters; of Chinese, Japanese and Korean each sign with the one after it, spaces passed over."""
    found: list[Piece] = []
    run: list[tuple[str, int]] = []
    word_from = 0
    word = ""
    for place, sign in enumerate(text):
        plain = unicodedata.normalize("NFKC", sign).casefold()
        unspaced = _is_unspaced(sign)
        if word and (unspaced or not plain.isalnum()):
            found.append(Piece(word, word_from, place))
            word = ""
        if unspaced:
            run.append((plain, place))
        elif plain.isalnum():
            _end_run(run, found)
            word_from = word_from if word else place
            word += plain
        elif not sign.isspace():
            _end_run(run, found)
    if word:
        found.append(Piece(word, word_from, len(text)))
    _end_run(run, found)
    return found[:_MOST_PIECES]


def asked_pieces(phrase: str) -> list[str]:
    """The pieces in a row that hold the phrase; the last of them may go on."""
    found = pieces(phrase)
    if len(found) > 1 and found[-1].lone and found[-2].to_char == found[-1].to_char:
        found.pop()  # the pair before it says it already
    return [piece.text for piece in found]


def places(text: str, phrase: str) -> list[tuple[int, int]]:
    """Where the phrase stands in the text: from which sign to which."""
    wanted, there = asked_pieces(phrase), pieces(text)
    found: list[tuple[int, int]] = []
    for start in range(len(there) - len(wanted) + 1) if wanted else ():
        several = there[start : start + len(wanted)]
        same = all(piece.text == each for piece, each in zip(several[:-1], wanted[:-1], strict=True))
        if same and several[-1].text.startswith(wanted[-1]):
            last = several[-1]
            whole = last.text == wanted[-1] or not _is_unspaced(last.text[0])
            found.append((several[0].from_char, last.to_char if whole else last.from_char + 1))
    return found


class Grams(TypeDecorator[str]):
    """The pieces of a text, as its database searches them. Takes the text; what comes back is of no use."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A text for FTS5, a vector for PostgreSQL."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The pieces of the text, in their order."""
        if value is None:
            return None
        found = [piece.text for piece in pieces(value)]
        if dialect.name == "postgresql":  # our own pieces, not those of the server's parser
            return " ".join(f"'{text}':{number}" for number, text in enumerate(found, 1))
        return " ".join(found)


def question_for(dialect_name: str, phrase: str) -> str | None:
    """The phrase in the query language of the database; None where it holds nothing to look for."""
    wanted = asked_pieces(phrase)
    if not wanted:
        return None
    if dialect_name == "postgresql":
        return " <-> ".join(f"'{each}'" for each in wanted) + ":*"
    return '"' + " ".join(wanted) + '" *'


def _end_run(run: list[tuple[str, int]], found: list[Piece]) -> None:
    for number, (sign, place) in enumerate(run):
        if number + 1 < len(run):
            following, its_place = run[number + 1]
            found.append(Piece(sign + following, place, its_place + 1))
        else:
            found.append(Piece(sign, place, place + 1, lone=True))
    run.clear()


def _is_unspaced(sign: str) -> bool:
    code = ord(sign)
    return any(first <= code <= last for first, last in _UNSPACED) and sign.isalnum()
