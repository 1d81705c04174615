"""Two nodes with one PostgreSQL: whoever claims first wins, and what a clock does is done once."""

import asyncio
from pathlib import Path

from alerts.alert import Action
from config.life import DeskSettings
from service.store.desk_writes import current_mutes
from tests.fakes.servers import PostgresServer
from tests.service.desk.desks import MovedClock, critical, minor, open_desk
from tests.service.desk.test_node_desk import a_mute
from tests.service.store.examples import BEGAN_AT, an_alert
from web.desk_sources import AskedAct
from web.sources import AlertChange, StaleAlertError

_NO_REPEATS = DeskSettings(repeat_raises=False)


async def test_of_300_pairs_who_claim_on_two_nodes_exactly_one_wins(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.new_database()
    async with open_desk(tmp_path, _NO_REPEATS, url) as one, open_desk(tmp_path, _NO_REPEATS, url) as other:
        for number in range(300):
            one.store.save_alert(an_alert(f"A{number}"))
        await one.store.written()
        answers = await asyncio.gather(
            *(
                at.desk.act(f"A{number}", AskedAct(Action.ACKNOWLEDGE, 1, who))
                for number in range(300)
                for at, who in ((one, "li"), (other, "park"))
            ),
            return_exceptions=True,
        )
        won = [answer for answer in answers if isinstance(answer, AlertChange)]
        lost = [answer for answer in answers if isinstance(answer, StaleAlertError)]
        assert (len(won), len(lost)) == (300, 300)
        winner = {change.alert.alert_id: change.alert.assignee for change in won}
        assert {error.current.alert_id: error.current.assignee for error in lost} == winner
        assert (await other.desk.figures(BEGAN_AT)).claimed == 300


async def test_an_alert_climbs_once_whichever_node_turns_its_clock(postgres: PostgresServer, tmp_path: Path) -> None:
    url, clock = postgres.new_database(), MovedClock()
    async with open_desk(tmp_path, url=url, clock=clock) as one, open_desk(tmp_path, url=url, clock=clock) as other:
        alert = await one.open(critical())
        other.desk.life.told(alert)
        other.ours.clear()
        await one.after_s(15)
        await other.after_s(1)  # it has not heard yet that the first has done it
        assert [change.alert.escalation_level for change in await one.store.get("A1")] == [0, 1]
        one.desk.life.told((await one.store.get("A1"))[-1].alert)
        other.desk.life.told((await one.store.get("A1"))[-1].alert)
        assert (await other.after_s(15)).escalation_level == 2  # the first node has died meanwhile


async def test_mutes_and_silent_rules_are_known_to_every_node(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.new_database()
    async with open_desk(tmp_path, url=url) as one, open_desk(tmp_path, url=url) as other:
        await one.desk.mute(a_mute(one, queue="billing"))
        await other.desk._refresh()
        assert (await other.open()).suppressed_by == "mute:M1"
        assert len(await other.store.read(lambda engine: current_mutes(engine, other.clock.at))) == 1


async def test_advice_for_an_agent_is_known_to_every_node_also_to_one_that_comes_later(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url, clock = postgres.new_database(), MovedClock()
    async with (
        open_desk(tmp_path, _NO_REPEATS, url, clock) as one,
        open_desk(tmp_path, _NO_REPEATS, url, clock) as other,
    ):
        await one.open(minor("A1"))
        for change in one.changes:  # as the feed of changes brings it
            other.desk.told(change.alert)
        assert [tip.alert_id for tip in one.advised] == [tip.alert_id for tip in other.advised] == ["A1"]
        await one.act(Action.ACKNOWLEDGE)
        assert len(one.advised) == 1
    async with open_desk(tmp_path, _NO_REPEATS, url, clock) as later:
        (tip,) = later.desk.tips("1007", None)
        assert (tip.alert_id, tip.text) == ("A1", "Say that you are still there.")
        assert later.advised == []
