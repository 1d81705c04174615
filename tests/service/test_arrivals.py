"""`received_at` of an alert: when the audio it rests on had arrived."""

from datetime import UTC, datetime, timedelta

from service.arrivals import ArrivalLog
from streaming.frames import Leg

_ZERO = datetime(2026, 1, 1, tzinfo=UTC)


def _at(ms: int) -> datetime:
    return _ZERO + timedelta(milliseconds=ms)


def test_nothing_heard_has_no_time() -> None:
    assert ArrivalLog().received_at(100, None) is None


def test_the_packet_that_reached_the_moment_counts() -> None:
    log = ArrivalLog()
    for end_ms in (20, 40, 60):
        log.note(Leg.AGENT, end_ms, _at(end_ms + 7))
    assert log.received_at(41, Leg.AGENT) == _at(67)
    assert log.received_at(40, Leg.AGENT) == _at(47)


def test_a_rule_about_both_parties_takes_the_later_leg() -> None:
    log = ArrivalLog()
    log.note(Leg.AGENT, 1_000, _at(1_000))
    log.note(Leg.CUSTOMER, 1_000, _at(1_300))
    assert log.received_at(900, None) == _at(1_300)
    assert log.received_at(900, Leg.AGENT) == _at(1_000)


def test_a_moment_not_reached_takes_the_newest_arrival() -> None:
    log = ArrivalLog()
    log.note(Leg.AGENT, 20, _at(20))
    assert log.received_at(5_000, Leg.AGENT) == _at(20)


def test_a_leg_never_heard_falls_back_to_all() -> None:
    log = ArrivalLog()
    log.note(Leg.AGENT, 20, _at(20))
    assert log.received_at(20, Leg.CUSTOMER) == _at(20)


def test_a_repeated_position_keeps_its_first_arrival_and_memory_is_bounded() -> None:
    log = ArrivalLog()
    log.note(Leg.AGENT, 20, _at(20))
    log.note(Leg.AGENT, 20, _at(500))
    assert log.received_at(20, Leg.AGENT) == _at(20)
    for number in range(2, 10_000):
        log.note(Leg.AGENT, number * 20, _at(number * 20))
    assert log.received_at(20, Leg.AGENT) == _at((10_000 - 3_000) * 20)


def test_of_gathered_packets_each_has_its_own_arrival() -> None:
    log = ArrivalLog()
    log.note(Leg.AGENT, 100, _at(107))
    log.note(Leg.AGENT, 200, _at(207), waited_ms=80)
    assert log.received_at(200, Leg.AGENT) == _at(207)
    assert log.received_at(160, Leg.AGENT) == _at(167)
    assert log.received_at(101, Leg.AGENT) == _at(127)  # the first packet's, not earlier
    assert log.received_at(100, Leg.AGENT) == _at(107)


def test_gathered_packets_that_came_in_a_burst_have_one_arrival() -> None:
    log = ArrivalLog()
    log.note(Leg.AGENT, 200, _at(1_000), waited_ms=3)
    assert log.received_at(20, Leg.AGENT) == _at(997)
