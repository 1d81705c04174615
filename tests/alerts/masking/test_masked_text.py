"""Pieces hidden in a text, and where the rest has gone."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.masking.atoms import Atom, Sort
from alerts.masking.masked_text import MASK, HiddenPiece, MaskedText, hidden_atom, without_overlaps
from streaming.observations import Word


def test_places_move_with_the_text() -> None:
    masked = MaskedText("call three now bad", (HiddenPiece(5, 10, MASK),))
    assert masked.text == f"call {MASK} now bad"
    assert masked.place(15, 18) == (11, 14)
    assert masked.place(0, 4) == (0, 4)
    assert masked.place(7, 14) == (5, 10)


def test_a_word_that_is_not_in_the_text_is_hidden_whole() -> None:
    masked = MaskedText("one two", (HiddenPiece(0, 3, MASK), HiddenPiece(4, 7, MASK)))
    assert [word.text for word in masked.words([Word("one", 0, 1, 1), Word("nine", 1, 2, 1)])] == [MASK, MASK]


def test_one_mask_for_each_digit_and_one_for_a_word() -> None:
    assert hidden_atom(Atom(Sort.DIGITS, 2, 5, "138")).shown == MASK * 3
    assert hidden_atom(Atom(Sort.TIMES, 0, 6)).shown == MASK


def test_overlapping_pieces_become_one() -> None:
    pieces = [HiddenPiece(4, 9, MASK), HiddenPiece(0, 6, MASK), HiddenPiece(1, 2, MASK)]
    assert without_overlaps(pieces) == (HiddenPiece(0, 9, MASK * 2),)


@given(st.text("abc ", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=6))
def test_nothing_hidden_is_seen_and_everything_else_is(text: str, cuts: list[tuple[int, int]]) -> None:
    asked = [HiddenPiece(start, min(len(text), start + size), MASK) for start, size in cuts if start < len(text)]
    masked = MaskedText(text, without_overlaps(asked))
    gone = {at for piece in asked for at in range(piece.from_char, piece.to_char)}
    assert masked.text.replace(MASK, "") == "".join(each for at, each in enumerate(text) if at not in gone)
    for at in range(len(text)):
        start, end = masked.place(at, at + 1)
        assert at in gone or masked.text[start:end] == text[at]
