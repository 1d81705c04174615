"""Between what the rooms speak of and rows of the tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Text, cast

from alerts.alert import Alert
from config.privacy import Consent
from service.store.tables import alert_changes
from streaming.frames import Leg, Party
from streaming.observations import Word, WordsHeard
from web.sources import AgentView, CallEvent, CallState, CallView, Hit, LegView, Tier, TranscriptLine, UndecidedView

_ALERT = TypeAdapter(Alert)
_AGENT = TypeAdapter(AgentView)
_WORDS = TypeAdapter(tuple[Word, ...])
_HITS = TypeAdapter(tuple[Hit, ...])
_UNDECIDED = TypeAdapter(tuple[UndecidedView, ...])

SILENT_DBFS = -96.0  # digital silence: what the level of a leg is once nobody listens to it


def alert_columns(alert: Alert) -> dict[str, Any]:
    """The columns by which lists of alerts are filtered and ordered."""
    return {
        "alert_id": alert.alert_id,
        "version": alert.version,
        "state": alert.state.value,
        "severity": alert.severity.word,
        "kind": alert.kind.value,
        "call_id": alert.call_id,
        "opened_at": alert.opened_at,
        "updated_at": alert.updated_at,
    }


def newest_columns(alert: Alert) -> dict[str, Any]:
    """What figures and lists ask of alerts as they stand now."""
    return {
        "rule": alert.rule,
        "agent_id": alert.agent_id,
        "suppressed_by": alert.suppressed_by,
        "assignee": alert.assignee,
        "outcome": alert.outcome,
        "mark": None if alert.mark is None else alert.mark.value,
        "queue": alert.queue,
        "team": alert.team,
        "site": alert.site,
    }


def act_row(before: Alert, changed: Alert) -> dict[str, Any]:
    """What a person or a clock did to an alert, for figures and feedback."""
    claimed = before.claimed_at is None and changed.claimed_at is not None
    waited = (changed.claimed_at or changed.updated_at) - changed.opened_at
    return {
        "alert_id": changed.alert_id,
        "version": changed.version,
        "action": changed.change.action.value,
        "person": changed.change.by,
        "at": changed.updated_at,
        "reason": changed.change.reason,
        "mark": None if changed.mark is None else changed.mark.value,
        "outcome": changed.outcome if before.outcome is None else None,
        "claim_ms": round(waited.total_seconds() * 1000) if claimed else None,
        "rule": changed.rule,
        "severity": changed.severity.word,
        "call_id": changed.call_id,
        "agent_id": changed.agent_id,
    }


def alert_content(alert: Alert) -> dict[str, Any]:
    """The whole alert as JSON values; the words of its evidence are masked before they come here."""
    content: dict[str, Any] = _ALERT.dump_python(alert, mode="json")
    return content


def alert_of(content: object) -> Alert:
    """The alert that `alert_content` was made of."""
    return _ALERT.validate_python(content)


ALERT_TEXT = cast(alert_changes.c.content, Text).label("content")
"""The whole alert as the database holds it, for `alert_in`: half the work where many are read."""


def alert_in(text: str) -> Alert:
    """The alert of an `ALERT_TEXT`."""
    return _ALERT.validate_json(text)


def call_row(call: CallView) -> dict[str, Any]:
    """A call's row: what is worth keeping. Levels, speaking and sockets are of the moment and left out."""
    return {
        "call_id": call.call_id,
        "state": call.state.value,
        "direction": call.direction,
        "language": call.language,
        "queue": call.queue,
        "team": call.team,
        "site": call.site,
        "agent": None if call.agent is None else _AGENT.dump_python(call.agent, mode="json"),
        "customer_number": call.customer_number,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "duration_ms": call.duration_ms,
        "legs": [[leg.value, view.received_ms, view.gaps_ms, view.tier.value] for leg, view in call.legs],
        "tier": call.tier.value,
        "coverage": call.coverage,
        "coverage_causes": list(call.coverage_causes),
        "undecided": _UNDECIDED.dump_python(call.undecided, mode="json"),
        "risk": call.risk,
        "open_alerts": call.open_alerts,
        "hung_up_by": None if call.hung_up_by is None else call.hung_up_by.value,
        "verdict": call.verdict,
        "verdict_facts": [list(fact) for fact in call.verdict_facts],
        "metadata": [list(pair) for pair in call.metadata],
        "agent_id": None if call.agent is None else call.agent.id,
        "consent": call.consent.value,
        "paused": call.paused,
    }


def call_of(row: Mapping[Any, Any]) -> CallView:
    """The call of a row, nobody speaking in it and no socket connected."""
    return CallView(
        call_id=row["call_id"],
        state=CallState(row["state"]),
        direction=row["direction"],
        language=row["language"],
        queue=row["queue"],
        team=row["team"],
        site=row["site"],
        agent=None if row["agent"] is None else _AGENT.validate_python(row["agent"]),
        customer_number=row["customer_number"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        duration_ms=row["duration_ms"],
        legs=tuple(
            (Leg(leg), _leg_view(received_ms, gaps_ms, tier)) for leg, received_ms, gaps_ms, tier in row["legs"]
        ),
        tier=Tier(row["tier"]),
        coverage=row["coverage"],
        coverage_causes=tuple(row["coverage_causes"]),
        risk=row["risk"],
        open_alerts=row["open_alerts"],
        hung_up_by=None if row["hung_up_by"] is None else Party(row["hung_up_by"]),
        verdict=row["verdict"],
        verdict_facts=tuple((name, value) for name, value in row["verdict_facts"] or ()),
        metadata=tuple((key, value) for key, value in row["metadata"]),
        undecided=_UNDECIDED.validate_python(row["undecided"] or ()),
        consent=Consent(row["consent"] or Consent.UNKNOWN),
        paused=bool(row["paused"]),
    )


def line_row(line: TranscriptLine, kept_at: datetime) -> dict[str, Any]:
    """A final utterance as a row. What must not be kept (numbers, names) is taken out before it comes here."""
    heard = line.heard
    return {
        "call_id": line.call_id,
        "leg": heard.leg.value,
        "utterance": heard.utterance,
        "start_ms": heard.start_ms,
        "end_ms": heard.end_ms,
        "text": heard.text,
        "words": _WORDS.dump_python(heard.words, mode="json"),
        "hits": _HITS.dump_python(line.hits, mode="json"),
        "kept_at": kept_at,
        "grams": heard.text,
    }


def event_row(call_id: str, event: CallEvent, received_at: datetime) -> dict[str, Any]:
    """An event of the PBX as a row."""
    return {
        "call_id": call_id,
        "type": event.type.value,
        "leg": None if event.leg is None else event.leg.value,
        "party": None if event.party is None else event.party.value,
        "cause": event.cause,
        "at": event.at,
        "received_at": received_at,
    }


def line_of(row: Mapping[Any, Any]) -> TranscriptLine:
    """The utterance of a row."""
    heard = WordsHeard(
        leg=Leg(row["leg"]),
        utterance=row["utterance"],
        revision=0,
        final=True,
        start_ms=row["start_ms"],
        end_ms=row["end_ms"],
        text=row["text"],
        words=_WORDS.validate_python(row["words"]),
    )
    return TranscriptLine(row["call_id"], heard, _HITS.validate_python(row["hits"]))


def _leg_view(received_ms: int, gaps_ms: int, tier: str) -> LegView:
    return LegView(received_ms, gaps_ms, level_dbfs=SILENT_DBFS, speaking=False, tier=Tier(tier), connected=False)
