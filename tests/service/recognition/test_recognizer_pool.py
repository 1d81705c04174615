"""Recognisers are borrowed warm, never twice at once, and not kept when they are old or memory is short."""

import pytest

from service.recognition.recognizer_pool import RecognizerPool
from tests.fakes.recognizer import FakeRecognizer


def test_a_leg_gets_the_recogniser_it_had_and_others_the_warmest() -> None:
    pool = RecognizerPool(FakeRecognizer, 3)
    first, second, third = (pool.borrow(leg) for leg in (1, 2, 3))
    pool.give_back(first, 1)
    pool.give_back(second, 2)
    pool.give_back(third, 3)
    assert pool.borrow(1) is first
    assert pool.borrow(9) is third


def test_no_more_are_made_than_allowed() -> None:
    pool = RecognizerPool(FakeRecognizer, 1)
    borrowed = pool.borrow(1)
    assert not pool.has_room
    with pytest.raises(LookupError):
        pool.borrow(2)
    pool.give_back(borrowed, 1)
    assert pool.has_room


def test_the_first_borrower_finds_one_made_before() -> None:
    prepared = [FakeRecognizer()]
    pool = RecognizerPool(prepared.pop, 2)
    pool.warm_up()
    pool.warm_up()
    assert not prepared
    assert isinstance(pool.borrow(5), FakeRecognizer)


def test_letting_go_drops_the_longest_unused_one_and_keeps_the_warmest() -> None:
    pool = RecognizerPool(FakeRecognizer, 3)
    cold, warm = pool.borrow(1), pool.borrow(2)
    pool.give_back(cold, 1)
    pool.give_back(warm, 2)
    pool.let_go()
    assert len(pool) == 1
    assert pool.borrow(1) is warm


def test_when_none_is_free_those_out_are_let_go_on_return() -> None:
    pool = RecognizerPool(FakeRecognizer, 2)
    out = pool.borrow(1)
    pool.let_go()
    pool.give_back(out, 1)
    assert len(pool) == 0
    assert pool.borrow(1) is not out


def test_one_that_failed_or_is_hours_old_does_not_serve_again() -> None:
    pool = RecognizerPool(FakeRecognizer, 2)
    pool.throw_away(pool.borrow(1))
    assert len(pool) == 0
    old = FakeRecognizer()
    old.lifetime_ms = 4 * 3_600_000
    pool = RecognizerPool(lambda: old, 2)
    pool.give_back(pool.borrow(1), 1)
    assert len(pool) == 0


def test_ears_made_ahead_have_heard_sound_and_are_lent_after_those_that_have_heard_people() -> None:
    made: list[FakeRecognizer] = []

    def make() -> FakeRecognizer:
        made.append(FakeRecognizer())
        return made[-1]

    pool = RecognizerPool(make, 3)
    spoken = pool.borrow(1)
    pool.give_back(spoken, 1)
    sound = [b"\1\0" * 1_600] * 3
    while pool.make_ahead(sound):
        assert pool.has_room
    assert len(pool) == len(made) == 3
    assert all((each.lifetime_ms, each.finished) == (300, 1) for each in made[1:])
    assert pool.borrow(9) is spoken


def test_one_made_ahead_too_late_is_not_kept() -> None:
    pool = RecognizerPool(FakeRecognizer, 1)
    assert pool.make_ahead([])
    pool.borrow(1)
    assert pool.make_ahead([])
    assert len(pool) == 1
    assert not pool.has_room
