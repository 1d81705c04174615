"""A supervisor's telephone, whatever the PBX: what happens when the agent's channel is not to be had."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from service.control.follower import LinkError
from service.control.pbx_control import CallLine
from service.control.phone_supervisions import PhoneSupervisions, Supervision
from web.supervision import ControlFailedError, Mode

_LINE = CallLine("c-1", "agent-1", "PJSIP/1", "customer", "PJSIP/2")


class _Hands:
    """A PBX that keeps what is wanted of it, and fails as often as it is told."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failing: list[Exception] = []
        self.puts_by_itself = False

    def phone_of(self, supervision_id: str, mode: Mode) -> str:
        return f"phone-{supervision_id}"

    async def ring(self, supervision: Supervision) -> None:
        self.done.append("ring")

    async def let_in(self, supervision: Supervision) -> None:
        supervision.alone = self.puts_by_itself

    async def switch(self, supervision: Supervision, mode: Mode) -> None:
        self.done.append(f"switch {mode}")

    async def follow(self, supervision: Supervision) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.done.append(f"follow {supervision.line.agent}")

    async def settle(self, supervision: Supervision) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.done.append(f"settle {supervision.mode}")

    def drop(self, supervision: Supervision) -> None:
        self.done.append("drop")


class _News:
    def __init__(self) -> None:
        self.ended: list[str | None] = []
        self.is_in = asyncio.Event()
        self.out = asyncio.Event()

    def answered(self, supervision_id: str) -> None:
        self.is_in.set()

    def mode_is(self, supervision_id: str, mode: Mode) -> None:
        raise AssertionError

    def over(self, supervision_id: str, why: str | None = None) -> None:
        self.ended.append(why)
        self.out.set()


@asynccontextmanager
async def _inside(hands: _Hands) -> AsyncIterator[tuple[PhoneSupervisions, _News]]:
    """A supervisor who has picked up."""
    news = _News()
    supervisions = PhoneSupervisions("lab", hands, news, ring_s=1.0, alone_s=0.05)
    await supervisions.begin("s-1", Mode.WHISPER, "2001", _LINE)
    supervisions.phone_answered("phone-s-1")
    try:
        async with asyncio.timeout(5):
            await news.is_in.wait()
            yield supervisions, news
    finally:
        await supervisions.stop()


async def test_who_is_put_to_no_channel_though_there_is_an_agent_is_out_and_told() -> None:
    hands = _Hands()
    hands.puts_by_itself = True
    async with _inside(hands) as (_, news):
        await news.out.wait()
    assert news.ended == ["the telephone system does not put the supervisor to the agent's channel"]
    assert hands.done == ["ring", "drop"]


async def test_between_two_agents_a_telephone_waits_as_long_as_it_takes() -> None:
    hands = _Hands()
    async with _inside(hands) as (supervisions, news):
        supervisions.left("c-1")
        supervisions.phone_alone("phone-s-1")
        await asyncio.sleep(0.4)
        assert news.ended == []
        supervisions.moved(replace(_LINE, agent="agent-2"))
        supervisions.phone_attached("phone-s-1")
        await asyncio.sleep(0.15)
        supervisions.call_over("c-1")
        await news.out.wait()
    assert news.ended == [None]
    assert hands.done == ["ring", "follow ", "follow agent-2", "settle whisper", "drop"]


async def test_a_link_that_is_away_for_a_moment_ends_nothing() -> None:
    hands = _Hands()
    async with _inside(hands) as (supervisions, news):
        hands.failing = [LinkError("away")]
        supervisions.moved(replace(_LINE, agent="agent-2"))
        async with asyncio.timeout(3):
            while "follow agent-2" not in hands.done:  # noqa: ASYNC110  # hands have no event
                await asyncio.sleep(0.01)
        assert news.ended == []


async def test_an_agent_who_was_gone_at_once_is_no_failure_when_another_takes_the_call() -> None:
    hands = _Hands()
    async with _inside(hands) as (supervisions, news):
        hands.failing = [ControlFailedError("no such channel")]
        supervisions.moved(replace(_LINE, agent="agent-2"))
        await asyncio.sleep(0.05)
        supervisions.moved(replace(_LINE, agent="agent-3"))
        async with asyncio.timeout(3):
            while "follow agent-3" not in hands.done:  # noqa: ASYNC110  # hands have no event
                await asyncio.sleep(0.01)
        assert news.ended == []


@pytest.mark.parametrize("attached", [True, False])
async def test_what_the_pbx_refuses_ends_it_with_its_reason(attached: bool) -> None:
    hands = _Hands()
    async with _inside(hands) as (supervisions, news):
        hands.failing = [ControlFailedError("Asterisk refused Setvar")]
        if attached:
            supervisions.phone_attached("phone-s-1")
        else:
            supervisions.moved(replace(_LINE, agent="agent-2"))
        await news.out.wait()
    assert news.ended == ["Asterisk refused Setvar"]
    assert hands.done[-1] == "drop"
