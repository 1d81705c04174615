"""Clients of vosk-server on a real server, without decoders: the form of the answers, and who gets which port."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from service.ingest.vosk_door import VoskPort
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard
from tests.service.ingest.doors import TONE_8K, Doors, open_doors, until
from web.sources import TranscriptLine


def say(doors: Doors, text: str, final: bool, utterance: int = 0) -> None:
    words = tuple(Word(part, 100, 200, 0.9) for part in text.split()) if final else ()
    heard = WordsHeard(Leg.MIXED, utterance, 1, final, 100, 200, text, words)
    doors.call("v-1").record.transcript.take(TranscriptLine("v-1", heard, ()))


async def test_each_binary_has_one_answer_and_finals_come_once() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/vosk?call=v-1") as socket:
        await socket.send('{"config" : {"sample_rate" : 8000.0}}')

        async def answer() -> dict[str, Any]:
            await socket.send(TONE_8K * 5)
            told: dict[str, Any] = json.loads(await socket.recv())
            return told

        assert await answer() == {"partial": ""}
        say(doors, "안녕", final=False)
        assert await answer() == {"partial": "안녕"}
        say(doors, "안녕 하세요", final=True)
        told = await answer()
        assert told["text"] == "안녕 하세요"
        assert told["result"][0] == {"conf": 0.9, "start": 0.1, "end": 0.2, "word": "안녕"}
        assert await answer() == {"partial": ""}
        say(doors, "네", final=True, utterance=1)
        await socket.send('{"reset" : 1}')
        assert json.loads(await socket.recv())["text"] == "네"
        await socket.send('{"eof" : 1}')
        assert json.loads(await socket.recv()) == {"text": ""}
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def test_words_are_left_out_where_they_are_not_wanted() -> None:
    async with open_doors() as doors, connect(f"{doors.ws}/ingest/vosk?call=v-1&leg=mixed") as socket:
        await socket.send('{"config":{"sample_rate":8000,"words":false}}')
        await socket.send(TONE_8K)
        await socket.recv()
        say(doors, "네", final=True)
        await socket.send(TONE_8K)
        assert json.loads(await socket.recv()) == {"text": "네"}


async def test_two_clients_are_two_calls() -> None:
    async with (
        open_doors() as doors,
        connect(f"{doors.ws}/ingest/vosk") as one,
        connect(f"{doors.ws}/ingest/vosk?language=en") as other,
    ):
        for socket in (one, other):
            await socket.send(TONE_8K)
            await socket.recv()
        await until(lambda: len(doors.board.live_calls()) == 2)
        languages = {call.record.language for call in doors.board.live_calls()}
        assert languages == {"zh", "en"}
        assert all(call.record.patient for call in doors.board.live_calls())


async def test_an_unknown_leg_is_refused() -> None:
    async with open_doors() as doors:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{doors.ws}/ingest/vosk?leg=left")
        assert refused.value.response.status_code == 404


async def test_the_port_of_its_own_leads_to_the_door_alone() -> None:
    passed: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    port = VoskPort(app, 2_700)
    for number in (2_700, 8_000):
        for kind in ("http", "websocket"):
            await port({"type": kind, "path": "/", "server": ("127.0.0.1", number)}, receive, send)
    assert [(scope["type"], scope["server"][1], scope["path"]) for scope in passed] == [
        ("websocket", 2_700, "/ingest/vosk"),
        ("http", 8_000, "/"),
        ("websocket", 8_000, "/"),
    ]
    assert sent[0]["status"] == 404
