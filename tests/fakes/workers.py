"""A nursery without processes: workers are tasks of the test's own loop that decode with a fake recogniser."""

import asyncio
import socket
from collections.abc import AsyncIterator

from alerts.spotting_list import SpottingList
from service.recognition.nursery_process import (
    ModelReady,
    ModelRefused,
    NurseryGoneError,
    PhrasesSpelled,
    Report,
    WorkerEnded,
)
from service.recognition.worker_messages import (
    AbandonSegment,
    CloseSegment,
    CutSegment,
    Decoded,
    FinalSaid,
    FromWorker,
    ListenFor,
    Message,
    MessageReader,
    OpenSegment,
    PartialSaid,
    SegmentFailed,
    SegmentSound,
    WorkerHello,
    WorkerLoad,
    message_bytes,
)
from streaming.recognizer import PartialText, RecognizerError
from tests.fakes.recognizer import FakeRecognizer


class FakeWorker:
    """One worker: decodes what comes, unless told to be busy (`decoding` cleared), and can be killed."""

    def __init__(self, number: int, link: socket.socket, decoding: asyncio.Event) -> None:
        self.number = number
        self.opened: list[int] = []
        self.listens_for: list[str] = []
        self._link = link
        self._decoding = decoding
        self._recognizers: dict[int, FakeRecognizer] = {}
        self._samples: dict[int, int] = {}
        self.task = asyncio.create_task(self._live())
        self.task.add_done_callback(lambda _task: link.close())

    async def _live(self) -> None:
        reader, loop = MessageReader(), asyncio.get_running_loop()
        await self._say(WorkerHello(1_000 + self.number))
        while received := await loop.sock_recv(self._link, 65_536):
            for message in reader.feed(received):
                await self._decoding.wait()
                await self._obey(message)

    async def _obey(self, message: Message) -> None:
        match message:
            case OpenSegment(segment):
                self.opened.append(segment)
                self._recognizers[segment], self._samples[segment] = FakeRecognizer(), 0
            case SegmentSound(segment, pcm_s16le) if segment in self._recognizers:
                await self._decode(segment, pcm_s16le)
            case CloseSegment(segment) | CutSegment(segment) if segment in self._recognizers:
                final = self._recognizers.pop(segment).finish()
                await self._say(FinalSaid(segment, self._samples[segment], True, final.text, final.words))
            case ListenFor(grammars):
                self.listens_for.append(grammars)
            case AbandonSegment(segment):
                self._recognizers.pop(segment, None)
            case _:
                pass

    async def _decode(self, segment: int, pcm_s16le: bytes) -> None:
        try:
            heard = self._recognizers[segment].feed(pcm_s16le)
        except RecognizerError:
            await self._say(SegmentFailed(segment))
            return
        self._samples[segment] += len(pcm_s16le) // 2
        samples = self._samples[segment]
        if isinstance(heard, PartialText):
            await self._say(PartialSaid(segment, samples, heard.text))
        else:
            await self._say(FinalSaid(segment, samples, False, heard.text, heard.words))
        await self._say(Decoded(segment, samples))
        await self._say(WorkerLoad(5, 1_000_000, 1, 1, 3))

    async def _say(self, message: FromWorker) -> None:
        await asyncio.get_running_loop().sock_sendall(self._link, message_bytes(message))


class FakeNursery:
    """Hands out FakeWorkers; the test reports, kills and ends."""

    def __init__(self, first: Report | None = None) -> None:
        self.decoding = asyncio.Event()
        self.decoding.set()
        self.workers: list[FakeWorker] = []
        self.killed: list[int] = []
        self.listens: list[SpottingList] = []
        self.stopped = False
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()
        self.first: Report = first or ModelReady()
        self._reports.put_nowait(self.first)
        self._gone = False

    async def start(self) -> None:
        """Nothing to load."""

    async def loaded(self) -> bool:
        return not isinstance(self.first, ModelRefused) and not self._gone

    def fork(self, worker: int) -> socket.socket:
        if self._gone:
            raise NurseryGoneError
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        self.workers.append(FakeWorker(worker, theirs, self.decoding))
        return ours

    def kill(self, worker: int) -> None:
        self.killed.append(worker)
        self.newest(worker).task.cancel()
        self._reports.put_nowait(WorkerEnded(worker, -9))

    def listen_for(self, phrases: SpottingList) -> None:
        if self._gone:
            raise NurseryGoneError
        self.listens.append(phrases)
        self._reports.put_nowait(PhrasesSpelled(None, "|".join(phrases.agent.phrases)))

    async def reports(self) -> AsyncIterator[Report]:
        while (report := await self._reports.get()) is not None:
            yield report

    async def stop(self) -> None:
        self.stopped = True
        tasks = [worker.task for worker in self.workers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def newest(self, worker: int) -> FakeWorker:
        return [each for each in self.workers if each.number == worker][-1]

    def die(self) -> None:
        self._gone = True
        self._reports.put_nowait(None)
