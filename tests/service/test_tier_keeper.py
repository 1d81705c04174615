"""From measured load to the tiers of real calls: who is flagged, who is listened to, and what a call then shows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from config.settings import Language, Settings
from service.call_board import CallBoard
from service.call_view import view_of
from service.clock import PlayClock
from service.recognition.segment import SegmentEvent
from service.tier_keeper import TierKeeper
from streaming.frames import Leg
from streaming.wire.events import AudioReceived
from tests.calls.played import recording
from tests.fakes.board import KeepingOutlet, board_of
from web.sources import Announcement, CallEvent, CallEventType, Tier

_SPEECH = dict(recording("dead_air").legs)


@dataclass
class _Segment:
    queued_ms: int = 0

    def feed(self, pcm_s16le: bytes) -> None:
        """Nobody decodes it."""

    def close(self) -> None:
        """No words follow."""

    def stop_words(self) -> None:
        """There are none."""

    def cut(self) -> None:
        """There is nothing to cut."""


@dataclass
class _Group:
    """A recognition that takes everything, with the load that the test says."""

    lag: int = 0
    busy_ratio: float = 0.0
    recovering: bool = False
    heard_ms_per_worker: int = 1_000_000
    workers: int = 1
    no_spotting: str | None = None
    opened: list[bool] = field(default_factory=list)

    def lag_ms(self) -> int:
        return self.lag

    def open_segment(
        self,
        leg_key: str,
        start_ms: int,
        hear: Callable[[SegmentEvent], None],
        *,
        patient: bool = False,
        spot: Leg | None = None,
        words: bool = True,
        narrow: bool = False,
    ) -> _Segment:
        self.opened.append(words)
        return _Segment()

    def running(self) -> "dict[Language, _Group]":
        return {Language.KO: self}


class _Node:
    """Calls that all play the same recording, and their keeper."""

    def __init__(self, *call_ids: str) -> None:
        settings = Settings(language=Language.KO)
        self.clock = PlayClock(datetime(2026, 1, 1, tzinfo=UTC))
        self.group, self.listened = _Group(), set[str]()
        self.board: CallBoard = board_of(settings, KeepingOutlet(), self.clock, group=self.group)
        self.keeper = TierKeeper(settings, self.clock, self.board, self.group, self.listened.__contains__)
        self.streams = []
        for call_id in call_ids:
            self.board.announce(Announcement(call_id=call_id))
            self.streams += [(leg, self.board.claim_leg(call_id, leg)) for leg in (Leg.AGENT, Leg.CUSTOMER)]
        self.at_ms = 0

    def play(self, until_ms: int, lag_ms: int = 0) -> None:
        self.group.lag = lag_ms
        while self.at_ms < until_ms:
            start = self.at_ms * 16
            self.at_ms += 100
            self.clock.move_to(self.at_ms)
            for leg, stream in self.streams:
                stream.hear(AudioReceived(_SPEECH[leg][start : start + 1_600].tobytes(), 16_000))
            self.board.pulse()
            self.keeper.look()

    def tiers(self) -> dict[str, Tier]:
        return {call.record.call_id: view_of(call).tier for call in self.board.live_calls()}


def test_calls_step_down_while_behind_and_up_again_and_show_it() -> None:
    node = _Node("a", "b")
    node.play(1_000)
    assert set(node.tiers().values()) == {Tier.FULL}
    node.play(1_100, lag_ms=1_400)
    assert node.tiers() == {"a": Tier.FULL, "b": Tier.SPOTTING}
    node.play(1_400, lag_ms=1_400)
    assert set(node.tiers().values()) == {Tier.ACOUSTIC}
    assert node.keeper.steps() == (4, 0)
    node.play(2_500, lag_ms=1_400)
    view = view_of(node.board.live_calls()[0])
    assert {leg.tier for _, leg in view.legs} == {Tier.ACOUSTIC}
    assert view.coverage < 1
    assert {"agent_recognition_off", "agent_speech_unheard"} <= set(view.coverage_causes)
    node.play(12_000)
    assert set(node.tiers().values()) == {Tier.FULL}
    assert node.keeper.steps() == (4, 4)
    causes = view_of(node.board.live_calls()[0]).coverage_causes
    assert "agent_speech_unheard" in causes  # it stays true
    assert "agent_recognition_off" not in causes


def test_in_the_middle_tier_segments_are_opened_for_phrases_alone() -> None:
    node = _Node("a")
    node.play(100)
    node.play(200, lag_ms=1_400)
    node.play(3_000, lag_ms=700)
    assert node.group.opened
    assert not any(node.group.opened)
    view = view_of(node.board.live_calls()[0])
    assert (view.tier, view.coverage) == (Tier.SPOTTING, 1.0)
    assert "agent_phrases_only" in view.coverage_causes


def test_a_call_somebody_listens_to_and_a_flagged_one_are_last() -> None:
    node = _Node("flagged", "plain", "heard")
    node.play(12_000)  # the dead air of the recording: a major alert in each
    for call in node.board.live_calls():
        if call.record.call_id != "flagged":
            call.alerts.clear()
            call.record.weigh(())
    node.listened.add("heard")
    node.play(12_200, lag_ms=1_400)
    assert node.tiers() == {"flagged": Tier.FULL, "plain": Tier.ACOUSTIC, "heard": Tier.FULL}


def test_an_ended_call_is_no_longer_on_the_ladder() -> None:
    node = _Node("a")
    node.play(1_000)
    node.board.report("a", CallEvent(CallEventType.HANGUP))
    node.streams.clear()
    node.play(4_000)
    node.play(5_000, lag_ms=1_400)
    assert node.keeper.steps() == (0, 0)


async def test_it_looks_by_itself() -> None:
    node = _Node("a")
    node.play(500)
    node.group.lag = 1_400
    running = asyncio.create_task(node.keeper.run())
    async with asyncio.timeout(5):
        while node.keeper.steps()[0] == 0:  # noqa: ASYNC110 - it runs by the clock and tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
