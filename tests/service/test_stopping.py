"""A service that is told to stop brings everything to its end: exit code 0, calls ended, nothing left in memory."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_in_order(tmp_path: Path, told: signal.Signals) -> None:
    command = [sys.executable, "-m", "service.commands.program", "serve", "--data-dir", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--http-port", "0", "--audiosocket-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "EARSHOT_RECOGNITION__ENABLED": "false", "EARSHOT_INGEST__RETURN_S": "1"},
    )
    assert process.stdout is not None
    with process.stdout:
        address = json.loads(process.stdout.readline())["http"]
        with httpx.Client(base_url=address, trust_env=False) as client:
            client.post("/api/v1/calls", json={"call_id": "c"}).raise_for_status()
            client.post("/api/v1/calls/c/events", json={"type": "answered"}).raise_for_status()
            audio = client.post(
                "/ingest/http/c/agent", content=bytes(16_000), headers={"Content-Type": "audio/L16;rate=8000"}
            )
            audio.raise_for_status()
        process.send_signal(told)
        assert process.wait(20) == 0
    with sqlite3.connect(tmp_path / "earshot.db") as database:
        assert database.execute("SELECT state, coverage_causes FROM calls").fetchall()[0][0] == "ended"
        assert "service_stopped" not in database.execute("SELECT coverage_causes FROM calls").fetchone()[0]
        assert database.execute("SELECT type FROM call_events").fetchall() == [("answered",)]
    database.close()
