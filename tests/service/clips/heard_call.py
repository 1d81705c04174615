"""A call whose legs hear a tone each, 440 Hz the agent, 700 Hz the customer, fed by a clock that is moved."""

from datetime import UTC, datetime

import numpy as np

from config.settings import Settings
from service.clock import PlayClock
from streaming.frames import Leg
from streaming.wire.events import AudioReceived
from tests.fakes.board import KeepingOutlet, board_of

BEGAN_AT = datetime(2026, 1, 1, tzinfo=UTC)
_PITCH_HZ = {Leg.AGENT: 440, Leg.CUSTOMER: 700, Leg.MIXED: 440}


class HeardCall:
    """The call `c` on a board of its own."""

    def __init__(self, *legs: Leg) -> None:
        self.clock = PlayClock(BEGAN_AT)
        self.board = board_of(Settings(), KeepingOutlet(), self.clock)
        self.streams = {leg: self.board.claim_leg("c", leg) for leg in legs or (Leg.AGENT, Leg.CUSTOMER)}
        self.at_ms = 0

    def hear(self, until_ms: int) -> None:
        """20 ms a turn, the pulse in between."""
        while self.at_ms < until_ms:
            samples = np.arange(self.at_ms * 16, self.at_ms * 16 + 320)
            self.at_ms += 20
            self.clock.move_to(self.at_ms)
            for leg, stream in self.streams.items():
                pcm = (6_000 * np.sin(samples * 2 * np.pi * _PITCH_HZ[leg] / 16_000)).astype("<i2").tobytes()
                stream.hear(AudioReceived(pcm, 16_000))
            if self.at_ms % 100 == 0:
                self.board.pulse()

    def end(self) -> None:
        """Both sockets say goodbye."""
        for stream in self.streams.values():
            stream.end(explicit=True)
        for _ in range(40):
            self.at_ms += 100
            self.clock.move_to(self.at_ms)
            self.board.pulse()


def pitch_hz(pcm_s16le: bytes) -> int:
    """The loudest frequency."""
    samples = np.frombuffer(pcm_s16le, dtype="<i2").astype(float)
    return round(float(np.argmax(np.abs(np.fft.rfft(samples)))) * 16_000 / len(samples))
