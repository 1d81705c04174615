"""The contract of all dialects: the same telephone calls give the same alerts whichever way they come.

Every dialect carries a call that the agent ends, by its own way of saying so; a dead air comes by one socket, one
request and as datagrams. That all carry the same samples is proved without a node in test_one_sound.py.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from service.demo.recording import Recording
from service.demo.simulated_pbx import Played, SimulatedPbx
from service.demo.switchboard import Target, Via
from tests.calls.played import telephone_call
from tests.prove.node import Node, running_node
from tests.prove.watching_console import WatchingConsole, watching

pytestmark = [pytest.mark.calls, pytest.mark.alone, pytest.mark.timeout(300)]

_LASTS_S = {"dead_air": 34, "agent_hangs_up": 18}  # to their ends
_ALERT = {"dead_air": "dead_air", "agent_hangs_up": "agent_hangup"}
_DEAD_AIR_BY = {Via.AUDIOSOCKET, Via.HTTP, Via.RTP}
_JUDGED_S = 20
_ARRIVAL_MS = 250  # a leg begins when its first packet comes: on a busy machine that shifts it against the other leg

Places = dict[str, tuple[int, int]]  # where in its call each kind of alert is


async def told(node: Node, console: WatchingConsole, call: Recording, via: Via) -> Places:
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


async def test_every_dialect_gives_the_same_alerts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = {name: telephone_call(name, tmp_path, lasts_s) for name, lasts_s in _LASTS_S.items()}
    ways = [("agent_hangs_up", via) for via in Via] + [("dead_air", via) for via in _DEAD_AIR_BY]
    async with (
        running_node(tmp_path / "data", EARSHOT_RECOGNITION__ENABLED="false") as node,
        watching(node.websocket, "alerts", "calls") as console,
    ):
        heard = await asyncio.gather(*(told(node, console, calls[name], via) for name, via in ways))
        assert node.failures() == []
    by_way = dict(zip(ways, heard, strict=True))
    with capsys.disabled():
        for way, places in by_way.items():
            print(*way, places)  # noqa: T201  # the matrix
    for (name, via), places in by_way.items():
        expected = by_way[name, Via.AUDIOSOCKET]
        assert set(places) == {_ALERT[name]}, (name, via)
        assert places[_ALERT[name]] == pytest.approx(expected[_ALERT[name]], abs=_ARRIVAL_MS), (name, via)
