"""Numbers as they are said: quantities as such, longer ones digit by digit."""

import pytest

from alerts.sounds_like.chinese import ChineseEar
from alerts.sounds_like.chinese_numbers import read_out


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("3次", "三次"),
        ("12个", "十二个"),
        ("20天", "二十天"),
        ("200块", "二百块"),
        ("12315", "一二三一五"),
        ("1 2 3 1 5", "一二三一五"),
        ("07", "零七"),
        ("一二三幺五", "一二三一五"),
        ("两次,两", "二次两"),
        ("打了 3 次 了", "打了三次了"),
    ],
)
def test_how_a_number_is_said(written: str, said: str) -> None:
    assert "".join(each.character for each in read_out(written)) == said


def test_each_character_knows_where_it_stands() -> None:
    text = "打了 12 次"
    assert [text[each.from_char : each.to_char] for each in read_out(text)] == ["打", "了", "12", "12", "次"]


def test_digits_are_found_as_they_are_said() -> None:
    (found,) = ChineseEar().prepare(["我都打了三次了"], 0.15).find("真的 我 都 打 了 3 次 了")
    assert found is not None
    assert found.distance == 0
