"""The levels of one call in 100 ms steps: batches for the consoles, the whole past for the timeline."""

import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace

from streaming.frames import Leg
from streaming.observations import LevelHeard
from web.sources import CallLevels, LegLevels

STEP_MS = 100
_FLOOR_DBFS = -96


class LegLevelTrack:
    """Loudest frame, speech and tone of each step of one leg; three bytes a step, so an hour takes 108 kB."""

    def __init__(self) -> None:
        self._dbfs = array("b")
        self._speaking = bytearray()
        self._tone = bytearray()  # 0 to 255

    def note(self, level: LevelHeard) -> None:
        """Take one frame's level."""
        step = max(0, level.end_ms - 1) // STEP_MS
        if step >= len(self._dbfs):
            missing = step + 1 - len(self._dbfs)
            self._dbfs.extend([_FLOOR_DBFS] * missing)
            self._speaking.extend(bytes(missing))
            self._tone.extend(bytes(missing))
        self._dbfs[step] = max(self._dbfs[step], round(level.level_dbfs))
        self._speaking[step] |= level.speaking

    def sounded(self, tone: float, from_step: int, to_step: int) -> None:
        """How tense the leg was in these steps, 0 to 1; steps that were not heard stay calm."""
        to_step = min(to_step, len(self._tone))
        self._tone[from_step:to_step] = bytes([round(255 * tone)]) * max(0, to_step - from_step)

    def packed(self) -> str:
        """All of it as text."""
        whole = self._dbfs.tobytes() + self._speaking + self._tone
        return b64encode(zlib.compress(whole)).decode()

    def unpack(self, packed: str) -> None:
        """Go on with what another track has noted. Raises ValueError for what is no such text."""
        try:
            whole = zlib.decompress(b64decode(packed))
        except zlib.error:
            raise ValueError("no packed levels") from None
        steps = len(whole) // 3
        self._dbfs = array("b", whole[:steps])
        self._speaking, self._tone = bytearray(whole[steps : 2 * steps]), bytearray(whole[2 * steps : 3 * steps])

    def cut(self, from_step: int, to_step: int) -> LegLevels:
        """Steps `from_step` to `to_step` (excluded); steps not heard are at the floor."""
        width = max(0, to_step - from_step)
        dbfs = [float(value) for value in self._dbfs[from_step:to_step]]
        speaking = [bool(value) for value in self._speaking[from_step:to_step]]
        tones = [round(value / 255, 2) for value in self._tone[from_step:to_step]]
        missing = width - len(dbfs)
        return LegLevels(
            dbfs=(*dbfs, *[float(_FLOOR_DBFS)] * missing),
            speaking=(*speaking, *[False] * missing),
            tones=(*tones, *[0.0] * missing),
        )


class LevelTrack:
    """All legs of one call; `batch` hands out what has not been handed out yet."""

    def __init__(self, call_id: str, batch_ms: int) -> None:
        self._call_id = call_id
        self._batch_steps = max(1, batch_ms // STEP_MS)
        self._legs: dict[Leg, LegLevelTrack] = {}
        self._sent_steps = 0

    def note(self, level: LevelHeard) -> None:
        """Take one frame's level."""
        self._legs.setdefault(level.leg, LegLevelTrack()).note(level)

    def batch(self, now_ms: int, tone: Callable[[Leg], float] = lambda leg: 0.0) -> CallLevels | None:
        """The steps complete at `now_ms`, once a batch is full; None before. A long pause is skipped, not sent.

        `tone` says how tense a leg sounds now.
        """
        complete = now_ms // STEP_MS
        if complete - self._sent_steps < self._batch_steps:
            return None
        from_step = max(self._sent_steps, complete - 5 * self._batch_steps)
        self._sent_steps = complete
        tones = {leg: tone(leg) for leg in self._legs}
        for leg, track in self._legs.items():
            track.sounded(tones[leg], from_step, complete)
        cut = self._cut(from_step, complete)
        legs = tuple((leg, replace(levels, tone=tones[leg], tones=())) for leg, levels in cut)
        return CallLevels(call_id=self._call_id, at_ms=from_step * STEP_MS, step_ms=STEP_MS, legs=legs)

    def packed(self) -> tuple[tuple[Leg, str], ...]:
        """Everything so far, for another node."""
        return tuple((leg, track.packed()) for leg, track in self._legs.items())

    def unpack(self, packed: Sequence[tuple[Leg, str]], now_ms: int) -> None:
        """Go on with what another node has noted, and handed out, up to `now_ms`."""
        for leg, each in packed:
            self._legs.setdefault(leg, LegLevelTrack()).unpack(each)
        self._sent_steps = now_ms // STEP_MS

    def all(self, now_ms: int) -> tuple[tuple[Leg, LegLevels], ...]:
        """Everything up to `now_ms`."""
        return self._cut(0, now_ms // STEP_MS)

    def _cut(self, from_step: int, to_step: int) -> tuple[tuple[Leg, LegLevels], ...]:
        return tuple((leg, track.cut(from_step, to_step)) for leg, track in sorted(self._legs.items()))
