"""What is old goes, what is not stays; and what went is nowhere in the files."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine

from alerts.rules.call_so_far import Whose
from config.keeping import RetentionSettings
from config.settings import Settings
from service.clock import PlayClock
from service.store.observations import CallToKeep, keep_call, kept_calls
from service.store.retention import Retention
from service.store.store import Store
from streaming.frames import Leg
from streaming.observations import WordsHeard
from tests.service.store.examples import BEGAN_AT, QUICK, a_call, an_alert, running, settings_for
from web.sources import CallEvent, CallEventType, CallState, TranscriptLine

_SECRET = "never-to-be-found-again"  # noqa: S105  # what was said, not a password
_Answer = TypeVar("_Answer")
_DAY_MS = 86_400_000


def _line(text: str) -> TranscriptLine:
    return TranscriptLine("call-1", WordsHeard(Leg.AGENT, 1, 1, True, 0, 900, text))


def _retention(store: Store, days_later: int, folder: Path, **settings: int) -> Retention:
    clock = PlayClock(BEGAN_AT)
    clock.move_to(days_later * _DAY_MS)
    deleted: list[tuple[Path, float]] = []

    def delete_older(where: Path, before_s: float) -> int:
        deleted.append((where, before_s))
        return 1

    wanted = RetentionSettings.model_validate(settings)
    return Retention(wanted, store, clock, ((folder, wanted.clips_days),), delete_older)


async def test_each_kind_of_entry_has_its_own_time(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        store.save_call(replace(a_call("over", CallState.ENDED), metadata=(("note", _SECRET),)))
        store.save_call(a_call("running"))
        store.save_stream("over", Leg.AGENT, "stream")
        store.save_event("over", CallEvent(CallEventType.HOLD, cause=_SECRET))
        store.save_line(_line(_SECRET))
        store.save_alert(replace(an_alert("A1"), title=_SECRET))
        store.save_alert(an_alert("A2"))
        await store.written()
        await _retention(store, 20, tmp_path, calls_days=30, alerts_days=30, transcripts_days=30).sweep()
        assert await store.words("call-1") != []
        await _retention(store, 40, tmp_path, calls_days=30, alerts_days=0, transcripts_days=0).sweep()
        assert [call.call_id for call in await store.calls(None, None, 9, None)] == ["running"]
        assert await store.streams_of("over") == {}
        assert len(await store.get("A1")) == 1
        assert await store.words("call-1") != []
        await _retention(store, 40, tmp_path, calls_days=0, alerts_days=30, transcripts_days=30).sweep()
        assert await store.words("call-1") == []
        assert await store.get("A1") == []
        assert await store.search((), (), (), None, None, 9, None) == []
        assert _SECRET.encode() not in b"".join(path.read_bytes() for path in _files(tmp_path))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


def _kept(call_id: str, has_text: bool) -> CallToKeep:
    return CallToKeep(call_id, BEGAN_AT, "en", None, 1_000, Whose(), has_text, True, [["a", 0]])


@pytest.mark.parametrize(
    ("calls_days", "transcripts_days", "left"),
    [(0, 0, ["over", "running", "wordless"]), (30, 0, ["running", "wordless"]), (0, 30, ["wordless"])],
)
async def test_what_rules_are_tried_on_goes_with_the_call_and_with_its_words(
    tmp_path: Path, calls_days: int, transcripts_days: int, left: list[str]
) -> None:
    async with running(settings_for(tmp_path)) as store:
        store.save_call(a_call("over", CallState.ENDED))
        store.save_call(a_call("running"))
        await store.written()
        for call_id, has_text in (("over", True), ("running", True), ("wordless", False)):
            await store.write(partial(keep_call, call=_kept(call_id, has_text)))
        await _retention(store, 40, tmp_path, calls_days=calls_days, transcripts_days=transcripts_days).sweep()
        ever = (BEGAN_AT - timedelta(days=1), BEGAN_AT + timedelta(days=1))
        kept = await store.write(lambda engine: [call.call_id for _, call in kept_calls(engine, *ever)])
        assert kept == left


async def test_a_cursor_of_a_time_that_is_deleted_gets_a_snapshot(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        store.save_alert(an_alert("A1"))
        store.save_alert(replace(an_alert("A2"), updated_at=BEGAN_AT + timedelta(days=60)))
        await store.written()
        await _retention(store, 40, tmp_path, alerts_days=30).sweep()
        assert await store.since(0, 10) is None
        assert [change.alert.alert_id for change in await store.since(1, 10) or ()] == ["A2"]
        store.save_alert(an_alert("A3"))
        await store.written()
        assert [change.sequence for change in await store.since(2, 10) or ()] == [3]  # never given twice


async def test_files_have_their_time_too(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        retention = _retention(store, 0, tmp_path, clips_days=30)
        await retention.sweep()
        assert retention.files == 1
        forever = _retention(store, 0, tmp_path, clips_days=0)
        await forever.sweep()
        assert forever.files == 0


async def test_many_rows_go_in_pieces(tmp_path: Path) -> None:
    pieces: list[int] = []

    class Counting(Store):
        async def write(self, work: Callable[[Engine], _Answer]) -> _Answer:
            answer = await super().write(work)
            pieces.append(answer if isinstance(answer, int) else 0)
            return answer

    store = Counting(Settings(data_dir=tmp_path, store=QUICK), PlayClock(BEGAN_AT))
    await store.open()
    writing = asyncio.create_task(store.run(lambda change, after: None))
    for number in range(1_200):
        store.save_alert(an_alert(f"A{number}"))
    await store.written()
    await _retention(store, 40, tmp_path, alerts_days=30).sweep()
    assert max(pieces) == 500
    assert sum(pieces) == 1_200
    await store.close()
    await writing
