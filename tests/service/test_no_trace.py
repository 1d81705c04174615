"""Calls with marked people, numbers and words: none of it is in logs, metrics, Redis' keys or names of files."""

import re
from pathlib import Path

import httpx
import pytest
import redis

from service.demo.recording import demo_recordings
from tests.fakes.servers import PostgresServer, RedisServer
from tests.prove.node import play_to_the_end, running_node

_NUMBER, _NAME, _TICKET = "+8613855501234", "Zaphodine Markedperson", "TICKET-MARKED-77"


@pytest.mark.model
async def test_marked_data_leaves_no_trace(tmp_path: Path, redis_server: RedisServer, postgres: PostgresServer) -> None:
    files = [path for path in demo_recordings() if path.stem == "dead_air"]
    async with running_node(
        tmp_path,
        EARSHOT_REDIS_URL=redis_server.url,
        EARSHOT_DATABASE_URL=postgres.new_database(),
        EARSHOT_RECORDING__KEEP_CALLS="true",
    ) as node:
        await node.ready()
        async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
            announced = {"call_id": "marked", "customer": {"number": _NUMBER}, "agent": {"id": "1", "name": _NAME}}
            body = announced | {"metadata": {"ticket": _TICKET}, "queue": 5}
            assert (await client.post("/api/v1/calls", json=body)).status_code == 422  # refused, and not logged
            await client.post("/api/v1/calls", json=announced | {"metadata": {"ticket": _TICKET}})
            await client.patch("/api/v1/calls/marked", json={"customer": {"number": _NUMBER}})
            await client.post("/ingest/http/marked/agent", content=b"junk", headers={"Content-Type": "audio/wav"})
            await client.post("/api/v1/calls/marked/events", json={"type": "hold", "cause": _NAME, "at": _NUMBER})
            played = await play_to_the_end(node, files, "--speed", "2")
            lines = (await client.get(f"/api/v1/calls/{played[0]['call_id']}/transcript")).json()
            metrics = (await client.get("/metrics")).text
        with redis.Redis(port=redis_server.port) as bus:
            keys = " ".join(key.decode() for key in bus.keys("*"))
            stream = b" ".join(value for _, fields in bus.xrange("earshot:changes") for value in fields.values())
        log = "\n".join(node.log)
    words = {word for line in lines["lines"] for word in line["text"].split() if len(word) > 2}
    assert len(words) > 2
    names = " ".join(path.name for path in tmp_path.rglob("*"))  # noqa: ASYNC240
    for mark in (_NUMBER, _NUMBER.lstrip("+"), *_NAME.split(), _TICKET, *words):
        for where, text in (("log", log), ("metrics", metrics), ("keys of Redis", keys), ("names of files", names)):
            assert mark not in text, f"a mark is in the {where}"
    assert keys
    assert _NUMBER.encode() not in stream
    assert not re.search(r"\b\d{11,}\b", log)
