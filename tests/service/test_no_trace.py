"""Calls with marked people, numbers and words, and much that goes wrong with them: nothing of it is left where logs,
metrics, traces, answers to errors, Redis or files are looked at.
"""

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from service.demo.recording import demo_recordings
from tests.fakes.post_box import PostBox, post_box
from tests.fakes.servers import PostgresServer, RedisServer
from tests.fakes.what_stayed import in_files, in_redis, readable, redis_watched
from tests.prove.node import Node, simulated_calls, small_node

_NUMBER, _NAME, _TICKET = "+8613855501234", "Zaphodine Markedperson", "TICKET-MARKED-77"
_DIGITS = _NUMBER.removeprefix("+86")
_MARKS = (_DIGITS, *_NAME.split(), _TICKET)
_ANNOUNCED = {
    "customer": {"number": _NUMBER},
    "agent": {"id": "1", "name": _NAME},
    "metadata": {"ticket": _TICKET},
}


@pytest.mark.model
async def test_marked_data_leaves_no_trace(tmp_path: Path, redis_server: RedisServer, postgres: PostgresServer) -> None:
    files = [path for path in demo_recordings() if path.stem == "agent_hangs_up"]
    database = postgres.new_database()
    with redis_watched(redis_server.port) as commands, post_box(PostBox({"/hook": f"no {_NUMBER} {_NAME}"})) as box:
        hooks = {"routes": [{"name": "crm", "url": f"{box.url}/hook"}], "allow_private": True, "attempts": 1}
        async with small_node(
            tmp_path,
            EARSHOT_REDIS_URL=redis_server.url,
            EARSHOT_DATABASE_URL=database,
            EARSHOT_RECORDING__KEEP_CALLS="true",
            EARSHOT_RECOGNITION__SPOTTING="false",
            EARSHOT_RECOGNITION__BEHIND_LIMIT_MS="60000",  # words are waited for, however busy the machine is
            EARSHOT_RECOGNITION__LADDER__DOWN_LAG_MS="10000",
            EARSHOT_RECOGNITION__LADDER__COLD_LAG_MS="10000",
            EARSHOT_TRACING__ENDPOINT=f"{box.url}/v1/traces",
            EARSHOT_WEBHOOKS=json.dumps(hooks),
        ) as node:
            await node.ready()
            async with httpx.AsyncClient(base_url=node.http, trust_env=False, timeout=20) as client:
                async with simulated_calls(node, files, "--speed", "2"):
                    call_id = await _mark_the_live_call(client)
                    leased = [key for key, _ in in_redis(redis_server.port)]
                    answers = await _much_goes_wrong(client, node, database)
                    await _judged(client, call_id)
                lines = (await client.get(f"/api/v1/calls/{call_id}/transcript")).json()["lines"]
                metrics = (await client.get("/metrics")).text
        kept = list(in_redis(redis_server.port))
        carried = "\n".join([commands(), *(content for _, content in kept)])
    words = {word for line in lines for word in line["text"].split() if len(word) > 2}
    log = readable("\n".join(node.log))
    places = {
        "log": log,
        "metrics": metrics,
        "traces": "\n".join(trace.decode(errors="replace") for trace in box.came["/v1/traces"]),
        "answers to errors": readable("\n".join(answers)),
        "keys of Redis": "\n".join([*leased, *(key for key, _ in kept)]),
        "files": "\n".join(in_files(tmp_path)),
    }
    for mark in (*_MARKS, *words):
        for where, text in places.items():
            assert mark not in text, f"a mark is in the {where}"
            assert quote(mark) not in text, f"a mark is in the {where}"
    assert _DIGITS not in carried
    assert not re.search(r"\b\d{11,}\b", log)
    # the marks were where they would have been found
    assert len(words) > 2
    assert call_id in places["keys of Redis"]
    assert call_id in carried
    assert "agent_hangup" in places["traces"]
    assert "a web hook is given up" in log
    assert "UndefinedTable" in log
    assert len(answers) > 10


