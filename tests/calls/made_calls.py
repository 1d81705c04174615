"""Two-leg calls made of the recordings' turns: moved, repeated, louder, with noise; what is true of them is known."""

from dataclasses import dataclass, field
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from alerts.alert import Kind
from alerts.judging import Happening, Truth
from service.demo.recording import Recording, ScriptEvent
from streaming.frames import Leg, Party
from tests.calls.played import recording, truth
from web.sources import CallEventType

RATE_HZ = 16_000
AGENT, CUSTOMER = Leg.AGENT, Leg.CUSTOMER
_LINE_DBFS = -62.0  # the quiet of an office line

Samples = npt.NDArray[np.float64]


@cache
def turn(name: str, number: int) -> Samples:
    """One turn of a recording, by its place in the script."""
    said = truth(name)["turns"][number]
    legs = dict(recording(name).legs)
    per_ms = RATE_HZ // 1_000
    return legs[Leg(said["leg"])][said["start_ms"] * per_ms : said["end_ms"] * per_ms].astype(np.float64)


# Agents and customers of two voices each: calm sentences of some length.
AGENT_SAYS = tuple(("long_calm", number) for number in (0, 2, 3, 5, 7, 9, 11, 13))
CUSTOMER_SAYS = tuple(("long_calm", number) for number in (1, 4, 6, 8, 10, 12))


@dataclass
class MadeCall:
    """Build it turn by turn; `now_ms` is where the last one ended."""

    seed: int = 1
    now_ms: int = 0
    _pieces: list[tuple[Leg, int, Samples]] = field(default_factory=list)
    _noise_dbfs: dict[Leg, float] = field(default_factory=dict)
    _silent: dict[Leg, list[tuple[int, int]]] = field(default_factory=dict)
    _clipped: set[Leg] = field(default_factory=set)
    _script: list[ScriptEvent] = field(default_factory=list)
    _events: list[Happening] = field(default_factory=list)
    _said: dict[Leg, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._script.append(ScriptEvent(CallEventType.ANSWERED, 0))

    def says(self, leg: Leg, name: str, number: int, gap_ms: int = 500, gain_db: float = 0.0) -> Self:
        """A turn of a recording, `gap_ms` after the last one ended (negative: into it)."""
        sound = turn(name, number) * 10 ** (gain_db / 20)
        at_ms = max(0, self.now_ms + gap_ms)
        self._pieces.append((leg, at_ms, sound))
        self.now_ms = max(self.now_ms, at_ms + len(sound) * 1_000 // RATE_HZ)
        return self

    def talk(self, turns: int, gap_ms: int = 500) -> Self:
        """Agent and customer in turn, calmly."""
        for each in range(turns):
            leg = AGENT if each % 2 == 0 else CUSTOMER
            said = AGENT_SAYS if leg is AGENT else CUSTOMER_SAYS
            number = self._said[leg] = self._said.get(leg, -1) + 1
            self.says(leg, *said[number % len(said)], gap_ms)
        return self

    def quiet(self, length_ms: int) -> Self:
        """Nobody speaks."""
        self.now_ms += length_ms
        return self

    def pbx(self, kind: CallEventType, leg: Leg | None = None) -> Self:
        """An event now."""
        self._script.append(ScriptEvent(kind, self.now_ms, leg))
        return self

    def ends(self, party: Party, after_ms: int = 300) -> Self:
        """Somebody hangs up."""
        self.now_ms += after_ms
        self._script.append(ScriptEvent(CallEventType.HANGUP, self.now_ms, None, party))
        return self

    def noisy(self, leg: Leg, dbfs: float) -> Self:
        """Noise behind the leg, all of the call."""
        self._noise_dbfs[leg] = dbfs
        return self

    def soundless(self, leg: Leg, from_ms: int, to_ms: int) -> Self:
        """Packets with exact zeros in them."""
        self._silent.setdefault(leg, []).append((from_ms, to_ms))
        return self

    def clipped(self, leg: Leg) -> Self:
        """Far too loud for the line."""
        self._clipped.add(leg)
        return self

    def true(self, kind: Kind, leg: Leg | None, from_ms: int, to_ms: int) -> Self:
        """What happened."""
        self._events.append(Happening(kind, leg, from_ms, to_ms))
        return self

    def truth(self, *judged: Kind) -> Truth:
        """Complete for these kinds."""
        return Truth(frozenset(judged) | {event.kind for event in self._events}, tuple(self._events))

    def recording(self, name: str = "made") -> Recording:
        """Both legs, with the quiet of a line under them."""
        length = self.now_ms * RATE_HZ // 1_000
        random = np.random.default_rng(self.seed)
        legs = []
        for leg in (AGENT, CUSTOMER):
            level = 32_768 * 10 ** (self._noise_dbfs.get(leg, _LINE_DBFS) / 20)
            sound = random.standard_normal(length) * level
            for by, at_ms, samples in self._pieces:
                if by is leg:
                    start = at_ms * RATE_HZ // 1_000
                    sound[start : start + len(samples)] += samples[: max(0, length - start)]
            if leg in self._clipped:
                sound *= 12.0
            for from_ms, to_ms in self._silent.get(leg, ()):
                sound[from_ms * RATE_HZ // 1_000 : to_ms * RATE_HZ // 1_000] = 0.0
            legs.append((leg, np.clip(sound, -32_768, 32_767).astype(np.int16)))
        script = tuple(sorted(self._script, key=lambda event: event.at_ms))
        return Recording(name, RATE_HZ, tuple(legs), script, "ko")
