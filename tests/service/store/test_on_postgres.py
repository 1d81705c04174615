"""The store on a real PostgreSQL: several nodes write to it, and it may be killed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, make_url, text

from config.settings import Settings
from service.bus.change_feed import ChangeFeed
from service.clock import SystemClock
from service.store.database import StoreError, make_engine
from service.store.store import Store
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard
from tests.fakes.servers import PostgresServer, running_postgres
from tests.service.store.examples import BEGAN_AT, QUICK, a_call, an_alert, claimed
from web.sources import (
    AlertChange,
    CallEvent,
    CallEventType,
    CallState,
    Hit,
    StaleAlertError,
    StoreUnavailableError,
    TranscriptLine,
)


class Node:
    """A store and the feed of its node."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.store = Store(Settings(database_url=SecretStr(url), store=QUICK), SystemClock(), name)
        self.told: list[AlertChange] = []
        self.feed = ChangeFeed(self.store.newest, self.store.changes_after, self._tell)

    def _tell(self, change: AlertChange, *, told_before: bool) -> None:
        if not told_before:
            self.told.append(change)

    def said(self) -> list[tuple[str, int]]:
        return [(change.alert.alert_id, change.alert.version) for change in self.told]


@asynccontextmanager
async def nodes(url: str, count: int) -> AsyncIterator[list[Node]]:
    found = [Node(url, f"node-{number}") for number in range(count)]
    tasks: list[asyncio.Task[None]] = []
    try:
        await asyncio.gather(*(node.store.open() for node in found))  # they all want to make the tables
        for node in found:
            await node.feed.start()
            tasks += [
                asyncio.create_task(node.store.run(node.feed.offer)),
                asyncio.create_task(node.feed.run(0.1)),
            ]
        yield found
    finally:
        for node in found:
            await node.store.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  # another process answers
            await asyncio.sleep(0.02)


async def test_every_node_is_told_everything_once_in_one_order(postgres: PostgresServer) -> None:
    async with nodes(postgres.new_database(), 4) as found:
        for number in range(200):
            found[number % 4].store.save_alert(an_alert(f"A{number}"))
            await asyncio.sleep(0)
        await until(lambda: all(len(node.told) >= 200 for node in found))
        assert len({tuple(node.said()) for node in found}) == 1
        sequences = [change.sequence or 0 for change in found[0].told]
        assert sequences == sorted(set(sequences))
        assert len(sequences) == 200


def test_plans_are_made_for_what_is_asked(postgres: PostgresServer) -> None:
    """One plan for all phrases and times, made after some questions, reads every utterance for a rare word."""
    engine = make_engine(make_url(postgres.new_database()), 1_000)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW plan_cache_mode")).scalar_one() == "force_custom_plan"
    engine.dispose()


async def test_of_pairs_who_claim_on_different_nodes_exactly_one_wins(postgres: PostgresServer) -> None:
    async with nodes(postgres.new_database(), 2) as (here, there):
        for number in range(200):
            here.store.save_alert(an_alert(f"A{number}"))
        await here.store.written()
        claims = [claimed(node.store, f"A{number}", node.name) for number in range(200) for node in (here, there)]
        answers = await asyncio.gather(*claims, return_exceptions=True)
        won = [answer for answer in answers if isinstance(answer, AlertChange)]
        assert (len(won), sum(isinstance(answer, StaleAlertError) for answer in answers)) == (200, 200)
        await until(lambda: len(here.told) == len(there.told) == 400)
        assert here.said() == there.said()


async def test_everything_that_is_kept_comes_back(postgres: PostgresServer) -> None:
    async with nodes(postgres.new_database(), 2) as (here, there):
        words = WordsHeard(Leg.AGENT, 3, 1, True, 100, 900, "您好 ***", (Word("您好", 100, 500, 0.9),))
        line = TranscriptLine("call-1", words, (Hit("greeting", 100, 500, 0, 2, False),))
        here.store.save_call(a_call())
        here.store.save_stream("call-1", Leg.AGENT, "7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3")
        here.store.save_line(line)
        here.store.save_line(line)
        here.store.save_event("call-1", CallEvent(CallEventType.HOLD, at=BEGAN_AT))
        await here.store.written()
        assert await there.store.words("call-1") == [replace(line, heard=replace(words, revision=0))]
        assert await there.store.leg_of_stream("7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3") == ("call-1", Leg.AGENT)
        assert await there.store.streams_of("call-1") == {Leg.AGENT: "7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3"}
        assert [(node, view.call_id) for node, view in await there.store.running_elsewhere()] == [("node-0", "call-1")]
        assert await here.store.running_elsewhere() == []
        await there.store.end_lost_calls([("call-1", "somebody else")])
        assert [view.call_id for view in await there.store.calls(CallState.LIVE, None, 9, None)] == ["call-1"]
        await there.store.end_lost_calls([("call-1", "node-0")])
        ended = await here.store.call("call-1")
        assert ended is not None
        assert (ended.state, ended.coverage_causes[-1]) == (CallState.ENDED, "service_stopped")
        assert ended.ended_at == BEGAN_AT + timedelta(seconds=90)


async def test_closing_waits_for_a_read_whose_asker_is_gone(postgres: PostgresServer) -> None:
    store = Store(Settings(database_url=SecretStr(postgres.new_database()), store=QUICK))
    await store.open()
    begun, done = threading.Event(), threading.Event()

    def read(engine: Engine) -> None:
        with engine.connect() as connection:
            begun.set()
            connection.execute(text("SELECT pg_sleep(0.3)"))
        done.set()

    asker = asyncio.create_task(store.read(read))
    await asyncio.to_thread(begun.wait, 10)
    asker.cancel()
    await store.close()
    assert done.is_set()  # else its connection would be left open behind the engine
    with pytest.raises(StoreError):
        await store.newest()


@pytest.mark.timeout(180)
async def test_a_database_that_is_killed_loses_nothing_and_stops_nothing() -> None:
    with running_postgres() as server:
        async with nodes(server.new_database(), 2) as (here, there):
            here.store.save_alert(an_alert("A1"))
            await until(lambda: here.said() == there.said() == [("A1", 1)])
            await asyncio.to_thread(server.kill)
            here.store.save_alert(an_alert("A2"))
            await until(lambda: here.said() == [("A1", 1), ("A2", 1)])  # told at once, though not stored
            assert here.told[1].sequence is None
            with pytest.raises(StoreUnavailableError):
                await claimed(here.store)
            await asyncio.to_thread(server.start)
            await until(lambda: there.said() == [("A1", 1), ("A2", 1)])
            here.store.save_alert(an_alert("A3"))
            await until(lambda: here.said() == there.said() and len(there.told) == 3)
            assert here.store.status().failing is None
