"""A service whose log nobody reads any more goes on, and stops when it is told to."""

import asyncio
import io
import signal
import sys
from pathlib import Path

from service.commands.lasting_log import LastingLog


class _Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_line_is_written_or_lost_and_nothing_else_happens() -> None:
    kept = io.StringIO()
    LastingLog(kept).info("one")
    LastingLog(kept).error("two")
    assert kept.getvalue() == "one\ntwo\n"
    LastingLog(_Full()).info("lost")
    kept.close()
    LastingLog(kept).info("lost")


async def test_a_node_stops_though_its_log_has_no_reader(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "service.commands.program", "serve", "--http-port", "0", "--audiosocket-port", "0"]
    quiet = ("EARSHOT_RECOGNITION__ENABLED=false", "EARSHOT_DRAIN__LONGEST_S=0")
    node = await asyncio.create_subprocess_exec(
        *("env", *quiet, *command, "--data-dir", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert node.stdout is not None
    assert node.stderr is not None
    try:
        async with asyncio.timeout(30):
            assert b"ready" in await node.stdout.readline()
            while b"first admin" not in await node.stderr.readline():  # the last that it says to people
                pass
        for number in (1, 2):
            node._transport.get_pipe_transport(number).close()  # type: ignore[attr-defined]  # the reader goes
        node.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await node.wait() == 0
    finally:
        if node.returncode is None:
            node.kill()
            await node.wait()
