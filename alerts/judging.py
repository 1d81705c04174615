"""Judging alerts against what is true of a call (api.md, Judging alerts against truth)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from alerts.alert import Alert, AlertState, Kind, Severity
from streaming.frames import Leg

_BEFORE_MS, _AFTER_MS = 1_000, 3_000  # an alert may stand this far before and behind its event
_VOICE = frozenset((Kind.VOLUME_RISE, Kind.HOSTILE_TONE))  # one raised voice is both; neither is false by the other


@dataclass(frozen=True, slots=True)
class Happening:
    """One event that is true of the call; `leg` None: both parties, or not said."""

    kind: Kind
    leg: Leg | None
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What happened in a call, and the kinds for which that list is complete."""

    judged: frozenset[Kind]
    events: tuple[Happening, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From a recording's script (`judged`, `events`). Raises KeyError or ValueError when it is no such thing."""
        return cls(
            judged=frozenset(Kind(kind) for kind in document["judged"]),
            events=tuple(
                Happening(
                    kind=Kind(event["kind"]),
                    leg=Leg(event["leg"]) if event.get("leg") is not None else None,
                    start_ms=int(event["start_ms"]),
                    end_ms=int(event["end_ms"]),
                )
                for event in document["events"]
            ),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What an alert says happened, and how long after its audio had arrived it said so (None: not known)."""

    kind: Kind
    leg: Leg | None
    from_ms: int
    to_ms: int
    severity: Severity
    latency_ms: int | None = None

    @classmethod
    def of(cls, alerts: Iterable[Alert]) -> tuple[Self, ...]:
        """The newest version of each alert that still stands."""
        newest = {alert.alert_id: alert for alert in sorted(alerts, key=lambda alert: alert.version)}
        return tuple(
            cls(
                alert.kind,
                alert.leg,
                alert.evidence.from_ms,
                alert.evidence.to_ms,
                alert.severity,
                _latency_ms(alert),
            )
            for alert in newest.values()
            if alert.state is not AlertState.WITHDRAWN
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How one kind did: true events found and missed, alerts that met nothing, how late each found event was told."""

    events: int
    missed: tuple[Happening, ...] = ()
    false: tuple[Claim, ...] = ()
    latencies_ms: tuple[int, ...] = ()

    @property
    def found(self) -> int:
        """Events that an alert met."""
        return self.events - len(self.missed)

    @property
    def false_alarms(self) -> int:
        """Alerts that met nothing."""
        return len(self.false)


def judge(claims: Sequence[Claim], truth: Truth) -> dict[Kind, Score]:
    """One score per judged kind that happened or was claimed; one claim may cover several events."""
    scores: dict[Kind, Score] = {}
    for kind in sorted(truth.judged):
        events = [event for event in truth.events if event.kind is kind]
        claimed = [claim for claim in claims if claim.kind is kind]
        if not events and not claimed:
            continue
        met = [[claim for claim in claimed if meets(claim, event)] for event in events]
        scores[kind] = Score(
            events=len(events),
            missed=tuple(event for event, by in zip(events, met, strict=True) if not by),
            false=tuple(claim for claim in claimed if _is_false(claim, events, truth)),
            latencies_ms=tuple(
                min(known) for by in met if (known := [each.latency_ms for each in by if each.latency_ms is not None])
            ),
        )
    return scores


def meets(claim: Claim, event: Happening) -> bool:
    """Whether the claim, whatever its kind, is about the time and the party of the event."""
    same_leg = claim.leg is None or event.leg is None or claim.leg is event.leg
    return same_leg and claim.from_ms <= event.end_ms + _AFTER_MS and claim.to_ms >= event.start_ms - _BEFORE_MS


def _is_false(claim: Claim, events: Sequence[Happening], truth: Truth) -> bool:
    if claim.severity is Severity.INFO or any(meets(claim, event) for event in events):
        return False
    voice = [event for event in truth.events if event.kind in _VOICE] if claim.kind in _VOICE else []
    return not any(meets(claim, event) for event in voice)


def _latency_ms(alert: Alert) -> int:
    timing = alert.timing
    told_at = timing.published_at or timing.detected_at
    return max(0, round((told_at - timing.received_at).total_seconds() * 1_000))
