"""When each stretch of one leg's sound was sent: what every lag is measured from."""

from bisect import bisect_left

from streaming.frames import FRAME_MS


class SentSound:
    """Blocks in their order; each completes the sound up to its last frame."""

    def __init__(self) -> None:
        self._until_frame: list[int] = []
        self._at_s: list[float] = []

    def note(self, until_frame: int, at_s: float) -> None:
        """The sound up to (not including) this frame is on its way."""
        self._until_frame.append(until_frame)
        self._at_s.append(at_s)

    def __len__(self) -> int:
        return len(self._at_s)

    @property
    def newest_s(self) -> float:
        """When the last block was sent. Raises IndexError when none was."""
        return self._at_s[-1]

    def completed_s(self, end_ms: int) -> float | None:
        """When the block was sent that completes the sound up to `end_ms`; None when nothing was sent.

        What lies beyond the last block counts with that.
        """
        if not self._at_s:
            return None
        position = bisect_left(self._until_frame, -(-end_ms // FRAME_MS))
        return self._at_s[min(position, len(self._at_s) - 1)]
