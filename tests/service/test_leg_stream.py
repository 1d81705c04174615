"""A socket's hold on a leg: what is gathered, when it is heard, and that nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from config.settings import IngestSettings, Settings
from service.clock import PlayClock
from service.leg_stream import LegStream
from streaming.frames import Leg
from streaming.wire.events import AudioReceived
from tests.fakes.board import KeepingOutlet, board_of
from web.sources import Announcement, CallEvent, CallEventType

_ZERO = datetime(2026, 1, 1, tzinfo=UTC)


class _Socket:
    """One leg of a call, a packet of 20 ms whenever the test says so."""

    def __init__(self, gather_ms: int = 100) -> None:
        self.clock, self.outlet = PlayClock(_ZERO), KeepingOutlet()
        self.board = board_of(Settings(ingest=IngestSettings(gather_ms=gather_ms)), self.outlet, self.clock)
        self.board.announce(Announcement(call_id="c"))
        self.stream: LegStream = self.board.claim_leg("c", Leg.AGENT)
        self.at_ms = 0

    def packets(self, count: int, apart_ms: int = 20, rate_hz: int = 16_000) -> None:
        for _ in range(count):
            self.stream.hear(AudioReceived(bytes(rate_hz // 50 * 2), rate_hz))
            self.at_ms += apart_ms
            self.clock.move_to(self.at_ms)

    @property
    def received_ms(self) -> int:
        ears = self.stream.call.ears
        return ears[Leg.AGENT].received_ms if Leg.AGENT in ears else 0


def test_the_first_packet_is_heard_at_once_and_begins_the_call() -> None:
    socket = _Socket()
    socket.packets(1)
    assert socket.received_ms == 20


def test_packets_of_a_steady_flow_are_heard_together() -> None:
    socket = _Socket()
    heard: list[int] = []
    for _ in range(13):
        socket.packets(1)
        heard.append(socket.received_ms)
    assert heard == [20, 20, 20, 20, 20, 120, 120, 120, 120, 120, 220, 220, 220]


def test_after_a_pause_the_first_packet_is_heard_at_once() -> None:
    socket = _Socket()
    socket.packets(3)
    socket.at_ms += 80
    socket.clock.move_to(socket.at_ms)
    socket.packets(1)
    assert socket.received_ms == 80


def test_long_blocks_are_not_held_back() -> None:
    socket = _Socket()
    socket.packets(1)
    socket.stream.hear(AudioReceived(bytes(6_400), 16_000))
    assert socket.received_ms == 220


def test_while_somebody_listens_nothing_is_gathered() -> None:
    socket = _Socket()
    socket.packets(3)
    socket.outlet.somebody_listens = True
    socket.packets(1)
    assert socket.received_ms == 80


def test_the_pulse_lets_out_what_nothing_follows() -> None:
    socket = _Socket()
    socket.packets(3)
    socket.board.pulse()
    assert socket.received_ms == 20
    socket.clock.move_to(socket.at_ms + 80)
    socket.board.pulse()
    assert socket.received_ms == 60


@pytest.mark.parametrize("explicit", [True, False])
def test_the_end_comes_behind_all_that_was_gathered(explicit: bool) -> None:
    socket = _Socket()
    socket.packets(4)
    socket.stream.end(explicit)
    assert socket.received_ms == 80


def test_an_event_comes_behind_all_that_was_gathered() -> None:
    socket = _Socket()
    socket.packets(4)
    socket.board.report("c", CallEvent(CallEventType.PAUSE))
    assert socket.received_ms == 80
    socket.packets(4)
    assert socket.received_ms == 80


def test_so_does_a_gap_the_sender_tells() -> None:
    socket = _Socket()
    socket.packets(4)
    socket.stream.lost(400)
    assert (socket.received_ms, socket.stream.call.ears[Leg.AGENT].heard_ms) == (80, 480)


def test_a_takeover_loses_nothing() -> None:
    socket = _Socket()
    socket.packets(4)
    socket.clock.move_to(socket.at_ms + 3_000)
    old = socket.stream
    socket.stream = socket.board.claim_leg("c", Leg.AGENT)
    assert (old.taken_over, socket.received_ms) == (True, 80)


def test_another_rate_is_not_mixed_with_the_first() -> None:
    socket = _Socket()
    socket.packets(4)
    socket.packets(1, rate_hz=8_000)
    assert socket.received_ms == 80
    socket.stream.end(explicit=True)
    assert socket.received_ms == 100


def test_nothing_is_gathered_where_it_is_not_wanted() -> None:
    socket = _Socket(gather_ms=0)
    socket.packets(4)
    assert socket.received_ms == 80


def test_a_block_that_was_gathered_before_it_was_read_came_as_it_was_spoken() -> None:
    socket = _Socket()
    socket.packets(1)
    socket.clock.move_to(120)
    socket.stream.hear(AudioReceived(bytes(3_200), 16_000), waited_ms=80)
    assert socket.received_ms == 120
    assert socket.stream.call._found.arrivals.received_at(40, Leg.AGENT) == _ZERO + timedelta(milliseconds=40)
    assert socket.stream.call._found.arrivals.received_at(120, Leg.AGENT) == _ZERO + timedelta(milliseconds=120)
