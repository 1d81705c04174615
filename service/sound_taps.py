"""Both legs' sound side by side for those who listen: 20 ms of each, at the same place in the call."""

from collections.abc import Iterator, Mapping

from streaming.audio_ring import AudioRing
from streaming.frames import FRAME_BYTES, FRAME_MS, SAMPLES_PER_MS, AudioFrame, Leg

_MOST_FRAMES = 50  # after a stall at most the newest second goes out; a live listener wants now, not then


class SoundTaps:
    """Cuts the rings into aligned frames as the call goes on."""

    def __init__(self) -> None:
        self._sent_ms = 0

    def skip(self, now_ms: int) -> None:
        """Nobody listens: the next frame begins at `now_ms`."""
        self._sent_ms = now_ms // FRAME_MS * FRAME_MS

    def cut(self, rings: Mapping[Leg, AudioRing], now_ms: int) -> Iterator[tuple[AudioFrame | None, AudioFrame | None]]:
        """(agent, customer) for every 20 ms that both have passed; a mixed leg stands on both sides."""
        self._sent_ms = max(self._sent_ms, now_ms // FRAME_MS * FRAME_MS - _MOST_FRAMES * FRAME_MS)
        while self._sent_ms + FRAME_MS <= now_ms:
            at_ms, self._sent_ms = self._sent_ms, self._sent_ms + FRAME_MS
            yield (
                _frame(rings, Leg.AGENT, at_ms) or _frame(rings, Leg.MIXED, at_ms),
                _frame(rings, Leg.CUSTOMER, at_ms) or _frame(rings, Leg.MIXED, at_ms),
            )


def _frame(rings: Mapping[Leg, AudioRing], leg: Leg, at_ms: int) -> AudioFrame | None:
    ring = rings.get(leg)
    if ring is None:
        return None
    from_ms, pcm_s16le = ring.cut(at_ms, at_ms + FRAME_MS)
    if from_ms != at_ms or len(pcm_s16le) != FRAME_BYTES:
        return None
    return AudioFrame(leg, at_ms * SAMPLES_PER_MS, pcm_s16le)
