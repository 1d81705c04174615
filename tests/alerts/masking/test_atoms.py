"""A text cut into digits, units, cues and the rest."""

from itertools import pairwise

import pytest

from alerts.masking.atoms import Sort, atoms_of


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("一百二", [Sort.DIGITS, Sort.SCALE, Sort.DIGITS]),
        ("三三两两", [Sort.WORD]),
        ("电话号码", [Sort.CUE, Sort.CUE]),
        ("十一月", [Sort.SCALE, Sort.DIGITS, Sort.UNIT]),
        ("2026-11-26", [Sort.ORDINARY]),
        ("12:30", [Sort.ORDINARY]),
        ("1,234.50", [Sort.ORDINARY]),
        ("$ 45", [Sort.ORDINARY]),
        ("138-0013", [Sort.DIGITS, Sort.DIGITS]),
        ("AB1234", [Sort.IDENTIFIER]),
        ("A4B222", [Sort.IDENTIFIER]),
        ("mp333", [Sort.WORD]),
        ("a@b.com", [Sort.IDENTIFIER]),
        ("double oh", [Sort.TIMES, Sort.DIGITS]),
        ("twenty five", [Sort.PAIR, Sort.DIGITS]),
        ("twenty-five", [Sort.PAIR]),
        ("x to um point", [Sort.LETTER, Sort.SOUND_LIKE, Sort.FILLER, Sort.POINT]),
        ("공일공이요", [Sort.DIGITS]),
        ("이십오", [Sort.SCALE]),
        ("원", [Sort.UNIT]),
        ("시간", [Sort.UNIT]),
        ("전화번호는", [Sort.CUE]),
        ("음", [Sort.FILLER]),
        ("점", [Sort.POINT]),
        ("번호", [Sort.CUE]),
        ("제가공일공일공가", [Sort.WORD, Sort.DIGITS, Sort.WORD]),
        ("감사합니다", [Sort.WORD]),
        ("", []),
    ],
)
def test_pieces_by_their_sort(text: str, sorts: list[Sort]) -> None:
    assert [atom.sort for atom in atoms_of(text)] == sorts


def test_digits_are_known_in_every_spelling() -> None:
    for text, digits in (
        ("幺", "1"),
        ("하나", "1"),
        ("륙", "6"),
        ("Nine", "9"),
        ("\uff11\uff12", "12"),
        ("공일공", "010"),
    ):
        assert [atom.digits for atom in atoms_of(text)] == [digits], text


def test_pieces_lie_in_order_and_inside_the_text() -> None:
    text = "我的 号码是 one two, 공일공이요 138-0013! a@b.cn"
    atoms = atoms_of(text)
    assert all(one.to_char <= other.from_char for one, other in pairwise(atoms))
    assert atoms[-1].to_char == len(text)
