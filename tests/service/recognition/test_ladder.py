"""The ladder in call time: against a machine that decodes so much a second, and case by case."""

from dataclasses import dataclass, field, replace

import pytest

from config.recognition import LadderSettings
from service.recognition.ladder import CallStanding, Ladder, Load, TierChange
from web.sources import Tier

_SETTINGS = LadderSettings(down_lag_ms=1_000, down_busy_ratio=0.95)
_TICK_MS = 100
_WORKERS = 2
_COST = {Tier.FULL: 0.17, Tier.SPOTTING: 0.035, Tier.ACOUSTIC: 0.0}  # cores a speaking leg
_CALM = Load(lag_ms=0, busy_ratio=0.0)
_BEHIND = Load(lag_ms=1_100, busy_ratio=1.0)
_BUSY = Load(lag_ms=600, busy_ratio=0.99)


def _call(
    call_id: str, tier: Tier = Tier.FULL, *, precious: bool = False, risk: int = 0, queued_ms: int = 0
) -> CallStanding:
    return CallStanding(call_id, tier, precious, risk, queued_ms)


class _Board:
    """Calls and their ladder, on a clock of the test's."""

    def __init__(
        self, *calls: CallStanding, highest: Tier = Tier.FULL, spotting: bool = True, workers: int = 1
    ) -> None:
        self.ladder = Ladder(_SETTINGS, workers, highest)
        self.calls = {call.call_id: call for call in calls}
        self.now_ms = 0
        self.spotting = spotting
        entered = [change.call_id for change in self.look(_CALM)]  # the calls become known
        if highest is Tier.FULL:
            self.calls.update({call.call_id: call for call in calls if call.call_id in entered})

    def look(self, load: Load, after_ms: int = _TICK_MS) -> list[TierChange]:
        self.now_ms += after_ms
        changes = self.ladder.decide(load, list(self.calls.values()), self.now_ms, spotting=self.spotting)
        for change in changes:
            self.calls[change.call_id] = replace(self.calls[change.call_id], tier=change.tier)
        return changes

    def tiers(self) -> str:
        return " ".join(call.tier.value for call in self.calls.values())

    def until_nothing_changes(self, load: Load, for_ms: int = 20_000) -> list[TierChange]:
        changes: list[TierChange] = []
        while (quiet_ms := self.now_ms) + for_ms:
            found = [change for _ in range(for_ms // _TICK_MS) for change in self.look(load)]
            changes += found
            if not found:
                break
            assert quiet_ms < 600_000
        return changes


def test_all_is_well_and_nothing_changes() -> None:
    board = _Board(_call("a"), _call("b"))
    assert board.until_nothing_changes(_CALM) == []


def test_behind_calls_step_down_one_at_a_time_to_phrases_first_and_then_to_sound() -> None:
    board = _Board(_call("old"), _call("new"))
    steps = [board.look(_BEHIND) for _ in range(5)]
    assert steps == [
        [TierChange("new", Tier.SPOTTING)],
        [TierChange("old", Tier.SPOTTING)],
        [TierChange("new", Tier.ACOUSTIC)],
        [TierChange("old", Tier.ACOUSTIC)],
        [],
    ]


def test_each_worker_has_a_queue_so_a_call_for_each_steps_down_at_a_time_but_none_with_a_precious_one() -> None:
    board = _Board(_call("a"), _call("b"), _call("c"), _call("d", precious=True), workers=2)
    assert [[change.call_id for change in board.look(_BEHIND)] for _ in range(5)] == [
        ["c", "b"],
        ["a", "c"],
        ["b", "a"],
        ["d"],
        ["d"],
    ]
    assert [change.call_id for change in _Board(_call("a"), _call("b"), workers=2).look(_BUSY)] == ["b"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_call("x"), _call("x", precious=True)),
        (_call("x", queued_ms=900), _call("x", queued_ms=100)),
        (_call("x", risk=10), _call("x", risk=20)),
        (_call("x", Tier.FULL), _call("x", Tier.SPOTTING)),
        (_call("x", Tier.SPOTTING), _call("x", precious=True)),
    ],
    ids=["ordinary before precious", "furthest behind", "least risky", "highest", "ordinary at any height"],
)
def test_who_steps_down_first(first: CallStanding, second: CallStanding) -> None:
    for calls in ((replace(first, call_id="first"), second), (second, replace(first, call_id="first"))):
        board = _Board(*calls)
        assert [change.call_id for change in board.look(_BEHIND)] == ["first"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_call("x", Tier.SPOTTING, precious=True), _call("x", Tier.ACOUSTIC)),
        (_call("x", Tier.ACOUSTIC), _call("x", Tier.SPOTTING)),
        (_call("x", Tier.ACOUSTIC, risk=20), _call("x", Tier.ACOUSTIC, risk=10)),
        (_call("x", Tier.ACOUSTIC, precious=True), _call("x", Tier.SPOTTING, precious=True)),
    ],
    ids=["precious before ordinary", "lowest", "riskiest", "lowest precious"],
)
def test_who_steps_up_first(first: CallStanding, second: CallStanding) -> None:
    for calls in ((replace(first, call_id="first"), second), (second, replace(first, call_id="first"))):
        board = _Board(*calls)
        assert board.until_nothing_changes(_CALM)[0].call_id == "first"


