"""Kept calls in the database: what rules heard of them, compressed, and the packs of the time."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from alerts.rules.call_so_far import Whose
from alerts.rules.observed_call import Entry
from alerts.rules.replay import KeptCall
from config.rule_packs import RulePack
from config.settings import Language
from service.store.database import writing
from service.store.tables import call_observations, rule_packs

_AT_ONCE = 200  # calls read in one go


@dataclass(frozen=True, slots=True)
class CallToKeep:
    """An ended call; `pack` are the rules it was heard with, None when they changed meanwhile."""

    call_id: str
    ended_at: datetime
    language: str
    pack: RulePack | None
    duration_ms: int
    whose: Whose
    has_text: bool
    whole: bool
    entries: list[Entry]


def keep_call(engine: Engine, call: CallToKeep) -> None:
    """Write the call, and its pack where that is not known yet. A call kept already stays as it is."""
    content = json.dumps(call.entries, ensure_ascii=False, separators=(",", ":")).encode()
    row = {
        "call_id": call.call_id,
        "ended_at": call.ended_at,
        "language": call.language,
        "rules_version": call.pack.version if call.pack is not None else "",
        "duration_ms": call.duration_ms,
        "queue": call.whose.queue,
        "team": call.whose.team,
        "has_text": call.has_text,
        "whole": call.whole,
        "content": zlib.compress(content, 6),
    }
    insert = sqlite.Insert if engine.dialect.name == "sqlite" else postgresql.Insert
    with writing(engine).begin() as connection:
        connection.execute(insert(call_observations).values(row).on_conflict_do_nothing())
        if call.pack is not None:
            pack = {
                "version": call.pack.version,
                "language": call.pack.language.value,
                "content": call.pack.model_dump(mode="json", by_alias=True, exclude_defaults=True),
                "known_at": call.ended_at,
            }
            connection.execute(insert(rule_packs).values(pack).on_conflict_do_nothing())


def forget_calls(engine: Engine, before: datetime) -> int:
    """Delete calls that ended before; answers how many."""
    with writing(engine).begin() as connection:
        return connection.execute(delete(call_observations).where(call_observations.c.ended_at < before)).rowcount


def known_packs(engine: Engine) -> dict[str, RulePack]:
    """Every pack that kept calls were heard with, by version, as far as this Earshot can read it."""
    packs: dict[str, RulePack] = {}
    with engine.connect() as connection:
        for version, content in connection.execute(select(rule_packs.c.version, rule_packs.c.content)):
            try:
                packs[version] = RulePack.model_validate(content)
            except ValueError:  # calls of it are searched in full
                continue
    return packs


def count_calls(engine: Engine, since: datetime, until: datetime) -> int:
    """How many kept calls ended in this time."""
    asked = (
        select(func.count()).select_from(call_observations).where(call_observations.c.ended_at.between(since, until))
    )
    with engine.connect() as connection:
        return int(connection.execute(asked).scalar_one())


def kept_calls(engine: Engine, since: datetime, until: datetime) -> Iterator[tuple[Language, KeptCall]]:
    """Kept calls that ended in this time, oldest first; read in portions. One that cannot be read is passed over."""
    asked = (
        select(call_observations)
        .where(call_observations.c.ended_at.between(since, until))
        .order_by(call_observations.c.ended_at, call_observations.c.call_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    with engine.connect() as connection:
        for row in connection.execute(asked):
            if row.language in set(Language):
                yield Language(row.language), _call_of(row)


def _call_of(row: Row[tuple[object, ...]]) -> KeptCall:
    return KeptCall(
        call_id=row.call_id,
        version=row.rules_version,
        duration_ms=row.duration_ms,
        whose=Whose(row.queue, row.team),
        has_text=row.has_text,
        entries=json.loads(zlib.decompress(row.content)),
    )
