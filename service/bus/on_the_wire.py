"""What nodes say to each other as bytes: changes on the stream, news with the sender's name, questions and answers."""

import json
from collections.abc import Mapping
from typing import Union

from pydantic import TypeAdapter, ValidationError

from service.store.rows import alert_content, alert_of
from streaming.frames import AudioFrame, Leg
from web.floor import AgentNews, QueueNews
from web.sources import AlertChange, CallLevels, CallView, TranscriptLine

_Field = Union[bytes, bytearray, "memoryview[int]", str, int, float]  # no type at run time in 3.11
Fields = dict[_Field, _Field]
"""An entry of a stream, in the client's own wide words."""
VIEW = TypeAdapter(CallView)
LEVELS = TypeAdapter(CallLevels)
LINE = TypeAdapter(TranscriptLine)
LINES = TypeAdapter(list[TranscriptLine])
LISTENERS = TypeAdapter(tuple[str, dict[str, tuple[str | None, ...]]])  # node, and its listeners by call
FloorNews = AgentNews | QueueNews
FLOOR: TypeAdapter[FloorNews] = TypeAdapter(FloorNews)


def change_fields(node_id: str, change: AlertChange, after: int) -> Fields:
    """A stored change as an entry of the stream."""
    content = json.dumps(alert_content(change.alert), ensure_ascii=False)
    return {
        "node": node_id.encode(),
        "sequence": str(change.sequence).encode(),
        "after": str(after).encode(),
        "alert": content.encode(),
    }


def change_of(fields: Mapping[bytes, bytes], own_id: str) -> tuple[AlertChange, int] | None:
    """The change of an entry; None for our own, and for what a newer version wrote and we cannot read."""
    try:
        if fields[b"node"].decode() == own_id:
            return None
        alert = alert_of(json.loads(fields[b"alert"]))
        return AlertChange(int(fields[b"sequence"]), alert), int(fields[b"after"])
    except (KeyError, ValueError, ValidationError):
        return None  # the store has it; whoever misses it asks there


def named(node_id: str, body: bytes) -> bytes:
    """News with its sender in front, so that nobody hears himself."""
    return node_id.encode() + b"\n" + body


def unnamed(message: bytes, own_id: str) -> bytes | None:
    """The news of another node; None for our own."""
    sender, _, body = message.partition(b"\n")
    return None if sender.decode(errors="replace") == own_id else body


def call_news(view: CallView, *, ended: bool) -> bytes:
    """How a call stands, and whether it is over now."""
    return (b"1" if ended else b"0") + VIEW.dump_json(view)


def call_of_news(body: bytes) -> tuple[CallView, bool]:
    """The same taken apart. Raises ValueError."""
    return VIEW.validate_json(body[1:]), body[:1] == b"1"


def sound_news(agent: AudioFrame | None, customer: AudioFrame | None) -> bytes:
    """20 ms of a call: which legs are there, where they begin, their samples."""
    frame = agent or customer
    start = 0 if frame is None else frame.start_sample
    there = (agent is not None) + 2 * (customer is not None)
    pcm = b"".join(each.pcm_s16le for each in (agent, customer) if each is not None)
    return bytes([there]) + start.to_bytes(8, "big") + pcm


def sound_of_news(body: bytes) -> tuple[AudioFrame | None, AudioFrame | None]:
    """The same taken apart. Raises ValueError."""
    if len(body) < 9 or body[0] > 3:
        raise ValueError("not 20 ms of a call")
    start, pcm = int.from_bytes(body[1:9], "big"), body[9:]
    half = len(pcm) // 2 if body[0] == 3 else len(pcm)
    agent = AudioFrame(Leg.AGENT, start, pcm[:half]) if body[0] & 1 else None
    customer = AudioFrame(Leg.CUSTOMER, start, pcm[len(pcm) - half :]) if body[0] & 2 else None
    return agent, customer
