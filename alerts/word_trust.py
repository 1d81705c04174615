"""How far one leg's words can be trusted: is anybody listening, how sure, and up to where has the text come."""

from collections import deque

from alerts.speech_time import SpeechTime
from streaming.frames import Leg
from streaming.observations import BandHeard, Observation, RecognitionChanged, WordsHeard

_MOST_FINALS = 20
_EDGE_MS = 700  # words end this much before the voice detector's end of the speech
_COUGH_MS = 500  # speech so short may have no words at all
WIDE_BAND_HZ = 16_000  # below, a model for wide band misses more phrases than it finds (recognition.md §6.5)


class WordTrust:
    """Feed it words and what is said of recognition. Rules about what was NOT said ask it before they speak."""

    def __init__(self, leg: Leg, least_confidence_ratio: float, narrow_band_trusted: bool = False) -> None:
        self._leg = leg
        self._narrow_band_trusted = narrow_band_trusted
        self._narrow_band = False
        self._least = least_confidence_ratio
        self._confidences: deque[float] = deque(maxlen=_MOST_FINALS)
        self._listening = True
        self._was_deaf = False
        self._heard_until_ms = -1

    def feed(self, observation: Observation) -> None:
        """Take finals of the leg, how its line is, and whether recognition listens."""
        match observation:
            case WordsHeard(leg=leg, final=True, end_ms=end_ms, words=words) if leg is self._leg:
                self._heard_until_ms = max(self._heard_until_ms, end_ms)
                if words:
                    self._confidences.append(sum(word.confidence for word in words) / len(words))
            case BandHeard(leg=leg, rate_hz=rate_hz) if leg is self._leg:
                self._narrow_band = rate_hz < WIDE_BAND_HZ
            case RecognitionChanged(leg=leg, listening=listening) if leg is self._leg:
                self._listening = listening
                self._was_deaf = self._was_deaf or not listening
            case _:
                pass

    @property
    def confidence(self) -> float:
        """Mean confidence of the last finals' words, 0 without any."""
        return sum(self._confidences) / len(self._confidences) if self._confidences else 0.0

    @property
    def sure(self) -> bool:
        """Recognition has listened all the time, to a line it hears well, and was sure enough of its words."""
        if self._narrow_band and not self._narrow_band_trusted:
            return False
        return not self._was_deaf and self._listening and bool(self._confidences) and self.confidence >= self._least

    def covers(self, speech: SpeechTime, at_ms: int) -> bool:
        """Finals have come for all speech that began before `at_ms`; where there was none, for the first speech."""
        last_ms = speech.ended_before_ms(self._leg, at_ms, _COUGH_MS)
        return last_ms is not None and self._heard_until_ms >= last_ms - _EDGE_MS
