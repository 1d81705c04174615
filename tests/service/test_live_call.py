"""One call from first byte to last alert, in call time: holds, pauses, drops, ends."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from config.hearing import HearingSettings
from config.settings import IngestSettings, Settings
from service.call_view import view_of
from service.clock import PlayClock
from service.leg_stream import LegStream
from service.live_call import LiveCall
from streaming.frames import FRAME_BYTES, Leg, Party
from streaming.wire.events import AudioReceived
from tests.calls.played import recording
from tests.fakes.board import KeepingOutlet, board_of
from web.sources import Announcement, CallEvent, CallEventType, CallOverError, CallState, Tier

_ZERO = datetime(2026, 1, 1, tzinfo=UTC)
_SPEECH = dict(recording("dead_air").legs)
_TONE = (6_000 * np.sin(np.arange(320) * 2 * np.pi * 440 / 16_000)).astype("<i2").tobytes()


_EACH_AT_ONCE = Settings(ingest=IngestSettings(gather_ms=0))


class _Line:
    """A call whose legs are fed by the clock."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.clock = PlayClock(_ZERO)
        self.outlet = KeepingOutlet()
        self.board = board_of(settings or _EACH_AT_ONCE, self.outlet, self.clock)
        self.board.announce(Announcement(call_id="c"))
        self.streams = {leg: self.board.claim_leg("c", leg) for leg in (Leg.AGENT, Leg.CUSTOMER)}
        self.at_ms = 0

    @property
    def call(self) -> LiveCall:
        return self.streams[Leg.AGENT].call

    def hear(self, until_ms: int, legs: tuple[Leg, ...] = (Leg.AGENT, Leg.CUSTOMER), tone: bool = False) -> None:
        """20 ms a turn from the recording (or a tone), the pulse in between."""
        while self.at_ms < until_ms:
            start = self.at_ms * 16
            self.at_ms += 20
            self.clock.move_to(self.at_ms)
            for leg in legs:
                pcm = _TONE if tone else _SPEECH[leg][start : start + 320].tobytes()
                self.streams[leg].hear(AudioReceived(pcm, 16_000))
            if self.at_ms % 100 == 0:
                self.board.pulse()

    def wait(self, until_ms: int) -> None:
        """Nothing comes."""
        self.hear(until_ms, legs=())

    def report(self, event: CallEventType, party: Party | None = None, at_ms: int | None = None) -> None:
        at = _ZERO + timedelta(milliseconds=at_ms) if at_ms is not None else None
        self.board.report("c", CallEvent(event, party=party, at=at))

    def kinds(self) -> list[str]:
        return [alert.kind.value for alert in self.outlet.alerts if alert.version == 1]


@pytest.mark.parametrize("settings", [_EACH_AT_ONCE, Settings()], ids=["each packet", "gathered"])
def test_dead_air_is_told_when_the_audio_says_so(settings: Settings) -> None:
    line = _Line(settings)
    line.hear(11_100)
    assert line.kinds() == []
    line.hear(11_600)
    assert line.kinds() == ["dead_air"]
    (alert,) = line.outlet.alerts
    assert alert.timing.received_at - _ZERO == pytest.approx(
        timedelta(milliseconds=alert.timing.audio_end_ms), abs=timedelta(milliseconds=40)
    )


def test_on_hold_nobody_has_to_answer() -> None:
    line = _Line()
    line.hear(9_000)
    line.report(CallEventType.HOLD)
    line.hear(14_000)
    assert line.kinds() == []
    assert line.call.record.state.value == "held"
    line.report(CallEventType.UNHOLD)
    line.hear(14_400)
    assert line.call.record.state.value == "live"
    assert line.call.record.held_ms == pytest.approx(5_000, abs=100)


def test_a_leg_that_drops_and_returns_is_the_same_call_with_a_gap() -> None:
    line = _Line()
    line.hear(4_000)
    line.streams[Leg.CUSTOMER].end(explicit=False)
    line.hear(7_000, legs=(Leg.AGENT,))
    assert not line.call.connected(Leg.CUSTOMER)
    line.streams[Leg.CUSTOMER] = line.board.claim_leg("c", Leg.CUSTOMER)
    line.hear(9_000)
    assert line.call.connected(Leg.CUSTOMER)
    assert line.call.ears[Leg.CUSTOMER].gaps_ms == pytest.approx(3_000, abs=40)
    assert not {"dead_air", "long_silence", "agent_hangup"} & set(line.kinds())  # what is lost is not silent
    assert view_of(line.call).coverage == pytest.approx(1 - 3 / 18, abs=0.005)
    (blind,) = view_of(line.call).undecided
    assert (blind.leg, blind.cause) == (Leg.CUSTOMER, "stalled")
    assert (blind.from_ms, blind.to_ms) == pytest.approx((4_000, 7_000), abs=40)


