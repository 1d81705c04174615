"""The levels of one call in 100 ms steps: batches for the consoles, the whole past for the timeline."""

from array import array
from collections.abc import Callable
from dataclasses import replace

from streaming.frames import Leg
from streaming.observations import LevelHeard
from web.sources import CallLevels, LegLevels

STEP_MS = 100
_FLOOR_DBFS = -96


class LegLevelTrack:
    """Loudest frame and speech of each step of one leg; two bytes a step, so an hour takes 72 kB."""

    def __init__(self) -> None:
        self._dbfs = array("b")
        self._speaking = bytearray()

    def note(self, level: LevelHeard) -> None:
        """Take one frame's level."""
        step = max(0, level.end_ms - 1) // STEP_MS
        if step >= len(self._dbfs):
            missing = step + 1 - len(self._dbfs)
            self._dbfs.extend([_FLOOR_DBFS] * missing)
            self._speaking.extend(bytes(missing))
        self._dbfs[step] = max(self._dbfs[step], round(level.level_dbfs))
        self._speaking[step] |= level.speaking

    def cut(self, from_step: int, to_step: int) -> LegLevels:
        """Steps `from_step` to `to_step` (excluded); steps not heard are at the floor."""
        width = max(0, to_step - from_step)
        dbfs = [float(value) for value in self._dbfs[from_step:to_step]]
        speaking = [bool(value) for value in self._speaking[from_step:to_step]]
        missing = width - len(dbfs)
        return LegLevels(
            dbfs=(*dbfs, *[float(_FLOOR_DBFS)] * missing),
            speaking=(*speaking, *[False] * missing),
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
        legs = tuple((leg, replace(levels, tone=tone(leg))) for leg, levels in self._cut(from_step, complete))
        return CallLevels(call_id=self._call_id, at_ms=from_step * STEP_MS, step_ms=STEP_MS, legs=legs)

    def all(self, now_ms: int) -> tuple[tuple[Leg, LegLevels], ...]:
        """Everything up to `now_ms`."""
        return self._cut(0, now_ms // STEP_MS)

    def _cut(self, from_step: int, to_step: int) -> tuple[tuple[Leg, LegLevels], ...]:
        return tuple((leg, track.cut(from_step, to_step)) for leg, track in sorted(self._legs.items()))
