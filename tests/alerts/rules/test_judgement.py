"""Answers put together."""

import pytest

from alerts.rules.judgement import Answer, Judgement, all_of, any_of, contrary

YES, NO, UNSEEN, OPEN = Answer.YES, Answer.NO, Answer.UNSEEN, Answer.OPEN


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ((YES, YES), YES, YES),
        ((YES, NO), NO, YES),
        ((NO, NO), NO, NO),
        ((YES, UNSEEN), UNSEEN, YES),
        ((NO, UNSEEN), NO, UNSEEN),
        ((YES, OPEN), OPEN, YES),
        ((OPEN, UNSEEN), OPEN, OPEN),
        ((NO, OPEN), NO, OPEN),
    ],
)
def test_together(parts: tuple[Answer, Answer], every: Answer, some: Answer) -> None:
    given = [Judgement(answer) for answer in parts]
    assert (all_of(given).answer, any_of(given).answer) == (every, some)
    assert (all_of(reversed(given)).answer, any_of(reversed(given)).answer) == (every, some)


def test_the_contrary_of_what_nobody_saw_is_not_seen_either() -> None:
    assert [contrary(Judgement(answer)).answer for answer in (YES, NO, UNSEEN, OPEN)] == [NO, YES, UNSEEN, OPEN]
    assert contrary(Judgement(NO, 500)) == Judgement(YES, 500)


def test_the_first_change_counts() -> None:
    assert all_of([Judgement(YES, 900), Judgement(YES), Judgement(NO, 400)]) == Judgement(NO, 400)
    assert any_of([Judgement(NO), Judgement(NO)]) == Judgement(NO, None)
