"""What came in at the doors, for the metrics."""

from collections import Counter
from dataclasses import dataclass, field

from streaming.wire.events import AudioReceived, Fault


@dataclass(slots=True)
class IngestCounts:
    """Totals since the start, over all doors."""

    connections: Counter[str] = field(default_factory=Counter)  # by road
    open_connections: Counter[str] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    audio_ms: Counter[str] = field(default_factory=Counter)  # by road
    paced: int = 0

    def heard(self, road: str, audio: AudioReceived) -> float:
        """Count one piece of audio; answers its length in ms."""
        audio_ms = len(audio.pcm_s16le) * 500 / audio.rate_hz
        self.audio_ms[road] += round(audio_ms)
        return audio_ms
