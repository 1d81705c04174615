"""The endings judged: nearly all right, the rest undecided, nothing wrong that claims to be sure."""

import pytest

from tests.endings.judging import judged
from tests.endings.told import ToldEnding, endings

_LEAST_RIGHT = 0.95
_VERDICTS = {
    *("normal", "agent ended after farewell", "agent cut the customer off", "customer left angry"),
    *("allowed after warnings", "line fault", "undecided"),
}


def test_there_are_enough_of_every_verdict_and_half_are_set_aside() -> None:
    assert len(endings()) >= 120
    assert abs(len(endings("tune")) - len(endings("judge"))) <= 1
    for which in ("tune", "judge"):
        assert {ending.truth for ending in endings(which)} == _VERDICTS
    assert len({ending.id for ending in endings()}) == len(endings())


@pytest.mark.parametrize("which", ["tune", "judge"])
def test_nearly_all_are_right_and_none_is_wrong_for_sure(which: str) -> None:
    all_judged = [judged(ending) for ending in endings(which)]
    assert {each.verdict for each in all_judged} <= _VERDICTS
    wrong = [each.ending.id for each in all_judged if not each.right and not each.abstained]
    assert wrong == []
    assert sum(each.right for each in all_judged) / len(all_judged) >= _LEAST_RIGHT


@pytest.mark.parametrize("ending", endings("tune")[::4], ids=lambda ending: ending.id)
def test_every_verdict_says_what_it_rests_on(ending: ToldEnding) -> None:
    names = {measure.name for measure in judged(ending).facts}
    assert {"sure", "party", "after_ms", "words_trusted", "customer_speaking"} <= names
