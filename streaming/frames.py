"""Legs, frames and the one arithmetic between samples and milliseconds."""

from dataclasses import dataclass
from enum import StrEnum

ANALYSIS_RATE_HZ = 16_000  # everything behind the resampler: the rate of the speech models
FRAME_MS = 20  # one RTP packet, one AudioSocket message: the grain of the field
SAMPLES_PER_MS = ANALYSIS_RATE_HZ // 1000
FRAME_SAMPLES = FRAME_MS * SAMPLES_PER_MS
FRAME_BYTES = FRAME_SAMPLES * 2


class Leg(StrEnum):
    """Whose audio it is. `MIXED` is both parties in one stream; rules that need two parties abstain on it."""

    AGENT = "agent"
    CUSTOMER = "customer"
    MIXED = "mixed"


class Party(StrEnum):
    """Who did something to the call, as the PBX says it."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    UNKNOWN = "unknown"


def other_leg(leg: Leg) -> Leg:
    """The opposite party's leg; a mixed leg has only itself."""
    match leg:
        case Leg.AGENT:
            return Leg.CUSTOMER
        case Leg.CUSTOMER:
            return Leg.AGENT
        case Leg.MIXED:
            return Leg.MIXED


def samples_to_ms(samples: int, rate_hz: int = ANALYSIS_RATE_HZ) -> int:
    """Whole milliseconds covered by `samples`; always from a count, never summed."""
    return samples * 1000 // rate_hz


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """20 ms of one leg at 16 kHz, or several times 20 ms without a break.

    `start_sample` counts from the call's zero, at 16 kHz, gaps included.
    """

    leg: Leg
    start_sample: int
    pcm_s16le: bytes

    @property
    def start_ms(self) -> int:
        """Where in the call the frame begins."""
        return samples_to_ms(self.start_sample)

    @property
    def end_ms(self) -> int:
        """Where in the call the frame ends."""
        return samples_to_ms(self.start_sample + len(self.pcm_s16le) // 2)

    def part(self, first: int, end: int) -> "AudioFrame":
        """The frames of 20 ms from the one numbered `first` up to, not including, `end`."""
        if first == 0 and end * FRAME_BYTES == len(self.pcm_s16le):
            return self
        return AudioFrame(
            self.leg, self.start_sample + first * FRAME_SAMPLES, self.pcm_s16le[first * FRAME_BYTES : end * FRAME_BYTES]
        )
