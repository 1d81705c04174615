"""A synthetic call: turns in ever new order, a pause nobody answers here, both talking at once there."""

import random
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

from service.bench.material import RATE_HZ, Material, Samples
from streaming.frames import FRAME_MS, Leg

FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
FRAME_BYTES = 2 * FRAME_SAMPLES
_NOISE_RMS = 40  # −58 dBFS, as quiet as the recordings are between their turns
_NOISE_FRAMES = 400
_GAP_MS = (250, 900)  # from turn to turn
_LEAD_MS = (300, 1_500)
_DEAD_AIR_MS = (3_500, 4_200)  # the customer waits: just over the rule's three seconds
_TALK_OVER_LEAD_MS = (400, 900)
_TALK_OVER_MS = 2_600  # both must have so much left to say to be over the rule's two seconds
_EVENT_EVERY_TURNS = (2, 4)
_LATEST_BEGIN_MS = 30_000
_GAIN_DB = (-2.0, 1.0)


def quiet_line() -> list[bytes]:
    """Eight seconds of a quiet line in frames; made once and shared by all legs."""
    noise = np.random.default_rng(1).normal(0, _NOISE_RMS, _NOISE_FRAMES * FRAME_SAMPLES).astype(np.int16).tobytes()
    return [noise[start : start + FRAME_BYTES] for start in range(0, len(noise), FRAME_BYTES)]


class LegSound:
    """One leg's sound, frame by frame, without an end: what was placed on it, a quiet line between."""

    def __init__(self, quiet: Sequence[bytes], begin: int) -> None:
        self._quiet, self._begin = quiet, begin
        self._placed: list[tuple[int, memoryview]] = []
        self.spoken_frames = 0

    def place(self, at_frame: int, piece: bytes) -> int:
        """Put whole frames at a place behind everything placed before; returns the frame behind them."""
        self._placed.append((at_frame, memoryview(piece)))
        return at_frame + len(piece) // FRAME_BYTES

    def frame(self, number: int) -> bytes | memoryview:
        """20 ms of sound. Ask in rising order."""
        while self._placed and number - self._placed[0][0] >= len(self._placed[0][1]) // FRAME_BYTES:
            self._placed.pop(0)
        if self._placed and number >= self._placed[0][0]:
            self.spoken_frames += 1
            start = (number - self._placed[0][0]) * FRAME_BYTES
            return self._placed[0][1][start : start + FRAME_BYTES]
        return self._quiet[(self._begin + number) % len(self._quiet)]


class ScriptedCall:
    """Both legs of one call, begun somewhere in its middle: so even calls that begin together are not in phase.

    The same `seed` gives the same call; each turn is a little louder, softer, later anew.
    """

    def __init__(self, material: Material, quiet: Sequence[bytes], seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  # an order of turns, no secret
        self._decks = {leg: self._deck(material.pieces[leg]) for leg in (Leg.AGENT, Leg.CUSTOMER)}
        self.legs = {leg: LegSound(quiet, self._random.randrange(len(quiet))) for leg in self._decks}
        self._turns = self._play()
        self._ready_frames = 0
        self._begin_frame = self._random.randrange(_LATEST_BEGIN_MS // FRAME_MS)

    def frame(self, leg: Leg, number: int) -> bytes | memoryview:
        """20 ms of one leg, 0 being the first that is sent. Ask in rising order per leg."""
        number += self._begin_frame
        while number >= self._ready_frames:
            self._ready_frames = next(self._turns)
        return self.legs[leg].frame(number)

    def _play(self) -> Iterator[int]:
        """Place turn after turn; yields up to where nothing more will be placed."""
        agent, customer = self.legs[Leg.AGENT], self.legs[Leg.CUSTOMER]
        at = self._frames(_LEAD_MS)
        until_event = self._random.randint(1, _EVENT_EVERY_TURNS[1])
        for turn in count():
            leg = Leg.AGENT if turn % 2 == 0 else Leg.CUSTOMER
            piece = self._next(leg)
            until_event -= 1
            if leg is Leg.CUSTOMER and until_event <= 0:
                until_event = self._random.randint(*_EVENT_EVERY_TURNS)
                at = self._event(agent, customer, at, piece)
            else:
                at = self.legs[leg].place(at, piece) + self._frames(_GAP_MS)
            yield at

    def _event(self, agent: LegSound, customer: LegSound, at: int, piece: bytes) -> int:
        lead = self._frames(_TALK_OVER_LEAD_MS)
        over = self._next(Leg.AGENT)
        both_frames = min(len(piece) // FRAME_BYTES - lead, len(over) // FRAME_BYTES)
        if both_frames >= _TALK_OVER_MS // FRAME_MS and self._random.random() < 0.5:
            return max(customer.place(at, piece), agent.place(at + lead, over)) + self._frames(_GAP_MS)
        return customer.place(at, piece) + self._frames(_DEAD_AIR_MS)

    def _next(self, leg: Leg) -> bytes:
        gain = 10 ** (self._random.uniform(*_GAIN_DB) / 20)
        piece = next(self._decks[leg])
        shift = self._random.randrange(FRAME_SAMPLES)  # frames fall on other samples every time
        whole = -(-(shift + len(piece)) // FRAME_SAMPLES) * FRAME_SAMPLES
        moved = np.zeros(whole, np.int16)
        moved[shift : shift + len(piece)] = (piece * gain).clip(-32_768, 32_767)
        return moved.tobytes()

    def _deck(self, pieces: Sequence[Samples]) -> Iterator[Samples]:
        while True:
            yield from self._random.sample(pieces, len(pieces))

    def _frames(self, between_ms: tuple[int, int]) -> int:
        return self._random.randint(*between_ms) // FRAME_MS
