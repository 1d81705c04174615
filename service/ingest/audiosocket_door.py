"""AudioSocket over TCP: knows sockets, no formats. Reads to the end whatever happens behind it."""

import asyncio
import socket
from collections.abc import Callable

import structlog

from config.settings import IngestSettings
from service.call_board import CallBoard, UnknownStreamError
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.pacing import Pacing
from service.ingest.read_mark import ReadMark
from service.ingest.voice_paths import AudioSocketVoice, VoicePaths
from service.leg_stream import LegStream, StreamTakenError
from service.waiting_room import WaitingRoom, fair_share_of_files
from streaming.frames import FRAME_MS
from streaming.wire.audiosocket import AudioSocketParser, encode_audio
from streaming.wire.events import (
    AudioReceived,
    Fault,
    FaultSeen,
    FormatSet,
    StreamEnded,
    StreamNamed,
    WireEvent,
    joined_audio,
)
from web.sources import NodeFullError

_log = structlog.get_logger(__name__)
_ROAD = "audiosocket"
_READ_BYTES = 8_192  # a quarter second of 16 kHz audio: what is heard in one turn of the loop
_LATE_MS = 60  # a block so much later than it should be complete is not waited for: its packets are heard as they come
_BEAT_S = 0.1


class AudioSocketDoor:
    """Takes the TCP connections of Asterisk, one leg each."""

    def __init__(
        self,
        settings: IngestSettings,
        board: CallBoard,
        clock: Clock,
        counts: IngestCounts,
        voices: VoicePaths | None = None,
    ) -> None:
        self._settings, self._board, self._clock, self._counts = settings, board, clock, counts
        self._voices = voices if settings.voice_back else None
        self.room = WaitingRoom(fair_share_of_files())
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._open: set[_Connection] = set()

    async def serve(self, listening: socket.socket) -> None:
        """Serve until cancelled, then close every connection."""
        server = await asyncio.start_server(self._connected, sock=listening, limit=_READ_BYTES)
        async with server:
            beating = asyncio.create_task(self._beat())
            try:
                await server.serve_forever()
            finally:  # their readers see the end and run out
                beating.cancel()
                for writer in self._connections:
                    writer.close()
                ending = [task for task in self._connections.values() if task is not None]
                await asyncio.gather(*ending, return_exceptions=True)

    async def _beat(self) -> None:
        """No audio is left lying in a socket because the block it belongs to does not become whole."""
        while True:
            await asyncio.sleep(_BEAT_S)
            for connection in self._open:
                connection.pulse()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._counts.connections[_ROAD] += 1
        self._counts.open_connections[_ROAD] += 1
        self._connections[writer] = asyncio.current_task()
        connection = _Connection(self._settings, self._board, self._clock, self._counts, reader, writer, self._voices)
        self._open.add(connection)
        self.room.come(writer.transport)
        connection.named = lambda: self.room.go(writer.transport)
        try:
            await connection.run()
        except ConnectionError:
            connection.lost()
        finally:
            self._open.discard(connection)
            self.room.go(writer.transport)
            self._counts.open_connections[_ROAD] -= 1
            writer.close()  # at once on EOF: a half-open socket piles up at the PBX
            self._connections.pop(writer, None)


