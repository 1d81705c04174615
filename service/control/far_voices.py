"""Microphones on one node, heard in calls of another: the socket here, the way into the call there."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

from service.bus.bus import Bus, NoAnswerError
from service.control.browser_voice import BrowserVoice, BrowserWay
from service.control.orders import question_of
from web.supervision import UnknownSupervisionError

MIC, MIC_OVER = "mic", "mic_over"  # topics of what is posted: to the node of the call, and back
_BEAT_S, _BEATS = 1.0, 3  # a voice is over after so many beats without an answer at the earliest
_MOST_WAITING = 50  # frames; a bus that was stuck does not make a queue of old speech
_TALK, _FRAME, _GONE = b"t", b"f", b"g"


@dataclass(slots=True)
class _Lent:
    voice: BrowserVoice
    node_id: str
    said: "asyncio.Queue[tuple[bytes, bytes]]" = field(default_factory=lambda: asyncio.Queue(_MOST_WAITING))
    heard_s: float = 0.0


class LentVoices:
    """Ways into calls of this node, lent to microphones of other nodes. One whose node falls silent is taken back."""

    def __init__(self, browser: BrowserWay, bus: Bus, silent_s: float) -> None:
        self._browser, self._bus, self._silent_s = browser, bus, silent_s
        self._lent: dict[str, _Lent] = {}
        self._carrying: set[asyncio.Task[None]] = set()

    async def lend(self, call_id: str, supervision_id: str, key: str, node_id: str) -> None:
        """To the microphone `key` of that node. Raises UnknownSupervisionError."""
        lent = self._lent[key] = _Lent(await self._browser.take(call_id, supervision_id), node_id, heard_s=_now_s())
        task = asyncio.create_task(self._carry(key, supervision_id, lent))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    def beat(self, key: str) -> bytes | None:
        """Its node is there; how it stands with the voice. None when that is over."""
        if (lent := self._lent.get(key)) is None:
            return None
        lent.heard_s = _now_s()
        return json.dumps([lent.voice.sent, lent.voice.dropped, lent.voice.queued_ms]).encode()

    def heard(self, body: bytes) -> None:
        """Something of a microphone; of one that is over it is nothing."""
        head, _, pcm = body.partition(b"\n")
        key, _, kind = head.partition(b" ")
        lent = self._lent.get(key.decode(errors="replace"))
        if lent is None:
            return
        lent.heard_s = _now_s()
        if lent.said.full():
            lent.said.get_nowait()
            lent.voice.lose()
        lent.said.put_nowait((kind, pcm))

    async def stop(self) -> None:
        """All of them are out."""
        tasks = list(self._carrying)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, key: str, supervision_id: str, lent: _Lent) -> None:
        parts = [asyncio.create_task(part) for part in (lent.voice.run(), self._said(lent), self._silence(lent))]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            del self._lent[key]
            self._browser.leave(supervision_id, lent.voice)
            self._bus.post(lent.node_id, MIC_OVER, key.encode())

    @staticmethod
    async def _said(lent: _Lent) -> None:
        while True:
            kind, pcm = await lent.said.get()
            if kind == _TALK:
                await lent.voice.talk()
            elif kind == _FRAME:
                lent.voice.hear(pcm)
            else:
                return

    async def _silence(self, lent: _Lent) -> None:
        while (left_s := lent.heard_s + self._silent_s - _now_s()) > 0:  # noqa: ASYNC110  # each frame puts it off
            await asyncio.sleep(left_s)


class FarVoice:
    """A microphone whose call is on another node. Fills `web.microphone.Microphone`."""

    def __init__(self, bus: Bus, node_id: str, key: str, counts: Counter[str], silent_s: float) -> None:
        self.key = key
        self.sent = self.dropped = self.queued_ms = 0  # as the other node said last
        self._bus, self._node_id, self._counts, self._silent_s = bus, node_id, counts, silent_s
        self._over = asyncio.Event()

    async def talk(self) -> None:
        """The key goes down."""
        self._post(_TALK)

    def hear(self, pcm_s16le: bytes) -> None:
        """20 ms."""
        self._post(_FRAME, pcm_s16le)

    def ignore(self) -> None:
        """20 ms that came while the key was up."""
        self._counts["muted"] += 1

    def leave(self) -> None:
        """The socket is over."""
        self._post(_GONE)
        self._over.set()

    def close(self) -> None:
        """The voice is out of the call."""
        self._over.set()

    async def closed(self) -> None:
        """Wait for that."""
        await self._over.wait()

    async def run(self) -> None:
        """Say that it is there, and learn how it stands, until it is over or the other node is silent for too long."""
        answered_s, beat_s = _now_s(), min(_BEAT_S, self._silent_s / _BEATS)
        question = question_of("mic", act="beat", key=self.key)
        while not self._over.is_set() and _now_s() - answered_s < self._silent_s:
            try:
                answer = await self._bus.ask(self._node_id, question, beat_s)
            except NoAnswerError:
                answer = b""
            if answer[:1] == b"+":
                self.sent, self.dropped, self.queued_ms = json.loads(answer[1:])
                answered_s = _now_s()
            elif answer:
                return
            await self._pause(beat_s)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    def _post(self, kind: bytes, pcm_s16le: bytes = b"") -> None:
        self._bus.post(self._node_id, MIC, self.key.encode() + b" " + kind + b"\n" + pcm_s16le)


async def answer_mic(lent: LentVoices, asked: dict[str, object]) -> bytes:
    """What another node asks for one of its microphones."""
    key = str(asked["key"])
    if asked["act"] == "take":
        try:
            await lent.lend(str(asked["call_id"]), str(asked["supervision_id"]), key, str(asked["node"]))
        except UnknownSupervisionError:
            return b"-"
    said = lent.beat(key)
    return b"-" if said is None else b"+" + said


def _now_s() -> float:
    return asyncio.get_running_loop().time()
