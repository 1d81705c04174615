"""What every ear answers beside the search: which phrases stand out, and which beginnings say enough."""

import pytest

from alerts.phrase_book import ear_of
from alerts.sounds_like.ear import PhraseEar
from config.settings import Language


@pytest.mark.parametrize(
    ("language", "phrase", "stands_out"),
    [
        (Language.KO, "그것도 모르세요", True),
        (Language.KO, "조용히 하세요", True),
        (Language.KO, "해지하겠습니다", False),
        (Language.KO, "닥쳐", False),
        (Language.ZH, "这不归我管", True),
        (Language.ZH, "闭嘴", False),
        (Language.EN, "not my problem", True),
        (Language.EN, "shut up", False),
        (Language.EN, "responsibility", False),
    ],
)
def test_short_phrases_do_not_stand_out(language: Language, phrase: str, stands_out: bool) -> None:
    ear: PhraseEar = ear_of(language)
    assert ear.stands_out(phrase) is stands_out


@pytest.mark.parametrize(
    ("language", "phrase", "stem"),
    [
        (Language.KO, "그건 제 책임이 아닙니다", "그건 제 책임이 아니"),
        (Language.KO, "제 소관이 아닙니다", None),  # too short
        (Language.KO, "내일 다시 전화하세요", None),  # the ending turns the sense
        (Language.ZH, "这不归我管", None),
        (Language.EN, "not my problem", None),
    ],
)
def test_a_beginning_stands_for_the_phrase_only_before_a_copula(
    language: Language, phrase: str, stem: str | None
) -> None:
    ear: PhraseEar = ear_of(language)
    assert ear.stem(phrase) == stem
