"""Who ended the call: by the word of the PBX, which leg closed first, and what was said last."""

from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.last_words import LastWords
from alerts.phrase_book import PhraseBook
from alerts.verdict import SEVERITY_OF_VERDICT, Verdict
from config.detection import HangUpSettings
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    HangUpReported,
    LegEnded,
    LegResumed,
    LevelHeard,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    WordsHeard,
)

_CLOSED_FIRST_MS = 100  # legs closed nearer together say nothing: Asterisk closes both within 2 ms (protocols.md §1)
_DISAGREE_MS = 3_000  # the other leg was gone this long before the reported end: PBX and audio disagree


@dataclass(frozen=True, slots=True)
class _Opinion:
    """What is thought of the end; `severity` None: no fault of the agent, nobody is told."""

    verdict: Verdict
    severity: Severity | None
    end_ms: int
    values: tuple[Measure, ...]


class AgentHangUpDetector:
    """One verdict per call, given when the call is over or a little after its end, and revised by later facts.

    Hold does not silence it: leaving a customer who waits is leaving. Two legs are needed to blame anybody.
    """

    def __init__(self, settings: HangUpSettings, closings: PhraseBook | None = None) -> None:
        self._settings = settings
        self._words = LastWords(closings)
        self._answered_ms = 0
        self._transferred_ms: int | None = None
        self._reported: HangUpReported | None = None
        self._ended: dict[Leg, int] = {}
        self._over: CallOver | None = None
        self._opinion: _Opinion | None = None
        self._told: Finding | None = None
        self._events = 0

    @property
    def verdict(self) -> Verdict | None:
        """How the call ended, once that is judged."""
        return self._opinion.verdict if self._opinion is not None else None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard or reported; after the verdict every fact may revise it."""
        match observation:
            case SpeechStarted() | SpeechEnded() | LevelHeard() | WordsHeard() | PhraseSpotted() | RecognitionChanged():
                self._words.feed(observation)
            case CallAnswered(at_ms=at_ms):
                self._answered_ms = at_ms
            case CallTransferred(at_ms=at_ms):
                self._transferred_ms = at_ms
            case HangUpReported():
                if self._reported is None or observation.party is not Party.UNKNOWN:
                    self._reported = observation
            case LegEnded(leg=leg, at_ms=at_ms):
                self._ended.setdefault(leg, at_ms)
            case LegResumed(leg=leg):
                self._ended.pop(leg, None)
            case CallOver():
                self._over = observation
                return self._decide()
            case _:
                return []
        return self._decide() if self._opinion is not None else []

    def advance(self, now_ms: int) -> list[Finding]:
        """Decide where nobody says that the call is over."""
        if self._opinion is not None or (self._reported is None and not self._ended):
            return []
        due_ms = self._end_ms() + self._settings.decide_ms
        if self._reported is None and not self._ended.keys() >= self._words.heard:
            due_ms = self._end_ms() + self._settings.bare_close_ms
        return self._decide() if now_ms >= due_ms else []

    def _end_ms(self) -> int:
        if self._reported is not None:
            return self._reported.at_ms
        if self._ended:
            return min(self._ended.values())
        return self._over.at_ms if self._over is not None else 0

    def _decide(self) -> list[Finding]:
        before, opinion = self._opinion, self._judge()
        self._opinion = opinion
        told = self._told
        if opinion.severity is None:
            self._told = None
            return (
                [self._finding(before, told.event, Stage.WITHDRAWN)] if told is not None and before is not None else []
            )
        certain = opinion.verdict is not Verdict.UNDECIDED or (self._over is not None and self._over.final)
        stage = Stage.CERTAIN if certain else Stage.PROVISIONAL
        if told is None:
            self._events += 1
            self._told = self._finding(opinion, f"{Kind.AGENT_HANGUP}:{self._events}", stage)
            return [self._told]
        if told.stage is Stage.PROVISIONAL and stage is Stage.CERTAIN:
            self._told = self._finding(opinion, told.event, stage)
            return [self._told]
        if before == opinion:
            return []
        self._told = self._finding(opinion, told.event, told.stage)
        return [self._finding(opinion, told.event, Stage.REVISED)]

    def _judge(self) -> _Opinion:
        end_ms = self._end_ms()
        party = self._reported.party if self._reported is not None else Party.UNKNOWN
        match party:
            case Party.SYSTEM:
                return self._innocent(Verdict.SYSTEM_ENDED, party)
            case Party.CUSTOMER:
                if self._gone_before(Leg.AGENT, end_ms) and not self._transferred_away():
                    return self._blame(Verdict.UNDECIDED, party)
                return self._innocent(Verdict.CUSTOMER_ENDED, party)
            case Party.AGENT:
                return self._agent_ended(end_ms)
            case Party.UNKNOWN:
                if self._transferred_away():
                    return self._innocent(Verdict.TRANSFERRED, party)
                if self._agent_closed_first() and self._can_blame(end_ms):
                    return self._blame(Verdict.UNDECIDED, party, Measure("first_closed", Leg.AGENT.value))
                return self._innocent(Verdict.UNDECIDED, party)

    def _agent_ended(self, end_ms: int) -> _Opinion:
        if self._transferred_away():
            return self._innocent(Verdict.TRANSFERRED, Party.AGENT)
        if Leg.CUSTOMER not in self._words.spoke and Leg.MIXED not in self._words.heard:
            return self._innocent(Verdict.LINE_FAULT, Party.AGENT)
        if not self._can_blame(end_ms):
            return self._innocent(Verdict.AGENT_ENDED, Party.AGENT)
        if self._gone_before(Leg.CUSTOMER, end_ms):
            return self._blame(Verdict.UNDECIDED, Party.AGENT)
        settings, words = self._settings, self._words
        customer_ms = words.last_speech_end_ms(Leg.CUSTOMER, end_ms)
        said = [Measure("customer_spoke_before_ms", end_ms - customer_ms)]
        if not words.trusted(Leg.AGENT):
            return self._blame(
                Verdict.CUT_OFF if words.speaks_at(Leg.CUSTOMER, end_ms) else Verdict.AGENT_ENDED, Party.AGENT, *said
            )
        closing_ms = words.closing_end_ms(Leg.AGENT)
        if closing_ms is not None:
            said.append(Measure("closing_before_ms", end_ms - closing_ms))
        if end_ms - customer_ms <= settings.customer_spoke_ms and not words.farewell_stands(end_ms):
            return self._blame(Verdict.CUT_OFF, Party.AGENT, *said)
        recent = closing_ms is not None and end_ms - closing_ms <= settings.closing_ms
        if recent or words.parted_quietly(end_ms, settings.quiet_end_ms):
            return self._blame(Verdict.AFTER_FAREWELL, Party.AGENT, *said)
        return self._blame(Verdict.CUT_OFF, Party.AGENT, *said)

    def _can_blame(self, end_ms: int) -> bool:
        both = self._words.heard >= {Leg.AGENT, Leg.CUSTOMER} and Leg.CUSTOMER in self._words.spoke
        return both and end_ms - self._answered_ms >= self._settings.answered_ms

    def _transferred_away(self) -> bool:
        """The agent who left is the one who transferred: nobody has spoken on the agent's leg since."""
        return self._transferred_ms is not None and not self._words.spoke_after(Leg.AGENT, self._transferred_ms)

    def _gone_before(self, leg: Leg, end_ms: int) -> bool:
        return leg in self._ended and end_ms - self._ended[leg] > _DISAGREE_MS

    def _agent_closed_first(self) -> bool:
        agent_ms, customer_ms = self._ended.get(Leg.AGENT), self._ended.get(Leg.CUSTOMER)
        return agent_ms is not None and (customer_ms is None or customer_ms - agent_ms >= _CLOSED_FIRST_MS)

    def _innocent(self, verdict: Verdict, party: Party) -> _Opinion:
        return _Opinion(verdict, None, self._end_ms(), (Measure("party", party.value),))

    def _blame(self, verdict: Verdict, party: Party, *said: Measure) -> _Opinion:
        cause = self._reported.cause if self._reported is not None else None
        values = [Measure("verdict", verdict.value), Measure("party", party.value), *said]
        if cause:
            values.append(Measure("cause", cause))
        return _Opinion(verdict, SEVERITY_OF_VERDICT[verdict], self._end_ms(), tuple(values))

    def _finding(self, opinion: _Opinion, event: str, stage: Stage) -> Finding:
        settings = self._settings
        return Finding(
            kind=Kind.AGENT_HANGUP,
            rule=Kind.AGENT_HANGUP.value,
            event=event,
            stage=stage,
            severity=opinion.severity if opinion.severity is not None else Severity.INFO,
            leg=Leg.AGENT,
            audio_end_ms=opinion.end_ms,
            refractory_ms=0,
            evidence=Evidence(
                from_ms=opinion.end_ms,
                to_ms=opinion.end_ms,
                values=opinion.values,
                threshold=(
                    Measure("customer_spoke_ms", settings.customer_spoke_ms),
                    Measure("closing_ms", settings.closing_ms),
                ),
            ),
        )
