"""Numbers that prove themselves, by published examples and by one digit changed."""

import pytest

from alerts.masking.call_masker import masked_note
from alerts.masking.check_digits import (
    ibans_in,
    is_card,
    is_chinese_identity,
    is_korean_identity,
    proves_itself,
)
from alerts.masking.masked_text import MASK


@pytest.mark.parametrize("digits", ["4111111111111111", "378282246310005", "6222021234567890128", "30569309025904"])
def test_cards_fit_and_one_changed_digit_does_not(digits: str) -> None:
    assert is_card(digits)
    for place in range(len(digits)):
        changed = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        assert not is_card(changed)
    assert not is_card(digits[:8])
    assert not is_card("0" * 16)


def test_identity_numbers_have_a_day_of_birth_and_a_check_digit() -> None:
    assert is_chinese_identity("11010519491231002X")
    assert is_chinese_identity("11010519491231002x")
    assert not is_chinese_identity("110105194912310021")
    assert not is_chinese_identity("11010519491331002X")
    assert is_korean_identity("9001011234568") is (_korean("900101123456") == "8")
    assert is_korean_identity("900101123456" + _korean("900101123456"))
    assert is_korean_identity("050229312345" + _korean("050229312345")) is False  # no such day
    assert is_korean_identity("040229312345" + _korean("040229312345"))
    assert not is_korean_identity("900101923456" + _korean("900101923456"))
    assert not proves_itself("12345")


def _korean(body: str) -> str:
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    return str((11 - sum(int(each) * weight for each, weight in zip(body, weights, strict=True)) % 11) % 10)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DE89 3704 0044 0532 0130 00", ["DE89 3704 0044 0532 0130 00"]),
        ("to DE89 3704 0044 0532 0130 00 today please", ["DE89 3704 0044 0532 0130 00"]),
        ("gb82west12345698765432,", ["gb82west12345698765432"]),
        ("DE89 3704 0044 0532 0130 01", []),
        ("version AB12 of the contract is here", []),
        ("", []),
    ],
)
def test_ibans_are_found_whole(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in ibans_in(text)] == found


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("paid $4111111111111111", f"paid {MASK * 3}"),
        ("4,111,111,111,111,111 of it", f"{MASK * 3} of it"),
        ("paid $4111111111111112", "paid $4111111111111112"),  # an amount, however odd: no card has that number
        ("a total of 1,234,567,890,123", "a total of 1,234,567,890,123"),
        ("$1,250.00 on 2026-11-26 at 12:30", "$1,250.00 on 2026-11-26 at 12:30"),
        ("IBAN DE89 3704 0044 0532 0130 00 ok", f"IBAN {MASK * 3} ok"),
    ],
)
def test_what_is_written_like_an_amount_is_hidden_only_where_it_proves_itself(typed: str, seen: str) -> None:
    assert masked_note(typed) == seen
