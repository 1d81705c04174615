"""A node that is to stop: nothing new, what runs ends or moves, everything is told, then it stops."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from config.operating import DrainSettings
from config.settings import IngestSettings, Settings
from service.drain import Drain, DrainState
from streaming.frames import Leg
from streaming.wire.events import AudioReceived
from tests.fakes.board import KeepingOutlet, board_of
from web.sources import Announcement, NodeFullError

_SOUND = bytes(3_200)


class _Site:
    """What happens, in its order."""

    def __init__(self, *, neighbours: bool, longest_s: float = 5.0) -> None:
        self.happened: list[str] = []
        self.board = board_of(Settings(ingest=IngestSettings(gather_ms=0)), KeepingOutlet())
        self.stream = self.board.claim_leg("c", Leg.AGENT)
        self.stream.hear(AudioReceived(_SOUND, 16_000))
        self.told = True
        self.drain = Drain(
            DrainSettings(longest_s=longest_s),
            self.board,
            has_neighbours=lambda: neighbours,
            all_told=lambda: self.told,
            tell=lambda handed: self.happened.append(f"told of {handed.call_id}"),
            release=self._release,
            send_away=lambda: self.happened.append("away"),
        )

    async def _release(self, call_ids: Sequence[str]) -> None:
        self.happened.append(f"released {list(call_ids)}")


async def test_new_calls_are_refused_and_running_ones_may_end() -> None:
    site = _Site(neighbours=False)
    running = asyncio.create_task(site.drain.run())
    await asyncio.sleep(0)
    assert site.drain.state == DrainState(False, 1)
    site.drain.begin()
    site.drain.begin()
    assert site.drain.state == DrainState(True, 1)
    with pytest.raises(NodeFullError):
        site.board.announce(Announcement(call_id="new"))
    site.board.claim_leg("c", Leg.CUSTOMER).hear(AudioReceived(_SOUND, 16_000))  # a leg of a running call
    assert not running.done()
    site.stream.call.close()
    async with asyncio.timeout(2):
        await running
    assert site.happened == ["away"]


async def test_with_neighbours_consoles_go_at_once_and_calls_when_time_is_up() -> None:
    site = _Site(neighbours=True, longest_s=0.3)
    site.drain.begin()
    async with asyncio.timeout(2):
        await site.drain.run()
    assert site.happened == ["away", "released ['c']", "away"]
    assert site.stream.left
    assert site.board.running() == []


async def test_an_announced_call_begins_elsewhere() -> None:
    site = _Site(neighbours=True)
    site.board.announce(Announcement(call_id="later"))
    site.drain.begin()
    with pytest.raises(NodeFullError):
        site.board.claim_leg("later", Leg.AGENT)


def test_a_drain_cuts_no_call_and_says_so_to_the_balancer(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "service.commands.program", "serve", "--data-dir", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--http-port", "0", "--audiosocket-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "EARSHOT_RECOGNITION__ENABLED": "false", "EARSHOT_DRAIN__LONGEST_S": "60"},
    )
    assert process.stdout is not None
    with process.stdout, httpx.Client(base_url=json.loads(process.stdout.readline())["http"], trust_env=False) as site:
        site.post("/api/v1/calls", json={"call_id": "c"}).raise_for_status()
        site.post("/api/v1/calls/c/events", json={"type": "answered"}).raise_for_status()
        process.send_signal(signal.SIGTERM)
        while not site.get("/api/v1/drain").json()["draining"]:
            time.sleep(0.05)  # another process
        answer = site.get("/readyz")
        assert answer.status_code == 503
        assert {"name": "calls", "ready": False, "why": "draining, 1 calls left"} in answer.json()["parts"]
        assert site.get("/healthz").status_code == 200
        assert site.post("/api/v1/calls", json={"call_id": "new"}).status_code == 429
        assert site.get("/api/v1/calls/c").json()["state"] != "ended"
        process.send_signal(signal.SIGTERM)  # once more: at once
        assert process.wait(20) == 0
