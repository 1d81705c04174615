"""Chinese by sound: homophones, confusions, near misses."""

import pytest

from alerts.sounds_like.chinese import ChineseEar, sounds_of
from alerts.sounds_like.ear import Stretch


def find(phrase: str, text: str) -> Stretch | None:
    return ChineseEar().prepare([phrase], 0.15).find(text)[0]


@pytest.mark.parametrize(
    ("phrase", "text", "distance"),
    [
        ("这不是我的责任", "先生 这 不 是 我 的 责任", 0.0),
        ("这不是我的责任", "这不是我的则任", 0.3 / 14),  # written otherwise, z for zh would cost as much
        ("闭嘴", "你闭嘴", 0.0),
        ("我要投诉", "我要头数", 0.0),  # homophones
        ("请您稍等", "请您骚等", 0.3 / 8),
        ("没办法就是没办法", "梅办法就是没办华", 0.9 / 16),
    ],
)
def test_what_sounds_alike(phrase: str, text: str, distance: float) -> None:
    stretch = find(phrase, text)
    assert stretch is not None
    assert stretch.distance == pytest.approx(distance, abs=0.04)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("我要销户", "我要开户"),
        ("我要报警", "我要报一下"),
        ("喂", "为您服务"),  # one syllable: the character itself
        ("闭嘴", "必最"),
        ("神经病", "什么病"),
        ("我不知道", ""),
    ],
)
def test_what_does_not(phrase: str, text: str) -> None:
    assert find(phrase, text) is None


def test_the_stretch_is_in_characters_of_the_text_as_given() -> None:
    text = "那 我 就, 要 头 数 你们"
    stretch = find("我就要投诉", text)
    assert stretch is not None
    assert text[stretch.from_char : stretch.to_char] == "我 就, 要 头 数"


def test_written_alike_wins_over_sounding_alike() -> None:
    text = "我要头数不我要投诉"
    stretch = find("我要投诉", text)
    assert stretch is not None
    assert text[stretch.from_char : stretch.to_char] == "我要投诉"


def test_letters_and_digits_count_as_themselves() -> None:
    assert find("我打12315", "我就打一下我打12315") is not None
    assert find("我打12315", "我打12306") is None


@pytest.mark.parametrize("text", ["嗯", "哦", "绿", "略", "女儿", "嘅A1", "会员vip", "𠮷", "é", "１"])
def test_odd_characters_are_no_stumbling_block(text: str) -> None:
    sounds = sounds_of(text)
    assert len(sounds.codes) == len(sounds.from_chars) == len(sounds.to_chars)


def test_written_phrases_are_found_at_their_first_place_and_each_time_they_are_asked_for() -> None:
    phrases = ChineseEar().prepare(["喂", "不知道", "喂", "没有"], 0.15)
    text = "喂, 喂 我 不 知道"
    first, spread = Stretch(0, 1, 0.0), Stretch(7, 11, 0.0)
    assert phrases.found(text) == [(0, first), (1, spread), (2, first)]
    assert phrases.find(text) == [first, spread, first, None]
    assert phrases.find("?!") == [None] * 4
