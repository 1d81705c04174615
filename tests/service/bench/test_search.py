"""The search finds the true limit, whatever it is, and believes no single lucky trial."""

import pytest

from service.bench.quick_guess import QuickGuess
from service.bench.search import Rhythm, largest

_RHYTHM = Rhythm(coarse_s=30, fine_s=60, confirmations=3)


class _Machine:
    """Carries up to `limit` calls; in single trials up to `lucky` more."""

    def __init__(self, limit: int, lucky: int = 0) -> None:
        self.limit, self.lucky = limit, lucky
        self.played: list[tuple[int, float, int]] = []

    async def holds(self, calls: int, seconds: float, trials: int) -> bool:
        self.played.append((calls, seconds, trials))
        return calls <= self.limit + (self.lucky if trials == 1 else 0)


@pytest.mark.parametrize("limit", [*range(20), 37])
@pytest.mark.parametrize("first", [1, 2, 4, 16])
async def test_the_limit_is_found_and_the_next_call_was_tried(limit: int, first: int) -> None:
    machine = _Machine(limit)
    found = await largest(first, _RHYTHM, machine.holds)
    assert limit - max(1, limit // 20) < found <= limit or (found, limit) == (0, 0)
    confirmed = [calls for calls, _, trials in machine.played if trials == 3]
    assert found in confirmed or found == 0
    assert any(calls > found for calls in confirmed)


@pytest.mark.parametrize("lucky", [1, 2, 5])
async def test_luck_in_single_trials_is_taken_back(lucky: int) -> None:
    machine = _Machine(6, lucky)
    assert await largest(2, _RHYTHM, machine.holds) == 6
    assert machine.played[-1] == (6, 60, 3)


async def test_a_machine_without_end_ends_the_search() -> None:
    machine = _Machine(1_000_000)
    assert await largest(16, _RHYTHM, machine.holds) == 400
    assert max(calls for calls, _, _ in machine.played) == 400


def _quick(limit: int, first: int, cpu_limit: float | None, trials: int) -> int:
    guess = QuickGuess(first)
    for _ in range(trials):
        if (calls := guess.next) is None:
            break
        guess.note(calls, held=calls <= limit, most_by_cpu=cpu_limit)
    return guess.found


def test_the_second_quick_trial_goes_where_the_processor_points() -> None:
    guess = QuickGuess(4)
    guess.note(4, held=True, most_by_cpu=11.7)
    assert guess.next == 11
    guess.note(11, held=False, most_by_cpu=12.0)
    assert (guess.next, guess.found) == (7, 4)


def test_a_quick_search_is_no_bolder_than_four_times_and_never_stands_still() -> None:
    guess = QuickGuess(4)
    guess.note(4, held=True, most_by_cpu=100.0)
    assert guess.next == 16
    guess.note(16, held=True, most_by_cpu=3.0)
    assert guess.next == 17


@pytest.mark.parametrize("limit", range(12))
def test_with_time_enough_the_quick_search_finds_the_limit_too(limit: int) -> None:
    assert _quick(limit, 4, 9.0, 50) == limit
    assert _quick(limit, 2, None, 50) == limit
