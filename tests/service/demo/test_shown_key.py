"""A simulated PBX shows its key on every road that has a place for one; commands read it from the environment."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request
from websockets.typing import Subprotocol

from config.load import ConfigurationError, load_settings
from service.commands.program import app
from service.demo.switchboard import Line, Target, Via, roads_of
from streaming.frames import Leg

_SOCKETS = (Via.WS, Via.ASTERISK, Via.FREESWITCH, Via.JAMBONZ, Via.TWILIO, Via.AUDIOHOOK, Via.VOSK)


async def test_every_socket_shows_the_key() -> None:
    shown: list[str | None] = []

    def look(_connection: ServerConnection, request: Request) -> None:
        shown.append(request.headers.get("Authorization") or request.headers.get("X-API-KEY"))

    async def answer(socket: ServerConnection) -> None:
        await socket.send('{"type": "ready"}')
        await socket.wait_closed()

    def first(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        return offered[0] if offered else None

    door = serve(answer, "127.0.0.1", 0, process_request=look, select_subprotocol=first)
    async with door as server, httpx.AsyncClient() as client:
        target = Target(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "127.0.0.1", 1, "esk_1_x")
        line = Line("c", (Leg.AGENT, Leg.CUSTOMER), {"agent": "a", "customer": "b", "mixed": "m"}, 8_000)
        for via in _SOCKETS:
            shown.clear()
            roads = roads_of(via, client, target, line)
            async with asyncio.timeout(10):
                for road in roads.values():
                    await road.open()
                for road in roads.values():
                    await road.close(None)
            assert shown, via
            assert set(shown) <= {"Bearer esk_1_x", "esk_1_x"}, via


def test_the_key_of_commands_is_no_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EARSHOT_KEY", "esk_1_x")
    load_settings()
    monkeypatch.setenv("EARSHOT_KEYS", "esk_1_x")
    with pytest.raises(ConfigurationError, match="EARSHOT_KEYS: no such setting"):
        load_settings()


def test_help_says_how_keys_are_made_and_shown() -> None:
    for arguments, words in (
        (["simulate"], ["EARSHOT_KEY"]),
        (["roster", "import"], ["EARSHOT_KEY", "--kind roster"]),
        (["doctor"], ["EARSHOT_KEY"]),
        (["demo"], ["EARSHOT_KEY"]),
        (["keys", "add"], ["--prefix pbx-7:", "PBX each"]),
        (["keys", "rotate"], ["--overlap-s 86400", "--overlap-s 0"]),
    ):
        shown = " ".join(CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200"}).output.split())
        for word in words:
            assert word in shown, (arguments, word)
