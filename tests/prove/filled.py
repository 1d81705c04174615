"""Databases of a million rows: filled once, kept where a folder is named, and what questions to them cost.

`--keep FOLDER` leaves the databases there: the next run with the same folder only asks. PostgreSQL's user must be able
to enter the folder. Take another folder for another commit's rows, or delete it.
"""

import argparse
import gc
import inspect
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine, text

from config.settings import Settings
from service.store.database import writing
from tests.fakes.servers import PostgresServer
from tests.prove.report import percentile

HEADER = ("p50 ms", "p95 ms", "max ms", "processor time of ours, mean ms", "of the server, mean ms")
Question = Callable[[], Awaitable[object] | object]


@dataclass(frozen=True, slots=True)
class Filled:
    """A database, and the mark that says it holds its rows."""

    settings: Settings
    mark: Path
    server: PostgresServer | None

    @property
    def is_full(self) -> bool:
        """Whether an earlier run has filled it."""
        return self.mark.exists()


def asked_for(name: str) -> tuple[list[str], Path | None, str]:
    """Which databases, where they are kept, and the command as it was given."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.prove.{name}")
    parser.add_argument("server", nargs="?", choices=["sqlite", "postgresql"], help="both, where none is named")
    parser.add_argument("--keep", type=Path, help="a folder for the databases; a second run with it only asks")
    found = parser.parse_args()
    servers = ["sqlite", "postgresql"] if found.server is None else [found.server]
    return servers, found.keep, " ".join([parser.prog, *([] if len(servers) > 1 else servers)])


@contextmanager
def database(name: str, server: str, keep: Path | None, settings: Settings) -> Iterator[Filled]:
    """The settings with a database on this server; it stays where a folder is named."""
    with tempfile.TemporaryDirectory(prefix="earshot-prove-", ignore_cleanup_errors=True) as temporary:
        folder = (Path(temporary) if keep is None else keep.resolve()) / f"{name}-{server}"
        mark = folder.with_suffix(".full")
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was broken off
            folder.mkdir(parents=True)
            folder.parent.chmod(0o755)  # the server's own user comes through here
        if server == "sqlite":
            yield Filled(settings.model_copy(update={"data_dir": folder}), mark, None)
            return
        postgres = PostgresServer(folder)
        if not mark.exists():
            postgres.make()
        postgres.start()
        try:
            url = postgres.address(name) if mark.exists() else postgres.new_database(name)
            yield Filled(settings.model_copy(update={"database_url": SecretStr(url)}), mark, postgres)
        finally:
            postgres.stop()


def analyze(engine: Engine) -> None:
    """Tell the database what it holds, as its own housekeeping does sooner or later."""
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("ANALYZE"))


async def costs(questions: Mapping[str, Question], times: int, server: PostgresServer | None) -> list[list[object]]:
    """A row for each question: its name and what `HEADER` says."""
    gc.collect()
    gc.freeze()  # as a node does when it is ready: else now and then a collection of everything is measured
    rows: list[list[object]] = []
    for name, ask in questions.items():
        took_ms: list[float] = []
        own_s, servers_s = time.process_time(), _processor_s(server)
        for _ in range(times):
            began_s = time.perf_counter()
            await _answer(ask)
            took_ms.append((time.perf_counter() - began_s) * 1000)
        own_ms = (time.process_time() - own_s) / times * 1000
        servers_ms = (_processor_s(server) - servers_s) / times * 1000
        figures = (percentile(took_ms, 0.5), percentile(took_ms, 0.95), max(took_ms), own_ms)
        rows.append([name, *(round(figure, 1) for figure in figures), round(servers_ms, 1) if server else "–"])
        print(rows[-1], flush=True)  # noqa: T201  # the rest may take a while
    return rows


async def _answer(ask: Question) -> None:
    answer = ask()
    if inspect.isawaitable(answer):
        await answer


def _processor_s(server: PostgresServer | None) -> float:
    """Of the server and all it started, those that have ended too."""
    if server is None:
        return 0.0
    first = Path(f"/proc/{server.pid}")
    ticks = sum(_spent(first)[:4])
    for child in (first / "task" / first.name / "children").read_text(encoding="ascii").split():
        try:
            ticks += sum(_spent(Path(f"/proc/{child}"))[:2])
        except OSError:
            continue  # ended: from now on counted with its parent
    return ticks / os.sysconf("SC_CLK_TCK")


def _spent(process: Path) -> list[int]:
    """Its own ticks in programs and in the kernel, then those of its children that have ended."""
    fields = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return [int(field) for field in fields[11:15]]
