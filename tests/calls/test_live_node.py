"""The short forms of the long runs: a real node in its own process, a real simulated PBX, real Vosk."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import httpx
import pytest

from config.recognition import RecognitionSettings
from service.recognition.nursery_process import worker_memory_mb
from tests.calls.played import path_of
from tests.prove.latency import measure
from tests.prove.neighbours import beside, flooding_pbx, racing_pbxes, slow_consoles
from tests.prove.node import Node, play_to_the_end, running_node

_SERVICE_MB = 1_200  # twice what the service takes for six calls, the nursery with it

pytestmark = [pytest.mark.calls, pytest.mark.model, pytest.mark.timeout(300)]


@pytest.mark.alone
async def test_six_calls_at_once_are_heard_in_time() -> None:
    measured = await measure(rounds=1)
    assert measured.wrong == []
    assert measured.dead_air_found == measured.dead_air_plays == 1
    assert len(measured.first_partial_ms) >= measured.turns // 2
    assert len(measured.final_ms) >= measured.turns // 2


async def test_a_restart_shows_yesterdays_alerts_and_calls(tmp_path: Path) -> None:
    async with running_node(tmp_path, EARSHOT_RECOGNITION__ENABLED="false") as node:
        (call,) = await play_to_the_end(node, [path_of("agent_hangs_up")], "--speed", "4")
        async with asyncio.timeout(20), httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
            path = f"/api/v1/calls/{call['call_id']}"
            while (await client.get(path)).json()["state"] != "ended":  # noqa: ASYNC110  # the node is another process
                await asyncio.sleep(0.1)
            while not (await client.get(f"{path}/alerts")).json()["alerts"]:  # noqa: ASYNC110  # the same
                await asyncio.sleep(0.1)
    async with (
        running_node(tmp_path, EARSHOT_RECOGNITION__ENABLED="false") as node,
        httpx.AsyncClient(base_url=node.http, trust_env=False) as client,
    ):
        alerts = (await client.get("/api/v1/alerts", params={"call_id": call["call_id"]})).json()["alerts"]
        kept = (await client.get(f"/api/v1/calls/{call['call_id']}")).json()
    assert [alert["kind"] for alert in alerts] == ["agent_hangup"]
    assert alerts[0]["evidence"]["values"]["verdict"] == kept["verdict"] == "agent cut the customer off"
    assert kept["state"] == "ended"
    assert kept["hung_up_by"] == "agent"


@asynccontextmanager
async def the_worst(node: Node) -> AsyncIterator[None]:
    """Those who cost most, all at once; the long form has each kind for itself."""
    async with slow_consoles(node), racing_pbxes(node), flooding_pbx(node):
        yield


@pytest.mark.alone
async def test_bad_neighbours_change_nothing_for_a_good_call() -> None:
    result = await beside(the_worst, 40)
    assert result.good_calls >= 1
    assert result.dead_air_alerts == result.good_calls
    assert median(result.dead_air_ms) < 500
    assert max(result.memory_mb) < _SERVICE_MB + (os.cpu_count() or 1) * worker_memory_mb(RecognitionSettings())
