"""Regular expressions of rules in texts."""

from alerts.rules.patterns import PatternBook
from config.settings import Language
from tests.fakes.rules import rule

CARD = rule("en.privacy.card", patterns=(r"\bcard number\b.*\bcode\b", r"cvv"))
BOOK = PatternBook(Language.EN, [rule("en.privacy.none", phrases=("a b",)), CARD])


def test_each_pattern_that_fits_with_its_place() -> None:
    found = BOOK.find("Your card number, and then the CODE: cvv")
    assert [(each.id, pattern, stretch.from_char, stretch.to_char) for each, pattern, stretch in found] == [
        ("en.privacy.card", r"\bcard number\b.*\bcode\b", 5, 35),
        ("en.privacy.card", "cvv", 37, 40),
    ]
    assert BOOK.find("the card") == []
    assert BOOK.find("") == []
    assert PatternBook(Language.EN, []).find("cvv") == []


def test_chinese_is_searched_without_spaces() -> None:
    book = PatternBook(Language.ZH, [rule("zh.privacy.card", patterns=("验证码.{0,4}告诉我",))])
    ((_, _, stretch),) = book.find("请 把 验证 码 都 告诉 我 好吗")
    assert (stretch.from_char, stretch.to_char) == (4, 15)


def test_time_grows_with_the_text_only() -> None:
    book = PatternBook(Language.EN, [rule("en.privacy.slow", patterns=("(a+)+$",))])
    assert book.find("a" * 20_000 + "b") == []
