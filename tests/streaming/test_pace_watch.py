"""Pace: wrong rates by their exact ratio, losses as gaps; jitter, drift, bursts and files sent fast are neither."""

import random

import numpy as np
import pytest

from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.leg import LegEar
from streaming.observations import GapHeard, LegResumed, LegStalled, PaceChanged
from streaming.pace_watch import FallenBehind, PaceSeen, PaceWatch, WrongPace


def seen(blocks: list[tuple[int, int]]) -> list[PaceSeen]:
    """What is seen of blocks (arrival, length), both in ms."""
    watch, received_ms = PaceWatch(300), 0
    found: list[PaceSeen] = []
    for arrived_ms, length_ms in blocks:
        received_ms += length_ms
        found += watch.hear(received_ms, arrived_ms)
    return found


@pytest.mark.parametrize("ratio", [1 / 3, 1 / 2, 2 / 3, 2, 3, 6])
@pytest.mark.parametrize("block_ms", [60, 120])
def test_a_wrong_rate_is_known_after_two_windows(ratio: float, block_ms: int) -> None:
    blocks = [(number * block_ms, round(block_ms * ratio)) for number in range(20_000 // block_ms)]
    assert seen(blocks) == [WrongPace(ratio)]
    assert seen([block for block in blocks if block[0] < 5_800]) == []


def test_a_rate_that_is_put_right_is_seen() -> None:
    wrong = [(number * 20, 10) for number in range(500)]
    right = [(10_000 + number * 20, 20) for number in range(500)]
    assert seen(wrong + right) == [WrongPace(0.5), WrongPace(1.0)]


@pytest.mark.parametrize("share", [0.03, 0.1, 0.2])
def test_losses_that_nobody_numbers_become_gaps_of_their_length(share: float) -> None:
    chance = random.Random(4)
    blocks = [(number * 20, 20) for number in range(3_000) if chance.random() >= share]
    lost_ms = 60_000 - 20 * len(blocks)
    told_ms = sum(each.lost_ms for each in seen(blocks) if isinstance(each, FallenBehind))
    assert lost_ms - 600 - 2_000 * share <= told_ms <= lost_ms


@pytest.mark.parametrize("ppm", [-1_000, -300, 300, 1_000])
def test_an_hour_of_drift_is_no_loss(ppm: int) -> None:
    assert seen([(number * 100 + number * 100 * ppm // 1_000_000, 100) for number in range(36_000)]) == []


def test_jitter_stalls_bursts_and_a_preload_are_no_fault() -> None:
    chance, latest_ms, jittered = random.Random(5), 0, []
    for number in range(3_000):
        latest_ms = max(latest_ms, number * 20 + chance.randrange(250))
        jittered.append((latest_ms, 20))
    assert seen(jittered) == []
    stalled = [(number * 20, 20) for number in range(300)] + [(8_000, 2_000)]
    assert seen(stalled + [(8_000 + number * 20, 20) for number in range(600)]) == []
    assert seen([(0, 2_000)] + [(number * 20, 20) for number in range(1, 1_000)]) == []


def test_a_file_sent_as_fast_as_it_goes_is_no_wrong_rate() -> None:
    assert seen([(number * 10, 250) for number in range(3_000)]) == []
    assert seen([(number * 500, 500) for number in range(100)]) == []  # long blocks: nothing can be said


def _ear(ratio: float, until_ms: int, ear: LegEar | None = None, from_ms: int = 0) -> tuple[LegEar, list[object]]:
    """A leg whose 8 kHz audio comes `ratio` times as fast as it should."""
    ear = ear or LegEar(Leg.AGENT, HearingSettings())
    pcm = (3_000 * np.sin(np.arange(round(160 * ratio)) / 5)).astype("<i2").tobytes()
    heard: list[object] = []
    for at_ms in range(from_ms, until_ms, 20):
        heard += ear.hear(pcm, 8_000, at_ms)
        heard += ear.pulse(at_ms)
    return ear, [each for each in heard if isinstance(each, PaceChanged | LegStalled | LegResumed | GapHeard)]


def test_a_leg_at_half_its_rate_is_not_heard_until_its_next_socket_is_right() -> None:
    ear, heard = _ear(0.5, 12_000)
    at_ms = ear.heard_ms
    changed, stalled = heard
    assert isinstance(changed, PaceChanged)
    assert (changed.ratio, stalled) == (0.5, LegStalled(Leg.AGENT, at_ms))
    assert at_ms < 3_200
    assert ear.reconnect(13_000) == [PaceChanged(Leg.AGENT, at_ms, 1.0)]
    ear, heard = _ear(1.0, 14_000, ear, 13_000)
    gap = next(each for each in heard if isinstance(each, GapHeard))
    assert gap.start_ms == at_ms
    assert gap.end_ms == pytest.approx(13_000, abs=60)
    assert [type(each) for each in heard] == [GapHeard, LegResumed]
    assert ear.heard_ms == pytest.approx(14_000, abs=100)


def test_a_leg_at_twice_its_rate_is_told_of_and_heard() -> None:
    ear, heard = _ear(2.0, 10_000)
    assert [type(each) for each in heard] == [PaceChanged]
    assert ear.heard_ms > 19_000


def test_a_tenth_lost_without_numbers_becomes_gaps() -> None:
    ear = LegEar(Leg.AGENT, HearingSettings())
    for number in range(1_500):
        if number % 10:
            ear.hear(bytes(320), 8_000, number * 20)
            ear.pulse(number * 20)
    assert 2_000 <= ear.gaps_ms <= 3_000
    assert ear.heard_ms == pytest.approx(30_000, abs=1_000)
