"""16 kHz samples to whole frames of 20 ms, placed in the call by sample index."""

from streaming.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame, Leg


class Framer:
    """One leg's samples in any portions; frames follow each other without a break until `skip`.

    A remainder shorter than a frame is kept for the next samples. Where the audio stops (a gap, the end), `close` fills
    it with zeros to a whole frame, so no sample is lost and every frame starts a whole number of frames after the leg's
    first sample.
    """

    def __init__(self, leg: Leg, start_sample: int) -> None:
        self._leg = leg
        self._next_sample = start_sample
        self._rest = b""

    @property
    def position_samples(self) -> int:
        """Where the next frame begins: everything before it has been given out."""
        return self._next_sample

    def feed(self, pcm_s16le: bytes) -> AudioFrame | None:
        """Whole samples at 16 kHz in, the whole frames they complete out, as one."""
        pending = self._rest + pcm_s16le if self._rest else pcm_s16le
        whole = len(pending) // FRAME_BYTES * FRAME_BYTES
        self._rest = pending[whole:]
        return self._frame(pending[:whole]) if whole else None

    def close(self) -> AudioFrame | None:
        """The remainder, filled up with zeros, if there is one."""
        if not self._rest:
            return None
        last = self._rest + bytes(FRAME_BYTES - len(self._rest))
        self._rest = b""
        return self._frame(last)

    def skip(self, frames: int) -> None:
        """Go on this many frames later. `close` first: a remainder would be moved along."""
        self._next_sample += frames * FRAME_SAMPLES

    def _frame(self, pcm_s16le: bytes) -> AudioFrame:
        frame = AudioFrame(self._leg, self._next_sample, pcm_s16le)
        self._next_sample += len(pcm_s16le) // 2
        return frame