def test_a_step_up_waits_until_it_has_been_calm_for_a_while() -> None:
    board = _Board(_call("a"))
    board.look(_BEHIND)
    for _ in range(_SETTINGS.settle_ms // _TICK_MS):
        assert board.look(_CALM) == []
    assert board.look(_CALM) == [TierChange("a", Tier.FULL)]


@pytest.mark.parametrize("load", [Load(700, 0.1), Load(0, 0.85), Load(0, 0.0, recovering=True)])
def test_between_the_limits_everything_stays_as_it_is(load: Load) -> None:
    board = _Board(_call("a"), _call("b"))
    board.look(_BEHIND)
    assert board.until_nothing_changes(load) == []
    assert board.tiers() == "full spotting"


def test_always_busy_is_reason_enough_but_there_is_time_to_see_each_step_work() -> None:
    board = _Board(_call("a"), _call("b"))
    steps = [bool(board.look(_BUSY)) for _ in range(11)]
    assert [at for at, stepped in enumerate(steps) if stepped] == [0, 5, 10]


def test_always_something_waiting_but_nothing_for_long_moves_nobody() -> None:
    board = _Board(_call("a"), _call("b"))
    assert board.until_nothing_changes(Load(lag_ms=300, busy_ratio=1.0)) == []


def test_what_is_late_but_catching_up_moves_nobody() -> None:
    board = _Board(*(_call(str(n)) for n in range(40)))
    steps = [board.look(Load(lag_ms, 0.9)) for lag_ms in range(1_800, 1_000, -50)]
    assert all(steps[:2])
    assert not any(steps[3:])


def test_the_later_it_is_the_more_step_down_at_a_time() -> None:
    board = _Board(*(_call(str(n)) for n in range(9)))
    assert [len(board.look(Load(lag_ms, 0.9))) for lag_ms in (1_000, 1_250, 1_650)] == [1, 2, 4]


def test_a_dead_workers_arrears_move_nobody() -> None:
    board = _Board(_call("a"), _call("b"))
    assert board.until_nothing_changes(replace(_BEHIND, recovering=True)) == []


def test_cold_recognisers_are_given_more_time_and_not_for_ever() -> None:
    board = _Board(_call("a"), _call("b"))
    assert board.until_nothing_changes(Load(lag_ms=1_700, busy_ratio=1.0, cold=True)) == []
    assert len(board.look(Load(lag_ms=1_800, busy_ratio=1.0, cold=True))) == 1
    assert board.look(Load(lag_ms=1_700, busy_ratio=1.0))


def test_a_step_up_too_many_makes_it_wait_longer() -> None:
    board = _Board(_call("a"))
    waits_ms = []
    for _ in range(4):
        board.look(_BEHIND)
        began_ms = board.now_ms
        while not board.look(_CALM):
            pass
        waits_ms.append(board.now_ms - began_ms)
    assert waits_ms == [2_100, 4_100, 8_100, 8_100]
    board.look(_CALM, after_ms=70_000)
    board.look(_BEHIND)
    while not board.look(_CALM):
        pass
    assert board.ladder.counts.down == 5


def test_without_spotting_that_step_is_left_out() -> None:
    board = _Board(_call("a"), spotting=False)
    assert board.look(_BEHIND) == [TierChange("a", Tier.ACOUSTIC)]
    assert board.until_nothing_changes(_CALM) == [TierChange("a", Tier.FULL)]
    spotting = _Board(_call("a"))
    spotting.look(_BEHIND)
    spotting.spotting = False  # new rules, and the model spells none of their phrases
    assert spotting.look(_CALM) == [TierChange("a", Tier.ACOUSTIC)]


def test_no_call_rises_above_the_highest_tier() -> None:
    board = _Board(_call("a"), highest=Tier.SPOTTING)
    assert board.tiers() == "spotting"
    assert board.until_nothing_changes(_CALM) == []


def test_a_new_call_begins_where_the_least_of_the_others_is() -> None:
    board = _Board(_call("a"), _call("b"))
    board.look(_BEHIND)
    board.calls["c"] = _call("c")
    assert board.look(_CALM) == [TierChange("c", Tier.SPOTTING)]
    board.calls["d"] = _call("d", Tier.SPOTTING)
    assert board.look(_CALM) == []


def test_a_call_that_becomes_precious_changes_places_with_an_ordinary_one() -> None:
    between = Load(700, 0.85)
    board = _Board(_call("a"), _call("b"))
    board.look(_BEHIND)
    board.calls["b"] = replace(board.calls["b"], precious=True)
    assert board.look(between, after_ms=2_000) == [TierChange("a", Tier.SPOTTING), TierChange("b", Tier.FULL)]
    board.calls["a"] = replace(board.calls["a"], precious=True)
    assert board.look(between, after_ms=2_000) == []  # both are precious: neither has to give way


@dataclass
class _Machine:
    """Two cores that decode what the calls' tiers cost, in turns; audio behind is dropped as in the product."""

    board: _Board
    backlog: dict[str, float] = field(default_factory=dict)  # core seconds a call
    worst_lag_ms: int = 0
    busy_ratio: float = 0.0

    def tick(self) -> None:
        calls = self.board.calls
        self.backlog = {call_id: self.backlog.get(call_id, 0.0) for call_id in calls}
        for call in calls.values():
            self.backlog[call.call_id] += _COST[call.tier] * _TICK_MS / 1_000
        left_s = _WORKERS * _TICK_MS / 1_000
        self.busy_ratio += (min(1.0, sum(self.backlog.values()) / left_s) - self.busy_ratio) * 0.05
        while left_s > 1e-9 and (waiting := [call_id for call_id, work_s in self.backlog.items() if work_s > 1e-9]):
            each_s = left_s / len(waiting)
            for call_id in waiting:
                done_s = min(each_s, self.backlog[call_id])
                self.backlog[call_id] -= done_s
                left_s -= done_s
        lag_ms = max((self.lag_ms(call) for call in calls.values()), default=0)
        self.worst_lag_ms = max(self.worst_lag_ms, lag_ms)
        for change in self.board.look(Load(lag_ms, self.busy_ratio)):
            if change.tier is Tier.ACOUSTIC:
                self.backlog[change.call_id] = 0.0
            elif change.tier is Tier.SPOTTING:
                self.backlog[change.call_id] *= _COST[Tier.SPOTTING] / _COST[Tier.FULL]

    def lag_ms(self, call: CallStanding) -> int:
        return round(self.backlog[call.call_id] / _COST[call.tier] * 1_000) if _COST[call.tier] else 0


def test_three_times_the_load_for_ten_minutes_and_then_none_of_it() -> None:
    board = _Board(*(_call(f"base {n}", precious=n < 3) for n in range(10)), workers=_WORKERS)
    machine = _Machine(board)
    for _ in range(100):
        machine.tick()
    assert board.tiers() == " ".join(["full"] * 10)
    for n in range(26):
        board.calls[f"more {n}"] = _call(f"more {n}")
    for _ in range(6_000):
        machine.tick()
    assert machine.worst_lag_ms < 2_000
    assert all(call.tier is Tier.FULL for call in board.calls.values() if call.precious)
    assert board.ladder.counts.up < 200  # it does not swing
    assert 1.2 < sum(_COST[call.tier] for call in board.calls.values()) < 2  # and uses the machine
    board.calls = {call_id: call for call_id, call in board.calls.items() if call_id.startswith("base")}
    for _ in range(300):
        machine.tick()
    assert board.tiers() == " ".join(["full"] * 10)
