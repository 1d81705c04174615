"""A running node, asked as an integrator would: is it there, are its doors open, does it hear its calls rightly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from config.rule_packs import RulePackError, Topic, load_rule_pack, packaged_rules
from config.settings import Language
from service.doctor.feed_health import LegLook, leg_findings, leg_identity
from service.doctor.finding import Finding, good, note, wrong

_LOOK_EVERY_S = 0.5
_MOST_SKEW_S = 3.0  # beyond it signed sessions of AudioHook are refused
_OF_AGENTS = (Topic.GREETING, Topic.CLOSING, Topic.WAIT)
_SAME_MACHINE = ("localhost", "127.0.0.1", "::1")


async def node_findings(client: httpx.AsyncClient, url: str, audiosocket: tuple[str, int]) -> AsyncIterator[Finding]:
    """The node itself."""
    try:
        ready = await client.get("/readyz")
    except httpx.HTTPError as error:
        yield wrong("node", f"{url} does not answer: {type(error).__name__}", "is Earshot running, and is --url right?")
        return
    yield good("node", f"{url} answers")
    for part in _json(ready).get("parts", []):
        name, why = str(part.get("name")), str(part.get("why") or "")
        if part.get("ready"):
            yield note(name, why, "it works all the same") if why else good(name, "ready")
        else:
            yield wrong(name, why or "not ready", "docs/operations.md tells what each part needs")
    yield _clock(ready)
    yield _secure(url)
    yield await _socket(url)
    yield await _audiosocket(*audiosocket)
    for finding in await _figures(client):
        yield finding


async def call_findings(
    client: httpx.AsyncClient, call_id: str | None, watch_s: float, looked: Callable[[], None]
) -> AsyncIterator[Finding]:
    """A live call: the one that is named, else the newest. `looked` is told of each look."""
    if call_id is None:
        newest = _json(await client.get("/api/v1/calls", params={"state": "live", "limit": 1})).get("calls", [])
        if not newest:
            yield note("live call", "none is running", "make a call, or play one: earshot simulate; then look again")
            return
        call_id = str(newest[0]["call_id"])
    path = f"/api/v1/calls/{quote(call_id, safe='')}"
    looks: dict[str, list[LegLook]] = {"agent": [], "customer": []}
    loop = asyncio.get_running_loop()
    until_s = loop.time() + watch_s
    while True:
        answer = await client.get(path)
        if answer.status_code != 200:
            yield wrong("live call", f"{call_id}: {answer.status_code}", "does it run, and may this key see it?")
            return
        call = _json(answer)
        for leg, body in call.get("legs", {}).items():
            looks.setdefault(leg, []).append(
                LegLook(loop.time(), body["received_ms"], body["gaps_ms"], body["level_dbfs"], body["connected"])
            )
        looked()
        if loop.time() >= until_s or call.get("state") == "ended":
            break
        await asyncio.sleep(_LOOK_EVERY_S)
    yield good("live call", f"{call_id}, {call.get('state')}, heard {float(call.get('coverage', 0)):.0%}")
    for leg, seen in looks.items():
        if leg in ("agent", "customer") and looks.get("mixed"):
            continue
        for finding in leg_findings(leg, seen):
            yield finding
    yield await _who_is_who(client, path, str(call.get("language")))


async def _who_is_who(client: httpx.AsyncClient, path: str, language: str) -> Finding:
    said: dict[str, list[str]] = {"agent": [], "customer": []}
    for line in _json(await client.get(f"{path}/transcript")).get("lines", []):
        if line.get("final") and line.get("leg") in said:
            said[line["leg"]].append(str(line.get("text")))
    try:
        pack = load_rule_pack(packaged_rules() / str(Language(language)))
    except (ValueError, RulePackError):
        return note("leg identity", f"no rules for {language or 'this language'}", "listen to the call and compare")
    rules = [rule for topic in _OF_AGENTS for rule in pack.about(topic) if rule.leg == "agent"]
    return leg_identity(said, [phrase for rule in rules for phrase in rule.phrases])


def _clock(answer: httpx.Response) -> Finding:
    with suppress(ValueError, KeyError, TypeError):
        off_s = (datetime.now(UTC) - parsedate_to_datetime(answer.headers["date"])).total_seconds()
        if abs(off_s) > _MOST_SKEW_S:
            return wrong("clock", f"the node's clock and this machine's differ by {off_s:+.0f} s", "run NTP on both")
        return good("clock", "the node's and this machine's agree within 3 s")
    return note("clock", "the node does not say its time", "a proxy takes the Date header away")


def _secure(url: str) -> Finding:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return good("secure context", "https: browsers give sound and microphone")
    if parts.hostname in _SAME_MACHINE:
        return good("secure context", "this machine: browsers give sound and microphone here")
    return wrong(
        "secure context",
        "http from another machine: browsers give neither sound nor microphone",
        "put TLS in front (docs/operations.md) and open the console by https",
    )


async def _socket(url: str) -> Finding:
    """An address that names no leg: refused by Earshot itself, so the upgrade got through; no call is made."""
    parts = urlsplit(url)
    address = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/ingest/ws/doctor/nobody"
    try:
        async with connect(address, open_timeout=10, proxy=None):
            return wrong("audio sockets", "something else answers there", "what stands before Earshot?")
    except InvalidStatus as error:
        status = error.response.status_code
        if status in (401, 403, 404):
            body = error.response.body or b""
            if status != 404 or b"leg must be" in body:
                return good("audio sockets", "WebSocket upgrades reach Earshot")
        cure = "let the proxy pass Upgrade and Connection headers on, and switch its buffering off"
        return wrong("audio sockets", f"the upgrade was answered with {status}, not by Earshot", cure)
    except (OSError, WebSocketException, TimeoutError) as error:
        return wrong("audio sockets", f"no WebSocket: {type(error).__name__}", "is the port open, does a proxy cut it?")


async def _audiosocket(host: str, port: int) -> Finding:
    what = "audiosocket door"
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        cure = "is audiosocket_host reachable from the PBX, is the port open? Name it with --audiosocket HOST:PORT"
        return wrong(what, f"{host}:{port} cannot be reached: {type(error).__name__}", cure)
    writer.close()
    return good(what, f"{host}:{port} takes connections")


async def _figures(client: httpx.AsyncClient) -> list[Finding]:
    """What the counters say of input and of followed PBXes."""
    answer = await client.get("/metrics")
    if answer.status_code != 200:
        return [note("figures", f"/metrics answers {answer.status_code}", "give a key that may read it: --key")]
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    faults = {each.labels["fault"]: each.value for each in samples if each.name == "earshot_ingest_faults_total"}
    bad = ", ".join(f"{name} {count:.0f}" for name, count in sorted(faults.items()) if count)
    found = [
        wrong("audio input", f"faults since the start: {bad}", "docs/integrations has each by its name")
        if bad
        else good("audio input", "no malformed input since the start")
    ]
    for each in samples:
        if each.name == "earshot_pbx_linked":
            what = f"telephone system {each.labels.get('feed', '')}"
            cure = "see the log, and: earshot doctor --config"
            found.append(good(what, "followed") if each.value else wrong(what, "the link is down", cure))
    return found


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
