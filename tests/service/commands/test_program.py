"""The command line: help with examples, honest exit codes, clear refusals, JSON lines."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.calls.played import path_of

_COMMANDS = (
    *(["rules"], ["rules", "check"], ["rules", "replay"], ["roster", "check"], ["roster", "import"]),
    *(["serve"], ["demo"], ["simulate"], ["listen"], ["bench"], ["models"], ["models", "pull"]),
    *(
        ["evaluate"],
        ["evaluate", "phrases"],
        ["evaluate", "transcripts"],
        ["evaluate", "calls"],
        ["evaluate", "emotion"],
    ),
)


def _earshot(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.commands.program", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    shown = _earshot(*command, "--help")
    assert shown.returncode == 0
    assert "earshot" in shown.stdout
    assert "xample" in shown.stdout


def test_without_a_command_the_help_is_shown() -> None:
    assert "serve" in _earshot().stdout + _earshot().stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "words"),
    [
        (["nonsense"], {}, 2, ["nonsense"]),
        (["serve", "--http-port", "99999999"], {}, 2, ["http_port"]),
        (["serve"], {"EARSHOT_HTTP_PROT": "1"}, 2, ["EARSHOT_HTTP_PROT", "EARSHOT_HTTP_PORT"]),
        (["serve", "--host", "0.0.0.0"], {}, 2, ["loopback"]),  # noqa: S104  # to see it refused
        (["serve", "--language", "ko", "--model", "/nowhere"], {}, 1, ["/nowhere"]),
        (["serve", "--config", "/nowhere.yaml"], {}, 2, ["/nowhere.yaml"]),
        (["serve"], {"EARSHOT_DESK__ROSTER_FILE": "/nowhere/roster.yaml"}, 1, ["/nowhere/roster.yaml"]),
        (["roster", "check", "/nowhere.csv"], {}, 2, ["/nowhere.csv"]),
        (["roster", "import", "config/example.yaml"], {}, 2, ["example.yaml", "line 6", "language"]),
        (["listen", "/nowhere.flac"], {}, 2, ["/nowhere.flac"]),
        (["simulate", "/nowhere.flac"], {}, 2, ["/nowhere.flac"]),
        (["simulate", "--audiosocket", "nowhere"], {}, 2, ["HOST:PORT"]),
        (["simulate", "--to", "http://127.0.0.1:9", "--audiosocket", "127.0.0.1:9"], {}, 1, ["127.0.0.1:9"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_clear_sentence(
    arguments: list[str], environment: dict[str, str], code: int, words: list[str]
) -> None:
    refused = _earshot(*arguments, **environment)
    assert refused.returncode == code, refused.stderr
    for word in words:
        assert word in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = _earshot(
            "serve", "--http-port", port, "--audiosocket-port", "0", "--data-dir", str(tmp_path), "--language", "ko"
        )
    assert refused.returncode == 1
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_listen_prints_alerts_as_json_lines() -> None:
    heard = _earshot("listen", str(path_of("dead_air")), "--no-words")
    assert heard.returncode == 0, heard.stderr
    (alert,) = [json.loads(line) for line in heard.stdout.splitlines()]
    assert (alert["kind"], alert["leg"], alert["call_id"]) == ("dead_air", "agent", "dead_air")
    assert alert["timing"]["audio_end_ms"] >= 11_156
    assert alert["evidence"]["threshold"]["limit_ms"] == 3_000


def test_listen_can_print_every_version() -> None:
    heard = _earshot("listen", str(path_of("dead_air")), "--no-words", "--changes")
    versions = [json.loads(line)["version"] for line in heard.stdout.splitlines()]
    assert versions == list(range(1, len(versions) + 1))
    assert len(versions) > 1


def test_a_sound_file_with_too_many_sides_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "three.wav"
    soundfile.write(path, np.zeros((800, 3), np.int16), 8_000)
    refused = _earshot("listen", str(path))
    assert refused.returncode == 2
    assert "3 channels" in refused.stderr


def test_a_script_that_is_no_script_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    soundfile.write(path, np.zeros((800, 2), np.int16), 8_000)
    path.with_suffix(".json").write_text('{"pbx": [{"type": "levitate", "at_ms": 0}]}')
    refused = _earshot("listen", str(path))
    assert refused.returncode == 2
    assert "call.json" in refused.stderr
