"""The ways of docs/operations.md to back up and restore, done for real: what was acknowledged is there again."""

import asyncio
import shutil
import subprocess
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from service.clock import SystemClock
from service.store.store import Store
from tests.fakes.servers import PostgresServer
from tests.service.store.examples import QUICK, a_call, an_alert, running, settings_for


async def test_a_sqlite_backup_made_while_it_runs_comes_back(tmp_path: Path) -> None:
    live, restored = tmp_path / "live", tmp_path / "restored"
    async with running(settings_for(live)) as store:
        store.save_call(a_call())
        for number in range(200):
            store.save_alert(an_alert(f"A{number}"))
        await store.written()
        copy = tmp_path / "copy.db"
        await asyncio.to_thread(
            subprocess.run, ["sqlite3", str(live / "earshot.db"), f".backup '{copy}'"], check=True, capture_output=True
        )
        store.save_alert(an_alert("after the backup"))
        await store.written()
    await asyncio.to_thread(shutil.copytree, live, restored)  # what a crash leaves: the newer files, the log beside
    for name in ("earshot.db-wal", "earshot.db-shm"):
        await asyncio.to_thread((restored / name).unlink, missing_ok=True)
    await asyncio.to_thread(copy.replace, restored / "earshot.db")
    async with running(settings_for(restored)) as store:
        assert len(await store.since(0, 1_000) or ()) == 200
        assert await store.get("after the backup") == []
        assert (await store.call("call-1")) is not None
        assert await store.since(201, 10) is None  # a console of the lost future draws everything anew
        store.save_alert(an_alert("A200"))
        await store.written()


async def test_a_postgresql_dump_comes_back(postgres: PostgresServer) -> None:
    here, there = postgres.new_database(), postgres.new_database()
    await _fill(here)
    dump = await asyncio.to_thread(postgres.dump, here)
    await asyncio.to_thread(postgres.restore, there, dump)
    store = Store(Settings(database_url=SecretStr(there), store=QUICK), SystemClock(), "a")
    await store.open()
    assert len(await store.since(0, 1_000) or ()) == 200
    writing = asyncio.create_task(store.run(lambda change, after: None))
    store.save_alert(an_alert("next"))
    await store.written()
    assert [change.sequence for change in await store.get("next")] == [201]  # numbers go on where they were
    await store.close()
    await writing


async def _fill(url: str) -> None:
    store = Store(Settings(database_url=SecretStr(url), store=QUICK), SystemClock(), "a")
    await store.open()
    writing = asyncio.create_task(store.run(lambda change, after: None))
    for number in range(200):
        store.save_alert(an_alert(f"A{number}"))
    await store.written()
    await store.close()
    await writing
