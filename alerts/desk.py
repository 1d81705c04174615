"""Findings to alerts: opens, confirms, counts, revises and withdraws; every change is a new version."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ulid import ULID

from alerts.alert import Alert, AlertState, Evidence, Kind, Measure, Severity, Timing
from alerts.findings import Finding, Stage
from alerts.life.suppression import Cause, Suppression
from alerts.merging import merged
from alerts.reader import reader_of
from alerts.wording import words_of
from config.settings import Language
from streaming.frames import Leg

_MOST_ALERTS = 500  # per call; what comes beyond is counted, not told
_SAME_SILENCE_MS = 1_500  # a dead air and a long silence beginning this near are the same silence
_DONE = frozenset((AlertState.RESOLVED, AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN))


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What an alert repeats of its call."""

    call_id: str
    agent_id: str | None = None
    queue: str | None = None
    team: str | None = None
    site: str | None = None


def as_it_is(alert: Alert) -> Alert:
    """An alert nobody has anything to say about."""
    return alert


def unheard(suppression: Suppression) -> None:
    """A reason that nobody keeps."""


@dataclass(slots=True)
class RunningAlert:
    """An alert of a live call in its newest version."""

    alert: Alert
    refractory_ms: int
    events: set[str] = field(default_factory=set)  # counted in the alert
    waiting: set[str] = field(default_factory=set)  # seen provisionally inside the refractory time
    raised: int = 0  # levels of severity added when it was born, and the measures that say why
    why: tuple[Measure, ...] = ()

    def counts_up(self, finding: Finding) -> bool:
        """Whether the finding is one more of the same."""
        alert = self.alert
        same = (alert.kind, alert.rule, alert.leg) == (finding.kind, finding.rule, finding.leg)
        last_ms = max(alert.evidence.to_ms, alert.timing.audio_end_ms)
        return same and alert.state not in _DONE and finding.evidence.from_ms - last_ms <= self.refractory_ms

    def as_born(self, finding: Finding) -> Finding:
        """The finding with what was said of the alert at its birth."""
        if not self.why and not self.raised:
            return finding
        severity = finding.severity
        if severity is not Severity.INFO:
            severity = Severity(min(Severity.CRITICAL, severity + self.raised))
        evidence = replace(finding.evidence, values=(*finding.evidence.values, *self.why))
        return replace(finding, severity=severity, evidence=evidence)


@dataclass(slots=True)
class CallAlerts:
    """The running alerts of one call."""

    running: dict[str, RunningAlert] = field(default_factory=dict)  # by alert id
    by_event: dict[str, str] = field(default_factory=dict)


def ulid_at(at: datetime) -> str:
    """An id that sorts by time."""
    return str(ULID.from_datetime(at))


