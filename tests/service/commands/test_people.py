"""`earshot users`, `keys` and `ledger`: what they change, what they refuse, and that a running service knows."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from config.settings import Settings
from service.commands.program import app
from service.store.database import database_url, make_engine, writing
from service.store.people_beside import StoreBeside
from service.store.trust_writes import known
from service.trust.secrets import fits, parts_of_key

_PASSWORD = "correct horse battery\n"  # noqa: S105 - of users that live for one test


def _earshot(folder: Path, *arguments: str, said: str = _PASSWORD) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)], input=said)


def test_users_are_added_changed_and_disabled_and_each_is_a_row(tmp_path: Path) -> None:
    for arguments, code, words in (
        (("users", "add", "Root", "--role", "admin"), 0, "root is registered: admin; nowhere"),
        (("users", "add", "li", "--role", "supervisor", "--team", "east", "--grant", "barge"), 0, "+barge; east"),
        (("users", "add", "li", "--role", "qa", "--everywhere"), 1, "is another user's"),
        (("users", "add", "bad name", "--role", "admin"), 2, "name"),
        (("users", "add", "wu", "--role", "supervisor"), 2, "name sites, teams or queues"),
        (("users", "add", "wu", "--role", "admin", "--grant", "listen", "--everywhere"), 2, "hears and reads no calls"),
        (("users", "role", "li", "--role", "floor_manager", "--team", "south"), 0, "floor_manager, +barge; south"),
        (("users", "role", "nobody", "--role", "qa"), 1, "no such user"),
        (("users", "disable", "li"), 0, "li is disabled"),
        (("users", "disable", "root"), 1, "last admin"),
        (("users", "role", "root", "--role", "wallboard", "--everywhere"), 1, "last admin"),
        (("users", "enable", "li"), 0, "li is enabled"),
        (("users", "passwd", "li"), 0, "new password"),
        (("ledger", "verify"), 0, "whole: 7 rows"),
    ):
        done = _earshot(tmp_path, *arguments)
        assert done.exit_code == code, (arguments, done.output)
        assert words in done.output.replace("\n", " "), (arguments, done.output)
    assert _earshot(tmp_path, "users", "passwd", "li", said="short\n").exit_code == 2
    listed = json.loads(_earshot(tmp_path, "users", "list", "--json").stdout)
    assert [(user["name"], user["roles"], user["has_password"]) for user in listed] == [
        ("li", ["floor_manager"], True),
        ("root", ["admin"], True),
    ]
    assert "password_hash" not in json.dumps(listed)


def test_a_key_is_shown_once_and_turned_over(tmp_path: Path) -> None:
    made = json.loads(
        _earshot(tmp_path, "keys", "add", "PBX east", "--kind", "ingest", "--prefix", "pbx-7:", "--json").stdout
    )
    key_id, first = made["key"]["key_id"], made["secret"]
    assert first not in _earshot(tmp_path, "keys", "list").output
    assert "PBX east" in _earshot(tmp_path, "keys", "list").output
    second = _earshot(tmp_path, "keys", "rotate", key_id, "--overlap-s", "60").stdout.split()[-1]
    ((key, secret_hash, former_hash),) = StoreBeside.existing(Settings(data_dir=tmp_path)).do(known).keys
    assert key.former_until is not None
    for secret, kept in ((second, secret_hash), (first, former_hash)):
        parts = parts_of_key(secret)
        assert parts is not None
        assert fits(parts[1], kept)
    assert _earshot(tmp_path, "keys", "revoke", key_id).exit_code == 0
    assert "(revoked)" in _earshot(tmp_path, "keys", "list").output
    for word in ("rotate", "revoke"):
        assert _earshot(tmp_path, "keys", word, key_id).exit_code == 1


def test_a_changed_row_and_a_chain_written_anew_are_found(tmp_path: Path) -> None:
    for name in ("root", "second", "third"):
        _earshot(tmp_path, "users", "add", name, "--role", "admin")
    whole = json.loads(_earshot(tmp_path, "ledger", "verify", "--json").stdout)
    assert (whole["whole"], whole["newest"]) == (True, 3)
    head = f"{whole['newest']}:{whole['hash']}"
    assert _earshot(tmp_path, "ledger", "verify", "--head", head).exit_code == 0
    assert _earshot(tmp_path, "ledger", "verify", "--head", f"2:{whole['hash']}").exit_code == 1
    assert _earshot(tmp_path, "ledger", "verify", "--head", "nonsense").exit_code == 2
    engine = make_engine(database_url(Settings(data_dir=tmp_path)), 2_000)
    with writing(engine).begin() as connection:
        connection.execute(text("DROP TRIGGER ledger_no_update"))
        connection.execute(text("UPDATE ledger SET who = 'somebody else' WHERE sequence = 2"))
    engine.dispose()
    broken = _earshot(tmp_path, "ledger", "verify", "--json")
    assert broken.exit_code == 1
    assert [each["sequence"] for each in json.loads(broken.stdout)["breaks"]] == [2]


@pytest.mark.parametrize("command", [("users", "list"), ("keys", "list"), ("ledger", "verify")])
def test_a_store_that_cannot_be_used_is_one_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    done = _earshot(blocked, *command)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
