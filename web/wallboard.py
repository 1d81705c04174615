"""The floor on one board: calls worst first, alerts, agents, queues, an hour's trend. No customer is named on it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict

from alerts.alert import Alert, AlertState, Kind, Severity
from streaming.frames import Leg
from web.desk_sources import AlertFigures
from web.floor import AgentCount, AgentState, QueueNews
from web.sources import CallState, CallView, Tier
from web.stamps import Stamp
from web.wallboard_strips import EMPTY, BoardStrip

TREND_MINUTES = 60
MOST_CALLS = 24
MOST_ALERTS = 8
MOST_QUEUES = 12
_UNCLAIMED = (AlertState.PROVISIONAL, AlertState.OPEN)
_IN_HAND = (*_UNCLAIMED, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class BoardCall(_Body):
    """One live call. `key` tells it from others without its number; `kind` and `severity` are of its gravest alert."""

    key: str
    agent_id: str | None
    agent_name: str | None
    queue: str | None
    team: str | None
    state: CallState
    tier: Tier
    risk: int
    duration_ms: int
    open_alerts: int
    severity: str | None
    kind: Kind | None
    strip: BoardStrip


class BoardCalls(_Body):
    """Live calls: how many, how well they are heard, the worst of them."""

    live: int
    held: int
    analysed: int
    by_tier: dict[Tier, int]
    coverage_ratio: float | None
    agents_talking: int
    worst: list[BoardCall]


class BoardAlert(_Body):
    """One alert of late, without a word of what was said."""

    key: str
    kind: Kind
    severity: str
    leg: Leg | None
    agent_id: str | None
    agent_name: str | None
    queue: str | None
    claimed: bool
    count: int
    opened_at: Stamp


class BoardAlerts(_Body):
    """Alerts that are open now."""

    open: int
    critical: int
    unclaimed: int
    critical_unclaimed: int
    oldest_unclaimed_at: Stamp | None
    oldest_critical_unclaimed_at: Stamp | None
    last: list[BoardAlert]


class BoardAgents(_Body):
    """Agents by state, as the PBX says; stale ones are those it has said nothing of for too long."""

    logged_in: int
    states: dict[AgentState, int]
    stale: int


class BoardQueue(_Body):
    """One queue, as the PBX says. Ratios are 0..1 of the calls that came."""

    queue: str
    at: Stamp
    stale: bool
    waiting: int | None
    longest_wait_s: float | None
    service_level_ratio: float | None
    abandoned_ratio: float | None
    handle_time_s_mean: float | None


class BoardFigures(_Body):
    """How the desk has worked for a day."""

    reached_in_time: int
    missed: int
    reached_in_time_ratio: float | None
    claim_p50_s: float | None
    claim_p90_s: float | None


class BoardTrend(_Body):
    """The last hour minute by minute, the running minute last: calls that began, alerts that opened."""

    calls: list[int]
    alerts: list[int]


class WallboardMessage(_Body):
    """The whole floor. `alerts_at` is when the alerts were last read; `agents` is missing where nobody tells."""

    type: Literal["wallboard"] = "wallboard"
    server_time: Stamp
    alerts_at: Stamp
    calls: BoardCalls
    alerts: BoardAlerts
    agents: BoardAgents | None
    queues: list[BoardQueue]
    more_queues: int
    figures: BoardFigures | None
    trend: BoardTrend


@dataclass(frozen=True, slots=True)
class Begun:
    """A call of the last hour."""

    at: datetime
    team: str | None
    queue: str | None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class FloorNow:
    """Everything the board is made of, as it stands at `now_at`."""

    now_at: datetime
    alerts_at: datetime
    calls: Sequence[CallView]
    begun: Sequence[Begun]
    open_alerts: Sequence[Alert]
    recent_alerts: Sequence[Alert]
    agents: AgentCount
    queues: Sequence[tuple[QueueNews, bool]]
    figures: AlertFigures | None
    strip_of: Callable[[str], BoardStrip] = lambda _call_id: EMPTY
    names: Mapping[str, str] = field(default_factory=dict)  # of agents, by their ids


Places = tuple[frozenset[str], frozenset[str]]
EVERYWHERE: Places = (frozenset(), frozenset())


def build_wallboard(floor: FloorNow, places: Places = EVERYWHERE) -> WallboardMessage:
    """The board of these teams and queues; empty sets mean all. Alerts that are told to nobody are not on it."""

    def wanted(team: str | None, queue: str | None) -> bool:
        teams, queues = places
        return (not teams or team in teams) and (not queues or queue in queues)

    open_alerts = [alert for alert in floor.open_alerts if _is_told(alert) and wanted(alert.team, alert.queue)]
    recent = [alert for alert in floor.recent_alerts if _is_told(alert) and wanted(alert.team, alert.queue)]
    calls = [call for call in floor.calls if call.state in _LIVE and wanted(call.team, call.queue)]
    queues = [_queue(news, stale=stale) for news, stale in floor.queues if not places[1] or news.queue in places[1]]
    counted = floor.agents
    return WallboardMessage(
        server_time=floor.now_at,
        alerts_at=floor.alerts_at,
        calls=_calls(calls, open_alerts, floor.strip_of),
        alerts=_alerts(open_alerts, recent, floor.names),
        agents=BoardAgents(logged_in=counted.logged_in, states=dict(counted.states), stale=counted.stale)
        if counted.states or counted.stale
        else None,
        queues=queues[:MOST_QUEUES],
        more_queues=max(0, len(queues) - MOST_QUEUES),
        figures=None if floor.figures is None else _figures(floor.figures),
        trend=BoardTrend(
            calls=per_minute((begun.at for begun in floor.begun if wanted(begun.team, begun.queue)), floor.now_at),
            alerts=per_minute((alert.opened_at for alert in recent), floor.now_at),
        ),
    )


def per_minute(moments: Iterable[datetime], now_at: datetime) -> list[int]:
    """How many fell into each of the last sixty minutes, the running one last."""
    last = int(now_at.timestamp() // 60)
    minutes = Counter(int(moment.timestamp() // 60) for moment in moments)
    return [minutes[last - back] for back in range(TREND_MINUTES - 1, -1, -1)]


_LIVE = (CallState.LIVE, CallState.HELD)


def _is_told(alert: Alert) -> bool:
    return alert.suppressed_by is None and alert.state is not AlertState.WITHDRAWN


def _calls(
    calls: Sequence[CallView], open_alerts: Sequence[Alert], strip_of: Callable[[str], BoardStrip]
) -> BoardCalls:
    gravest: dict[str, Alert] = {}
    for alert in sorted(open_alerts, key=lambda alert: (alert.severity, alert.opened_at)):
        gravest[alert.call_id] = alert
    heard = [call for call in calls if any(leg.connected for _, leg in call.legs)]
    tiers = Counter(call.tier for call in heard)

    def badness(call: CallView) -> tuple[int, int, int, datetime, str]:
        alert = gravest.get(call.call_id)
        return -call.risk, -(alert.severity if alert else -1), -call.open_alerts, call.started_at, call.call_id

    return BoardCalls(
        live=len(calls),
        held=sum(call.state is CallState.HELD for call in calls),
        analysed=len(heard),
        by_tier={tier: tiers[tier] for tier in Tier},
        coverage_ratio=round(sum(call.coverage for call in heard) / len(heard), 3) if heard else None,
        agents_talking=len({_agent_key(call) for call in calls}),
        worst=[
            _call(call, gravest.get(call.call_id), strip_of(call.call_id))
            for call in sorted(calls, key=badness)[:MOST_CALLS]
        ],
    )


def _agent_key(call: CallView) -> str:
    """Calls whose agent nobody named count as one agent each."""
    return (call.agent.id if call.agent is not None else None) or f"call {call.call_id}"


def _call(call: CallView, gravest: Alert | None, strip: BoardStrip) -> BoardCall:
    agent = call.agent
    return BoardCall(
        key=_key(call.call_id),
        agent_id=(agent.id or agent.extension) if agent is not None else None,
        agent_name=agent.name if agent is not None else None,
        queue=call.queue,
        team=call.team,
        state=call.state,
        tier=call.tier,
        risk=call.risk,
        duration_ms=call.duration_ms,
        open_alerts=call.open_alerts,
        severity=gravest.severity.word if gravest is not None else None,
        kind=gravest.kind if gravest is not None else None,
        strip=strip,
    )


def _key(name: str) -> str:
    """Call ids of some PBXs hold the caller's number, so the board has a sign for them that cannot be read back."""
    return sha256(name.encode()).hexdigest()[:12]


