"""The lists hold what they promise."""

from alerts.masking import number_words as said


def test_every_digit_word_is_one_digit_and_no_unit() -> None:
    for digits in (said.HANZI_DIGITS, said.HANGUL_DIGITS, said.HANGUL_NATIVE, said.LATIN_DIGITS):
        assert set(digits.values()) == set("0123456789")
    assert not set(said.HANZI_DIGITS) & set(said.HANZI_UNITS)
    assert not set(said.LATIN_DIGITS) & (said.LATIN_UNITS | said.LATIN_FILLERS)


def test_public_numbers_are_short() -> None:
    assert all(number.isdigit() and 3 <= len(number) <= 5 for number in said.PUBLIC_NUMBERS)
