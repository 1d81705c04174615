"""What is known of one call besides its sound: whose it is, where it stands, what was said and measured."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from alerts.alert import Alert, AlertState, Severity
from alerts.desk import CallFacts
from alerts.rules.call_so_far import Whose
from config.privacy import Consent, Keeping, PrivacySettings
from config.settings import Language
from service.level_track import LevelTrack
from service.transcript import Transcript
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegResumed,
    LegStalled,
    Observation,
    PauseChanged,
    RecognitionChanged,
    SpeechEnded,
    SupervisorHeard,
)
from web.sources import AgentView, Announcement, CallState, Span, TranscriptLine
from web.supervision import Abilities, SupervisionView

_MOST_SPANS = 20_000  # a call of a day; beyond it the oldest go
_RISK_OF_SEVERITY = {Severity.INFO: 0, Severity.MINOR: 10, Severity.MAJOR: 25, Severity.CRITICAL: 50}
_TONE_RISK = 25  # a hostile voice alone weighs as much as a major alert
_RISK_STEP = 5  # less is nothing to send to every console
_RUNNING_STATES = frozenset({AlertState.PROVISIONAL, AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED})


def known_language(language: str) -> Language | None:
    """The language as we know it; None for one without rules and models."""
    return Language(language) if language in set(Language) else None


def as_said(announcement: Announcement) -> Announcement:
    """What was announced, completed by nobody."""
    return announcement


@dataclass(frozen=True, slots=True)
class RecordState:
    """What a record has noted, for another node to go on with."""

    state: CallState
    started_at: datetime | None
    hung_up_at: datetime | None
    hung_up_by: Party | None
    held_ms: int
    held_since_ms: int | None
    paused_since_ms: int | None
    spans: tuple[Span, ...]
    levels: tuple[tuple[Leg, str], ...]


class CallRecord:
    """The call's data, changed by announcements and by what is noted; `LiveCall` is its only writer of notes."""

    def __init__(
        self,
        announcement: Announcement,
        call_id: str,
        language: str,
        known_at: datetime,
        batch_ms: int,
        complete: Callable[[Announcement], Announcement] = as_said,
        privacy: PrivacySettings | None = None,
    ) -> None:
        self.call_id = call_id
        self.announcement = announcement
        self.first_said: Announcement | None = None  # as it was announced; None: nobody has
        self._complete, self._privacy = complete, privacy or PrivacySettings()
        self.language = language
        self.known_at = known_at
        self.started_at: datetime | None = announcement.started_at
        self.hung_up_at: datetime | None = None
        self.hung_up_by: Party | None = None
        self.ended_at: datetime | None = None
        self.state = CallState.RINGING
        self.patient = False  # the sender waits for the words: nothing of it is dropped for being late
        self.levels = LevelTrack(call_id, batch_ms)
        self.transcript = Transcript()
        self.spans: list[Span] = []
        self.held_ms = 0
        self.held_since_ms: int | None = None
        self._whispered_since_ms: int | None = None
        self.paused_since_ms: int | None = None
        self.open_alerts = 0
        self.risk = 0
        self.abilities: Abilities = ()
        self.supervisions: tuple[SupervisionView, ...] = ()

    def amend(self, announcement: Announcement) -> None:
        """Take late data: what is said replaces, what is None stays, of an agent too unless it is another one."""
        said = {
            each.name: value
            for each in fields(announcement)
            if (value := getattr(announcement, each.name)) is not None and each.name != "call_id"
        }
        if announcement.agent is not None and self.announcement.agent is not None:
            said["agent"] = _amended(self.announcement.agent, announcement.agent)
        self.announcement = replace(self.announcement, **said)
        self.started_at = self.announcement.started_at or self.started_at

    def state_now(self) -> RecordState:
        """What has been noted up to now."""
        return RecordState(
            self.state,
            self.started_at,
            self.hung_up_at,
            self.hung_up_by,
            self.held_ms,
            self.held_since_ms,
            self.paused_since_ms,
            tuple(self.spans),
            self.levels.packed(),
        )

    def resume(self, left: RecordState, lines: Sequence[TranscriptLine], now_ms: int) -> None:
        """Go on with what another node has noted up to `now_ms`."""
        self.state, self.started_at = left.state, left.started_at
        self.hung_up_at, self.hung_up_by = left.hung_up_at, left.hung_up_by
        self.held_ms, self.held_since_ms, self.paused_since_ms = left.held_ms, left.held_since_ms, left.paused_since_ms
        self.spans = list(left.spans)
        self.levels.unpack(left.levels, now_ms)
        for line in lines:
            self.transcript.take(line)

    @property
    def known(self) -> Announcement:
        """What was announced, completed by what the roster knows of the agent now."""
        return self._complete(self.announcement)

    @property
    def consent(self) -> Consent:
        """Whether the customer agreed to being recorded, as far as anybody said."""
        return self.announcement.consent or self._privacy.consent_default

    @property
    def keeping(self) -> Keeping:
        """What may be kept of the call."""
        return Keeping.ALL if self.consent is Consent.GRANTED else self._privacy.without_consent

    def facts(self) -> CallFacts:
        """What an alert repeats of its call."""
        known = self.known
        return CallFacts(
            call_id=self.call_id,
            agent_id=known.agent.id if known.agent is not None else None,
            queue=known.queue,
            team=known.team,
            site=known.site,
        )

    def whose(self) -> Whose:
        """What rules may ask of it."""
        known = self.known
        return Whose(known.queue, known.team)

    def went_live(self, at: datetime) -> None:
        """The call was answered, or its first audio came."""
        if self.state is CallState.RINGING:
            self.state = CallState.LIVE
            self.started_at = self.started_at or at

    def note(self, observation: Observation, at: datetime) -> bool:
        """Keep what the pages show of an observation; true when the call's view changed by it."""
        match observation:
            case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._span(Span("speech", leg, start_ms, end_ms))
            case GapHeard(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._span(Span("gap", leg, start_ms, end_ms))
                return True
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                return self._hold(on_hold, at_ms)
            case PauseChanged(paused=paused, at_ms=at_ms):
                return self._pause(paused, at_ms)
            case RecognitionChanged():
                return True
            case HangUpReported(party=party):
                self.hung_up_at, self.hung_up_by = at, party
                return True
            case SupervisorHeard(reach=reach, at_ms=at_ms):
                if self._whispered_since_ms is not None:
                    self._span(Span("whisper", Leg.AGENT, self._whispered_since_ms, at_ms))
                self._whispered_since_ms = at_ms if reach != "nobody" else None
                return True
            case CallAnswered():
                self.went_live(at)
                return True
            case CallTransferred() | LegStalled() | LegResumed():
                return True
            case _:
                pass
        return False

    def ended(self, at: datetime) -> None:
        """The call is over for certain."""
        self.state = CallState.ENDED
        self.ended_at = self.ended_at or self.hung_up_at or at

    def weigh(self, alerts: Iterable[Alert], tone: float = 0.0) -> bool:
        """Open alerts and risk from the alerts as they stand and the tensest voice; true when that changed much.

        Severity-weighted open alerts plus the tone's score, capped at 100 (api.md).
        """
        before = (self.open_alerts, self.risk)
        running = [alert for alert in alerts if alert.state in _RUNNING_STATES]
        self.open_alerts = len(running)
        self.risk = min(100, sum(_RISK_OF_SEVERITY[alert.severity] for alert in running) + round(_TONE_RISK * tone))
        return self.open_alerts != before[0] or abs(self.risk - before[1]) >= _RISK_STEP

    def running_spans(self, now_ms: int) -> list[Span]:
        """What has begun and goes on."""
        begun = (("hold", self.held_since_ms), ("pause", self.paused_since_ms))
        return [Span(kind, None, from_ms, max(now_ms, from_ms)) for kind, from_ms in begun if from_ms is not None]

    def _hold(self, on_hold: bool, at_ms: int) -> bool:
        if on_hold and self.held_since_ms is None:
            self.held_since_ms = at_ms
            self.state = CallState.HELD if self.state is CallState.LIVE else self.state
            return True
        if not on_hold and self.held_since_ms is not None:
            self._span(Span("hold", None, self.held_since_ms, at_ms))
            self.held_ms += max(0, at_ms - self.held_since_ms)
            self.held_since_ms = None
            self.state = CallState.LIVE if self.state is CallState.HELD else self.state
            return True
        return False

    def _pause(self, paused: bool, at_ms: int) -> bool:
        if paused and self.paused_since_ms is None:
            self.paused_since_ms = at_ms
            return True
        if not paused and self.paused_since_ms is not None:
            self._span(Span("pause", None, self.paused_since_ms, max(at_ms, self.paused_since_ms)))
            self.paused_since_ms = None
            return True
        return False

    def _span(self, span: Span) -> None:
        self.spans.append(span)
        del self.spans[:-_MOST_SPANS]


def _amended(known: AgentView, said: AgentView) -> AgentView:
    """The same agent with what is newly said, or the other one that took over."""
    if said.id not in (None, known.id) or said.extension not in (None, known.extension):
        return said
    return AgentView(*(getattr(said, each.name) or getattr(known, each.name) for each in fields(said)))
