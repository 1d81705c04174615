"""What rules heard of calls is noted, masked, bounded and written."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.reader import Reader
from alerts.rules.observed_call import HeardWords, played_back
from config.observing import ObservationSettings
from config.rule_packs import RulePack
from config.settings import Settings
from service.call_record import CallRecord
from service.clock import PlayClock
from service.observation_log import NotingWatch, ObservationLog
from service.store.database import existing_store
from service.store.observations import count_calls, kept_calls, known_packs
from service.store.store import Store
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation
from tests.fakes.rules import pack, rule
from web.sources import Announcement

_BEGAN_AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
_EVER = (_BEGAN_AT - timedelta(days=1), _BEGAN_AT + timedelta(days=1))
RUDE = rule("en.forbidden.rude", phrases=("shut up now",))
PACK = pack(RUDE)


def settings_of(tmp_path: Path, **changes: Any) -> Settings:
    return Settings(data_dir=tmp_path, observations=ObservationSettings(**changes))


def record(call_id: str = "c", queue: str | None = None) -> CallRecord:
    return CallRecord(Announcement(call_id=call_id, queue=queue), call_id, "en", _BEGAN_AT, 500)


@asynccontextmanager
async def log_of(settings: Settings) -> AsyncIterator[ObservationLog]:
    store = Store(settings)
    await store.open()
    writer = asyncio.create_task(store.run(lambda _change, _after: None))
    try:
        yield ObservationLog(settings, store, PlayClock(_BEGAN_AT))
    finally:
        await store.close()
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer


def told() -> Conversation:
    call = Conversation().says(AGENT, 1_000, 3_000, "you shut up now").partial(CUSTOMER, 4_000, 5_000, "my phone")
    return call.says(CUSTOMER, 4_000, 8_000, "my phone number is one three eight one two three four five six seven")


async def keep(log: ObservationLog, heard_with: RulePack | None = PACK, call_id: str = "c") -> None:
    its = record(call_id, queue="billing")
    watch = log.watch(its, heard_with, Reader.EN)
    told().quiet_until(20_000).play(watch)
    log.call_closed(its, 20_000)


async def test_a_call_is_kept_with_masked_words_and_what_rules_heard(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with log_of(settings) as log:
        await keep(log)
        await log.write_waiting()
        assert (log.kept, log.dropped, log.cut_short) == (1, 0, 0)
    engine = existing_store(settings)
    assert count_calls(engine, *_EVER) == 1
    ((language, call),) = kept_calls(engine, *_EVER)
    assert (language, call.call_id, call.duration_ms, call.whose.queue, call.has_text) == (
        "en",
        "c",
        20_000,
        "billing",
        True,
    )
    assert known_packs(engine) == {PACK.version: PACK}
    assert call.version == PACK.version
    words = [each for each in played_back(call.entries) if isinstance(each, HeardWords)]
    assert [hit.rule for each in words for hit in each.hits] == ["en.forbidden.rude"]
    assert words[0].heard.text == "you shut up now"
    assert "three" not in json.dumps(call.entries)
    dead_air = [entry for entry in call.entries if entry[0] == "f"]
    assert all(entry[1] != "phrase" for entry in call.entries if entry[0] == "f"), dead_air
    engine.dispose()


async def test_without_text_only_what_rules_heard_is_kept(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, with_text=False)
    async with log_of(settings) as log:
        await keep(log)
        await log.write_waiting()
    engine = existing_store(settings)
    ((_, call),) = kept_calls(engine, *_EVER)
    assert not call.has_text
    assert "shut" not in json.dumps(call.entries)
    assert [hit.rule for each in played_back(call.entries) if isinstance(each, HeardWords) for hit in each.hits] == [
        "en.forbidden.rude"
    ]
    engine.dispose()


async def test_a_call_may_be_too_long(tmp_path: Path) -> None:
    async with log_of(settings_of(tmp_path, most_per_call=100)) as log:
        its = record()
        watch = log.watch(its, PACK, Reader.EN)
        call = Conversation()
        for number in range(200):
            call.speech(AGENT, number * 2_000, number * 2_000 + 1_000)
        call.play(watch)
        assert isinstance(watch, NotingWatch)
        assert len(watch.notes.entries) == 100
        log.call_closed(its, 400_000)
        assert log.cut_short == 1


async def test_calls_that_wait_for_the_store_are_bounded(tmp_path: Path) -> None:
    async with log_of(settings_of(tmp_path, queue=10)) as log:
        for number in range(12):
            await keep(log, call_id=f"c{number}")
        assert log.dropped == 2
        await log.write_waiting()
        assert log.kept == 10
    engine = existing_store(settings_of(tmp_path))
    assert {call.call_id for _, call in kept_calls(engine, *_EVER)} == {f"c{number}" for number in range(2, 12)}
    engine.dispose()


async def test_nothing_is_kept_where_that_is_not_wanted_or_there_are_no_rules(tmp_path: Path) -> None:
    async with log_of(settings_of(tmp_path, enabled=False)) as log:
        await keep(log)
    async with log_of(settings_of(tmp_path)) as other:
        await keep(other, heard_with=None)
        log.call_closed(record("nobody"), 0)
        await other.write_waiting()
        assert (log.kept, other.kept) == (0, 0)


async def test_a_call_whose_rules_changed_belongs_to_no_pack(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with log_of(settings) as log:
        its = record()
        watch = log.watch(its, PACK, Reader.EN)
        told().play(watch)
        watch.change_rules(pack(RUDE, rule("en.forbidden.other", phrases=("who cares",))))
        log.call_closed(its, 9_000)
        await log.write_waiting()
    engine = existing_store(settings)
    ((_, call),) = kept_calls(engine, *_EVER)
    assert call.version == ""
    assert known_packs(engine) == {}
    engine.dispose()


async def test_the_running_log_writes_and_forgets(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, kept_days=1)
    async with log_of(settings) as log:
        old = record("old")
        old.ended_at = _BEGAN_AT - timedelta(days=2)
        told().play(log.watch(old, PACK, Reader.EN))
        log.call_closed(old, 9_000)
        await log.write_waiting()
        running = asyncio.create_task(log.run())
        await keep(log)
        async with asyncio.timeout(10):
            while log.kept < 2:  # noqa: ASYNC110  # the log is watched from outside
                await asyncio.sleep(0.02)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    engine = existing_store(settings)
    assert [call.call_id for _, call in kept_calls(engine, _EVER[0] - timedelta(days=9), _EVER[1])] == ["c"]
    engine.dispose()
