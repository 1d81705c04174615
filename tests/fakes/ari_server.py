"""The wire of ARI for tests: HTTP and the event socket on one port, whatever answers behind it."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Iterable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from tests.fakes.pbx_servers import PASSWORD, USER

Answered = tuple[int, Any]


class AriWire:
    """`answer` is what the server is; `lose` requests are carried out and their answers lost."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0
        self.logins = 0
        self.lose = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._socket: tuple[asyncio.StreamWriter, ServerProtocol] | None = None

    def answer(self, method: str, path: str, query: dict[str, str], content: Any) -> Answered:
        """Status and JSON."""
        raise NotImplementedError

    def event_socket(self, *, is_open: bool) -> None:
        """It was opened, or is gone."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """As a crash of the network: nobody answers, every connection breaks."""
        self.drop()
        for writer in list(self._writers):
            writer.transport.abort()
        if self._server is not None:
            self._server.close()
            self._server = None
        await asyncio.sleep(0)

    def drop(self) -> None:
        """The event socket breaks; what is there stays."""
        if self._socket is not None:
            self._socket[0].transport.abort()
            self._socket = None
            self.event_socket(is_open=False)

    # --- the wire ----------------------------------------------------------------------------------------------

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.split("\r\n")
                method, target, _ = first.split(" ")
                headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines) if key}
                self.asked.append(f"{method} {target}")
                if "upgrade" in headers:
                    await self._events(reader, writer, head, headers)
                    break
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, said = self._routed(method, target, headers, body)
                if self.lose and method != "GET":
                    self.lose -= 1
                    writer.transport.abort()
                    break
                content = b"" if said is None else json.dumps(said).encode()
                start = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {len(content)}\r\n"
                writer.write(f"{start}Content-Type: application/json\r\n\r\n".encode() + content)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()

    async def _events(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str, headers: dict[str, str]
    ) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(head.encode())
        (request,) = protocol.events_received()
        assert isinstance(request, Request)
        allowed = self._allows(headers)
        response = protocol.accept(request) if allowed else protocol.reject(HTTPStatus.UNAUTHORIZED, "")
        protocol.send_response(response)
        self._flush(writer, protocol)
        if not allowed:
            return
        self._socket = (writer, protocol)
        self.logins += 1
        self.event_socket(is_open=True)
        while data := await reader.read(65_536):
            protocol.receive_data(data)
            protocol.events_received()  # pings are answered by the protocol itself
            self._flush(writer, protocol)
        if self._socket is not None and self._socket[0] is writer:
            self._socket = None
            self.event_socket(is_open=False)

    def _flush(self, writer: asyncio.StreamWriter, protocol: ServerProtocol) -> None:
        for data in protocol.data_to_send():
            if data:
                writer.write(data)

    def _allows(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def _routed(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        if not self._allows(headers):
            return 401, None
        path, query = urlsplit(target).path, {key: value[0] for key, value in parse_qs(urlsplit(target).query).items()}
        return self.answer(method, unquote(path.removeprefix("/ari/")), query, json.loads(body) if body else None)

    def event(self, event: dict[str, Any]) -> None:
        """To whoever follows; nobody hears it without an event socket."""
        self.text(json.dumps(event))

    def text(self, text: str) -> None:
        """The same, of anything."""
        if self._socket is not None and self._socket[1].state is State.OPEN:
            writer, protocol = self._socket
            protocol.send_text(text.encode(), fin=True)
            self._flush(writer, protocol)


class AriServer(AriWire):
    """One that only tells. `channels` and `bridges` are what is listed."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: list[dict[str, Any]] = []
        self.bridges: list[dict[str, Any]] = []
        self._ready = asyncio.Event()
        self._listed: set[str] = set()

    def answer(self, method: str, path: str, query: dict[str, str], content: Any) -> Answered:
        """The lists; nothing else is there."""
        rows = {"channels": self.channels, "bridges": self.bridges}.get(path)
        if rows is None:
            return 404, {"message": "Bridge not found"}
        self._listed.add(path)
        if len(self._listed) == 2:
            self._ready.set()
        return 200, rows

    def event_socket(self, *, is_open: bool) -> None:
        """What was listed before counts no more."""
        if not is_open:
            self._ready.clear()
            self._listed.clear()

    async def followed(self) -> None:
        """Wait until a client has its event socket and has listed what is there."""
        async with asyncio.timeout(20):
            await self._ready.wait()

    async def send(self, message: str) -> None:
        """An event, or anything else."""
        assert self._socket is not None
        self.text(message)

    async def send_all(self, events: Iterable[dict[str, Any]]) -> None:
        """Events."""
        for event in events:
            await self.send(json.dumps(event))
