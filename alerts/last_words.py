"""What both parties said last, and whether it was a farewell: the ground for judging the end of a call."""

from alerts.phrase_book import PhraseBook
from alerts.sounds_like.likeness import Murmured
from alerts.spoken import spoken
from alerts.word_trust import WIDE_BAND_HZ
from streaming.frames import Leg
from streaming.observations import (
    BandHeard,
    LevelHeard,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    WordsHeard,
)

_MOST_CLOSINGS = 16  # utterances with a farewell that are remembered; only the last ones matter
_SHORT_REPLY_MS = 1_000  # a reply this short to a farewell (yes, okay) is none that wants an answer
_OVERLAP_MS = 700  # a farewell may begin this long before the other has quite finished
_LAST_WORDS_MS = 1_500  # the customer's farewell stands this close to the end of the customer's speech
_UNFINISHED_MS = 500  # speech up to this close to the end was broken off


class LastWords:
    """Speech by its ends, farewells by the pack's closing phrases, spotted or read (partials until the final)."""

    def __init__(
        self, closings: PhraseBook | None, murmured: Murmured | None = None, narrow_band_trusted: bool = False
    ) -> None:
        self._closings = closings
        self._murmured = murmured
        self._narrow_band_trusted = narrow_band_trusted
        self._narrow: set[Leg] = set()
        self._perhaps_ms: int | None = None  # the end of the agent's last words that may have been a farewell
        self._speech: dict[Leg, tuple[int, int | None]] = {}
        self._first_heard_words: set[Leg] = set()
        self._deaf: set[Leg] = set()
        # By leg and utterance; a spotted one, which no text can take back, by the minus of its end.
        self._farewells: dict[tuple[Leg, int], tuple[int, int]] = {}
        self.heard: set[Leg] = set()
        self.spoke: set[Leg] = set()

    def feed(
        self,
        observation: LevelHeard
        | SpeechStarted
        | SpeechEnded
        | WordsHeard
        | PhraseSpotted
        | RecognitionChanged
        | BandHeard,
    ) -> None:
        """Take speech, words and how far words can be trusted."""
        match observation:
            case LevelHeard(leg=leg):
                self.heard.add(leg)
            case SpeechStarted(leg=leg, start_ms=start_ms):
                self.heard.add(leg)
                self.spoke.add(leg)
                self._speech[leg] = (start_ms, None)
            case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self.heard.add(leg)
                self.spoke.add(leg)
                self._speech[leg] = (start_ms, end_ms)
            case RecognitionChanged(leg=leg, listening=listening):
                (self._deaf.discard if listening else self._deaf.add)(leg)
            case BandHeard(leg=leg, rate_hz=rate_hz):
                if rate_hz < WIDE_BAND_HZ and not self._narrow_band_trusted:
                    self._narrow.add(leg)
            case WordsHeard():
                self._first_heard_words.add(observation.leg)
                self._listen(observation)
            case PhraseSpotted():
                self._first_heard_words.add(observation.leg)
                self._spot(observation)

    def trusted(self, leg: Leg) -> bool:
        """Whether a farewell of this leg would have been recognised."""
        heard = leg in self._first_heard_words and leg not in self._deaf and leg not in self._narrow
        return self._closings is not None and heard

    def last_speech_end_ms(self, leg: Leg, end_ms: int) -> int:
        """When the leg was last heard speaking before the end of the call; 0 when never."""
        _, until_ms = self._speech.get(leg, (0, 0))
        return end_ms if until_ms is None else min(until_ms, end_ms)

    def speaks_at(self, leg: Leg, end_ms: int) -> bool:
        """The leg's speech was broken off by the end."""
        return leg in self._speech and end_ms - self.last_speech_end_ms(leg, end_ms) <= _UNFINISHED_MS

    def spoke_after(self, leg: Leg, at_ms: int) -> bool:
        """The leg has begun to speak after a moment."""
        return leg in self._speech and self._speech[leg][0] >= at_ms

    def closing_end_ms(self, leg: Leg) -> int | None:
        """The end of the leg's last farewell."""
        farewell = self._farewell(leg)
        return farewell[1] if farewell is not None else None

    def farewell_stands(self, end_ms: int) -> bool:
        """The agent's farewell answered the customer's last words, or these were a farewell or a short reply to it."""
        agent = self._farewell(Leg.AGENT)
        if agent is None:
            return False
        customer_start_ms = self._speech.get(Leg.CUSTOMER, (0, 0))[0]
        customer_end_ms = self.last_speech_end_ms(Leg.CUSTOMER, end_ms)
        if agent[0] >= customer_end_ms - _OVERLAP_MS:
            return True
        if customer_start_ms >= agent[0] and customer_end_ms - customer_start_ms <= _SHORT_REPLY_MS:
            return True
        customer = self._farewell(Leg.CUSTOMER)
        return customer is not None and customer[1] >= customer_end_ms - _LAST_WORDS_MS

    def parted_quietly(self, end_ms: int, quiet_ms: int) -> bool:
        """Both said farewell, nothing was said after it, and then there was silence for at least `quiet_ms`."""
        for leg in (Leg.AGENT, Leg.CUSTOMER):
            farewell, last_ms = self._farewell(leg), self.last_speech_end_ms(leg, end_ms)
            if farewell is None or farewell[1] < last_ms - _LAST_WORDS_MS or end_ms - last_ms < quiet_ms:
                return False
        return True

    def perhaps(self, end_ms: int) -> bool:
        """The agent's last words before the end may have been a farewell that was heard badly."""
        last_ms = self.last_speech_end_ms(Leg.AGENT, end_ms)
        return self._perhaps_ms is not None and self._perhaps_ms >= last_ms - _LAST_WORDS_MS

    def _farewell(self, leg: Leg) -> tuple[int, int] | None:
        said = [farewell for (by, _), farewell in self._farewells.items() if by is leg]
        return max(said, key=lambda farewell: farewell[1], default=None)

    def _listen(self, heard: WordsHeard) -> None:
        if self._closings is None:
            return
        key = (heard.leg, heard.utterance)
        if heard.leg is Leg.AGENT and heard.final and self._murmured is not None and self._murmured.once(heard.text):
            self._perhaps_ms = max(heard.end_ms, self._perhaps_ms or 0)
        found = self._closings.find(heard.text, heard.leg)
        if not found:
            self._farewells.pop(key, None)
            return
        places = [spoken(heard, each.stretch) for each in found]
        self._remember(key, min(each.start_ms for each in places), max(each.end_ms for each in places))

    def _spot(self, spotted: PhraseSpotted) -> None:
        if self._closings is not None and self._closings.rules_with(spotted.phrase, spotted.leg):
            self._remember((spotted.leg, -spotted.end_ms), spotted.start_ms, spotted.end_ms)

    def _remember(self, key: tuple[Leg, int], start_ms: int, end_ms: int) -> None:
        self._farewells[key] = (start_ms, end_ms)
        while len(self._farewells) > _MOST_CLOSINGS:
            del self._farewells[next(iter(self._farewells))]
