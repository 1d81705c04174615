"""One person's calls are gone from database, disk and memory, and nobody else's."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from typer.testing import CliRunner

from service.clips.flac import write_whole
from service.clips.places import clip_path, recording_path
from service.commands.program import app
from service.store.eraser import Eraser
from service.store.erasure import KEPT_TABLES, number_hash
from service.store.store import Store
from service.store.tables import metadata
from streaming.frames import Leg
from streaming.observations import WordsHeard
from tests.service.store.examples import a_call, an_alert, running, settings_for
from web.erasure import Erased, Person
from web.sources import AgentView, CallEvent, CallEventType, CallState, TranscriptLine

_NUMBER = "+8613800138000"
_SECRET = "Zaphod-Beeblebrox"  # noqa: S105  # stands in every row of the person


def _fill(store: Store, folder: Path) -> None:
    for call_id, number, agent in (("his", _NUMBER, "1007"), ("hers", "+1", "1008"), ("now", _NUMBER, "1007")):
        state = CallState.LIVE if call_id == "now" else CallState.ENDED
        words = _SECRET if call_id == "his" else "nothing"
        call = replace(a_call(call_id, state), customer_number=number, agent=AgentView(agent), metadata=(("n", words),))
        store.save_call(call)
        store.save_stream(call_id, Leg.AGENT, f"stream-{call_id}")
        store.save_event(call_id, CallEvent(CallEventType.HOLD, cause=words))
        store.save_line(TranscriptLine(call_id, WordsHeard(Leg.AGENT, 1, 1, True, 0, 900, words)))
        store.save_alert(replace(an_alert(f"ALERT-{call_id}", call_id=call_id), title=words, agent_id=agent))
        write_whole(clip_path(folder / "clips", f"ALERT-{call_id}"), b"sound")
        write_whole(recording_path(folder / "recordings", call_id), b"sound")


def _named(engine: Engine) -> dict[str, set[str]]:
    """Which calls each table names."""
    with engine.connect() as connection:
        return {
            table.name: set(connection.execute(select(table.c.call_id)).scalars())
            for table in metadata.sorted_tables
            if "call_id" in table.c and connection.execute(select(func.count()).select_from(table)).scalar()
        }


@pytest.mark.parametrize(
    "person", [Person(customer_number=_NUMBER), Person(customer_sha256=number_hash(_NUMBER)), Person(agent_id="1007")]
)
async def test_everything_of_the_person_is_gone_and_nothing_else(tmp_path: Path, person: Person) -> None:
    forgotten: list[str] = []

    async def forget(call_ids: Sequence[str]) -> None:
        forgotten.extend(call_ids)

    async with running(settings_for(tmp_path)) as store:
        _fill(store, tmp_path)
        await store.written()
        eraser = Eraser(store, tmp_path / "clips", tmp_path / "recordings", forget)
        erased = await eraser.erase(person)
        assert (erased.calls, erased.files, erased.still_running) == (1, 2, 1)
        assert erased.rows >= 6
        assert forgotten == ["his"]
        assert {name: calls & {"his"} for name, calls in (await store.read(_named)).items() if "his" in calls} == {}
        assert (await store.read(_named))["utterances"] == {"hers", "now"}
        assert await store.since(0, 100) is None  # consoles draw everything anew
        assert (await eraser.erase(person)).calls == 0
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())  # noqa: ASYNC240
    assert _SECRET.encode() not in left
    assert sorted(path.name for path in tmp_path.rglob("*.flac")) == [  # noqa: ASYNC240
        "ALERT-hers.flac",
        "ALERT-now.flac",
        "call-hers.flac",
        "call-now.flac",
    ]


def test_no_table_that_names_a_call_is_left_out() -> None:
    named = {table.name for table in metadata.sorted_tables if "call_id" in table.c}
    assert KEPT_TABLES - named <= {"ledger"}
    assert named - KEPT_TABLES >= {"calls", "legs", "utterances", "alerts", "alert_changes", "call_events"}


async def _stored(folder: Path) -> None:
    async with running(settings_for(folder)) as store:
        _fill(store, folder)
        await store.written()


async def test_the_command_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await _stored(tmp_path)
    monkeypatch.setenv("EARSHOT_DATA_DIR", str(tmp_path))

    def run(*words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(app, ["erase", *words])
        return answer.exit_code, (answer.stdout.splitlines() or [""])[-1]

    assert run()[0] == 2
    assert run("--agent", "1007", "--customer", "x", "--yes")[0] == 2
    code, out = await asyncio.to_thread(run, "--customer", _NUMBER, "--yes", "--json")
    assert code == 0
    assert Erased(**json.loads(out)) == Erased(1, json.loads(out)["rows"], 2, 1)
