"""One listener of one call: what waits for it, and what happens when it cannot follow."""

import asyncio
from collections import deque

from streaming.frames import FRAME_MS
from web.bleeped import bleeped_name
from web.listen_frame import with_gap


class Ear:
    """Frames for one listener; the oldest goes first when it is slow. `offer` never waits and never raises.

    With acknowledgements the listener also skips to live when more than `behind_ms` of what was sent has not
    arrived, however much the network has swallowed. Nothing arriving during `stuck_ms` of offered audio makes it stuck.
    """

    def __init__(
        self,
        call_id: str,
        most_frames: int,
        behind_ms: int,
        stuck_ms: int,
        person: str | None = None,
        *,
        bleeped: bool = False,
    ) -> None:
        self.call_id = call_id
        self.bleeped = bleeped
        self.person = person  # whose ear it is, where that is known
        self.sent = 0
        self.dropped = 0
        self.ended: str | None = None
        self.at_ms: int | None = None  # where in the call the frame taken last begins
        self.replayed = False  # and whether it was played again
        self._frames: deque[tuple[int | None, bytes, int | None]] = deque()
        self._most_frames = most_frames
        self._behind_frames = behind_ms // FRAME_MS
        self._stuck_frames = stuck_ms // FRAME_MS
        self._acks = False
        self._acked_seq: int | None = None
        self._sent_seq: int | None = None
        self._gap = False
        self._away = False
        self._since_progress = 0
        self._something = asyncio.Event()
        self._is_stuck = asyncio.Event()

    @property
    def name(self) -> str:
        """What the sound it hears goes by."""
        return bleeped_name(self.call_id) if self.bleeped else self.call_id

    @property
    def stuck(self) -> bool:
        """Whether the listener has to be closed."""
        return self._is_stuck.is_set()

    def expect_acks(self) -> None:
        """The listener has promised to acknowledge; until now it owes nothing."""
        self._acks = True

    def offer(self, seq: int, frame: bytes, at_ms: int | None = None) -> None:
        """One live frame, shared by all listeners of the call."""
        if self._away or self.stuck or self.ended is not None:
            return
        self._since_progress += 1
        if self._since_progress > self._stuck_frames:
            self._is_stuck.set()
        elif self._acks and self._unacked > self._behind_frames:
            self._drop(1 + len(self._frames))
            self._frames.clear()
        else:
            if len(self._frames) >= self._most_frames:
                self._frames.popleft()
                self._drop(1)
            self._frames.append((seq, frame, at_ms))
        self._something.set()

    def acknowledge(self, seq: int) -> None:
        """Everything up to `seq` has reached the player."""
        if not self._away and (self._acked_seq is None or seq > self._acked_seq):
            self._acked_seq = seq
            self._since_progress = 0

    def go_away(self) -> None:
        """The listener hears a replay: live frames pass it by and are not counted as lost."""
        self._away = True
        self._frames.clear()

    def offer_replay(self, frame: bytes, at_ms: int | None = None) -> None:
        """One frame of a replay; its sender keeps the time, so the bound is only for a slow listener."""
        if len(self._frames) >= self._most_frames:
            self._frames.popleft()
            self._drop(1)
        self._frames.append((None, frame, at_ms))
        self._something.set()

    def come_back(self, *, at_once: bool = False) -> None:
        """Live again: behind the rest of the replay, or `at_once` in its place."""
        if at_once:
            self._frames.clear()
        self._away, self._gap, self._since_progress = False, True, 0
        self._acked_seq = self._sent_seq = None
        self._something.set()

    def end(self, reason: str) -> None:
        """Nothing more will come; what waits is still delivered."""
        self.ended = self.ended or reason
        self._something.set()

    async def take(self) -> bytes | None:
        """The next frame, waiting for one; None when the call has ended or the listener is stuck."""
        while not self._frames:
            if self.stuck or (self.ended is not None and not self._away):
                return None
            self._something.clear()
            await self._something.wait()
        if self.stuck:
            return None
        seq, frame, self.at_ms = self._frames.popleft()
        self.replayed = seq is None
        if seq is not None:
            if self._sent_seq is None:
                self._acked_seq = seq - 1  # what was before the first frame is not owed
            self._sent_seq = seq
        self.sent += 1
        if not self._acks:
            self._since_progress = 0
        if self._gap and (seq is not None or self._away):
            self._gap, frame = False, with_gap(frame)
        return frame

    async def until_stuck(self) -> None:
        """Returns when the listener has to be closed."""
        await self._is_stuck.wait()

    @property
    def _unacked(self) -> int:
        return 0 if self._sent_seq is None or self._acked_seq is None else self._sent_seq - self._acked_seq

    def _drop(self, frames: int) -> None:
        self.dropped += frames
        self._gap = True
