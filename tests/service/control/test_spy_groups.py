"""The group by which a supervisor's ChanSpy finds the agent's channel: what a site keeps there stays, ours does not."""

from tests.fakes.asterisk_ami_face import AmiFace
from tests.service.control.pbx_bench import AsteriskAtHand, Bench, serving, working
from web.supervision import Mode, Wish

_AMI = "asterisk_ami"


def _box(bench: Bench) -> AsteriskAtHand:
    assert isinstance(bench.pbx, AsteriskAtHand)
    return bench.pbx


async def test_what_a_site_keeps_in_the_variable_stays_there() -> None:
    async with working(_AMI) as bench:
        call_id, agent = await bench.call()
        chan = _box(bench).box.chans[agent]
        chan.variables["SPYGROUP"] = "sales:north"
        views = [
            await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", number)) for number in ("2001", "2002")
        ]
        groups = chan.variables["SPYGROUP"].split(":")
        assert sorted(groups) == sorted([*bench.pbx.phones(), "sales", "north"])
        for view in views:
            await bench.feeds.room.release(call_id, view.supervision_id, "local")
        await bench.until(lambda: chan.variables["SPYGROUP"] == "sales:north")
        await bench.until(lambda: not bench.pbx.ours())


async def test_what_an_earlier_life_left_is_taken_away() -> None:
    pbx = AsteriskAtHand(_AMI)
    _, agent = await pbx.call()
    pbx.box.chans[agent].variables["SPYGROUP"] = "earshot.01old:sales"
    async with pbx.wire, serving(_AMI, pbx) as bench:
        await bench.until(lambda: not pbx.ours())
        assert pbx.box.chans[agent].variables["SPYGROUP"] == "sales"


async def test_a_user_who_may_not_set_it_is_told_so() -> None:
    pbx = AsteriskAtHand(_AMI)
    assert isinstance(pbx.wire, AmiFace)
    pbx.wire.allowed = tuple(each for each in pbx.wire.allowed if each != "Setvar")
    async with pbx.wire, serving(_AMI, pbx) as bench:
        call_id, _ = await bench.call()
        able = {each.mode: each.phone for each in bench.feeds.room.abilities(call_id)}
        assert "may not Setvar" in str(able[Mode.WHISPER])
        assert able[Mode.TAKE_OVER] is True


async def test_who_picks_up_between_two_agents_hears_the_next() -> None:
    async with working(_AMI) as bench:
        call_id, agent = await bench.call()
        view = await bench.feeds.room.supervise(call_id, Wish(Mode.LISTEN, "local", "2001"))
        (phone,) = bench.pbx.phones()
        further = await bench.pbx.hand_over(agent)
        await bench.pbx.answer(phone)  # between two agents
        await bench.pbx.take_up(call_id, further)
        await bench.until(lambda: bench.pbx.voice(further) == {"none"})
        await bench.feeds.room.release(call_id, view.supervision_id, "local")
        await bench.until(lambda: not bench.pbx.ours())
