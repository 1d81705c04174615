"""`vosk-transcriber --server`, the program of the vosk package, unchanged, against our port for it."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from config.settings import Language, Settings
from service.recognition.models import find_model
from tests.calls.played import path_of
from tests.prove.node import small_node

pytestmark = [pytest.mark.calls, pytest.mark.model, pytest.mark.timeout(300)]

_PORT = 2_700  # built into the program
_TAKES_S = 120


async def test_the_vosk_packages_own_client_gets_its_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", _PORT)):
        pass  # nobody else has it
    out = tmp_path / "words.txt"
    async with small_node(
        tmp_path / "data",
        EARSHOT_LANGUAGE="ko",
        EARSHOT_DIALECTS__VOSK_PORT=str(_PORT),
    ) as node:
        await node.ready()
        model = find_model(Language.KO, Settings())  # it loads one though the server recognises
        program = Path(sys.executable).with_name("vosk-transcriber")
        sound = path_of("agent_ends_after_farewell")
        process = await asyncio.create_subprocess_exec(
            *(str(program), "--server", "--model", str(model), "--input", str(sound), "--output", str(out)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(_TAKES_S):
            said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()[-800:]
        assert node.failures() == []
    words = out.read_text("utf-8")
    assert sum("가" <= sign <= "힣" for sign in words) > 40, words
