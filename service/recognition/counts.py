"""What recognition counts, for the metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class RecognitionCounts:
    """What happened to segments since the start; only ever rising."""

    segments: int = 0
    refused_segments: int = 0  # never opened: too many, or all behind
    lost_segments: int = 0  # opened, and given up
    reruns: int = 0
    nurseries_lost: int = 0
    decoded_samples: int = 0  # second runs included
    spotted_phrases: int = 0
