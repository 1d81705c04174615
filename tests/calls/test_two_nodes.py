"""Two real nodes on a real PostgreSQL and Redis: whatever node a supervisor is on, every call is there."""

import asyncio
import io
import json
import uuid
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.fakes.asterisk_ami_face import AmiFace
from tests.fakes.asterisk_model import Asterisk
from tests.fakes.pbx_servers import PASSWORD, USER
from tests.prove.chaos import VICTIMS, rampage
from tests.prove.chaos_site.pbx import StubbornPbx
from tests.prove.chaos_site.site import Site, SiteNode, running_site
from web.listen_frame import decode

pytestmark = [pytest.mark.calls, pytest.mark.timeout(300)]


@asynccontextmanager
async def call_on(node: SiteNode, site: Site, call_id: str) -> AsyncIterator[None]:
    """The dead-air recording in a loop, on this node."""
    pbx = StubbornPbx(Site([node], site.redis, site.postgres, site.database_url), 1, _First(), prefix=call_id)
    async with pbx.ringing():
        async with asyncio.timeout(20):
            await pbx.all_attached()
        yield


class _First:
    def choice(self, nodes: list[SiteNode]) -> SiteNode:
        return nodes[0]


async def _message(socket: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def test_a_call_of_one_node_is_seen_heard_and_changed_from_the_other(tmp_path: Path) -> None:
    async with running_site(tmp_path, 2, append_only=False) as site:
        here, there = site.nodes
        async with (
            httpx.AsyncClient(base_url=there.http, trust_env=False, timeout=10) as client,
            call_on(here, site, "far"),
            connect(f"{there.http.replace('http', 'ws')}/ws/console", max_queue=None) as console,
        ):
            await console.send(json.dumps({"type": "hello", "topics": ["alerts", "calls", "levels"]}))
            levels = await _message(console, "levels")
            assert levels["call_id"] == "far-0"
            live = (await client.get("/api/v1/calls?state=live")).json()["calls"]
            assert [call["call_id"] for call in live] == ["far-0"]
            amended = await client.patch("/api/v1/calls/far-0", json={"queue": "billing"})
            assert amended.json()["queue"] == "billing"
            told = await client.post("/api/v1/calls/far-0/events", json={"type": "answered"})
            assert told.status_code == 204
            again = await client.post("/api/v1/calls", json={"call_id": "far-0", "queue": "sales"})
            assert again.status_code == 409
            async with httpx.AsyncClient(base_url=here.http, trust_env=False) as direct:
                assert (await direct.get("/api/v1/calls/far-0")).json()["queue"] == "billing"
            async with (
                connect(f"{there.http.replace('http', 'ws')}/ws/listen/far-0", max_queue=None) as ear,
                connect(f"{here.http.replace('http', 'ws')}/ws/console", max_queue=None) as other,
            ):
                await other.send(json.dumps({"type": "hello", "topics": ["calls"]}))
                await ear.send(json.dumps({"type": "hello", "person": "li"}))
                present = await _message(other, "presence")
                assert (present["call_id"], present["listeners"]) == ("far-0", ["li"])
                frames: list[bytes] = []
                async with asyncio.timeout(10):
                    while len(frames) < 100:
                        message = await ear.recv()
                        if isinstance(message, bytes):
                            frames.append(message)
                numbers = [decode(frame)[0].seq for frame in frames]
                assert numbers == sorted(set(numbers))
                assert any(decode(frame)[1].strip(b"\0") for frame in frames)
            alert = await _message(console, "alert")
            while alert["kind"] == "bad_media":  # on a busy machine sound may come late
                alert = await _message(console, "alert")
            assert (alert["kind"], alert["call_id"]) == ("dead_air", "far-0")
            sound = await client.get("/api/v1/calls/far-0/audio.wav?from_ms=1000&to_ms=2000")
            with wave.open(io.BytesIO(sound.content)) as wav:
                assert (wav.getnchannels(), wav.getnframes()) == (2, 16_000)
            async with (
                httpx.AsyncClient(base_url=here.http, trust_env=False) as pbx,
                connect(f"{there.http.replace('http', 'ws')}/ws/console", max_queue=None) as wall,
            ):
                await pbx.post("/api/v1/agents/1007/state", json={"state": "busy"})
                await wall.send(json.dumps({"type": "hello", "topics": ["wallboard"]}))
                board = await _message(wall, "wallboard")
                while board["agents"] is None:  # news of the floor is not stored: it is there a moment later
                    board = await _message(wall, "wallboard")
                assert (board["calls"]["live"], board["agents"]["states"]) == (1, {"busy": 1})
                assert "dead_air" in [each["kind"] for each in board["alerts"]["last"]]
            timeline = (await client.get("/api/v1/calls/far-0/timeline")).json()
            assert any(span["kind"] == "speech" for span in timeline["spans"])


async def test_a_stream_announced_on_one_node_may_come_in_on_the_other(tmp_path: Path) -> None:
    async with running_site(tmp_path, 2, append_only=False) as site:
        here, there = site.nodes
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            announced = await client.post(f"{here.http}/api/v1/calls", json={"call_id": "moved", "queue": "billing"})
            stream_id = announced.json()["legs"]["agent"]["stream_id"]
            await asyncio.sleep(1)
            _, writer = await asyncio.open_connection("127.0.0.1", there.audiosocket_port)
            writer.write(b"\x01\x00\x10" + uuid.UUID(stream_id).bytes)
            for _ in range(50):
                writer.write(b"\x10\x01\x40" + bytes(320))
                await asyncio.sleep(0.02)
            await writer.drain()
            for node in (there, here):
                call = (await client.get(f"{node.http}/api/v1/calls/moved")).json()
                assert (call["state"], call["queue"]) == ("live", "billing")
                assert call["legs"]["agent"]["received_ms"] > 500
            writer.close()


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110  # another process answers
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _heard(node: SiteNode, call_id: str) -> AsyncIterator[None]:
    """Both legs of a call, silent, as long as the block runs."""

    async def leg(name: str) -> None:
        async with connect(f"{node.http.replace('http', 'ws')}/ingest/freeswitch/{call_id}/{name}?rate=8000") as socket:
            while True:
                await socket.send(bytes(320))
                await asyncio.sleep(0.02)

    tasks = [asyncio.create_task(leg(name)) for name in ("agent", "customer")]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_supervisor_on_any_node_steps_into_a_call_that_one_follows_and_another_hears(tmp_path: Path) -> None:
    box = Asterisk()
    async with AmiFace(box) as pbx:
        feed = {"name": "lab", "kind": "asterisk_ami", "url": pbx.url, "agent_extensions": r"10\d\d"}
        own = [{"EARSHOT_PBX__FEEDS": json.dumps([{**feed, "user": USER, "password": PASSWORD}])}]
        async with (
            running_site(tmp_path, 2, append_only=False, own=own) as site,
            httpx.AsyncClient(base_url=site.nodes[1].http, trust_env=False, timeout=20) as client,
            httpx.AsyncClient(base_url=site.nodes[0].http, trust_env=False, timeout=20) as direct,
        ):
            await pbx.followed()
            call_id, agent = box.call()
            path = f"/api/v1/calls/{call_id}"

            async def call() -> dict[str, Any]:
                answer = await client.get(path)
                return answer.json() if answer.status_code == 200 else {}

            async def followed() -> bool:
                return (await call()).get("abilities", {}).get("whisper", {}).get("phone") is True

            await _until(followed)
            async with _heard(site.nodes[1], call_id):

                async def heard() -> bool:  # by the node that asks nobody: the other one has given the call away
                    legs = (await call()).get("legs", {})
                    return bool(legs.get("agent", {}).get("received_ms", 0) > 500)

                await _until(heard)
                await _until(followed)  # told again to the node that hears it now
                wish = {"mode": "whisper", "extension": "2001"}
                asked = await client.post(f"{path}/supervise", json=wish)
                assert asked.status_code == 202
                assert box.answer(next(each for each in box.chans if each.startswith("earshot.")))

                async def inside() -> bool:
                    return [each["state"] for each in (await call())["supervisions"]] == ["running"]

                await _until(inside)
                assert {chan.spied for chan in box.chans.values() if chan.group} == {agent}
                assert (await direct.post(f"{path}/supervise", json=wish)).json()["state"] == "running"
                listed = (await direct.get(f"{path}/supervise")).json()["supervisions"]
                assert [each["supervision_id"] for each in listed] == [asked.json()["supervision_id"]]
                gone = await client.delete(f"{path}/supervise/{listed[0]['supervision_id']}")
                assert gone.status_code == 204

                async def nothing() -> bool:
                    return not box.ours()

                await _until(nothing)
                await client.post("/api/v1/calls", json={"call_id": "nobodys"})
                refused = await client.post("/api/v1/calls/nobodys/supervise", json=wish)
                assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (501, "ability-missing")


@pytest.mark.parametrize("victim", [VICTIMS[0], VICTIMS[2], VICTIMS[3]])
async def test_whatever_is_killed_nothing_acknowledged_is_lost(victim: str) -> None:
    outcome = await rampage(victim, 1, seed=6, nodes=2, calls=4, consoles=4)
    assert outcome.faults == []
    assert outcome.kills == 1
    assert outcome.changes > 0
    assert outcome.escalations > 0
    assert max(outcome.recoveries_s) <= 10