def _lacks(line: _Line) -> tuple[str, ...]:
    """As the newest view of the call that was sent says, beside the recogniser that these calls do not have."""
    return tuple(cause for cause in line.outlet.shown["c"].coverage_causes if not cause.endswith("recognition_off"))


def test_a_call_whose_legs_begin_a_packet_apart_lacks_nothing() -> None:
    line = _Line()
    line.clock.move_to(20)
    line.streams[Leg.AGENT].hear(AudioReceived(_TONE, 16_000))
    line.clock.move_to(32)
    line.streams[Leg.CUSTOMER].hear(AudioReceived(_TONE, 16_000))
    line.at_ms = 40
    line.hear(2_000)
    view = view_of(line.call)
    assert {cause.rpartition("_recognition")[0] for cause in view.coverage_causes} == {"agent", "customer"}


def test_a_leg_that_joins_later_is_told_as_such_and_not_as_lost_sound() -> None:
    line = _Line()
    line.hear(3_000, legs=(Leg.AGENT,))
    assert _lacks(line) == ("customer_not_connected",)
    line.hear(6_000)
    assert _lacks(line) == ("customer_came_late",)
    assert view_of(line.call).coverage == pytest.approx(0.75, abs=0.01)


def test_a_leg_that_is_gone_is_told_while_it_is_gone() -> None:
    line = _Line()
    line.hear(3_000)
    line.hear(4_000, legs=(Leg.AGENT,))
    assert _lacks(line) == ("customer_no_sound",)
    line.hear(6_000)
    assert _lacks(line) == ("customer_gaps",)


def test_a_line_that_sends_nothing_in_silence_lacks_nothing_where_it_is_said_to_do_so() -> None:
    line = _Line(Settings(ingest=IngestSettings(gather_ms=0), hearing=HearingSettings(silence_suppression=True)))
    line.hear(3_000)
    line.hear(4_000, legs=(Leg.AGENT,))
    assert _lacks(line) == ()
    line.hear(6_000)
    assert _lacks(line) == ()
    assert view_of(line.call).legs[1][1].gaps_ms == 0


def test_a_leg_that_does_not_return_ends() -> None:
    line = _Line()
    line.hear(4_000)
    line.streams[Leg.CUSTOMER].end(explicit=False)
    line.hear(15_000, legs=(Leg.AGENT,))
    assert not line.call.connected(Leg.CUSTOMER)
    late = line.board.claim_leg("c", Leg.CUSTOMER)
    late.hear(AudioReceived(_TONE, 16_000))
    assert line.call.ears[Leg.CUSTOMER].received_ms == 4_000


def test_a_reported_end_is_judged_within_two_seconds() -> None:
    line = _Line()
    line.hear(8_100)
    line.streams[Leg.AGENT].end(explicit=False)
    line.report(CallEventType.HANGUP, Party.AGENT)
    line.hear(8_200, legs=(Leg.CUSTOMER,))
    line.streams[Leg.CUSTOMER].end(explicit=False)
    line.wait(10_000)
    assert line.kinds() == ["agent_hangup"]
    assert line.call.verdict == "agent cut the customer off"
    assert line.call.record.state is CallState.ENDED
    assert line.call.record.hung_up_by is Party.AGENT


def test_a_customer_who_ends_the_call_is_no_fault() -> None:
    line = _Line()
    line.hear(8_100)
    line.report(CallEventType.HANGUP, Party.CUSTOMER)
    line.streams[Leg.CUSTOMER].end(explicit=False)
    line.streams[Leg.AGENT].end(explicit=False)
    line.wait(10_500)
    assert line.kinds() == []
    assert line.call.verdict == "normal"


