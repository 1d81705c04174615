"""AudioSocket captures of a real Asterisk, made whole again: see tests/recordings/audiosocket/README.md."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CAPTURES = Path(__file__).parents[2] / "recordings" / "audiosocket"


@dataclass(frozen=True, slots=True)
class Capture:
    """`chunks` as they were received; where the capture left bytes out, messages of zeros of the same size stand."""

    chunks: list[bytes]
    shown_chunks: int  # so many at the beginning hold what was really received
    messages: Counter[tuple[int, int]]  # (type, payload bytes) of whole messages, counted while it was recorded


def capture_names() -> list[str]:
    return sorted(path.name.removesuffix(".audiosocket.jsonl") for path in CAPTURES.glob("*.audiosocket.jsonl"))


def capture_of(name: str) -> Capture:
    lines = [json.loads(line) for line in (CAPTURES / f"{name}.audiosocket.jsonl").read_text("utf-8").splitlines()]
    summary: dict[str, int] = next(line["types"] for line in lines if line.get("note") == "summary")
    messages = Counter({(int(key[:4], 16), int(key[5:])): count for key, count in summary.items()})
    inbound = [line for line in lines if line.get("dir") == "in"]
    shown = next((place for place, line in enumerate(inbound) if line.get("cut")), len(inbound))
    return Capture(list(_made_whole(inbound, messages)), shown, messages)


def _made_whole(inbound: list[dict[str, Any]], messages: Counter[tuple[int, int]]) -> Iterator[bytes]:
    audio = [key for key in messages if 0x10 <= key[0] <= 0x18]
    message = b""
    if audio:
        ((kind, size),) = audio  # each capture has audio of one form only
        message = bytes([kind]) + size.to_bytes(2, "big") + bytes(size)
    offset = 0  # within a message that a chunk boundary divides
    for line in inbound:
        if not line.get("cut"):
            assert offset == 0
            yield bytes.fromhex(line["hex"])
            continue
        repeats = (offset + line["n"]) // len(message) + 1
        yield (message * repeats)[offset : offset + line["n"]]
        offset = (offset + line["n"]) % len(message)
