"""The store on real files: order, cursors, restarts, other programs' locks, full disks, killed processes."""

import asyncio
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import AlertState
from config.settings import StoreSettings
from service.store.database import StoreError
from service.store.store import Store
from tests.service.store.examples import (
    BEGAN_AT,
    QUICK,
    Ear,
    a_call,
    an_alert,
    running,
    settings_for,
)
from web.sources import AlertChange, CallState, CallView

_ROOT = Path(__file__).parents[3]


async def test_changes_are_published_in_order_with_rising_sequences(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        for version in range(1, 51):
            store.save_alert(an_alert("A1", version))
            store.save_alert(an_alert("A2", version))
        await ear.heard(100)
        assert [(alert_id, version) for _, alert_id, version in ear.said()] == [
            (alert_id, version) for version in range(1, 51) for alert_id in ("A1", "A2")
        ]
        sequences = [sequence for sequence, _, _ in ear.said() if sequence is not None]
        assert sequences == sorted(set(sequences))
        assert [change.alert.version for change in await store.get("A1")] == list(range(1, 51))
        assert await store.get("nobody") == []


async def test_a_published_change_keeps_its_words_and_says_when(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert())
        published = (await ear.heard(1))[0].alert
        stored = (await store.get("A1"))[0].alert
    assert published.evidence.text == "喂"
    assert stored == published
    assert stored.timing.published_at == BEGAN_AT


async def test_every_console_resumes_exactly_where_it_was(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        for version in range(1, 21):
            store.save_alert(an_alert(version=version))
        await ear.heard(20)
        for seen in range(21):
            rest = await store.since(seen, 100)
            assert rest is not None
            assert [change.sequence for change in rest] == list(range(seen + 1, 21))
        assert await store.since(0, 19) is None
        assert len(await store.since(0, 20) or ()) == 20
        assert await store.since(21, 100) is None, "a cursor of another database"


async def test_the_snapshot_holds_what_is_not_over(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        for number, state in enumerate(AlertState, 1):
            store.save_alert(replace(an_alert(f"A{number}"), state=state))
        await ear.heard(len(AlertState))
        sequence, alerts = await store.open_now()
    assert sequence == len(AlertState)
    assert [alert.state.value for alert in alerts] == ["provisional", "open", "acknowledged", "snoozed"]


async def test_an_older_version_that_comes_late_does_not_hide_the_newer(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert(version=2))
        store.save_alert(an_alert(version=1))
        await ear.heard(2)
        assert [alert.version for alert in (await store.open_now())[1]] == [2]
        assert [change.sequence for change in await store.get("A1")] == [2, 1]


async def test_a_repeated_version_is_stored_once(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert())
        store.save_alert(an_alert())
        await ear.heard(2)
        assert [sequence for sequence, _, _ in ear.said()] == [1, 1]
        assert len(await store.get("A1")) == 1


async def test_a_restart_shows_yesterdays_alerts_and_calls(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with running(settings) as store:
        store.save_call(a_call("done", CallState.ENDED))
        store.save_call(a_call("cut", CallState.HELD, minute=1))
        store.save_alert(an_alert("A1", call_id="cut"))
        await store.written()
    ear = Ear()
    async with running(settings, ear) as store:
        cut, done = await store.calls(None, None, 10, None)
        assert (done.state, done.coverage_causes) == (CallState.ENDED, ("gap",))
        assert (cut.state, cut.coverage_causes) == (CallState.ENDED, ("gap", "service_stopped"))
        assert cut.ended_at == BEGAN_AT + timedelta(minutes=1, seconds=90)
        assert [alert.alert_id for alert in (await store.open_now())[1]] == ["A1"]
        store.save_alert(an_alert("A1", 2, call_id="cut"))
        await ear.heard(1)
        assert ear.said() == [(2, "A1", 2)]


async def test_calls_are_found_by_state_and_queue_page_by_page(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        for minute in range(9):
            state = CallState.ENDED if minute % 2 else CallState.LIVE
            store.save_call(replace(a_call(f"call-{minute}", state, minute // 2), queue="ab"[minute % 3 == 0]))
        await store.written()
        everything = [call.call_id for call in await store.calls(None, None, 99, None)]
        assert everything == ["call-8", "call-7", "call-6", "call-5", "call-4", "call-3", "call-2", "call-1", "call-0"]
        pages: list[str] = []
        while page := await store.calls(None, None, 2, pages[-1] if pages else None):
            pages += [call.call_id for call in page]
        assert pages == everything
        assert [call.call_id for call in await store.calls(CallState.ENDED, "b", 9, None)] == ["call-3"]
        assert await store.calls(None, None, 9, "nobody") == []
        assert await store.call("nobody") is None
        found = await store.call("call-3")
        assert found is not None
        assert found.customer_number == "+861012345678"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    other = sqlite3.connect(folder / "earshot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("COMMIT")
        other.close()


async def test_while_the_database_is_locked_alerts_are_shown_once_and_stored_after(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert("A1"))
        await ear.heard(1)
        with _locked(tmp_path):
            store.save_alert(an_alert("A2"))
            store.save_call(a_call())
            await ear.heard(2)
            while store.status().failing is None:
                await asyncio.to_thread(store.status)  # lets the writer's task come round
            store.save_alert(an_alert("A3"))
            await ear.heard(3)
            assert store.status().failing == "SQLITE_BUSY"
            assert store.status().waiting == 3
            newest, alerts = await store.open_now()
            assert (newest, [alert.alert_id for alert in alerts]) == (1, ["A1", "A2", "A3"])
            rest = await store.since(1, 10)
            assert rest is not None
            assert [(change.sequence, change.alert.alert_id) for change in rest] == [(None, "A2"), (None, "A3")]
            assert [change.sequence for change in await store.get("A2")] == [None]
        await store.written()
        store.save_alert(an_alert("A4"))
        await ear.heard(6)
        shown = [(1, "A1", 1), (None, "A2", 1), (None, "A3", 1)]
        assert ear.said() == [*shown, (2, "A2", 1), (3, "A3", 1), (4, "A4", 1)]
        assert [change.sequence for change in await store.since(0, 10) or ()] == [1, 2, 3, 4]
        assert {change.alert.timing.published_at for change in ear.changes} == {BEGAN_AT}
        status = store.status()
        assert (status.failing, status.waiting, status.shown_unstored) == (None, 0, 2)
        assert status.failures >= 1


async def test_an_alert_over_is_not_in_the_snapshot_even_before_it_is_stored(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert("A1"))
        await ear.heard(1)
        with _locked(tmp_path):
            store.save_alert(replace(an_alert("A1", 2), state=AlertState.WITHDRAWN))
            await ear.heard(2)
            assert await store.open_now() == (1, [])
        await store.written()


@contextmanager
def _files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """As on a full disk: writing a file beyond this size fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_holds_nothing_up_and_loses_nothing(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert("A1"))
        await ear.heard(1)
        with _files_no_larger_than((tmp_path / "earshot.db-wal").stat().st_size):
            for number in range(2, 12):
                store.save_alert(an_alert(f"A{number}"))
            await ear.heard(11)
            assert [sequence for sequence, _, _ in ear.said()[1:]] == [None] * 10
            assert (store.status().failing or "").startswith("SQLITE_")
        await store.written()
        assert [change.alert.alert_id for change in await store.since(0, 99) or ()] == [f"A{n}" for n in range(1, 12)]
        assert [sequence for sequence, _, _ in ear.said()[11:]] == [*range(2, 12)]


async def test_a_row_that_can_never_be_stored_does_not_stop_the_others(tmp_path: Path) -> None:
    ear = Ear()
    async with running(settings_for(tmp_path), ear) as store:
        store.save_alert(an_alert("A1"))
        store.save_alert(an_alert("A2", call_id="\ud800"))
        store.save_call(replace(a_call("bad"), started_at=BEGAN_AT.replace(tzinfo=None)))
        store.save_call(a_call("good"))
        store.save_alert(an_alert("A3"))
        await store.written()
        assert ear.said() == [(1, "A1", 1), (None, "A2", 1), (2, "A3", 1)]
        assert [call.call_id for call in await store.calls(None, None, 9, None)] == ["good"]
        assert store.status().refused_rows == 2
        assert store.status().failures == 0


async def test_closing_writes_the_rest(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        for number in range(1_500):
            store.save_alert(an_alert(f"A{number}"))
        store.save_call(a_call())
    async with running(settings_for(tmp_path)) as store:
        assert len(await store.since(0, 9_999) or ()) == 1_500
        assert await store.call("call-1") is not None


async def test_closing_ends_even_when_nothing_can_be_written(tmp_path: Path) -> None:
    ear = Ear()
    store = Store(settings_for(tmp_path, QUICK.model_copy(update={"drain_s": 0.1})))
    await store.open()
    task = asyncio.create_task(store.run(ear))
    with _locked(tmp_path):
        store.save_alert(an_alert())
        await store.close()
        await task
    assert ear.said() == [(None, "A1", 1)]


async def test_what_was_being_written_when_the_task_was_cancelled_is_written_by_closing(tmp_path: Path) -> None:
    ear = Ear()
    store = Store(settings_for(tmp_path, StoreSettings(busy_ms=60_000, patience_ms=20)))
    await store.open()
    task = asyncio.create_task(store.run(ear))
    with _locked(tmp_path):
        store.save_alert(an_alert("A1"))
        await ear.heard(1)  # its commit waits for the lock
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        store.save_alert(an_alert("A2"))
    await store.close()
    assert [said for said in ear.said() if said[0] is not None] == [(1, "A1", 1), (2, "A2", 1)]
    async with running(settings_for(tmp_path)) as store:
        assert [change.alert.alert_id for change in await store.since(0, 9) or ()] == ["A1", "A2"]


async def test_what_was_saved_before_the_start_is_written_after_it(tmp_path: Path) -> None:
    store = Store(settings_for(tmp_path))
    store.save_alert(an_alert())
    store.save_call(a_call())
    await store.open()
    ear = Ear()
    task = asyncio.create_task(store.run(ear))
    await ear.heard(1)
    await store.close()
    await task
    assert ear.said() == [(1, "A1", 1)]


async def test_a_store_that_is_not_open_says_so(tmp_path: Path) -> None:
    store = Store(settings_for(tmp_path))
    await store.close()
    with pytest.raises(StoreError, match="not open"):
        await store.open_now()
    with pytest.raises(StoreError, match="not open"):
        store.status()


async def test_two_services_cannot_share_a_data_folder(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)):
        with pytest.raises(StoreError, match="another Earshot uses it"):
            await Store(settings_for(tmp_path)).open()
    async with running(settings_for(tmp_path)) as store:
        assert (await store.open_now())[0] == 0


async def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"file.earshot\.db: cannot be made \(File exists\)|Not a directory"):
        await Store(settings_for(tmp_path / "file")).open()


async def test_a_store_that_failed_to_open_lets_the_folder_go(tmp_path: Path) -> None:
    (tmp_path / "earshot.db").write_bytes(b"no database" * 1_000)
    for _ in range(2):
        with pytest.raises(StoreError, match="is not an Earshot database"):
            await Store(settings_for(tmp_path)).open()


async def test_others_may_not_read_the_folder(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path / "mine")):
        assert (tmp_path / "mine").stat().st_mode & 0o077 == 0


_CHILD = """
import asyncio, itertools, sys
from pathlib import Path
from service.store.store import Store
from tests.service.store.examples import a_call, an_alert, settings_for
from web.sources import AlertChange

def say(change: AlertChange, after: int | None) -> None:
    print(change.sequence, change.alert.alert_id, flush=True)

async def write() -> None:
    store = Store(settings_for(Path(sys.argv[1])))
    await store.open()
    store.save_call(a_call())
    async with asyncio.TaskGroup() as group:
        group.create_task(store.run(say))
        for number in itertools.count():
            store.save_alert(an_alert(f"A{number}"))
            await store.written()

asyncio.run(write())
"""


def test_a_killed_service_leaves_all_it_acknowledged(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path)], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    acknowledged = [child.stdout.readline().split() for _ in range(200)]
    child.send_signal(signal.SIGKILL)
    acknowledged += [line.split() for line in child.stdout if line.endswith("\n")]
    child.stdout.close()
    assert child.wait(10) == -signal.SIGKILL

    async def kept() -> tuple[list[AlertChange] | None, CallView | None]:
        async with running(settings_for(tmp_path)) as store:
            return await store.since(0, 10**6), await store.call("call-1")

    changes, call = asyncio.run(kept())
    assert changes is not None
    assert [[str(change.sequence), change.alert.alert_id] for change in changes[: len(acknowledged)]] == acknowledged
    assert call is not None
    assert call.state is CallState.ENDED