def test_bare_closes_give_an_undecided_end_that_a_late_event_revises() -> None:
    line = _Line()
    line.hear(8_100)
    line.streams[Leg.AGENT].end(explicit=False)
    line.hear(8_300, legs=(Leg.CUSTOMER,))
    line.streams[Leg.CUSTOMER].end(explicit=False)
    line.wait(11_000)
    assert line.call.verdict == "undecided"
    assert [alert.state.value for alert in line.outlet.alerts] == ["provisional"]
    line.report(CallEventType.HANGUP, Party.CUSTOMER, at_ms=8_100)
    line.wait(14_000)
    assert line.call.verdict == "normal"
    assert line.outlet.alerts[-1].state.value == "withdrawn"


def test_after_the_end_nothing_can_be_reported_and_audio_is_swallowed() -> None:
    line = _Line()
    line.hear(4_000)
    line.report(CallEventType.HANGUP, Party.SYSTEM)
    for leg in line.streams:
        line.streams[leg].end(explicit=True)
    line.wait(7_000)
    assert line.call.closed
    with pytest.raises(CallOverError):
        line.report(CallEventType.HOLD)
    line.streams[Leg.AGENT].hear(AudioReceived(_TONE, 16_000))
    assert line.call.ears[Leg.AGENT].received_ms == 4_000


def test_pause_keeps_nothing_until_resume() -> None:
    line = _Line()
    line.hear(2_000)
    line.report(CallEventType.PAUSE)
    line.hear(5_000)
    line.report(CallEventType.RESUME)
    line.hear(7_000)
    assert line.call.ears[Leg.AGENT].received_ms == pytest.approx(4_000, abs=100)
    _, kept = line.board.audio("c", 2_200, 4_800, [Leg.AGENT])
    assert kept[0].strip(b"\0") == b""
    paused = view_of(line.call).undecided
    assert [(each.leg, each.cause) for each in paused] == [(Leg.AGENT, "paused"), (Leg.CUSTOMER, "paused")]
    assert [each.to_ms - each.from_ms for each in paused] == pytest.approx([3_000, 3_000], abs=100)
    assert view_of(line.call).coverage == pytest.approx(4 / 7, abs=0.02)


def test_listeners_get_both_legs_side_by_side() -> None:
    line = _Line()
    line.hear(1_000, tone=True)
    assert line.outlet.frames == []
    line.outlet.somebody_listens = True
    line.hear(2_000, tone=True)
    assert len(line.outlet.frames) == pytest.approx(50, abs=2)
    starts = []
    for agent, customer in line.outlet.frames:
        assert agent is not None
        assert customer is not None
        assert agent.start_ms == customer.start_ms
        assert len(agent.pcm_s16le) == FRAME_BYTES
        starts.append(agent.start_ms)
    assert starts == list(range(starts[0], starts[0] + 20 * len(starts), 20))


def test_without_a_model_the_call_says_that_it_is_served_by_sound() -> None:
    line = _Line()
    line.hear(500)
    view = view_of(line.call)
    assert view.tier is Tier.ACOUSTIC
    assert "agent_recognition_off" in view.coverage_causes
    assert view.undecided == ()  # it has no rules for words either


def test_levels_are_batched_for_both_legs() -> None:
    line = _Line()
    line.hear(3_000)
    assert [batch.at_ms for batch in line.outlet.batches] == [0, 500, 1_000, 1_500, 2_000, 2_500]
    assert all(len(levels.dbfs) == 5 for batch in line.outlet.batches for _, levels in batch.legs)


def test_a_fault_in_one_calls_analysis_ends_that_analysis_alone() -> None:
    line = _Line()
    line.hear(1_000)
    other = line.board.claim_leg("other", Leg.AGENT)
    other.hear(AudioReceived(_TONE, 16_000))
    other.hear(AudioReceived(b"\0", 0))  # no parser lets this through: a fault of ours
    assert other.call.closed
    assert line.board.counts.failed_calls == 1
    line.hear(2_000)
    assert line.call.ears[Leg.AGENT].received_ms == 2_000


def test_a_stream_taken_over_swallows_what_still_comes() -> None:
    line = _Line()
    line.hear(1_000)
    old = line.streams[Leg.AGENT]
    assert isinstance(old, LegStream)
    line.wait(4_000)
    line.streams[Leg.AGENT] = line.board.claim_leg("c", Leg.AGENT)
    assert old.taken_over
    old.hear(AudioReceived(_TONE, 16_000))
    assert line.call.ears[Leg.AGENT].received_ms == 1_000
