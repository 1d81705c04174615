"""Supervisors in the calls of each kind of PBX: one suite for all of them."""

from typing import Any

import pytest

from tests.service.control.pbx_bench import KINDS, AsteriskAtHand, Bench, FreeSwitchAtHand, working
from web.sources import CallOverError, UnknownCallError
from web.supervision import (
    ControlFailedError,
    Mode,
    SupervisionView,
    UnableError,
    UnknownSupervisionError,
    Wish,
)

pytestmark = pytest.mark.parametrize("kind", KINDS)


async def _in(bench: Bench, call_id: str, mode: Mode, extension: str = "2001") -> tuple[SupervisionView, str]:
    """A supervisor who has picked up; the supervision and the telephone."""
    before = set(bench.pbx.phones())
    view = await bench.feeds.room.supervise(call_id, Wish(mode, "local", extension))
    (phone,) = set(bench.pbx.phones()) - before
    assert await bench.pbx.answer(phone)
    await bench.until(lambda: _states(bench, call_id).get(view.supervision_id) == "running")
    return view, phone


def _states(bench: Bench, call_id: str) -> dict[str, str]:
    attended = bench.told.attended.get(call_id)
    return {view.supervision_id: view.state for view in attended[1]} if attended else {}


@pytest.mark.parametrize(("mode", "voice"), [(Mode.LISTEN, "none"), (Mode.WHISPER, "out"), (Mode.BARGE, "both")])
async def test_a_supervisor_comes_and_goes_and_the_call_goes_on(kind: str, mode: Mode, voice: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        view, phone = await _in(bench, call_id, mode)
        await bench.until(lambda: bench.pbx.voice(agent) == {voice})
        expected = {Mode.LISTEN: [], Mode.WHISPER: [Mode.WHISPER], Mode.BARGE: [Mode.BARGE]}[mode]
        await bench.until(lambda: [mode for _, mode, _ in bench.told.voices] == expected)
        await bench.feeds.room.release(call_id, view.supervision_id, "local")
        await bench.until(lambda: not bench.pbx.ours())
        assert not bench.pbx.alive(phone)
        assert bench.pbx.alive(call_id)
        assert bench.pbx.alive(agent)
        await bench.until(lambda: _states(bench, call_id) == {})
        assert [act.what for act in bench.acts] == ["begun", "running", "ended"]
        if expected:
            await bench.until(lambda: bench.told.voices[-1][1] is None)


async def test_the_mode_changes_without_dropping_the_supervisor(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        view, phone = await _in(bench, call_id, Mode.LISTEN)
        for mode, voice in ((Mode.WHISPER, "out"), (Mode.BARGE, "both"), (Mode.LISTEN, "none")):
            same = await bench.feeds.room.supervise(call_id, Wish(mode, "local", "2001"))
            assert (same.supervision_id, same.mode) == (view.supervision_id, mode)
            await bench.until(lambda: bench.pbx.voice(agent) == {voice})  # noqa: B023  # asked at once
            assert bench.pbx.alive(phone)
        again = await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        assert again.supervision_id == view.supervision_id
        assert [act.what for act in bench.acts] == ["begun", "running", "changed", "changed", "changed"]


async def test_asked_again_while_it_rings_it_is_the_same_one_in_the_mode_asked_last(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        first = await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        second = await bench.feeds.room.supervise(call_id, Wish(Mode.WHISPER, "local", "2001"))
        assert first.supervision_id == second.supervision_id
        (phone,) = bench.pbx.phones()
        await bench.pbx.answer(phone)
        await bench.until(lambda: bench.pbx.voice(agent) == {"out"})


async def test_two_supervisors_in_one_call_know_of_each_other(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        one, _ = await _in(bench, call_id, Mode.LISTEN, "2001")
        other, _ = await _in(bench, call_id, Mode.WHISPER, "2002")
        running = await bench.feeds.room.running(call_id)
        assert [view.supervision_id for view in running] == [one.supervision_id, other.supervision_id]
        await bench.until(lambda: bench.pbx.voice(agent) == {"none", "out"})


async def _given_away(bench: Bench, agent: str) -> str:
    """The agent has handed the call over, and nobody has taken it yet; the next agent's channel."""
    before = bench.told.kinds().count("transfer")
    further = await bench.pbx.hand_over(agent)
    await bench.until(lambda: bench.told.kinds().count("transfer") > before)
    return further


async def _handed_over(bench: Bench, call_id: str, agent: str, *, attended: bool) -> str:
    """The call has another agent; that one's channel."""
    if attended:
        return await bench.pbx.transfer(agent)
    further = await _given_away(bench, agent)
    await bench.pbx.take_up(call_id, further)
    return further


async def _heard(bench: Bench, mode: Mode, voice: str) -> tuple[str, str, SupervisionView, str]:
    """A call with a supervisor whose voice goes there: its id, the agent, the supervision, the telephone."""
    call_id, agent = await bench.call()
    view, phone = await _in(bench, call_id, mode)
    await bench.until(lambda: bench.pbx.voice(agent) == {voice})
    return call_id, agent, view, phone


@pytest.mark.parametrize("attended", [True, False])
async def test_a_supervisor_goes_along_with_a_transfer(kind: str, attended: bool) -> None:
    async with working(kind) as bench:
        call_id, agent, view, phone = await _heard(bench, Mode.WHISPER, "out")
        other = await _handed_over(bench, call_id, agent, attended=attended)
        await bench.until(lambda: bench.pbx.voice(other) == {"out"})
        assert bench.pbx.voice(agent) == set()
        assert bench.pbx.alive(phone)
        same = await bench.feeds.room.supervise(call_id, Wish(Mode.BARGE, "local", "2001"))
        assert same.supervision_id == view.supervision_id
        await bench.until(lambda: bench.pbx.voice(other) == {"both"})
        bench.clock.move_to(bench.clock.monotonic_ms() + 2_500)  # two within two seconds are one that is told twice
        third = await _handed_over(bench, call_id, other, attended=not attended)
        await bench.until(lambda: bench.pbx.voice(third) == {"both"})
        assert bench.pbx.talking_with(call_id) == {third}
        await bench.feeds.room.release(call_id, view.supervision_id, "local")
        await bench.until(lambda: not bench.pbx.ours())
        assert bench.pbx.talking_with(call_id) == {third}
        assert [act.what for act in bench.acts] == ["begun", "running", "changed", "ended"]


async def test_what_is_asked_between_two_agents_holds_with_the_next(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent, _, phone = await _heard(bench, Mode.LISTEN, "none")
        further = await _given_away(bench, agent)
        await bench.until(lambda: bench.told.kinds() == ["answered", "transfer"])
        with pytest.raises(UnableError, match="nobody has taken it"):
            await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2002"))
        await bench.until(lambda: "nobody" in str(bench.told.attended[call_id][0][0].phone))
        (view,) = await bench.feeds.room.running(call_id)
        await bench.feeds.room._change(view, Mode.WHISPER, bench.feeds.room._ways[False])
        assert bench.pbx.alive(phone)
        await bench.pbx.take_up(call_id, further)
        await bench.until(lambda: bench.pbx.voice(further) == {"out"})
        await bench.pbx.hang_up(call_id)
        await bench.later(lambda: not bench.pbx.ours())


async def test_who_cannot_go_along_is_out_and_the_console_is_told_why(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent, view, phone = await _heard(bench, Mode.LISTEN, "none")
        further = await _given_away(bench, agent)
        await bench.until(lambda: bench.told.kinds() == ["answered", "transfer"])
        bench.pbx.refuse(1)
        await bench.pbx.take_up(call_id, further)
        await bench.until(lambda: _states(bench, call_id) == {view.supervision_id: "over"})
        (told,) = bench.told.attended[call_id][1]
        assert "refused" in str(told.why)
        await bench.until(lambda: not bench.pbx.ours() and not bench.pbx.alive(phone))
        assert bench.pbx.talking_with(call_id) == {further}
        assert await bench.feeds.room.running(call_id) == []
        again, _ = await _in(bench, call_id, Mode.LISTEN)
        assert set(_states(bench, call_id)) == {again.supervision_id}


async def test_who_is_kept_from_the_agents_channel_is_out_and_the_console_is_told_why(kind: str) -> None:
    if kind == "asterisk_ari":
        return  # there a snoop is made or refused at once
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        control: Any = bench.feeds.followers["lab"].link.control
        control.supervisions._alone_s = 0.2
        if isinstance(bench.pbx, FreeSwitchAtHand):
            bench.pbx.box.forbidden.add(agent)  # eavesdrop_require_group
        view = await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        if isinstance(bench.pbx, AsteriskAtHand):
            bench.pbx.box.chans[agent].variables["SPYGROUP"] = "sales"  # the dialplan sets it anew
        (phone,) = bench.pbx.phones()
        await bench.pbx.answer(phone)
        await bench.until(lambda: _states(bench, call_id) == {view.supervision_id: "over"})
        assert "does not put the supervisor" in str(bench.told.attended[call_id][1][0].why)
        await bench.until(lambda: not bench.pbx.ours())
        assert bench.pbx.talking_with(call_id) == {agent}


async def test_an_agent_who_has_handed_the_call_over_is_heard_no_more(kind: str) -> None:
    if kind == "freeswitch_esl":
        return  # a leg that is handed nothing over lives on only where it was bridged anew, which says so
    async with working(kind) as bench:
        call_id, agent, _, _ = await _heard(bench, Mode.LISTEN, "none")
        further = bench.pbx.box.hand_over(agent, stays=True)  # type: ignore[attr-defined]  # of Asterisk alone
        await bench.until(lambda: bench.pbx.voice(agent) == set())
        assert bench.pbx.alive(agent)
        await bench.pbx.take_up(call_id, further)
        await bench.until(lambda: bench.pbx.voice(further) == {"none"})
        assert bench.pbx.voice(agent) == set()


@pytest.mark.parametrize("who", ["customer", "agent"])
async def test_a_supervision_ends_with_its_call(kind: str, who: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        await _in(bench, call_id, Mode.WHISPER)
        await bench.pbx.hang_up(call_id if who == "customer" else agent)
        await bench.later(lambda: bench.told.kinds() == ["answered", "hangup"])
        await bench.until(lambda: bench.acts[-1].what == "ended")
        await bench.until(lambda: not bench.pbx.ours())
        assert bench.told.ending() == who


async def test_a_supervisor_who_hangs_up_or_never_answers_is_out(kind: str) -> None:
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        _, phone = await _in(bench, call_id, Mode.LISTEN)
        await bench.pbx.hang_up(phone)
        await bench.until(lambda: _states(bench, call_id) == {})
        view = await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        (phone,) = bench.pbx.phones()
        await bench.pbx.hang_up(phone)
        await bench.until(lambda: bench.acts[-1].what == "ended")
        assert bench.acts[-1].supervision_id == view.supervision_id
        await bench.until(lambda: not bench.pbx.ours())


async def test_keys_of_the_telephone_change_the_mode_where_the_pbx_has_such(kind: str) -> None:
    if kind == "asterisk_ari":
        return  # the telephone is in our bridge: its keys mean nothing there
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        view, phone = await _in(bench, call_id, Mode.LISTEN)
        await bench.pbx.press(phone, "6")
        await bench.until(lambda: bench.told.voices == [(call_id, Mode.BARGE, False)])
        (now,) = await bench.feeds.room.running(call_id)
        assert (now.supervision_id, now.mode) == (view.supervision_id, Mode.BARGE)


async def test_taking_over_rings_first_and_never_leaves_the_customer_alone(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        await bench.feeds.room.supervise(call_id, Wish(Mode.TAKE_OVER, "local", "2001"))
        (phone,) = bench.pbx.phones()
        assert bench.pbx.talking_with(call_id) == {agent}  # as long as it rings
        await bench.pbx.answer(phone)
        await bench.until(lambda: bench.pbx.talking_with(call_id) == {phone})
        assert not bench.pbx.alive(agent)
        await bench.later(lambda: bench.told.kinds() == ["answered", "transfer"])
        assert bench.pbx.talking_with(call_id) == {phone}
        assert not bench.pbx.ours()
        await bench.pbx.hang_up(phone)
        await bench.later(lambda: bench.told.kinds() == ["answered", "transfer", "hangup"])


async def test_a_telephone_that_rings_to_take_over_stops_with_the_call(kind: str) -> None:
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        await bench.feeds.room.supervise(call_id, Wish(Mode.TAKE_OVER, "local", "2001"))
        await bench.pbx.hang_up(call_id)
        await bench.later(lambda: not bench.pbx.phones())


async def test_a_call_can_be_ended_and_nobody_is_blamed(kind: str) -> None:
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        view = await bench.feeds.room.supervise(call_id, Wish(Mode.END, "local"))
        assert view.state == "over"
        await bench.until(lambda: not bench.pbx.alive(call_id))
        await bench.later(lambda: bench.told.kinds() == ["answered", "hangup"])
        assert bench.told.ending() == "system"


async def test_a_refusal_is_told_and_leaves_nothing(kind: str) -> None:
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        bench.pbx.refuse(1)
        try:
            await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        except ControlFailedError:
            assert kind != "freeswitch_esl"
        await bench.until(lambda: bench.acts[-1].what in ("failed", "ended"))  # FreeSWITCH refuses a job afterwards
        await bench.until(lambda: not bench.pbx.ours())
        assert await bench.feeds.room.running(call_id) == []


async def test_without_a_link_the_abilities_say_so_and_come_back(kind: str) -> None:
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        await bench.until(lambda: all(each.phone is True for each in bench.told.attended[call_id][0]))
        await bench.pbx.wire.stop()
        await bench.until(lambda: "link" in str(bench.told.attended[call_id][0][0].phone))
        with pytest.raises(UnableError, match="link"):
            await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        await bench.pbx.wire.__aenter__()
        await bench.until(lambda: bench.told.attended[call_id][0][0].phone is True)


async def test_a_transfer_while_the_link_is_away_is_followed_afterwards(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent, _, phone = await _heard(bench, Mode.WHISPER, "out")
        await bench.pbx.wire.stop()
        other = await bench.pbx.transfer(agent)
        await bench.pbx.wire.__aenter__()
        await bench.later(lambda: bench.pbx.voice(other) == {"out"})
        assert bench.pbx.alive(phone)
        assert bench.pbx.talking_with(call_id) == {other}


async def test_a_supervisor_stays_while_the_link_is_away(kind: str) -> None:
    async with working(kind) as bench:
        call_id, agent = await bench.call()
        view, phone = await _in(bench, call_id, Mode.WHISPER)
        bench.pbx.wire.drop()
        await bench.until(lambda: bench.pbx.wire.logins == 2)
        await bench.linked()
        assert bench.pbx.alive(phone)
        assert bench.pbx.voice(agent) == {"out"}
        same = await bench.feeds.room.supervise(call_id, Wish(Mode.BARGE, "local", "2001"))
        assert same.supervision_id == view.supervision_id
        await bench.until(lambda: bench.pbx.voice(agent) == {"both"})


async def test_what_is_not_there_is_said(kind: str) -> None:
    async with working(kind) as bench:
        call_id, _ = await bench.call()
        room = bench.feeds.room
        with pytest.raises(UnknownCallError):
            await room.supervise("nobody", Wish(Mode.LISTEN, "local", "2001"))
        with pytest.raises(UnknownSupervisionError):
            await room.release(call_id, "nothing", "local")
        bench.told.ended.add(call_id)
        with pytest.raises(CallOverError):
            await room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
