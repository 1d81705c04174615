"""Who ended the call, and how: one verdict with all its facts, given when the call is over and revised by late ones."""

from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.end_of_call import EndBooks, EndOfCall
from alerts.findings import Finding, Stage
from alerts.verdict import EndFacts, Ending, Verdict, ending_of
from config.detection import HangUpSettings
from streaming.frames import Leg
from streaming.observations import CallOver, Observation


@dataclass(frozen=True, slots=True)
class _Opinion:
    ending: Ending
    facts: EndFacts
    end_ms: int


class AgentHangUpDetector:
    """One verdict per call, given when the call is over or a little after its end, and revised by later facts.

    Hold does not silence it: leaving a customer who waits is leaving. Two legs are needed to blame anybody. A finding
    comes only of what the agent did; the verdict and its facts are there for every call that ended.
    """

    def __init__(
        self, settings: HangUpSettings, books: EndBooks | None = None, narrow_band_trusted: bool = False
    ) -> None:
        self._settings = settings
        self._end = EndOfCall(settings, books, narrow_band_trusted)
        self._opinion: _Opinion | None = None
        self._told: Finding | None = None
        self._events = 0

    @property
    def verdict(self) -> Verdict | None:
        """How the call ended, once that is judged."""
        return self._opinion.ending.verdict if self._opinion is not None else None

    @property
    def facts(self) -> tuple[Measure, ...]:
        """What the verdict rests on, and whether it is sure; nothing before it is given."""
        if self._opinion is None:
            return ()
        return (Measure("sure", self._opinion.ending.sure), *self._opinion.facts.measures())

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard or reported; after the verdict every fact may revise it."""
        if not self._end.feed(observation):
            return []
        if isinstance(observation, CallOver) or self._opinion is not None:
            return self._decide()
        return []

    def heed(self, finding: Finding) -> list[Finding]:
        """What the other rules have found: trouble, and lines without sound."""
        return self._decide() if self._end.heed(finding) and self._opinion is not None else []

    def advance(self, now_ms: int) -> list[Finding]:
        """Decide where nobody says that the call is over."""
        reported, closed = self._end.reported, self._end.closed_ms
        if self._opinion is not None or (reported is None and not closed):
            return []
        due_ms = self._end.end_ms() + self._settings.decide_ms
        if reported is None and not closed.keys() >= self._end.words.heard:
            due_ms = self._end.end_ms() + self._settings.bare_close_ms
        return self._decide() if now_ms >= due_ms else []

    def _decide(self) -> list[Finding]:
        facts = self._end.facts()
        opinion = _Opinion(ending_of(facts, self._settings), facts, self._end.end_ms())
        before, self._opinion = self._opinion, opinion
        told, severity = self._told, opinion.ending.severity
        if severity is None:
            self._told = None
            return (
                [self._finding(before, told.event, Stage.WITHDRAWN)] if told is not None and before is not None else []
            )
        over = self._end.over
        certain = opinion.ending.verdict is not Verdict.UNDECIDED or (over is not None and over.final)
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

    def _finding(self, opinion: _Opinion, event: str, stage: Stage) -> Finding:
        settings, ending = self._settings, opinion.ending
        return Finding(
            kind=Kind.AGENT_HANGUP,
            rule=Kind.AGENT_HANGUP.value,
            event=event,
            stage=stage,
            severity=ending.severity if ending.severity is not None else Severity.INFO,
            leg=Leg.AGENT,
            audio_end_ms=opinion.end_ms,
            refractory_ms=0,
            evidence=Evidence(
                from_ms=opinion.end_ms,
                to_ms=opinion.end_ms,
                values=(
                    Measure("verdict", ending.verdict.value),
                    Measure("sure", ending.sure),
                    *opinion.facts.measures(),
                ),
                threshold=(
                    Measure("customer_spoke_ms", settings.customer_spoke_ms),
                    Measure("closing_ms", settings.closing_ms),
                ),
            ),
        )
