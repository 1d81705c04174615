"""The strip of an ended call, packed and taken out again."""

import json
import zlib
from datetime import UTC, datetime

from sqlalchemy import create_engine, insert

from service.store.tables import call_timelines
from service.store.timelines import kept_timeline, timeline_content
from streaming.frames import Leg
from web.sources import LegLevels, Span, Timeline

_SPANS = (Span("hold", None, 100, 300), Span("gap", Leg.AGENT, 300, 400))
_HEARD = LegLevels((-20.0, -96.0, -31.0), (True, False, False), tones=(0.0, 0.8, 1.0))


def _kept(content: bytes) -> Timeline | None:
    engine = create_engine("sqlite://")
    call_timelines.metadata.create_all(engine, [call_timelines])
    with engine.begin() as connection:
        connection.execute(insert(call_timelines).values(call_id="c", ended_at=datetime.now(UTC), content=content))
    try:
        return kept_timeline(engine, "c")
    finally:
        engine.dispose()


def test_two_steps_become_one_the_loudest_and_tensest_counting() -> None:
    kept = _kept(timeline_content(Timeline(100, ((Leg.AGENT, _HEARD),), _SPANS)))

    levels = LegLevels((-20.0, -31.0), (True, False), tones=(0.8, 1.0))
    assert kept == Timeline(200, ((Leg.AGENT, levels),), _SPANS)


def test_a_strip_kept_before_tone_was_kept_is_read() -> None:
    body = json.loads(zlib.decompress(timeline_content(Timeline(200, ((Leg.AGENT, _HEARD),), ()))))
    body["legs"]["agent"].pop()

    kept = _kept(zlib.compress(json.dumps(body).encode()))

    assert kept is not None
    assert kept.legs == ((Leg.AGENT, LegLevels(_HEARD.dbfs, _HEARD.speaking)),)
