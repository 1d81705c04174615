"""Many calls over real AudioSockets at real time: the service held to one core, the sender in a process of its own."""

import asyncio
import multiprocessing
import os
import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soxr

from service.demo.recording import demo_recordings, load_recording
from streaming.wire.audiosocket import encode_audio, encode_hangup, encode_uuid
from tests.prove.node import Node, running_node
from tests.prove.report import percentile

_RATE_HZ = 8_000
_PACKET_MS = 20
_PACKET_BYTES = _RATE_HZ * _PACKET_MS // 1000 * 2
_SHIFT_MS = 7_000  # calls of the same recording stand at other places in it
_PHASES = 4  # legs send in four groups, 5 ms apart: PBXes do not beat in time
_WARM_S = 5
_PRIORITY = -10
# Kinds whose moment is in the sound of the two legs; the others wait for an utterance's end or the call's.
_ACOUSTIC = {"dead_air", "talk_over", "volume_rise"}
_TELLING = ("dead_air", "talk_over", "agent_raises_voice", "shouting_customer", "interruptions", "agent_hangs_up")


@dataclass(frozen=True, slots=True)
class Live:
    """One try with so many calls."""

    calls: int
    alerts: int
    late_p50_ms: float
    late_p95_ms: float
    whole_p50_ms: float
    whole_p95_ms: float
    cpu_share: float
    memory_per_call_mb: float
    sender_behind_ms: float  # at the end; much of it makes the try worthless


async def measure_live(calls: int, seconds: int) -> Live:
    """`calls` two-leg calls for so long, against a node on the first core; alerts of sound, judged by their stamps.

    `late` is published − received as the alert says it; `whole` is published − sent, by the sender's own clock, so a
    node that reads late cannot hide it.
    """
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        async with running_node(
            Path(folder),
            on_cores={cores[0]},
            EARSHOT_RECOGNITION__ENABLED="false",
            EARSHOT_INGEST__MOST_CALLS=str(calls + 10),
        ) as node:
            _hurry(node.process.pid)
            before_mb = node.memory_mb()
            streams = await _announce(node, calls)
            began_at, sent = multiprocessing.Manager().dict(), multiprocessing.get_context("spawn")
            sender = sent.Process(target=_send, args=(node.audiosocket_port, streams, seconds, cores[-1], began_at))
            sender.start()
            await asyncio.sleep(_WARM_S)
            cpu_s, since_s = node.own_cpu_s(), time.monotonic()
            await asyncio.sleep(seconds - _WARM_S - 2)
            share = (node.own_cpu_s() - cpu_s) / (time.monotonic() - since_s)
            memory_mb = node.memory_mb()
            await asyncio.to_thread(sender.join)
            await asyncio.sleep(3)
            alerts = await _alerts(node)
            late_ms, whole_ms = _latencies(alerts, {call_id: dict(each) for call_id, each in began_at.items()})
            behind_ms = float(began_at["sender"]["behind_ms"])
    return Live(
        calls=calls,
        alerts=len(late_ms),
        late_p50_ms=percentile(late_ms, 0.5),
        late_p95_ms=percentile(late_ms, 0.95),
        whole_p50_ms=percentile(whole_ms, 0.5),
        whole_p95_ms=percentile(whole_ms, 0.95),
        cpu_share=share,
        memory_per_call_mb=(memory_mb - before_mb) / calls,
        sender_behind_ms=behind_ms,
    )


def _hurry(pid: int) -> None:
    """Other work on the machine must not be measured; only root may ask for that."""
    with suppress(PermissionError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), _PRIORITY)


async def _announce(node: Node, calls: int) -> dict[str, dict[str, str]]:
    streams: dict[str, dict[str, str]] = {}
    async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        for number in range(calls):
            said = (await client.post("/api/v1/calls", json={"call_id": f"road-{number:03}"})).raise_for_status().json()
            streams[said["call_id"]] = {leg: said["legs"][leg]["stream_id"] for leg in ("agent", "customer")}
    return streams


async def _alerts(node: Node) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with httpx.AsyncClient(base_url=node.http, trust_env=False) as client:
        cursor: str | None = None
        while True:
            asked = {"limit": "200", **({"cursor": cursor} if cursor else {})}
            page = (await client.get("/api/v1/alerts", params=asked)).raise_for_status().json()
            found += page["alerts"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return found


def _latencies(alerts: list[dict[str, Any]], began_at: dict[str, dict[str, str]]) -> tuple[list[float], list[float]]:
    late_ms, whole_ms = [], []
    for alert in alerts:
        if alert["kind"] not in _ACOUSTIC:
            continue
        stamps = alert["timing"]
        published_at = datetime.fromisoformat(stamps["published_at"])
        zero_at = datetime.fromisoformat(began_at[alert["call_id"]]["zero"])
        late_ms.append((published_at - datetime.fromisoformat(stamps["received_at"])).total_seconds() * 1000)
        whole_ms.append((published_at - zero_at).total_seconds() * 1000 - stamps["audio_end_ms"])
    return late_ms, whole_ms


def _send(
    port: int, streams: dict[str, dict[str, str]], seconds: int, core: int, began_at: "dict[str, dict[str, str]]"
) -> None:
    """The PBX: one thread, plain sockets, every leg a packet each 20 ms by an absolute clock."""
    os.sched_setaffinity(0, {core})
    _hurry(os.getpid())
    recordings = [load_recording(path) for path in demo_recordings() if path.stem in _TELLING]
    packets = [{str(leg): _packets(samples, each.rate_hz) for leg, samples in each.legs} for each in recordings]
    legs: list[tuple[socket.socket, list[bytes], int]] = []
    for number, (call_id, of_legs) in enumerate(streams.items()):
        played = packets[number % len(packets)]
        for leg, stream_id in of_legs.items():
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(encode_uuid(stream_id))
            legs.append((connection, played[leg], number // len(packets) * _SHIFT_MS // _PACKET_MS))
        began_at[call_id] = {"zero": ""}
    time.sleep(0.5)
    began_s, names = time.monotonic(), list(streams)
    phases = [range(phase, len(streams), _PHASES) for phase in range(_PHASES)]
    for tick in range(seconds * 1000 // _PACKET_MS * _PHASES):
        wait_s = began_s + tick * _PACKET_MS / _PHASES / 1000 - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        turn = tick // _PHASES
        for number in phases[tick % _PHASES]:
            if turn == 0:
                began_at[names[number]] = {"zero": datetime.now(UTC).isoformat()}
            for connection, said, shift in legs[2 * number : 2 * number + 2]:
                connection.sendall(said[(turn + shift) % len(said)])
    began_at["sender"] = {"behind_ms": f"{(time.monotonic() - began_s - seconds) * 1000:.0f}"}
    for connection, _, _ in legs:
        connection.sendall(encode_hangup())
        connection.close()


def _packets(samples: np.ndarray[Any, np.dtype[np.int16]], rate_hz: int) -> list[bytes]:
    narrow = soxr.resample(samples.astype(np.float32), rate_hz, _RATE_HZ)
    pcm = np.clip(narrow, -32_768, 32_767).astype("<i2").tobytes()
    whole = len(pcm) // _PACKET_BYTES * _PACKET_BYTES
    return [encode_audio(pcm[at : at + _PACKET_BYTES], _RATE_HZ) for at in range(0, whole, _PACKET_BYTES)]
