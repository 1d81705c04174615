"""Alerts as JSON, in the exact form of api.md."""

from pydantic import BaseModel, ConfigDict

from alerts.alert import Action, Alert, AlertState, Kind, Mark, Measure
from streaming.frames import Leg
from web.sources import AlertChange
from web.stamps import Stamp

Scalar = bool | int | float | str
OVER = (AlertState.RESOLVED, AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN)  # such an alert is on no console any more


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class EvidenceBody(_Body):
    """Where in the call, what was measured and against which limit."""

    from_ms: int
    to_ms: int
    values: dict[str, Scalar]
    threshold: dict[str, Scalar]
    text: str | None
    clip: str | None
    clip_sha256: str | None


class TimingBody(_Body):
    """The stamps of an alert's way: latency is `published_at - received_at`."""

    audio_end_ms: int
    received_at: Stamp
    detected_at: Stamp
    published_at: Stamp | None


class ChangeBody(_Body):
    """Who made this version, how, and what was said about it; `by` is empty for listening and clocks."""

    action: Action
    by: str | None
    reason: str | None
    text: str | None


class ByLanguageBody(_Body):
    """A text in both languages of the pages."""

    en: str
    zh: str


class AlertBody(_Body):
    """One alert in one version."""

    alert_id: str
    version: int
    kind: Kind
    rule: str
    severity: str
    state: AlertState
    outcome: str | None
    escalation_level: int
    snoozed_until: Stamp | None
    suppressed_by: str | None
    call_id: str
    leg: Leg | None
    agent_id: str | None
    queue: str | None
    team: str | None
    site: str | None
    route: list[str]
    title: str
    title_by_language: ByLanguageBody | None
    advice: str
    advice_by_language: ByLanguageBody | None
    clause: str | None
    evidence: EvidenceBody
    count: int
    assignee: str | None
    claimed_at: Stamp | None
    waiting_since: Stamp | None
    mark: Mark | None
    change: ChangeBody
    opened_at: Stamp
    updated_at: Stamp
    timing: TimingBody


class AlertWithHistory(AlertBody):
    """An alert in its newest version, with every version it went through, oldest first."""

    history: list[AlertBody]


class AlertPage(_Body):
    """Alerts, newest first; `next_cursor` asks for the page after."""

    alerts: list[AlertBody]
    next_cursor: str | None


class AlertList(_Body):
    """The alerts of one call, oldest first."""

    alerts: list[AlertBody]


class AlertMessage(AlertBody):
    """What a console gets when an alert opens or changes; `cursor` is missing while the change is not stored."""

    type: str = "alert"
    cursor: str | None


def alert_body(alert: Alert) -> AlertBody:
    """One alert as everybody outside sees it."""
    return AlertBody.model_validate(_fields_of(alert))


def alert_with_history(changes: list[AlertChange]) -> AlertWithHistory:
    """All stored versions of one alert (oldest first, at least one) as one answer."""
    history = [alert_body(change.alert) for change in changes]
    return AlertWithHistory.model_validate({**_fields_of(changes[-1].alert), "history": history})


def alert_message(change: AlertChange) -> str:
    """The JSON text that every console gets for one change."""
    cursor = None if change.sequence is None else str(change.sequence)
    return AlertMessage.model_validate({**_fields_of(change.alert), "cursor": cursor}).model_dump_json()


def is_over(alert: Alert) -> bool:
    """Whether nobody needs to look at it any more."""
    return alert.state in OVER


def _fields_of(alert: Alert) -> dict[str, object]:
    evidence, timing = alert.evidence, alert.timing
    return {
        "alert_id": alert.alert_id,
        "version": alert.version,
        "kind": alert.kind,
        "rule": alert.rule,
        "severity": alert.severity.word,
        "state": alert.state,
        "outcome": alert.outcome,
        "escalation_level": alert.escalation_level,
        "snoozed_until": alert.snoozed_until,
        "suppressed_by": alert.suppressed_by,
        "call_id": alert.call_id,
        "leg": alert.leg,
        "agent_id": alert.agent_id,
        "queue": alert.queue,
        "team": alert.team,
        "site": alert.site,
        "route": list(alert.route),
        "title": alert.title,
        "title_by_language": alert.title_by_language,
        "advice": alert.advice,
        "advice_by_language": alert.advice_by_language,
        "clause": alert.clause,
        "evidence": EvidenceBody(
            from_ms=evidence.from_ms,
            to_ms=evidence.to_ms,
            values=_measures(evidence.values),
            threshold=_measures(evidence.threshold),
            text=evidence.text,
            clip=None if evidence.clip_sha256 is None else f"/api/v1/alerts/{alert.alert_id}/clip.flac",
            clip_sha256=evidence.clip_sha256,
        ),
        "count": alert.count,
        "assignee": alert.assignee,
        "claimed_at": alert.claimed_at,
        "waiting_since": alert.waiting_since,
        "mark": alert.mark,
        "change": ChangeBody.model_validate(alert.change),
        "opened_at": alert.opened_at,
        "updated_at": alert.updated_at,
        "timing": TimingBody(
            audio_end_ms=timing.audio_end_ms,
            received_at=timing.received_at,
            detected_at=timing.detected_at,
            published_at=timing.published_at,
        ),
    }


def _measures(measures: tuple[Measure, ...]) -> dict[str, Scalar]:
    return {measure.name: measure.value for measure in measures}
