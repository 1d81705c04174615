"""The last seconds of one leg, for replay and for recognising again."""

from mmap import mmap

from streaming.frames import ANALYSIS_RATE_HZ, SAMPLES_PER_MS, AudioFrame, samples_to_ms


class AudioRing:
    """Frames of one leg in order, by call time; gaps between them are zeros.

    Memory is `seconds` × 32,000 bytes: asked for at once, but it costs nothing before it is first written.
    """

    def __init__(self, seconds: int) -> None:
        self._ring = mmap(-1, seconds * ANALYSIS_RATE_HZ * 2)  # goes back to the system whole, whenever the ring goes
        self._first_sample = 0
        self._end_sample = 0
        self._empty = True

    @property
    def start_ms(self) -> int:
        """The oldest whole millisecond kept; equal to `end_ms` while nothing is."""
        return -(-self._oldest_sample // SAMPLES_PER_MS)

    @property
    def end_ms(self) -> int:
        """Up to where audio is kept."""
        return samples_to_ms(self._end_sample)

    def add(self, frame: AudioFrame) -> None:
        """The next frame; one that does not lie behind the last is an error of the caller (ValueError)."""
        if self._empty:
            self._first_sample = self._end_sample = frame.start_sample
            self._empty = False
        if frame.start_sample < self._end_sample:
            raise ValueError("a frame before the end of the ring")
        if missing := frame.start_sample - self._end_sample:
            missing_bytes = min(missing * 2, len(self._ring))
            self._write(frame.start_sample * 2 - missing_bytes, bytes(missing_bytes))
        self._write(frame.start_sample * 2, frame.pcm_s16le)
        self._end_sample = frame.start_sample + len(frame.pcm_s16le) // 2

    def cut(self, from_ms: int, to_ms: int) -> tuple[int, bytes]:
        """As much of [from_ms, to_ms) as is kept: where it really begins, and int16 little-endian samples at 16 kHz."""
        first_ms = min(max(from_ms, self.start_ms), self.end_ms)
        last_ms = max(first_ms, min(to_ms, self.end_ms))
        at = first_ms * SAMPLES_PER_MS * 2 % len(self._ring)
        length_bytes = (last_ms - first_ms) * SAMPLES_PER_MS * 2
        straight = self._ring[at : at + length_bytes]
        return first_ms, bytes(straight) + bytes(self._ring[0 : length_bytes - len(straight)])

    def silence_from(self, at_ms: int) -> None:
        """What is kept from `at_ms` on becomes zeros."""
        first = max(at_ms * SAMPLES_PER_MS, self._oldest_sample)
        if first < self._end_sample:
            self._write(first * 2, bytes((self._end_sample - first) * 2))

    @property
    def _oldest_sample(self) -> int:
        return max(self._first_sample, self._end_sample - len(self._ring) // 2)

    def _write(self, call_byte: int, content: bytes) -> None:
        at = call_byte % len(self._ring)
        straight = min(len(content), len(self._ring) - at)
        if straight == len(content):
            self._ring[at : at + straight] = content
            return
        self._ring[at : at + straight] = content[:straight]
        self._ring[0 : len(content) - straight] = content[straight:]
