"""What rules may ask of a call: what was said, found and reported so far, and how well it could be heard."""

from collections import deque
from dataclasses import dataclass

from alerts.alert import Kind
from alerts.findings import Finding, Stage
from alerts.speech_time import SpeechTime
from alerts.word_trust import WordTrust
from streaming.frames import Leg
from streaming.observations import (
    BandHeard,
    CallAnswered,
    CallOver,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    MuteChanged,
    Observation,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    WordsHeard,
)

_MOST = 64  # of everything that is remembered, per rule, kind, event or leg
_SAME_MS = 2_000  # both ears agree on the times of a phrase by this much
_WIDE_BAND_HZ = 16_000  # below, too many phrases are missed to say that one was not said (recognition.md §6.5)
_PARTIES = (Leg.AGENT, Leg.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Time:
    """Something happened from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int
    leg: Leg | None = None
    event: str = ""  # of a finding that may be taken back


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose call it is, as last announced."""

    queue: str | None = None
    team: str | None = None


class _Spans:
    """Stretches of a call in their order; the last one may still go on."""

    def __init__(self) -> None:
        self._spans: deque[tuple[int, int | None]] = deque(maxlen=_MOST)

    def begin(self, at_ms: int) -> None:
        if not self._spans or self._spans[-1][1] is not None:
            self._spans.append((at_ms, None))

    def end(self, at_ms: int) -> None:
        if self._spans and self._spans[-1][1] is None:
            self._spans[-1] = (self._spans[-1][0], max(at_ms, self._spans[-1][0]))

    def add(self, start_ms: int, end_ms: int) -> None:
        if not self._spans or self._spans[-1][1] is not None:
            self._spans.append((start_ms, end_ms))

    def meets(self, from_ms: int, until_ms: int) -> bool:
        return any(
            start_ms <= until_ms and (end_ms is None or end_ms > from_ms) for start_ms, end_ms in reversed(self._spans)
        )


class CallSoFar:
    """Feed it what is heard and found; bounded, and in call time only. `whose` is as last announced."""

    def __init__(self, least_confidence_ratio: float, narrow_band_trusted: bool = False) -> None:
        self.whose = Whose()
        self.answered_ms = 0
        self.over_ms: int | None = None
        self.speech = SpeechTime()
        self.legs: set[Leg] = set()
        self._least, self._narrow_band_trusted = least_confidence_ratio, narrow_band_trusted
        self._narrow: set[Leg] = set()
        self._said: dict[str, deque[Time]] = {}
        self._found: dict[str, deque[Time]] = {}
        self._events: dict[str, deque[Time]] = {}
        self._held, self._deaf, self._blind = _Spans(), dict[Leg, _Spans](), dict[Leg, _Spans]()
        self._trust: dict[Leg, WordTrust] = {}

    def assign(self, whose: Whose) -> bool:
        """Whose call it is from now on; false when that is nothing new."""
        changed, self.whose = whose != self.whose, whose
        return changed

    def feed(self, observation: Observation) -> None:
        """Take one observation."""
        self.speech.feed(observation)
        match observation:
            case LevelHeard(leg=leg) | SpeechStarted(leg=leg) | SpeechEnded(leg=leg):
                self.legs.add(leg)
            case WordsHeard(leg=leg):
                self.legs.add(leg)
                self._trust_in(leg).feed(observation)
            case BandHeard(leg=leg, rate_hz=rate_hz):
                (self._narrow.add if rate_hz < _WIDE_BAND_HZ else self._narrow.discard)(leg)
            case RecognitionChanged(leg=leg, listening=listening, at_ms=at_ms):
                deaf = self._deaf.setdefault(leg, _Spans())
                (deaf.end if listening else deaf.begin)(at_ms)
            case GapHeard(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._blind.setdefault(leg, _Spans()).add(start_ms, end_ms)
            case LegStalled(leg=leg, at_ms=at_ms) | LegEnded(leg=leg, at_ms=at_ms):
                self._blind.setdefault(leg, _Spans()).begin(at_ms)
            case LegResumed(leg=leg, at_ms=at_ms):
                self._blind.setdefault(leg, _Spans()).end(at_ms)
            case CallAnswered(at_ms=at_ms):
                self.answered_ms = at_ms
                self._event("answered", at_ms)
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                (self._held.begin if on_hold else self._held.end)(at_ms)
                self._event("hold" if on_hold else "unhold", at_ms)
            case MuteChanged(muted=muted, at_ms=at_ms):
                self._event("mute" if muted else "unmute", at_ms)
            case CallTransferred(at_ms=at_ms):
                self._event("transfer", at_ms)
            case HangUpReported(at_ms=at_ms):
                self._event("hangup", at_ms)
            case CallOver(at_ms=at_ms, final=final):
                if final:
                    self.over_ms = at_ms
                    self._event("ended", at_ms)
            case _:
                pass

    def say(self, rule_id: str, start_ms: int, end_ms: int, leg: Leg) -> bool:
        """A rule was heard, or held; false when this is the same that the other ear has heard already."""
        times = self._said.setdefault(rule_id, deque(maxlen=_MOST))
        if any(_near(time, start_ms, end_ms) and time.leg is leg for time in times):
            return False
        times.append(Time(start_ms, end_ms, leg))
        return True

    def find(self, finding: Finding) -> bool:
        """What a detector found or took back; false when it changes nothing."""
        times = self._found.setdefault(finding.kind.value, deque(maxlen=_MOST))
        known = next((time for time in times if time.event == finding.event), None)
        if finding.stage is Stage.WITHDRAWN:
            if known is not None:
                times.remove(known)
            return known is not None
        if known is not None or finding.stage is Stage.PROVISIONAL:
            return False
        leg = None if finding.leg is Leg.MIXED else finding.leg
        times.append(Time(finding.evidence.from_ms, finding.audio_end_ms, leg, finding.event))
        return True

    def forget(self, rule_id: str) -> None:
        """The rule hears something else from now on."""
        self._said.pop(rule_id, None)

    def said(self, rule_id: str) -> tuple[Time, ...]:
        """When a rule was heard."""
        return tuple(self._said.get(rule_id, ()))

    def found(self, kind: str, leg: Leg | None) -> tuple[Time, ...]:
        """When a kind was found, on this leg where one is asked for."""
        times = self._found.get(Kind(kind).value, ())
        return tuple(time for time in times if leg is None or time.leg is None or time.leg is leg)

    def events(self, event: str) -> tuple[Time, ...]:
        """When something was reported."""
        return tuple(self._events.get(event, ()))

    def on_hold(self, at_ms: int) -> bool:
        """Whether the customer was on hold then."""
        return self._held.meets(at_ms, at_ms)

    def is_blind(self, leg: Leg, from_ms: int, until_ms: int) -> bool:
        """Whether a part of this time was not heard on that leg."""
        blind = self._blind.get(leg)
        return leg not in self.legs or (blind is not None and blind.meets(from_ms, until_ms))

    def hears_words(self, leg: Leg, from_ms: int, until_ms: int) -> bool:
        """Whether what this party says would have been recognised all this time, and surely enough."""
        for each in (leg, Leg.MIXED):
            deaf = self._deaf.get(each)
            if deaf is not None and deaf.meets(from_ms, until_ms):
                return False
            if each in self._narrow and not self._narrow_band_trusted:
                return False
        trust = self._trust.get(leg) or self._trust.get(Leg.MIXED)
        return trust is None or trust.confidence == 0.0 or trust.confidence >= self._least

    def words_cover(self, leg: Leg, until_ms: int) -> bool:
        """Whether the words of all speech that began before that moment have come."""
        spoke = leg if leg in self.legs or Leg.MIXED not in self.legs else Leg.MIXED
        if self.speech.ended_before_ms(spoke, until_ms) is None and self.speech.live_since_ms(spoke) is None:
            return True  # it has not said anything so far
        return self._trust_in(spoke).covers(self.speech, until_ms)

    def silent_since_ms(self, leg: Leg | None) -> int | None:
        """Since when nobody (or this party) has been speaking; None while somebody does, or on hold."""
        since_ms = self.answered_ms
        for each in [leg] if leg is not None else [*_PARTIES, Leg.MIXED]:
            if self.speech.live_since_ms(each) is not None:
                return None
            since_ms = max(since_ms, self.speech.last_end_ms(each) or 0)
        back = self.events("unhold")
        held = self.events("hold")
        if held and (not back or back[-1].end_ms < held[-1].end_ms):
            return None
        return max(since_ms, back[-1].end_ms) if back else since_ms

    def _event(self, event: str, at_ms: int) -> None:
        self._events.setdefault(event, deque(maxlen=_MOST)).append(Time(at_ms, at_ms))

    def _trust_in(self, leg: Leg) -> WordTrust:
        return self._trust.setdefault(leg, WordTrust(leg, self._least))


def _near(time: Time, start_ms: int, end_ms: int) -> bool:
    return time.start_ms < end_ms + _SAME_MS and start_ms < time.end_ms + _SAME_MS
