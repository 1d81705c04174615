"""`earshot rules replay`: kept calls through changed rules."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.reader import Reader
from alerts.rules.call_so_far import Whose
from alerts.rules.observed_call import Entry, entry_of, words_entry
from alerts.watch import CallWatch
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Settings
from service.commands.program import app
from service.store.database import database_url, make_engine, migrate
from service.store.observations import CallToKeep, keep_call
from streaming.observations import WordsHeard
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation

ENDED_AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with two calls of an English day."""
    settings = Settings(data_dir=tmp_path)
    engine = make_engine(database_url(settings), 2_000)
    migrate(engine)
    pack = load_rule_pack(packaged_rules() / "en")
    rude = (
        Conversation().says(AGENT, 1_000, 3_000, "that is not my responsibility").says(CUSTOMER, 5_000, 6_000, "okay")
    )
    slow = Conversation().says(AGENT, 1_000, 3_000, "this takes ages today").says(CUSTOMER, 5_000, 6_000, "okay then")
    for call_id, told in (("rude", rude), ("slow", slow)):
        watch = CallWatch(settings.detection, pack, Reader.EN)
        entries: list[Entry] = []
        for _, heard in told.observations():
            watch.feed(heard)
            if isinstance(heard, WordsHeard):
                entries.append(words_entry(heard, watch.sure_hits(heard), with_text=True))
            elif (entry := entry_of(heard)) is not None:
                entries.append(entry)
        keep_call(engine, CallToKeep(call_id, ENDED_AT, "en", pack, 1_800_000, Whose(), True, True, entries))
    engine.dispose()
    return tmp_path


def changed(tmp_path: Path) -> Path:
    folder = tmp_path / "changed" / "en"
    shutil.copytree(packaged_rules() / "en", folder)
    file = folder / "forbidden.yaml"
    text = file.read_text(encoding="utf-8")
    new = text.replace("""phrases: ["hurry up",""", """phrases: ["this takes ages", "hurry up",""", 1)
    assert new != text
    file.write_text(new, encoding="utf-8")
    return folder


def earshot(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["rules", "replay", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_which_calls_gain_and_lose(kept: Path, tmp_path: Path) -> None:
    where = ("--since", "2026-11-25", "--data-dir", str(kept), "--rules", str(changed(tmp_path)))
    code, out, _ = earshot(*where, "--json")
    body = json.loads(out)
    assert code == 0
    assert (body["calls"], body["hours"]) == (2, 1.0)
    assert body["changed_calls"] == [{"call_id": "slow", "gained": {"en.forbidden.impatient": 1}, "lost": {}}]
    rules = {each["rule"]: (each["before_per_hour"], each["after_per_hour"]) for each in body["rules"]}
    assert rules == {"en.forbidden.impatient": (0.0, 1.0), "en.forbidden.not_my_responsibility": (1.0, 1.0)}
    code, out, _ = earshot(*where)
    assert code == 0
    assert "slow: +1 en.forbidden.impatient" in out
    assert "2 calls" in out


def test_without_changed_rules_those_of_the_time_are_compared(kept: Path) -> None:
    code, out, _ = earshot(
        "--since", "2026-11-25T08:59", "--until", "2026-11-25T09:01", "--data-dir", str(kept), "--json"
    )
    assert (code, json.loads(out)["changed_calls"], json.loads(out)["calls"]) == (0, [], 2)


def test_another_day_holds_nothing(kept: Path) -> None:
    code, out, _ = earshot("--since", "2026-11-26", "--data-dir", str(kept), "--json")
    assert (code, json.loads(out)["calls"]) == (0, 0)


def test_a_folder_without_a_store_is_named(tmp_path: Path) -> None:
    code, _, said = earshot("--since", "2026-11-25", "--data-dir", str(tmp_path))
    assert code == 1
    assert "no store is there" in said


def test_rules_that_cannot_be_read_are_named(kept: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad" / "en"
    bad.mkdir(parents=True)
    (bad / "wait.yaml").write_text("rules: [", encoding="utf-8")
    code, _, said = earshot("--since", "2026-11-25", "--data-dir", str(kept), "--rules", str(bad.parent))
    assert code == 1
    assert "wait.yaml, line" in said
