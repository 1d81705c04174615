"""Events of a real Asterisk, as they came: see tests/recordings/asterisk_events/README.md."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.pbx import PbxFeed
from service.control.ami_signals import ami_signals
from service.control.ari_signals import ari_signals
from service.control.asterisk_calls import AsteriskCalls
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from service.control.signals import Signal
from streaming.frames import Party
from streaming.wire.ami import AmiMessage, AmiParser
from web.sources import CallEventType

CAPTURES = Path(__file__).parents[2] / "recordings" / "asterisk_events"
ENDINGS: dict[str, dict[str, Any]] = json.loads((CAPTURES / "endings.json").read_text("utf-8"))
GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def feed_of(kind: str, **said: Any) -> PbxFeed:
    """A feed whose agents are those of the recordings."""
    url = said.pop("url", None) or ("http://127.0.0.1:8088" if kind == "asterisk_ari" else "tcp://127.0.0.1:5038")
    return PbxFeed.model_validate(
        {"name": "lab", "kind": kind, "url": url, "agent_extensions": r"(st)?agent.*|busy|noanswer", **said}
    )


def ari_events(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every event with its millisecond."""
    for line in (CAPTURES / f"{name}.ari.jsonl").read_text("utf-8").splitlines():
        said = json.loads(line)
        if said.get("kind") == "event":
            yield round(said["t_ms"]), said["event"]


def ami_blocks(name: str) -> Iterator[tuple[int, bytes]]:
    """Every message with its millisecond, as Asterisk sends it."""
    for block in (CAPTURES / f"{name}.ami.txt").read_text("utf-8").split("\n\n"):
        head, _, body = block.lstrip("\n").partition("\n")
        found = re.fullmatch(r"# t_ms=([\d.]+)( >>> sent)?", head)
        if found and found[2] is None:
            yield round(float(found[1])), body.replace("\n", "\r\n").encode() + b"\r\n\r\n"


def signals_of(name: str, kind: str) -> Iterator[tuple[int, Signal]]:
    """Every signal of one road."""
    if kind == "asterisk_ari":
        for at_ms, event in ari_events(name):
            yield from ((at_ms, signal) for signal in ari_signals(event))
        return
    parser = AmiParser()
    parser.feed(GREETING)
    for at_ms, block in ami_blocks(name):
        for message in parser.feed(block):
            assert isinstance(message, AmiMessage)
            yield from ((at_ms, signal) for signal in ami_signals(message))


def news_of(name: str, kind: str, **said: Any) -> list[CallNews]:
    """All news of a recording, a minute of silence included."""
    calls, news, at_ms = AsteriskCalls(feed_of(kind, **said)), [], 0
    for at_ms, signal in signals_of(name, kind):
        news += calls.feed(signal, at_ms)
    news += calls.advance(at_ms + 60_000)
    assert calls.running == 0
    return news


def verdict_in(news: list[CallNews]) -> str | None:
    """How the first agent's part ended: `transfer` or a party; None where no call was seen."""
    for each in news:
        match each:
            case CallHappened(type=CallEventType.TRANSFER):
                return "transfer"
            case CallHappened(type=CallEventType.HANGUP, party=Party() as party) | CallUnanswered(party=party):
                return str(party)
            case _:
                pass
    return None


def connected(news: list[CallNews]) -> list[CallConnected]:
    """The pairs that were formed."""
    return [each for each in news if isinstance(each, CallConnected)]


def happened(news: list[CallNews]) -> list[tuple[str, str | None, int]]:
    """Type, leg and time of every event."""
    return [(str(e.type), str(e.leg) if e.leg else None, e.at_ms) for e in news if isinstance(e, CallHappened)]
