"""English by sound: words, edits, near misses."""

import pytest

from alerts.sounds_like.ear import Stretch
from alerts.sounds_like.english import EnglishEar


def find(phrase: str, text: str) -> Stretch | None:
    return EnglishEar().prepare([phrase], 0.15).find(text)[0]


@pytest.mark.parametrize(
    ("phrase", "text", "distance"),
    [
        ("not my responsibility", "That's NOT my responsibility!", 0.0),
        ("not my responsibility", "that's not my responsibilities", 3 / 19),
        ("not my responsibility", "that's not my responsability", 1 / 19),
        ("don't you know that", "dont you know that", 0.0),
        ("stop interrupting me", "stop interrupt in me", None),
        ("speak to your manager", "i want to speak to your managers", 1 / 18),
    ],
)
def test_what_sounds_alike(phrase: str, text: str, distance: float | None) -> None:
    stretch = find(phrase, text)
    if distance is None or distance > 0.15:
        assert stretch is None
    else:
        assert stretch is not None
        assert stretch.distance == pytest.approx(distance, abs=1e-3)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("i can do", "i cant do"),
        ("not my job", "now my job"),
        ("shut up", "shut"),
        ("be quiet", "maybe quiet"),
        ("listen to me", "listen for me"),
        ("my lawyer", ""),
    ],
)
def test_what_does_not(phrase: str, text: str) -> None:
    assert find(phrase, text) is None


def test_the_stretch_is_in_characters_of_the_text_as_given() -> None:
    text = "Well -- it's  NOT my   problem, is it?"
    stretch = find("not my problem", text)
    assert stretch is not None
    assert text[stretch.from_char : stretch.to_char] == "NOT my   problem"


def test_the_closest_wins_and_then_the_first() -> None:
    text = "my lawyers or my lawyer and my lawyer"
    stretch = find("my lawyer", text)
    assert stretch is not None
    assert (stretch.from_char, stretch.distance) == (14, 0.0)
