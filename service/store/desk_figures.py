"""Figures of the alert desk, asked of the store: how fast, how much, how often right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from alerts.alert import Action, Alert, AlertState, Mark
from service.store.desk_tables import alert_acts
from service.store.rows import alert_of
from service.store.tables import alert_changes, alerts, calls
from web.desk_sources import AlertFigures, Load

_FINISHES = (Action.RESOLVE.value, Action.FALSE_POSITIVE.value)
_CLAIMS = (Action.ACKNOWLEDGE.value, Action.ASSIGN.value)
OWN_RULES = "service."  # alerts about Earshot itself are nobody's precision
_DAY_MOST = 50_000


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What is known of one rule: its alerts, and what people marked right and wrong."""

    rule: str
    alerts: int
    right: int
    wrong: int


def alert_figures(engine: Engine, since: datetime) -> AlertFigures:
    """Over the acts since then."""
    recent = alert_acts.c.at >= since
    with engine.begin() as connection:
        outcomes = _counts(
            connection,
            select(alert_acts.c.outcome, func.count())
            .where(recent, alert_acts.c.outcome.is_not(None))
            .group_by(alert_acts.c.outcome),
        )
        waits = sorted(
            connection.execute(select(alert_acts.c.claim_ms).where(recent, alert_acts.c.claim_ms.is_not(None)))
            .scalars()
            .all()
        )
        escalated = connection.execute(
            select(func.count(alert_acts.c.alert_id.distinct())).where(
                recent, alert_acts.c.action == Action.ESCALATE.value
            )
        ).scalar_one()
        acted = connection.execute(
            select(alert_acts.c.person, alert_acts.c.action, func.count())
            .where(recent, alert_acts.c.person.is_not(None))
            .group_by(alert_acts.c.person, alert_acts.c.action)
        ).all()
        owned = _counts(
            connection,
            select(alerts.c.assignee, func.count())
            .where(alerts.c.state.in_((AlertState.ACKNOWLEDGED.value, AlertState.SNOOZED.value)))
            .where(alerts.c.assignee.is_not(None))
            .group_by(alerts.c.assignee),
        )
    done: dict[str, dict[str, int]] = defaultdict(dict)
    for person, action, count in acted:
        done[person][action] = count
    return AlertFigures(
        since=since,
        reached=outcomes.get("reached_in_time", 0),
        missed=outcomes.get("missed", 0),
        claimed=len(waits),
        claim_p50_s=_quantile(waits, 0.5),
        claim_p90_s=_quantile(waits, 0.9),
        escalated=escalated,
        loads=tuple(
            Load(
                person,
                claimed=sum(done[person].get(action, 0) for action in _CLAIMS),
                in_hand=owned.get(person, 0),
                finished=sum(done[person].get(action, 0) for action in _FINISHES),
            )
            for person in sorted({*done, *(each for each in owned if each is not None)})
        ),
    )


def rule_counts(engine: Engine, since: datetime, marks_since: dict[str, datetime]) -> list[RuleCount]:
    """Alerts opened since then and the last mark of each; of rules in `marks_since` only marks after that moment."""
    with engine.begin() as connection:
        opened = _counts(
            connection,
            select(alerts.c.rule, func.count())
            .where(alerts.c.opened_at >= since, alerts.c.rule.is_not(None))
            .where(alerts.c.state != AlertState.WITHDRAWN.value)
            .group_by(alerts.c.rule),
        )
        newest = (
            select(func.max(alert_acts.c.act_id))
            .where(alert_acts.c.at >= since)
            .where(alert_acts.c.action.in_((*_FINISHES, Action.REOPEN.value)))
            .group_by(alert_acts.c.alert_id)
        )
        marked = connection.execute(
            select(alert_acts.c.rule, alert_acts.c.mark, alert_acts.c.at).where(
                alert_acts.c.act_id.in_(newest), alert_acts.c.mark.is_not(None)
            )
        ).all()
    right: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for rule, mark, at in marked:
        if rule not in marks_since or at > marks_since[rule]:
            (right if mark == Mark.RIGHT.value else wrong)[rule] += 1
    return [
        RuleCount(rule, opened.get(rule, 0), right[rule], wrong[rule])
        for rule in {*opened, *right, *wrong}
        if rule and not rule.startswith(OWN_RULES)
    ]


def agent_hours(engine: Engine, since: datetime) -> float:
    """Hours that agents spent in calls begun since then."""
    question = select(func.coalesce(func.sum(calls.c.duration_ms), 0)).where(calls.c.started_at >= since)
    with engine.begin() as connection:
        return int(connection.execute(question).scalar_one()) / 3_600_000


def faults_since(engine: Engine, since: datetime) -> Sequence[Alert]:
    """Alerts of known agents opened since then, oldest first, as they stand now."""
    question = (
        select(alert_changes.c.content)
        .join(alerts, alerts.c.sequence == alert_changes.c.sequence)
        .where(alerts.c.opened_at >= since, alerts.c.agent_id.is_not(None))
        .order_by(alerts.c.opened_at.desc())
        .limit(_DAY_MOST)
    )
    with engine.begin() as connection:
        return [alert_of(content) for content in reversed(connection.execute(question).scalars().all())]


def _counts(connection: Connection, question: Select[Any]) -> dict[str | None, int]:
    """What a question for names and their counts answers."""
    return {row[0]: row[1] for row in connection.execute(question)}


def _quantile(values: Sequence[int], share: float) -> float | None:
    """The value of that rank, in seconds; the median of two is the mean of them."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low, high = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    return round((low + (high - low) * (place - int(place))) / 1000, 3)