class AlertDesk:
    """Alerts of the calls that are live. It tells nobody: whoever asks gets the changed alerts back.

    `born` sees every alert before anybody does and may raise, route or suppress it; `suppressed` is told of all that
    was found and is told to nobody, with the reason.
    """

    def __init__(
        self,
        language: Language,
        new_id: Callable[[datetime], str] = ulid_at,
        most_alerts: int = _MOST_ALERTS,
        born: Callable[[Alert], Alert] = as_it_is,
        suppressed: Callable[[Suppression], None] = unheard,
    ):
        self._reader = reader_of(language)
        self._new_id = new_id
        self._most_alerts = most_alerts
        self._born, self._suppressed = born, suppressed
        self._calls: dict[str, CallAlerts] = {}
        self.beyond_bound = 0  # alerts not opened because their call had too many
        self.unknown_event = 0  # revisions of events no alert is known for

    def take(self, finding: Finding, call: CallFacts, received_at: datetime, detected_at: datetime) -> list[Alert]:
        """What the finding changes: one alert in a new version, or nothing.

        `received_at` is when the audio at `finding.audio_end_ms` came in, `detected_at` when the rule saw it.
        """
        alerts = self._calls.setdefault(call.call_id, CallAlerts())
        timing = Timing(finding.audio_end_ms, received_at, detected_at)
        running = alerts.running.get(alerts.by_event.get(finding.event, ""))
        match finding.stage:
            case Stage.PROVISIONAL | Stage.CERTAIN if running is None:
                return self._first_seen(alerts, finding, call, timing)
            case Stage.PROVISIONAL:
                return []
            case Stage.CERTAIN | Stage.REVISED if running is not None:
                return self._seen_again(running, finding, timing)
            case Stage.WITHDRAWN if running is not None:
                return self._withdraw(alerts, running, finding, timing)
            case _:
                self.unknown_event += 1
                return []

    def adopt(self, alert: Alert) -> Alert:
        """A person has changed the alert (acknowledged, resolved, …): go on from this version, with all found since."""
        call = self._calls.get(alert.call_id)
        if call is None or alert.alert_id not in call.running:
            return alert
        running = call.running[alert.alert_id]
        if alert.version > running.alert.version:
            running.alert = replace(merged(alert, running.alert), version=alert.version)
        return running.alert

    def alerts_of(self, call_id: str) -> CallAlerts:
        """The running alerts of a call, for another desk to go on with."""
        return self._calls.get(call_id, CallAlerts())

    def take_up(self, call_id: str, alerts: CallAlerts) -> None:
        """Go on with the alerts that another desk has opened."""
        self._calls[call_id] = alerts

    def call_over(self, call_id: str, at: datetime) -> list[Alert]:
        """Nothing more will be found in this call: what was never confirmed is withdrawn, the call is forgotten.

        Call it when late words and late events can no longer come. A provisional verdict stands as it is.
        """
        call = self._calls.pop(call_id, None)
        if call is None:
            return []
        return [
            replace(running.alert, version=running.alert.version + 1, state=AlertState.WITHDRAWN, updated_at=at)
            for running in call.running.values()
            if running.alert.state is AlertState.PROVISIONAL and running.alert.kind is not Kind.AGENT_HANGUP
        ]

    def _first_seen(self, call: CallAlerts, finding: Finding, facts: CallFacts, timing: Timing) -> list[Alert]:
        for running in call.running.values():
            if running.counts_up(finding):
                call.by_event[finding.event] = running.alert.alert_id
                if finding.stage is Stage.PROVISIONAL:
                    running.waiting.add(finding.event)
                    return []
                return self._count_up(running, finding, timing)
        if len(call.running) >= self._most_alerts:
            self.beyond_bound += 1
            reason = f"This call has {self._most_alerts} alerts already."
            self._keep_back(None, facts.call_id, finding, Cause.TOO_MANY, reason, timing.detected_at)
            return []
        words = words_of(finding, self._reader)
        alert = Alert(
            alert_id=self._new_id(timing.detected_at),
            version=1,
            kind=finding.kind,
            rule=finding.rule,
            severity=finding.severity,
            state=AlertState.PROVISIONAL if finding.stage is Stage.PROVISIONAL else AlertState.OPEN,
            call_id=facts.call_id,
            leg=finding.leg,
            agent_id=facts.agent_id,
            queue=facts.queue,
            team=facts.team,
            title=words.title,
            advice=words.advice,
            advice_by_language=words.advice_by_language,
            title_by_language=words.title_by_language,
            clause=words.clause,
            evidence=finding.evidence,
            opened_at=timing.detected_at,
            updated_at=timing.detected_at,
            timing=timing,
            suppressed_by=_inhibitor(call, finding),
            site=facts.site,
        )
        if alert.suppressed_by is not None:
            reason = f"A greater alert of this call speaks for it ({alert.suppressed_by})."
            self._keep_back(alert, facts.call_id, finding, Cause.INHIBITED, reason, timing.detected_at)
        alert = self._born(alert)
        call.running[alert.alert_id] = RunningAlert(
            alert,
            finding.refractory_ms,
            {finding.event},
            raised=alert.severity - finding.severity,
            why=alert.evidence.values[len(finding.evidence.values) :],
        )
        call.by_event[finding.event] = alert.alert_id
        return [alert]

    def _seen_again(self, running: RunningAlert, finding: Finding, timing: Timing) -> list[Alert]:
        alert = running.alert
        if finding.event in running.waiting:
            if finding.stage is Stage.REVISED:
                return []
            running.waiting.discard(finding.event)
            return self._count_up(running, finding, timing)
        finding = running.as_born(finding)
        confirmed = finding.stage is Stage.CERTAIN and alert.state is AlertState.PROVISIONAL
        words = words_of(finding, self._reader)
        severity = finding.severity if len(running.events) == 1 else max(alert.severity, finding.severity)
        evidence = finding.evidence if len(running.events) == 1 else _spanning(alert.evidence, finding.evidence)
        changed = replace(
            alert,
            state=AlertState.OPEN if confirmed else alert.state,
            severity=severity,
            title=words.title,
            advice=words.advice,
            advice_by_language=words.advice_by_language,
            title_by_language=words.title_by_language,
            clause=words.clause,
            evidence=evidence,
        )
        return [] if changed == alert else self._change(running, changed, timing)

    def _count_up(self, running: RunningAlert, finding: Finding, timing: Timing) -> list[Alert]:
        alert = running.alert
        running.events.add(finding.event)
        reason = f"The same again within {running.refractory_ms} ms: counted in the alert that runs."
        self._keep_back(alert, alert.call_id, finding, Cause.COUNTED, reason, timing.detected_at)
        finding = running.as_born(finding)
        changed = replace(
            alert,
            state=AlertState.OPEN if alert.state is AlertState.PROVISIONAL else alert.state,
            count=alert.count + 1,
            severity=max(alert.severity, finding.severity),
            title=words_of(finding, self._reader).title,
            evidence=_spanning(alert.evidence, finding.evidence),
        )
        return self._change(running, changed, timing)

    def _withdraw(self, call: CallAlerts, running: RunningAlert, finding: Finding, timing: Timing) -> list[Alert]:
        del call.by_event[finding.event]
        if finding.event in running.waiting:
            running.waiting.discard(finding.event)
            return []
        running.events.discard(finding.event)
        if running.events:
            return self._change(running, replace(running.alert, count=max(1, running.alert.count - 1)), timing)
        for event in running.waiting:
            call.by_event.pop(event, None)
        reason = "What was heard at first was not confirmed."
        self._keep_back(running.alert, running.alert.call_id, finding, Cause.UNCONFIRMED, reason, timing.detected_at)
        del call.running[running.alert.alert_id]
        return self._change(running, replace(running.alert, state=AlertState.WITHDRAWN), timing)

    def _keep_back(
        self, alert: Alert | None, call_id: str, finding: Finding, cause: Cause, reason: str, at: datetime
    ) -> None:
        """Leave the reason why a finding is told to nobody."""
        alert_id = alert.alert_id if alert is not None else None
        kind, at_ms = finding.kind.value, finding.audio_end_ms
        self._suppressed(Suppression(call_id, alert_id, finding.rule, kind, cause, reason, at_ms, at))

    def _change(self, running: RunningAlert, changed: Alert, timing: Timing) -> list[Alert]:
        """A new version; its stamps stay those of the first sight, which is what an alert's latency is about."""
        running.alert = replace(changed, version=running.alert.version + 1, updated_at=timing.detected_at)
        return [running.alert]


