"""Korean by sound: jamo, endings, near misses."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sounds_like.ear import Stretch
from alerts.sounds_like.korean import KoreanEar, sounds_of

LIMIT = 0.15


def find(phrase: str, text: str, limit: float = LIMIT) -> Stretch | None:
    return KoreanEar().prepare([phrase], limit).find(text)[0]


@pytest.mark.parametrize(
    ("phrase", "text", "distance"),
    [
        ("그것도 모르세요", "그것도 모르세요", 0.0),
        ("그것도 모르세요", "아니 그것도모르세요 고객님", 0.0),
        ("그것도 모르세요", "그거도 모르세요", 0.7 / 15),  # a final consonant lost
        ("그것도 모르세요", "그건도 모르세요", 0.6 / 15),  # another one
        ("그것도 모르세요", "크것또 모르세요", 0.6 / 15),  # twice the same class
        ("책임자 바꿔 주세요", "책임자 바꿔주세여", 0.6 / 18),
    ],
)
def test_what_sounds_alike(phrase: str, text: str, distance: float) -> None:
    stretch = find(phrase, text)
    assert stretch is not None
    assert stretch.distance == pytest.approx(distance, abs=1e-3)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("해지하겠습니다", "처리하겠습니다"),  # the ending they share counts for nothing
        ("전화 끊겠습니다", "다시 전화 드리겠습니다"),
        ("신고할 겁니다", "신청할 겁니다"),
        ("꺼져", "거기"),
        ("그것도 모르세요", "그것도 모르겠어요"),
        ("책임자 바꿔 주세요", "배송지 바꿔 주세요"),
        ("바보", "바로"),
        ("닥쳐", ""),
        ("닥쳐", "12 ok !?"),
    ],
)
def test_what_does_not(phrase: str, text: str) -> None:
    assert find(phrase, text) is None


def test_the_stretch_is_in_characters_of_the_text_as_given() -> None:
    text = "네, 그건 제 책임이 아닙니다!"
    stretch = find("제 책임이 아닙니다", text)
    assert stretch is not None
    assert text[stretch.from_char : stretch.to_char] == "제 책임이 아닙니다"


def test_a_setting_of_zero_finds_only_what_is_written() -> None:
    assert find("그것도 모르세요", "그것도 모르세요", 0.0) is not None
    assert find("그것도 모르세요", "그거도 모르세요", 0.0) is None


def test_letters_and_digits_count_as_themselves() -> None:
    assert find("A1 해지", "네 a1 해지") is not None
    assert find("A1 해지", "네 b2 해지") is None


@given(st.text(alphabet="가나다라마바사아자차카타파하각난닫랄맘밥삿앙", min_size=1, max_size=12))
def test_every_syllable_has_its_jamo(text: str) -> None:
    assert len(sounds_of(text).codes) == len(unicodedata.normalize("NFD", text))