async def _mark_the_live_call(client: httpx.AsyncClient) -> str:
    async with asyncio.timeout(30):
        while not (live := (await client.get("/api/v1/calls", params={"state": "live"})).json()["calls"]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    call_id = str(live[0]["call_id"])
    assert (await client.patch(f"/api/v1/calls/{call_id}", json=_ANNOUNCED)).status_code == 200
    return call_id


async def _judged(client: httpx.AsyncClient, call_id: str) -> None:
    """Until the call is over and what came of it is known."""
    async with asyncio.timeout(60):
        while "agent_hangup" not in (await client.get(f"/api/v1/calls/{call_id}/alerts")).text:  # noqa: ASYNC110  # a process
            await asyncio.sleep(0.1)


async def _much_goes_wrong(client: httpx.AsyncClient, node: Node, database: str) -> list[str]:
    """Each with marks in it; the answers to what was refused."""
    assert (await client.post("/api/v1/calls", json={**_ANNOUNCED, "call_id": "marked"})).status_code == 201
    call = "/api/v1/calls/marked"
    refused = [
        await client.post("/api/v1/calls", json={**_ANNOUNCED, "queue": 5}),
        await client.post("/api/v1/calls", json={**_ANNOUNCED, "tickets": _TICKET}),
        await client.post("/api/v1/calls", content=json.dumps(_ANNOUNCED)[:-3]),
        await client.patch(call, json={"customer": {"number": [_NUMBER]}}),
        await client.post(f"{call}/events", json={"type": "hold", "cause": _NAME, "at": f"at {_NUMBER}"}),
        await client.post(f"{call}/events", json={"type": _NAME}),
        await client.post("/ingest/http/marked/agent", content=_NAME * 9, headers={"Content-Type": "audio/wav"}),
        await client.get("/api/v1/calls", params={"state": _NAME}),
        await client.get("/api/v1/history/calls", params={"said": _NAME, "limit": _TICKET}),
        await client.put("/api/v1/roster/people/li", json={"name": _NAME, "roles": [_TICKET]}),
        await client.post("/api/v1/erasures", json={"customer": {"number": _NUMBER}, "agent": _NAME}),
    ]
    assert [answer.request.url.path for answer in refused if not 400 <= answer.status_code < 500] == []
    answers = [answer.text for answer in refused]
    sockets = ("ws/console", "ws/listen/marked", "ingest/ws/marked/agent", "ingest/twilio", "ingest/jambonz/marked")
    answers += await asyncio.gather(*(_told_on_a_socket(f"{node.websocket}/{path}") for path in sockets))
    _, writer = await asyncio.open_connection("127.0.0.1", node.audiosocket_port)
    writer.write(f"\x01\x00\x10{_NAME[:16]}\x03\x00\x0e{_NUMBER}".encode())
    writer.close()
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as tables:
        tables.execute("ALTER TABLE calls RENAME TO calls_away")  # every statement about a call fails now
        unstored = [await client.patch(call, json=_ANNOUNCED), await client.get("/api/v1/history/calls")]
        async with asyncio.timeout(20):
            while not any("UndefinedTable" in line for line in node.log):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.05)
        tables.execute("ALTER TABLE calls_away RENAME TO calls")
    await node.ready()
    return [*answers, *(answer.text for answer in unstored if answer.is_error)]


async def _told_on_a_socket(address: str) -> str:
    """All that is answered to texts which it does not understand, and why it was closed."""
    told: list[str] = []
    try:
        async with connect(address, proxy=None) as socket, asyncio.timeout(2):
            await socket.send(json.dumps({"type": _NAME, "event": _TICKET, "config": {"words": _NUMBER}}))
            await socket.send(f"{_NAME} {_NUMBER}")
            await socket.send(json.dumps({"type": "subscribe", "topics": [_NAME]}))
            while True:
                told.append(str(await socket.recv()))
    except ConnectionClosed as closed:
        told.append(str(closed))
    except TimeoutError:
        told.append("still open")
    return "\n".join(told)