def _inhibitor(call: CallAlerts, finding: Finding) -> str | None:
    """Who speaks for it: a critical alert of the same call for its minors, a dead air for the same long silence."""
    for running in call.running.values():
        alert = running.alert
        if finding.severity <= Severity.MINOR and inhibits(alert):
            return f"alert:{alert.alert_id}"
        if finding.kind is not Kind.LONG_SILENCE:
            continue
        near = abs(alert.evidence.from_ms - finding.evidence.from_ms) <= _SAME_SILENCE_MS
        inside = alert.evidence.from_ms <= finding.evidence.from_ms <= alert.evidence.to_ms
        if alert.kind is Kind.DEAD_AIR and alert.leg is Leg.AGENT and (near or inside):
            return f"alert:{alert.alert_id}"
    return None


def inhibits(alert: Alert) -> bool:
    """Whether the alert hides the minors of its call."""
    running = alert.state not in _DONE and alert.state is not AlertState.PROVISIONAL
    return running and alert.severity is Severity.CRITICAL and alert.suppressed_by is None


def _spanning(earlier: Evidence, later: Evidence) -> Evidence:
    """The newest measures, over the whole time the alert speaks of."""
    return replace(later, from_ms=min(earlier.from_ms, later.from_ms), to_ms=max(earlier.to_ms, later.to_ms))
