"""A million stored alerts: how long lists and filters take, through the same questions the pages ask.

`python -m tests.prove.million [--keep FOLDER] [sqlite|postgresql]...`
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, insert

from alerts.alert import AlertState, Kind, Severity
from config.settings import Settings
from service.clock import SystemClock
from service.store.database import writing
from service.store.rows import alert_columns, alert_content
from service.store.store import Store
from service.store.tables import alert_changes, alerts
from tests.prove.filled import HEADER, Filled, analyze, asked_for, costs, database
from tests.prove.report import table, write_block
from tests.service.store.examples import BEGAN_AT, an_alert
from web.sources import AlertChange

_ALERTS, _AT_ONCE, _ASKED = 1_000_000, 10_000, 40
_STATES = [*[AlertState.RESOLVED] * 90, *[AlertState.FALSE_POSITIVE] * 6, *[AlertState.WITHDRAWN] * 4]
_RARE = {AlertState.OPEN: 300, AlertState.ACKNOWLEDGED: 60}  # what runs at one moment on a large floor
_SEVERITIES = [*[Severity.INFO] * 20, *[Severity.MINOR] * 50, *[Severity.MAJOR] * 25, *[Severity.CRITICAL] * 5]


def _rows(chance: random.Random) -> Iterator[dict[str, object]]:
    kinds = list(Kind)
    running = {chance.randrange(_ALERTS): state for state, count in _RARE.items() for _ in range(count)}
    for number in range(_ALERTS):
        alert = an_alert(f"{number:026d}", 1, f"call-{number // 3}")
        at = BEGAN_AT + timedelta(seconds=10 * number)
        alert = replace(
            alert,
            kind=chance.choice(kinds),
            severity=chance.choice(_SEVERITIES),
            state=running.get(number) or chance.choice(_STATES),
            opened_at=at,
            updated_at=at,
        )
        yield {**alert_columns(alert), "content": alert_content(alert), "sequence": number + 1}


def _fill(engine: Engine) -> None:
    rows = _rows(random.Random(1))
    for _ in range(_ALERTS // _AT_ONCE):
        several = [next(rows) for _ in range(_AT_ONCE)]
        with writing(engine).begin() as connection:
            connection.execute(insert(alert_changes), [{**row, "found_version": 1} for row in several])
            for row in several:
                del row["content"]
            connection.execute(insert(alerts), several)
    analyze(engine)


def _questions(store: Store, chance: random.Random) -> dict[str, Callable[[], Awaitable[object]]]:
    def ask(
        state: tuple[str, ...] = (),
        severity: tuple[str, ...] = (),
        kind: tuple[str, ...] = (),
        call_id: str | None = None,
        days: int | None = None,
        deep: bool = False,
    ) -> Callable[[], Awaitable[list[AlertChange]]]:
        since = None if days is None else BEGAN_AT + timedelta(seconds=10 * _ALERTS) - timedelta(days=days)

        def once() -> Awaitable[list[AlertChange]]:
            before = chance.randrange(_ALERTS) if deep else None
            return store.search(state, severity, kind, call_id, since, 101, before)

        return once

    return {
        "newest page": ask(),
        "a page somewhere in the past": ask(deep=True),
        "open": ask(state=("open",)),
        "open or acknowledged, critical": ask(state=("open", "acknowledged"), severity=("critical",)),
        "false positives": ask(state=("false_positive",)),
        "critical": ask(severity=("critical",)),
        "critical in the past": ask(severity=("critical",), deep=True),
        "one kind": ask(kind=("dead_air",)),
        "one kind, one severity, one state": ask(("withdrawn",), ("critical",), ("long_hold",)),
        "the same in the past": ask(("withdrawn",), ("critical",), ("long_hold",), deep=True),
        "open of one kind": ask(state=("open",), kind=("phrase",)),
        "of one call": ask(call_id="call-200000"),
        "major since a day": ask(severity=("major",), days=1),
        "one kind since 90 days": ask(kind=("phrase",), days=90),
        "open now, for a fresh console": store.open_now,
        "what a console missed": lambda: store.since(_ALERTS - 500, 10_000),
    }


async def measure(filled: Filled) -> list[list[object]]:
    """Rows of the table."""
    store = Store(filled.settings, SystemClock())
    await store.open()
    if not filled.is_full:
        await store.write(_fill)
        filled.mark.touch()
        print("filled; asking …", flush=True)  # noqa: T201  # the filling takes minutes
    rows = await costs(_questions(store, random.Random(2)), _ASKED, filled.server)
    await store.close()
    return rows


def main() -> None:
    """Both databases, or the one that is named."""
    servers, keep, command = asked_for("million")
    lines: list[str] = []
    for server in servers:
        with database("million", server, keep, Settings()) as filled:
            rows = asyncio.run(measure(filled))
        lines += [f"{server}:", "", *table(["100 alerts of a million", *HEADER], rows), ""]
    lines += [f"Each question {_ASKED} times, through the store's own functions, alerts read back whole."]
    write_block("million", "A million stored alerts", command, lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
