"""The contract of all dialects: the same telephone calls give the same alerts whichever way they come.

A dead air is heard by each dialect's own socket in lock-step, at the same place to a frame. In real time, on a real
node, each carries a call that the agent ends, by its own way of saying so. That all carry the same samples is proved
in test_one_sound.py, the same words by `python -m tests.prove.dialects`.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from service.demo.recording import Recording
from service.demo.simulated_pbx import Played, SimulatedPbx
from service.demo.switchboard import Target, Via
from streaming.frames import FRAME_MS
from tests.calls.lock_step import heard_by
from tests.calls.played import telephone_call
from tests.prove.node import Node, running_node
from tests.prove.watching_console import WatchingConsole, watching

pytestmark = [pytest.mark.calls, pytest.mark.timeout(300)]

_UNTIL_ANSWERED_S = 17  # of the dead air, which ends at 14.7
_JUDGED_S = 20
_ARRIVAL_MS = 250  # a leg begins when its first packet comes: on a busy machine that shifts it against the other leg

Places = dict[str, tuple[int, int]]  # where in its call each kind of alert is


async def test_every_dialect_hears_a_dead_air_at_the_same_place(tmp_path: Path) -> None:
    played = telephone_call("dead_air", tmp_path, _UNTIL_ANSWERED_S)
    by_way = {via: (await heard_by(via, played, None, None)).places() for via in Via}
    expected = by_way[Via.AUDIOSOCKET]
    assert [kind for kind, _, _ in expected] == ["dead_air"]
    for via, places in by_way.items():
        assert places.keys() == expected.keys(), via
        for alert, place in places.items():
            assert place == pytest.approx(expected[alert], abs=FRAME_MS), via


@pytest.mark.alone
async def test_every_dialect_says_that_the_agent_ended_the_call(tmp_path: Path) -> None:
    call = telephone_call("agent_hangs_up", tmp_path, 18)
    async with (
        running_node(tmp_path / "data", EARSHOT_RECOGNITION__ENABLED="false") as node,
        watching(node.websocket, "alerts", "calls") as console,
    ):
        heard = await asyncio.gather(*(_told(node, console, call, via) for via in Via))
        assert node.failures() == []
    by_way = dict(zip(Via, heard, strict=True))
    expected = by_way[Via.AUDIOSOCKET]
    for via, places in by_way.items():
        assert set(places) == {"agent_hangup"}, (via, places)
        assert places["agent_hangup"] == pytest.approx(expected["agent_hangup"], abs=_ARRIVAL_MS), via


async def _told(node: Node, console: WatchingConsole, call: Recording, via: Via) -> Places:
    """What was alerted in the call that came this way."""
    played: list[Played] = []
    target = Target(node.http, "127.0.0.1", node.audiosocket_port)
    async with httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_connections=None), trust_env=False) as client:
        await SimulatedPbx(client, target, via).play_all([call], 1, 1, played.append)
    call_id = played[0].call_id
    with suppress(TimeoutError):  # what is missing then, the comparison says
        async with asyncio.timeout(_JUDGED_S):
            while not console.alerts(call_id):  # noqa: ASYNC110  # the node is another process
                await asyncio.sleep(0.1)
    await asyncio.sleep(1)  # for any further one
    return {
        alert["kind"]: (alert["evidence"]["from_ms"], alert["evidence"]["to_ms"])
        for alert in console.alerts(call_id).values()
    }
