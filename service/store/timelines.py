"""The level strip of ended calls, small enough to be kept as long as their words: about one kilobyte a minute."""

import base64
import json
import zlib
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, select

from service.store.tables import call_timelines
from streaming.frames import Leg
from web.sources import LegLevels, Span, Timeline

_STEP_MS = 200  # of an hour's call on a wide screen several steps share a pixel anyway
_SPANS = TypeAdapter(tuple[Span, ...])


def timeline_content(timeline: Timeline) -> bytes:
    """The timeline's levels in wider steps, the loudest counting, and its spans."""
    together = max(1, _STEP_MS // timeline.step_ms)
    body = {
        "step_ms": timeline.step_ms * together,
        "legs": {leg.value: _packed(levels, together) for leg, levels in timeline.legs},
        "spans": _SPANS.dump_python(timeline.spans, mode="json"),
    }
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 9)


def kept_timeline(engine: Engine, call_id: str) -> Timeline | None:
    """The timeline of an ended call; None where none is kept."""
    with engine.begin() as connection:
        content = connection.execute(
            select(call_timelines.c.content).where(call_timelines.c.call_id == call_id)
        ).scalar_one_or_none()
    if content is None:
        return None
    body = json.loads(zlib.decompress(content))
    legs = tuple((Leg(leg), _unpacked(packed)) for leg, packed in body["legs"].items())
    return Timeline(body["step_ms"], legs, _SPANS.validate_python(body["spans"]))


def _packed(levels: LegLevels, together: int) -> list[str]:
    starts = range(0, len(levels.dbfs), together)
    loudest = bytes(round(-max(levels.dbfs[at : at + together])) & 0xFF for at in starts)
    spoke = bytes(any(levels.speaking[at : at + together]) for at in starts)
    tense = bytes(round(255 * max(levels.tones[at : at + together], default=0.0)) for at in starts)
    return [base64.b64encode(each).decode() for each in (loudest, spoke, tense)]


def _unpacked(packed: Any) -> LegLevels:
    quiet, spoke, *tense = (base64.b64decode(each) for each in packed)
    return LegLevels(
        dbfs=tuple(-float(value) for value in quiet),
        speaking=tuple(bool(value) for value in spoke),
        tones=tuple(round(value / 255, 2) for value in tense[0]) if tense else (),
    )
