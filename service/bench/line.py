"""One line of the simulated PBX: call after call, both legs in real time, each begun when its socket is open."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from service.bench.material import Material
from service.bench.scripted_call import ScriptedCall
from service.bench.sent_sound import SentSound
from streaming.frames import FRAME_MS, Leg


class LegOut(Protocol):
    """Where one leg's sound goes; never waits."""

    sent: SentSound

    def send(self, frame: bytes | memoryview) -> None:
        """20 ms of sound."""
        ...


@dataclass(slots=True)
class LineCall:
    """A call on its way."""

    call_id: str
    script: ScriptedCall
    length_frames: int | None  # None: until the order ends
    legs: dict[Leg, LegOut] = field(default_factory=dict)
    played_frames: int = 0

    @property
    def spoken_frames(self) -> int:
        """Speech sent on both legs so far."""
        return sum(leg.spoken_frames for leg in self.script.legs.values())


class Target(Protocol):
    """Who hears the calls: Earshot or its peer."""

    async def connect(self, call: LineCall) -> None:
        """Announce it and open both legs. Raises OSError, httpx.HTTPError or WebSocketException."""
        ...

    async def hang_up(self, call: LineCall) -> None:
        """End it in order."""
        ...


class Line:
    """Plays one call after the other; `tick` sends what is due, `due` says whether a call is to be ended or begun."""

    def __init__(
        self,
        number: int,
        seed: str,
        material: Material,
        quiet: Sequence[bytes],
        call_s: tuple[float, float] | None,
        clock: Callable[[], float],
    ) -> None:
        self.number = number
        self.call: LineCall | None = None
        self.begun = 0
        self._seed, self._material, self._quiet, self._call_s, self._clock = seed, material, quiet, call_s, clock
        self._random = random.Random(f"{seed}/{number}")  # noqa: S311  # lengths of calls, no secret
        self._began_s = 0.0

    def next_call(self) -> LineCall:
        """The line's next call, not connected yet."""
        self.begun += 1
        length = round(self._random.uniform(*self._call_s) * 1000 / FRAME_MS) if self._call_s is not None else None
        script = ScriptedCall(self._material, self._quiet, f"{self._seed}/{self.number}/{self.begun}")
        return LineCall(f"bench-{self._seed}-{self.number}-{self.begun}", script, length)

    def connected(self, call: LineCall) -> None:
        """Its sound begins now."""
        self._began_s = self._clock()
        self.call = call

    def tick(self) -> float:
        """Send every frame that has been spoken by now; returns how late the first of them was, in seconds."""
        call = self.call
        if call is None:
            return 0.0
        passed_s = self._clock() - self._began_s
        due = int(passed_s * 1000) // FRAME_MS
        late_s = passed_s - (call.played_frames + 1) * FRAME_MS / 1000 if due > call.played_frames else 0.0
        while call.played_frames < due:
            for leg, out in call.legs.items():
                out.send(call.script.frame(leg, call.played_frames))
            call.played_frames += 1
        return late_s

    @property
    def over(self) -> bool:
        """Whether its call has lasted its length."""
        call = self.call
        return call is not None and call.length_frames is not None and call.played_frames >= call.length_frames
