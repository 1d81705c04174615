"""A scripted week: 2,000 calls of 20 agents at two sites, their alerts, and what inspectors judged of some of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert

from alerts.alert import Alert, AlertState, Kind, Mark, Severity
from service.store.database import writing
from service.store.rows import alert_columns, alert_content, call_row, newest_columns
from service.store.tables import alert_changes, alerts, calls
from tests.service.inspection.desk import ended, fault
from web.sources import AgentView, CallView

BEGINS_AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
"""04:00 on Monday, the second of March, in Shanghai: the first moment of the week 2026-W10 there."""
CALLS, LATER, AGENTS = 1_900, 100, 20
_STATES = (*[AlertState.RESOLVED] * 7, AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN, AlertState.OPEN)
_KINDS = (Kind.DEAD_AIR, Kind.MISSING_GREETING, Kind.FAST_SPEECH, Kind.INTERRUPTION)


@dataclass(frozen=True, slots=True)
class StoredWeek:
    """What is in the store. The last hundred calls are of the days after: five of each agent, for re-checks."""

    calls: Sequence[CallView]
    alerts: Sequence[Alert]

    def of(self, call_id: str) -> CallView:
        """The call of this id."""
        return self.calls[int(call_id.removeprefix("w"))]


def agent_of(number: int) -> str:
    """Agents by their number."""
    return f"{1001 + number % AGENTS}"


def a_week() -> StoredWeek:
    """The same each time."""
    chance = random.Random(7)
    made = [_call(number, chance) for number in range(CALLS + LATER)]
    found = [_alert(f"A{number}", chance.choice(made), chance) for number in range(1_200)]
    return StoredWeek(made, found)


def _call(number: int, chance: random.Random) -> CallView:
    agent = number % AGENTS
    if number < CALLS:
        at = BEGINS_AT + timedelta(seconds=7 * 86_400 * number / CALLS)
    else:
        at = BEGINS_AT + timedelta(days=14, minutes=10 * (number - CALLS))
    call = ended(
        f"w{number}",
        agent_of(number),
        started_at=at,
        ended_at=at + timedelta(minutes=2),
        duration_ms=60_000 + 1_000 * chance.randrange(240),
        risk=chance.choice((0, 10, 40, 90)),
        team=f"t{agent % 4}",
        site="wuhan" if agent % 4 < 2 else "shanghai",
        queue=chance.choice(("billing", "support")),
        coverage=chance.choice((0.99, 0.99, 0.9)),
    )
    return replace(call, agent=AgentView(agent_of(number), f"Agent {agent}"))


def _alert(alert_id: str, call: CallView, chance: random.Random) -> Alert:
    kind = chance.choice(_KINDS)
    assert call.agent is not None
    return fault(
        alert_id,
        call.call_id,
        kind,
        rule=f"zh.{kind.value}",
        severity=chance.choice((Severity.INFO, Severity.MINOR, Severity.MAJOR)),
        state=chance.choice(_STATES),
        mark=chance.choice((Mark.RIGHT, Mark.WRONG, None, None)),
        opened_at=call.started_at + timedelta(seconds=30),
        updated_at=call.started_at + timedelta(seconds=40),
        agent_id=call.agent.id,
        team=call.team,
        site=call.site,
        queue=call.queue,
    )


def keep(engine: Engine, week: StoredWeek) -> None:
    """All of it in one go."""
    with writing(engine).begin() as connection:
        connection.execute(insert(calls), [{**call_row(call), "node_id": None} for call in week.calls])
        rows = [{**alert_columns(alert), "sequence": number} for number, alert in enumerate(week.alerts, 1)]
        contents = [{"content": alert_content(alert), "found_version": 1} for alert in week.alerts]
        connection.execute(insert(alert_changes), [{**row, **more} for row, more in zip(rows, contents, strict=True)])
        newest = [{**row, **newest_columns(alert)} for row, alert in zip(rows, week.alerts, strict=True)]
        connection.execute(insert(alerts), newest)