def _alerts(open_alerts: Sequence[Alert], recent: Sequence[Alert], names: Mapping[str, str]) -> BoardAlerts:
    critical = [alert for alert in open_alerts if alert.severity is Severity.CRITICAL and alert.state in _IN_HAND]
    waiting = [alert for alert in open_alerts if alert.state in _UNCLAIMED and alert.severity > Severity.INFO]
    critical_waiting = [alert for alert in waiting if alert.severity is Severity.CRITICAL]
    shown = sorted(
        (alert for alert in recent if alert.severity > Severity.INFO and alert.state is not AlertState.FALSE_POSITIVE),
        key=lambda alert: (alert.opened_at, alert.alert_id),
        reverse=True,
    )
    return BoardAlerts(
        open=len(open_alerts),
        critical=len(critical),
        unclaimed=len(waiting),
        critical_unclaimed=len(critical_waiting),
        oldest_unclaimed_at=_oldest(waiting),
        oldest_critical_unclaimed_at=_oldest(critical_waiting),
        last=[_alert(alert, names.get(alert.agent_id or "")) for alert in shown[:MOST_ALERTS]],
    )


def _oldest(alerts: Sequence[Alert]) -> datetime | None:
    since: Callable[[Alert], datetime] = lambda alert: alert.waiting_since or alert.opened_at  # noqa: E731
    return min(map(since, alerts), default=None)


def _alert(alert: Alert, agent_name: str | None) -> BoardAlert:
    return BoardAlert(
        key=alert.alert_id,
        kind=alert.kind,
        severity=alert.severity.word,
        leg=alert.leg,
        agent_id=alert.agent_id,
        agent_name=agent_name,
        queue=alert.queue,
        claimed=alert.state not in _UNCLAIMED,
        count=alert.count,
        opened_at=alert.opened_at,
    )


def _queue(news: QueueNews, *, stale: bool) -> BoardQueue:
    return BoardQueue(
        queue=news.queue,
        at=news.at,
        stale=stale,
        waiting=news.waiting,
        longest_wait_s=news.longest_wait_s,
        service_level_ratio=news.service_level_ratio,
        abandoned_ratio=news.abandoned_ratio,
        handle_time_s_mean=news.handle_time_s_mean,
    )


def _figures(figures: AlertFigures) -> BoardFigures:
    return BoardFigures(
        reached_in_time=figures.reached,
        missed=figures.missed,
        reached_in_time_ratio=figures.reached_ratio,
        claim_p50_s=figures.claim_p50_s,
        claim_p90_s=figures.claim_p90_s,
    )
