"""Announcing, amending, finding and forgetting calls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from config.roster import Roster
from config.settings import IngestSettings, Settings
from service.call_board import CallBoard, UnknownStreamError
from service.call_record import known_language
from service.clock import PlayClock
from service.leg_stream import StreamTakenError
from service.roster.who_answers import WhoAnswers
from streaming.frames import Leg
from streaming.wire.events import AudioReceived
from tests.fakes.board import KeepingCalls, KeepingOutlet, board_of
from web.sources import (
    AgentView,
    Announcement,
    CallEvent,
    CallEventType,
    CallState,
    ConflictingCallError,
    NodeFullError,
    UnknownCallError,
)

_TONE = (6_000 * np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000)).astype("<i2").tobytes()


@pytest.fixture
def clock() -> PlayClock:
    return PlayClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def calls() -> KeepingCalls:
    return KeepingCalls()


@pytest.fixture
def board(clock: PlayClock, calls: KeepingCalls) -> CallBoard:
    return board_of(Settings(ingest=IngestSettings(most_calls=3)), KeepingOutlet(), clock, calls)


def test_an_announcement_gives_each_leg_a_stream(board: CallBoard) -> None:
    announced = board.announce(Announcement(call_id="c", queue="billing"))
    assert announced.created
    assert {leg for leg, _ in announced.stream_ids} == {Leg.AGENT, Leg.CUSTOMER, Leg.MIXED}
    for leg, stream_id in announced.stream_ids:
        assert board.claim_stream(stream_id).leg is leg


def test_a_call_without_an_id_gets_one(board: CallBoard) -> None:
    assert len(board.announce(Announcement()).call_id) == 36


def test_announcing_twice_is_the_same_call_or_a_conflict_that_names_the_fields(board: CallBoard) -> None:
    first = board.announce(Announcement(call_id="c", queue="billing"))
    again = board.announce(Announcement(call_id="c", queue="billing"))
    assert (again.created, again.stream_ids) == (False, first.stream_ids)
    with pytest.raises(ConflictingCallError) as conflict:
        board.announce(Announcement(call_id="c", queue="delivery", team="east"))
    assert conflict.value.fields == ("queue", "team")


async def test_late_data_replaces_what_it_says_and_leaves_the_rest(board: CallBoard, calls: KeepingCalls) -> None:
    board.announce(Announcement(call_id="c", queue="billing"))
    view = board.amend("c", Announcement(agent=AgentView(id="1007")))
    assert (view.queue, view.agent) == ("billing", AgentView(id="1007"))
    assert (await board.get("c")).agent == AgentView(id="1007")
    assert calls.kept["c"].agent == AgentView(id="1007")


def test_a_full_node_refuses(board: CallBoard) -> None:
    for number in range(3):
        board.announce(Announcement(call_id=str(number)))
    with pytest.raises(NodeFullError):
        board.announce(Announcement(call_id="one too many"))
    assert board.counts.refused_full == 1


async def test_an_agent_is_completed_by_the_roster_in_the_view_and_in_what_alerts_say(board: CallBoard) -> None:
    person = {"id": "wang", "name": "Wang Wei", "roles": ["agent"], "teams": ["east"], "extension": "1007"}
    places = {"sites": [{"id": "wuhan"}], "teams": [{"id": "east", "site": "wuhan"}]}
    roster = Roster.model_validate({"people": [person], **places})
    board.complete = WhoAnswers(lambda: roster).complete
    said = Announcement(call_id="c", agent=AgentView(extension="1007"))
    board.announce(said)
    assert not board.announce(said).created
    view = await board.get("c")
    assert (view.agent, view.team, view.site) == (AgentView("wang", "Wang Wei", "1007"), "east", "wuhan")
    board.claim_leg("c", Leg.AGENT).hear(AudioReceived(_TONE, 16_000))
    (call,) = board.live_calls()
    facts = call.record.facts()
    assert (facts.agent_id, facts.team, facts.site) == ("wang", "east", "wuhan")
    assert call.record.whose().team == "east"
    assert board.amend("c", Announcement(agent=AgentView(id="9"), team="west")).team == "west"


async def test_what_nobody_announced_is_unknown(board: CallBoard) -> None:
    with pytest.raises(UnknownCallError):
        await board.get("nobody")
    with pytest.raises(UnknownCallError):
        board.report("nobody", CallEvent(CallEventType.HOLD))
    with pytest.raises(UnknownCallError):
        board.audio("nobody", 0, 1_000, [Leg.AGENT])
    with pytest.raises(UnknownStreamError):
        board.claim_stream("7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3")


async def test_a_stopped_service_keeps_no_call_in_memory(board: CallBoard) -> None:
    board.claim_leg("c", Leg.AGENT).hear(AudioReceived(_TONE, 16_000))
    (call,) = board.live_calls()
    board.close_all()
    board.forget_all()

    assert (board.live_calls(), call.ears, board.running()) == ([], {}, [])
    with pytest.raises(UnknownCallError):
        await board.get("c")


def test_a_living_leg_is_taken(board: CallBoard) -> None:
    board.claim_leg("c", Leg.AGENT)
    with pytest.raises(StreamTakenError):
        board.claim_leg("c", Leg.AGENT)


def test_audio_of_both_legs_is_equally_long_and_missing_parts_are_zeros(board: CallBoard, clock: PlayClock) -> None:
    agent, customer = board.claim_leg("c", Leg.AGENT), board.claim_leg("c", Leg.CUSTOMER)
    clock.move_to(1_000)
    agent.hear(AudioReceived(_TONE, 16_000))
    clock.move_to(1_500)
    customer.hear(AudioReceived(_TONE, 16_000))
    clock.move_to(2_000)
    agent.hear(AudioReceived(_TONE, 16_000))
    from_ms, (left, right) = board.audio("c", 0, 1_400, [Leg.AGENT, Leg.CUSTOMER])
    assert from_ms == 0
    assert len(left) == len(right) == 1_400 * 32
    assert left[: len(_TONE)] == _TONE
    assert right[: 500 * 32].strip(b"\0") == b""
    assert right[500 * 32 :] == _TONE[: 900 * 32]


async def test_calls_are_found_by_state_and_queue_newest_first(board: CallBoard, clock: PlayClock) -> None:
    board.announce(Announcement(call_id="a", queue="billing"))
    clock.move_to(1_000)
    board.announce(Announcement(call_id="b", queue="billing"))
    board.claim_leg("b", Leg.AGENT).hear(AudioReceived(_TONE, 16_000))
    assert [view.call_id for view in await board.search(None, "billing", 10, None)] == ["b", "a"]
    assert [view.call_id for view in await board.search(CallState.LIVE, None, 10, None)] == ["b"]
    assert [view.call_id for view in await board.search(None, None, 1, None)] == ["b"]
    assert [view.call_id for view in await board.search(None, None, 10, "b")] == ["a"]


async def test_pages_through_memory_and_store_show_each_call_once(
    board: CallBoard, clock: PlayClock, calls: KeepingCalls
) -> None:
    for number in range(3):
        clock.move_to(number * 1_000)
        board.announce(Announcement(call_id=f"kept-{number}"))
    stored = await board.get("kept-0")
    for number in range(4):
        started_at = stored.started_at - timedelta(seconds=number + 1)
        calls.kept[f"old-{number}"] = replace(
            stored, call_id=f"old-{number}", started_at=started_at, state=CallState.ENDED
        )
    seen: list[str] = []
    while page := await board.search(None, None, 2, seen[-1] if seen else None):
        seen += [view.call_id for view in page]
    assert seen == ["kept-2", "kept-1", "kept-0", "old-0", "old-1", "old-2", "old-3"]


async def test_an_announced_call_without_audio_is_forgotten_and_an_ended_one_goes_to_the_store(
    board: CallBoard, clock: PlayClock
) -> None:
    board.announce(Announcement(call_id="never"))
    stream = board.claim_leg("c", Leg.AGENT)
    stream.hear(AudioReceived(_TONE, 16_000))
    stream.end(explicit=True)
    for at_ms in range(0, 10_000, 100):
        clock.move_to(at_ms)
        board.pulse()
    assert (await board.get("c")).state is CallState.ENDED
    with pytest.raises(StreamTakenError):
        board.claim_leg("c", Leg.CUSTOMER)
    clock.move_to(4_000_000)
    board.pulse()
    board.pulse()
    for call_id in ("never", "c"):
        with pytest.raises(UnknownCallError):
            await board.get(call_id)


def test_known_languages() -> None:
    assert known_language("ko") is not None
    assert known_language("fr") is None


def test_a_call_that_was_told_of_but_never_heard_ends_and_takes_no_room_for_ever(
    board: CallBoard, clock: PlayClock
) -> None:
    for call_id in ("hung-up", "forgotten"):
        board.announce(Announcement(call_id=call_id))
        board.report(call_id, CallEvent(CallEventType.ANSWERED))
    board.report("hung-up", CallEvent(CallEventType.HANGUP))
    clock.move_to(1_000)
    board.pulse()
    assert [call.closed for call in board.live_calls()] == [False, False]
    clock.move_to(2_000)
    board.pulse()
    assert [call.closed for call in board.live_calls()] == [True, False]
    clock.move_to(3_601_000)
    board.pulse()
    assert [call.closed for call in board.live_calls()] == [True, True]
    for later_ms in (3_602_000, 3_900_000):
        clock.move_to(later_ms)
        board.pulse()
    assert board.live_calls() == []


async def test_an_answered_call_is_live_and_can_be_held_before_its_sound_comes(board: CallBoard) -> None:
    board.announce(Announcement(call_id="c"))
    states = []
    for event in (CallEventType.DTMF, CallEventType.ANSWERED, CallEventType.HOLD, CallEventType.UNHOLD):
        board.report("c", CallEvent(event))
        states.append((await board.get("c")).state)
    assert states == [CallState.RINGING, CallState.LIVE, CallState.HELD, CallState.LIVE]


async def test_a_call_that_a_socket_made_and_left_without_a_sound_is_over_when_it_may_not_return(
    board: CallBoard, clock: PlayClock
) -> None:
    sockets = [board.claim_leg("c", leg) for leg in (Leg.AGENT, Leg.CUSTOMER)]
    for socket, at_ms, running in ((sockets[0], 11_000, ["c"]), (sockets[1], 12_000, [])):
        socket.end(explicit=False)
        clock.move_to(at_ms)
        board.pulse()
        assert board.running() == running
    assert (await board.get("c")).state is CallState.ENDED


async def test_announced_again_after_a_change_is_still_the_same_call(board: CallBoard) -> None:
    said = Announcement(call_id="c", queue="billing", agent=AgentView(id="1007"))
    board.announce(said)
    board.amend("c", Announcement(queue="vip"))
    assert not board.announce(said).created
    assert not board.announce(replace(said, queue="vip")).created
    with pytest.raises(ConflictingCallError) as conflict:
        board.announce(replace(said, queue="delivery"))
    assert (conflict.value.fields, (await board.get("c")).queue) == (("queue",), "vip")


async def test_a_call_whose_sound_came_first_is_announced_late(board: CallBoard) -> None:
    board.claim_leg("c", Leg.AGENT).hear(AudioReceived(_TONE, 16_000))
    said = Announcement(call_id="c", queue="billing")
    assert board.announce(said).created
    assert not board.announce(said).created
    assert ((await board.get("c")).queue, (await board.get("c")).state) == ("billing", CallState.LIVE)
    with pytest.raises(ConflictingCallError):
        board.announce(Announcement(call_id="c", queue="vip"))


def test_late_data_of_the_same_agent_are_added_and_another_agent_takes_the_place(board: CallBoard) -> None:
    board.announce(Announcement(call_id="c", agent=AgentView(id="1007", extension="17")))
    assert board.amend("c", Announcement(agent=AgentView(name="Li"))).agent == AgentView("1007", "Li", "17")
    assert board.amend("c", Announcement(agent=AgentView(id="1008"))).agent == AgentView(id="1008")


async def test_consoles_are_shown_what_is_announced_changed_and_never_came(board: CallBoard, clock: PlayClock) -> None:
    shown: list[tuple[CallState, str | None, bool]] = []
    board.shown = lambda view, ended: shown.append((view.state, view.queue, ended))
    board.announce(Announcement(call_id="c"))
    board.announce(Announcement(call_id="c"))
    board.amend("c", Announcement(queue="vip"))
    clock.move_to(4_000_000)
    board.pulse()
    assert shown == [
        (CallState.RINGING, None, False),
        (CallState.RINGING, "vip", False),
        (CallState.ENDED, "vip", True),
    ]
