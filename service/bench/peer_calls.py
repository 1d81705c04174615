"""The same calls on a vosk-server: one WebSocket a leg, a block out, a reply back."""

import json
import time
from collections import deque

from service.bench.heard_back import HeardBack
from service.bench.leg_sockets import BlockLeg
from service.bench.line import LineCall
from service.bench.material import RATE_HZ
from streaming.frames import FRAME_MS, Leg

_PATIENCE_S = 1.0


class PeerCalls:
    """Fills `Target`. The server answers every block in turn, so each reply belongs to the oldest block without one."""

    def __init__(self, url: str, block_ms: int, heard: HeardBack) -> None:
        self._url, self._block_frames, self._heard = url, block_ms // FRAME_MS, heard
        self._legs: dict[str, list[_PeerLeg]] = {}

    async def connect(self, call: LineCall) -> None:
        """See Target."""
        legs = self._legs[call.call_id] = []
        for position, leg in enumerate((Leg.AGENT, Leg.CUSTOMER)):
            first = 1 + (len(self._legs) * 3 + position * self._block_frames // 2) % self._block_frames
            out = _PeerLeg(self._block_frames, first, self._heard)
            await out.open(self._url, json.dumps({"config": {"sample_rate": RATE_HZ}}), greeted=False)
            call.legs[leg] = out
            legs.append(out)

    async def hang_up(self, call: LineCall) -> None:
        """See Target."""
        for leg in self._legs.pop(call.call_id, ()):
            await leg.close('{"eof" : 1}', _PATIENCE_S)  # asr_server.py knows this very text only

    def count_unanswered(self) -> None:
        """Blocks that wait for their reply still: they are at least so late."""
        now_s = time.monotonic()
        for legs in self._legs.values():
            for leg in legs:
                leg.count_unanswered(now_s)


class _PeerLeg(BlockLeg):
    def __init__(self, block_frames: int, first_frames: int, heard: HeardBack) -> None:
        super().__init__(block_frames, first_frames, heard.socket_lost, self._take)
        self._heard = heard
        self._unanswered: deque[float] = deque()

    def send(self, frame: bytes | memoryview) -> None:
        """See BlockLeg; notes each block as waiting for its reply."""
        before = len(self.sent)
        super().send(frame)
        if len(self.sent) > before:
            self._unanswered.append(self.sent.newest_s)

    def count_unanswered(self, now_s: float) -> None:
        """See PeerCalls."""
        for sent_s in self._unanswered:
            self._heard.words(now_s - sent_s, final=False)

    def _take(self, _answer: str | bytes) -> None:
        if self._unanswered:
            self._heard.words(time.monotonic() - self._unanswered.popleft(), final=False)
