"""What was said is cut alike when it is kept and when it is asked for, in every language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL

from service.store.spoken import Grams, asked_pieces, pieces, places, question_for


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我 不 知道", ["我不", "不知", "知道", "道"]),
        ("환불 해 주세요", ["환불", "불해", "해주", "주세", "세요", "요"]),
        ("I'd like a Refund", ["i", "d", "like", "a", "refund"]),
        ("找VIP 客户", ["找", "vip", "客户", "户"]),
        ("号码 •••• 对吗", ["号码", "码", "对吗", "吗"]),
        ("ＡＢ１２", ["ab12"]),
        ("", []),
        ("• ，", []),
    ],
)
def test_words_and_pairs_of_signs(text: str, expected: list[str]) -> None:
    assert [piece.text for piece in pieces(text)] == expected


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("我要 投诉 你们", "投诉", ["投诉"]),
        ("我要 投 诉 你们", "投诉", ["投 诉"]),
        ("我要投诉", "诉", ["诉"]),
        ("我要投诉 投诉", "投诉", ["投诉", "投诉"]),
        ("투표 환불해 주세요", "환불 해주", ["환불해 주"]),
        ("give me a refund now", "Refund", ["refund"]),
        ("both refunds came", "refund", ["refunds"]),
        ("vip客户 来了", "VIP 客户", ["vip客户"]),
        ("客户vip", "客户 vip", ["客户vip"]),
        ("我不要", "要不", []),
        ("a refund", "refund now", []),
    ],
)
def test_a_phrase_is_found_where_it_stands(text: str, phrase: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, phrase)] == found


def test_a_phrase_with_nothing_to_look_for() -> None:
    assert question_for("sqlite", "…") is None
    assert places("任何", "…") == []


def test_the_question_is_of_our_own_pieces() -> None:
    assert question_for("sqlite", "我 不 知") == '"我不 不知" *'
    assert question_for("postgresql", "a b'c") == "'a' <-> 'b' <-> 'c':*"


def test_each_database_gets_its_own_form() -> None:
    grams, text = Grams(), "投诉 ok"
    sqlite, postgres = (URL.create(name).get_dialect()() for name in ("sqlite", "postgresql+psycopg"))
    assert grams.process_bind_param(text, sqlite) == "投诉 诉 ok"
    assert grams.process_bind_param(text, postgres) == "'投诉':1 '诉':2 'ok':3"
    assert grams.process_bind_param(None, sqlite) is None


_TEXT = st.text(st.sampled_from("我要投诉 你们환불해abcAB1•，"), max_size=40)


@given(_TEXT, st.integers(0, 40), st.integers(1, 12))
def test_whatever_was_said_is_found_by_its_own_words(text: str, start: int, length: int) -> None:
    phrase = text[start : start + length]
    if not asked_pieces(phrase) or any(not (sign.isalnum() or sign.isspace()) for sign in phrase):
        return
    begins_a_word = start == 0 or not (text[start - 1].isalnum() and text[start - 1].isascii() and phrase[0].isascii())
    if begins_a_word:
        assert places(text, phrase), (text, phrase)
