"""Telephone systems that speak their real protocols over loopback and say what a test tells them to."""

import asyncio
import contextlib
import json
from types import TracebackType
from typing import Self
from urllib.parse import quote

USER, PASSWORD = "earshot", "a secret"


class _LineServer:
    """A TCP server for one client at a time; what it sends is cut into pieces of a few bytes."""

    def __init__(self) -> None:
        self.logins = 0
        self.asked: list[str] = []  # what the client said, line by line
        self.piece_bytes = 7
        self.mute = False  # no answers any more, but the connection stays
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._ready = asyncio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"tcp://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """As a crash would: nobody listens any more and the connection is gone."""
        self.drop()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def drop(self) -> None:
        """The connection breaks."""
        self._ready.clear()
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def followed(self) -> None:
        """Wait until a client has logged in and learnt what is there."""
        async with asyncio.timeout(20):
            await self._ready.wait()

    async def send(self, data: bytes) -> None:
        """To the client, in pieces; nobody hears it when the link is broken."""
        for start in range(0, len(data), self.piece_bytes):
            writer = self._writer
            if writer is None:
                return
            writer.write(data[start : start + self.piece_bytes])
            if start % 512 < self.piece_bytes:
                with contextlib.suppress(OSError):
                    await writer.drain()
                await asyncio.sleep(0)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._serve(reader)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        raise NotImplementedError


class AmiServer(_LineServer):
    """A manager interface. `rows` are its channels: (name, unique id, bridge)."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, str]] = []
        self.before_the_list_ends = b""  # events that come in the middle of the list

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        await self.send(b"Asterisk Call Manager/11.0.0\r\n")
        while True:
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            action = dict(line.split(": ", 1) for line in text.split("\r\n") if line)
            self.asked.append(action["Action"])
            if self.mute:
                continue
            answer = f"ActionID: {action['ActionID']}\r\n"
            match action["Action"]:
                case "Login" if (action["Username"], action["Secret"]) == (USER, PASSWORD):
                    self.logins += 1
                    await self.send(f"Response: Success\r\n{answer}Message: Authentication accepted\r\n\r\n".encode())
                    await self.send(b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n")
                case "Login":
                    await self.send(f"Response: Error\r\n{answer}Message: Authentication failed\r\n\r\n".encode())
                case "CoreShowChannels":
                    await self.send(f"Response: Success\r\n{answer}EventList: start\r\n\r\n".encode())
                    for name, channel, bridge in self.rows:
                        row = f"Channel: {name}\r\nUniqueid: {channel}\r\nBridgeId: {bridge}\r\n"
                        await self.send(f"Event: CoreShowChannel\r\n{answer}{row}\r\n".encode())
                    await self.send(self.before_the_list_ends)
                    await self.send(f"Event: CoreShowChannelsComplete\r\n{answer}EventList: Complete\r\n\r\n".encode())
                    self._ready.set()
                case "ListCommands":
                    await self.send(f"Response: Success\r\n{answer}Ping: Keepalive command.\r\n\r\n".encode())
                case "Ping":
                    await self.send(f"Response: Success\r\n{answer}Ping: Pong\r\n\r\n".encode())
                case _:
                    await self.send(f"Response: Error\r\n{answer}Message: Permission denied\r\n\r\n".encode())


class EslServer(_LineServer):
    """An event socket. `legs` and `pairs` are the rows of `show channels` and `show calls`."""

    def __init__(self) -> None:
        super().__init__()
        self.legs: list[dict[str, str]] = []
        self.pairs: list[dict[str, str]] = []
        self.rude = False

    async def event(self, **headers: str) -> None:
        """An event; underscores are hyphens, except in variables."""
        names = {key if key.startswith("variable_") else key.replace("_", "-"): value for key, value in headers.items()}
        body = "".join(f"{key}: {quote(value)}\n" for key, value in names.items()) + "\n"
        await self.send(f"Content-Length: {len(body)}\nContent-Type: text/event-plain\n\n{body}".encode())

    async def goodbye(self) -> None:
        """It shuts down."""
        await self.send(b"Content-Type: text/disconnect-notice\nContent-Length: 0\n\n")

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        if self.rude:
            await self.send(b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")
            return
        await self.send(b"Content-Type: auth/request\n\n")
        while True:
            command = (await reader.readuntil(b"\n\n")).decode().strip()
            self.asked.append(command.split(" ")[0] if command.startswith("auth") else command)
            if self.mute:
                continue
            if command == f"auth {PASSWORD}":
                self.logins += 1
                await self._reply("+OK accepted")
            elif command.startswith("auth "):
                await self._reply("-ERR invalid")
                return
            elif command.startswith("event plain "):
                await self._reply("+OK event listener enabled plain")
            elif command == "api show channels as json":
                await self._rows(self.legs)
            elif command == "api show calls as json":
                await self._rows(self.pairs)
                self._ready.set()
            else:
                await self._answer("FreeSWITCH Version 1.10.12\n")

    async def _reply(self, text: str) -> None:
        await self.send(f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode())

    async def _rows(self, rows: list[dict[str, str]]) -> None:
        await self._answer(json.dumps({"row_count": len(rows), **({"rows": rows} if rows else {})}))

    async def _answer(self, body: str) -> None:
        await self.send(f"Content-Type: api/response\nContent-Length: {len(body.encode())}\n\n{body}".encode())
