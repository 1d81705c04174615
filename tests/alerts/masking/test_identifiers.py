"""Which runs of digits belong to somebody."""

import pytest

from alerts.masking.atoms import atoms_of
from alerts.masking.identifiers import is_identifier, runs_of
from alerts.masking.spoken_addresses import spoken_addresses


def _found(text: str, *, near: bool = False, before: int = 0, partial: bool = False) -> list[str]:
    runs = [run for run in runs_of(atoms_of(text)) if is_identifier(run, near=near, before=before, partial=partial)]
    return [text[run.digit_atoms[0].from_char : run.digit_atoms[-1].to_char] for run in runs]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("是一三八零吗", ["一三八零"]),
        ("是一三八吗", []),
        ("房间五零三", ["五零三"]),  # at the end it may grow
        ("九九八块", []),
        ("一九九八年", []),
        ("一三八零零一三八年", ["一三八零零一三八"]),
        ("三百五", []),
        ("一万零三", []),
        ("三点一四一五", []),
        ("12345678 元", []),
        ("编号12345678", ["12345678"]),
        ("2026", []),
        ("in 4711", ["4711"]),
        ("4700", []),
        ("five five five twelve thirty four ok", ["five five five twelve thirty four"]),
        ("twenty twenty six", []),
        ("nine to five", []),
        ("one two to three four five", ["one two to three four five"]),
        ("at nine oh five", []),
        ("oh", []),
        ("삼일 사일 정도", []),
        ("구공일이 맞죠", ["구공일이"]),
        ("一 嗯 呃 二 啊 三 四 吧", ["一 嗯 呃 二 啊 三 四"]),
        ("一二 好 三四", []),
        ("dial nine one one", []),
    ],
)
def test_a_run_by_its_length_and_its_neighbours(text: str, found: list[str]) -> None:
    assert _found(text) == found


def test_where_a_number_was_asked_for_less_is_enough() -> None:
    assert _found("一二 对", near=True) == ["一二"]
    assert _found("eight", near=True) == ["eight"]
    assert _found("my code is twelve three four", near=False) == ["twelve three four"]
    assert _found("one moment", near=True) == []
    assert _found("号码 一二 对") == ["一二"]


def test_digits_said_before_count() -> None:
    assert _found("三四 对", before=2) == ["三四"]
    assert _found("三 对", before=2) == []


def test_a_partial_may_become_anything() -> None:
    assert _found("一一零", partial=True) == ["一一零"]
    assert _found("二零二六", partial=True) == ["二零二六"]


def test_addresses_as_they_are_said() -> None:
    text = "so it's j o h n dot smith at mail dot example dot com okay"
    (start, end) = spoken_addresses(text)[0]
    assert text[start:end] == "j o h n dot smith at mail dot example dot com"
    assert spoken_addresses("we met at the red dot") == []
    assert spoken_addresses("at mail dot com") == []
