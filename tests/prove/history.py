"""A million stored alerts and the calls they belong to: how long the pages about the past take to answer.

`python -m tests.prove.history [--keep FOLDER] [sqlite|postgresql]...`
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Engine, insert

from alerts.alert import Kind, Mark, Severity
from config.figures import FiguresSettings
from config.settings import Settings
from service.store.database import database_url, make_engine, migrate, writing
from service.store.figures import figures_table
from service.store.history import past_alerts, past_calls
from service.store.rows import alert_columns, alert_content, call_row, newest_columns
from service.store.tables import alert_changes, alerts, calls, utterances
from tests.prove.filled import HEADER, Filled, analyze, asked_for, costs, database
from tests.prove.report import table, write_block
from tests.service.store.examples import BEGAN_AT, a_call, an_alert
from web.figures_sources import By, FiguresAsked
from web.history_sources import HistoryFilter
from web.sources import AgentView, CallState

_ALERTS, _CALLS, _WORDS = 1_000_000, 333_334, 1_000_000
_AT_ONCE, _ASKED, _AGENTS, _EVERY_S = 10_000, 40, 200, 8  # an alert each 8 s: about 93 days
_OFTEN, _SOME, _RARE = "您好 请问有什么可以帮您", "我要 投诉 你们", "환불 해 주세요"


def _rows_of_alerts() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    chance = random.Random(1)
    kinds, severities = list(Kind), [Severity.INFO, *[Severity.MINOR] * 2, Severity.MAJOR]
    example = an_alert()
    content = alert_content(example)
    for number in range(_ALERTS):
        at = BEGAN_AT + timedelta(seconds=_EVERY_S * number)
        alert = replace(
            example,
            alert_id=f"{number:026d}",
            call_id=f"call-{number // 3}",
            kind=Kind.ABUSE_AFTER_HANGUP if number % 50_000 == 7 else kinds[number % 12],
            severity=Severity.CRITICAL if chance.random() < 0.02 else chance.choice(severities),
            rule=f"zh.forbidden.{number % 150}",
            agent_id=f"{1000 + number // 3 % _AGENTS}",
            team=f"team-{number // 3 % 8}",
            mark=Mark.RIGHT if number % 5 == 0 else None,
            opened_at=at,
            updated_at=at,
        )
        columns = {**alert_columns(alert), "sequence": number + 1}
        yield {**columns, "content": content, "found_version": 1}, {**columns, **newest_columns(alert)}


def _rows_of_calls() -> Iterator[dict[str, object]]:
    example = a_call(state=CallState.ENDED)
    for number in range(_CALLS):
        began_at = BEGAN_AT + timedelta(seconds=3 * _EVERY_S * number)
        agent = AgentView(f"{1000 + number % _AGENTS}")
        call = replace(example, call_id=f"call-{number}", started_at=began_at, agent=agent, team=f"team-{number % 8}")
        yield {**call_row(call), "node_id": None}


def _rows_of_words() -> Iterator[dict[str, object]]:
    for number in range(_WORDS):
        said = _RARE if number % 100_000 == 5 else _SOME if number % 200 == 1 else _OFTEN
        yield {
            "call_id": f"call-{number // 3}",
            "leg": "agent",
            "utterance": number % 3,
            "start_ms": 1_000 * (number % 3),
            "end_ms": 1_000 * (number % 3) + 900,
            "text": said,
            "words": [],
            "hits": [],
            "kept_at": BEGAN_AT + timedelta(seconds=_EVERY_S * number),
            "grams": said,
        }


def _fill(engine: Engine) -> None:
    pairs = _rows_of_alerts()
    for _ in range(_ALERTS // _AT_ONCE):
        several = [next(pairs) for _ in range(_AT_ONCE)]
        with writing(engine).begin() as connection:
            connection.execute(insert(alert_changes), [change for change, _ in several])
            connection.execute(insert(alerts), [newest for _, newest in several])
    for target, rows in ((calls, _rows_of_calls()), (utterances, _rows_of_words())):
        while several_rows := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
            with writing(engine).begin() as connection:
                connection.execute(insert(target), several_rows)
    analyze(engine)


def _questions(engine: Engine) -> dict[str, Callable[[], object]]:
    end_at = BEGAN_AT + timedelta(seconds=_EVERY_S * _ALERTS)
    week, last = end_at - timedelta(days=7), end_at.date()

    def alerts_of(before: str | None = None, **wanted: object) -> Callable[[], object]:
        return lambda: past_alerts(engine, HistoryFilter(**wanted), 51, before)  # type: ignore[arg-type]  # by name

    def calls_of(before: str | None = None, **wanted: object) -> Callable[[], object]:
        return lambda: past_calls(engine, HistoryFilter(**wanted), 51, before)  # type: ignore[arg-type]  # by name

    def figures(by: By, days: int) -> Callable[[], object]:
        asked = FiguresAsked(by, last - timedelta(days=days - 1), date.fromisoformat(str(last)))
        return lambda: figures_table(engine, FiguresSettings(), asked)

    return {
        "alerts, newest": alerts_of(),
        "alerts, a page in the past": alerts_of(before=f"{_ALERTS // 2:026d}"),
        "alerts of an agent": alerts_of(agent="1042"),
        "alerts of a team, critical": alerts_of(team="team-3", severity=("critical",)),
        "alerts of a rare kind": alerts_of(kind=("abuse_after_hangup",)),
        "alerts of an agent and a rare kind": alerts_of(agent="1042", kind=("abuse_after_hangup",)),
        "alerts of a rule within a week": alerts_of(rule="zh.forbidden.7", since=week),
        "calls, newest": calls_of(),
        "calls of an agent with critical alerts": calls_of(agent="1042", severity=("critical",)),
        "calls with a rare kind": calls_of(kind=("abuse_after_hangup",)),
        "calls with frequent words (投诉, every 67th)": calls_of(said="投诉"),
        "calls with words said in every call": calls_of(said="您好"),
        "calls with rare words (환불해)": calls_of(said="환불해"),
        "calls of an agent with 投诉 within a week": calls_of(agent="1042", said="投诉", since=week),
        "alerts of calls with 投诉": alerts_of(said="投诉"),
        "figures per agent, 7 days": figures(By.AGENT, 7),
        "figures per rule, 31 days": figures(By.RULE, 31),
    }


async def measure(filled: Filled) -> list[list[object]]:
    """Rows of the table."""
    engine = make_engine(database_url(filled.settings), 1_000)
    migrate(engine)
    if not filled.is_full:
        _fill(engine)
        filled.mark.touch()
        print("filled; asking …", flush=True)  # noqa: T201  # the filling takes minutes
    rows = await costs(_questions(engine), _ASKED, filled.server)
    engine.dispose()
    return rows


def main() -> None:
    """Both databases, or the one that is named."""
    servers, keep, command = asked_for("history")
    lines: list[str] = []
    for server in servers:
        with database("history", server, keep, Settings()) as filled:
            rows = asyncio.run(measure(filled))
        lines += [f"{server}:", "", *table(["50 of a million alerts, 333,334 calls", *HEADER], rows), ""]
    lines += [f"Each question {_ASKED} times; {_WORDS:,} utterances, {_AGENTS} agents, 93 days; no day was counted."]
    write_block("history", "The past, searched", command, lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