class _Connection:
    """One connection from its UUID to its end."""

    def __init__(
        self,
        settings: IngestSettings,
        board: CallBoard,
        clock: Clock,
        counts: IngestCounts,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        voices: VoicePaths | None,
    ) -> None:
        self._settings, self._board, self._clock, self._counts = settings, board, clock, counts
        self._reader, self._writer = reader, writer
        self._mark = ReadMark(writer.get_extra_info("socket"))
        self._read_ms = clock.monotonic_ms()  # when the last bytes were read
        self._parser = AudioSocketParser(settings.g711)
        self._pacing = Pacing(clock, settings.fastest_ratio)
        self._stream: LegStream | None = None
        self.named: Callable[[], None] = lambda: None  # called when it has said who it is
        self._rate_hz = 8_000
        self._keepalive: asyncio.Task[None] | None = None
        self._voices = voices
        self._voice = AudioSocketVoice(writer.transport, lambda: self._rate_hz)

    async def run(self) -> None:
        try:
            while True:
                if self._stream is not None:
                    received = await self._reader.read(_READ_BYTES)
                else:
                    try:
                        received = await asyncio.wait_for(self._reader.read(_READ_BYTES), self._settings.hello_s)
                    except TimeoutError:
                        self._refuse(Fault.BAD_HELLO, "no UUID in time")
                        return
                events = self._parser.feed(received) if received else self._parser.finish()
                if not await self._take(events) or not received:
                    return
        finally:
            if self._keepalive is not None:
                self._keepalive.cancel()
            if self._voices is not None and self._stream is not None:
                self._voices.close(self._stream.call.record.call_id, self._stream.leg, self._voice)

    def pulse(self) -> None:
        """Time goes on: what has come is read in the end, even where it is less than a block."""
        if self._clock.monotonic_ms() - self._read_ms > self._settings.gather_ms + _LATE_MS:
            self._mark.set(1)

    def lost(self) -> None:
        """The connection broke."""
        for event in self._parser.finish():
            if isinstance(event, AudioReceived) and self._stream is not None:
                self._stream.hear(event)
        self._end(explicit=False)

    async def _take(self, events: list[WireEvent]) -> bool:
        """Act on what the parser saw; false when the connection is over."""
        now_ms = self._clock.monotonic_ms()
        since_ms, self._read_ms = now_ms - self._read_ms, now_ms
        packet_ms = next((_length_ms(event) for event in events if isinstance(event, AudioReceived)), 0)
        for event in joined_audio(events):
            match event:
                case StreamNamed(stream_id=stream_id):
                    await self._board.expect_stream(stream_id)
                    if not self._claim(stream_id):
                        return False
                case AudioReceived() if self._stream is not None:
                    heard_ms = self._counts.heard(_ROAD, event)
                    # The packets of a block came one by one, the first when its own audio was complete.
                    self._stream.hear(event, max(0, min(since_ms, _length_ms(event)) - packet_ms))
                    self._wait_for_a_block(self._stream)
                    await self._pacing.took(heard_ms)
                    if self._stream.taken_over:
                        return False
                case FormatSet(rate_hz=rate_hz):
                    self._rate_hz = rate_hz
                case FaultSeen(fault=fault, detail=detail, fatal=fatal):
                    self._refuse(fault, detail)
                    if fatal:
                        self._end(explicit=False)
                        return False
                case StreamEnded(explicit=explicit):
                    self._end(explicit)
                    return False
                case _:
                    pass
        self._counts.paced += self._pacing.waits
        self._pacing.waits = 0
        return True

    def _wait_for_a_block(self, stream: LegStream) -> None:
        """What is heard together may come in together, at a fraction of the cost; a listener wants each packet."""
        bytes_per_ms = self._rate_hz * self._parser.sample_bytes // 1000
        self._mark.set(1 if stream.call.listened else max(1, self._settings.gather_ms * bytes_per_ms))

    def _claim(self, stream_id: str) -> bool:
        if self._stream is not None:
            return True
        try:
            self._stream = self._board.claim_stream(stream_id)
        except UnknownStreamError:
            self._refuse(Fault.UNKNOWN_STREAM, "nobody announced this UUID")
        except StreamTakenError:
            self._refuse(Fault.STREAM_TAKEN, "the leg has a living socket, or its call has ended")
        except NodeFullError:
            self._refuse(Fault.STREAM_TAKEN, "this node takes no further call")
        else:
            self.named()
            self._stream.road = _ROAD
            if self._voices is not None:
                self._voices.open(self._stream.call.record.call_id, self._stream.leg, self._voice)
            if self._settings.keepalive_silence:
                self._keepalive = asyncio.create_task(self._send_silence())
            return True
        return False

    def _end(self, explicit: bool) -> None:
        if self._stream is not None:
            self._stream.end(explicit)

    def _refuse(self, fault: Fault, detail: str) -> None:
        self._counts.faults[fault] += 1
        call_id = self._stream.call.record.call_id if self._stream is not None else None
        _log.warning("bad AudioSocket input", fault=str(fault), detail=detail, call_id=call_id)

    async def _send_silence(self) -> None:
        """One zero frame every 20 ms, on absolute deadlines (protocols.md §1.4: some Asterisk versions need it)."""
        loop = asyncio.get_running_loop()
        due_s, said = loop.time(), self._voice.said
        while not self._writer.is_closing():
            if said == self._voice.said:  # a supervisor speaks otherwise, and one clock sets the pace
                self._writer.write(encode_audio(bytes(self._rate_hz * FRAME_MS // 1000 * 2), self._rate_hz))
                await self._writer.drain()
            said = self._voice.said
            due_s += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due_s - loop.time()))


def _length_ms(audio: AudioReceived) -> int:
    return len(audio.pcm_s16le) * 500 // audio.rate_hz
