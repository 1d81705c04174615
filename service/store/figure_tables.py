"""Tables of the figures: past days counted once, what closed scores came to, and what other systems say."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table

from service.store.tables import UtcDateTime, metadata

figure_days = Table(  # which days are counted; a day that changes afterwards is taken out and counted anew
    "figure_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("begins_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("zone", String(80), nullable=False),  # whose days these are: time zone and the hour they begin
    Index(None, "begins_at"),
)

_COUNTS = ("alerts", "critical", "major", "minor", "info", "right", "wrong", "reached", "missed")


def _sums_of_calls() -> list[Column[Any]]:
    return [
        Column("calls", Integer, nullable=False),
        Column("talk_ms", BigInteger, nullable=False),
        Column("covered_ms", Float, nullable=False),
        Column("ended_by_agent", Integer, nullable=False),
        *(Column(name, Integer, nullable=False) for name in _COUNTS),
    ]


place_days = Table(  # of each agent, team, queue and site
    "place_days",
    metadata,
    Column("day", String(10), nullable=False),
    Column("agent_id", String(200)),
    Column("team", String),
    Column("queue", String),
    Column("site", String),
    *_sums_of_calls(),
    Index(None, "day", "agent_id"),
    Index(None, "agent_id", "day"),
)

floor_days = Table(  # the same without agents: most questions are about more than one
    "floor_days",
    metadata,
    Column("day", String(10), nullable=False),
    Column("team", String),
    Column("queue", String),
    Column("site", String),
    *_sums_of_calls(),
    Index(None, "day"),
)

rule_days = Table(  # of each rule, team, queue and site
    "rule_days",
    metadata,
    Column("day", String(10), nullable=False),
    Column("rule", String(200)),
    Column("team", String),
    Column("queue", String),
    Column("site", String),
    *(Column(name, Integer, nullable=False) for name in _COUNTS),
    Index(None, "day", "rule"),
    Index(None, "rule", "day"),
)

score_results = Table(  # of each closed score; those of calibrations are about inspectors and not here
    "score_results",
    metadata,
    Column("score_id", String(128), primary_key=True),
    Column("call_id", String(128), nullable=False),
    Column("called_at", UtcDateTime, nullable=False),  # when the call began: its score counts there
    Column("sheet", String(64), nullable=False),
    Column("inspector", String(200), nullable=False),
    Column("agent_id", String(200)),
    Column("team", String),
    Column("queue", String),
    Column("site", String),
    Column("hundredths", Integer),  # points in a hundred, in hundredths; none on sheets without points
    Column("passed", Boolean, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("service_fatal", Integer, nullable=False),
    Column("business_fatal", Integer, nullable=False),
    Column("mistakes", Integer, nullable=False),
    Column("minor_faults", Integer, nullable=False),
    Index(None, "called_at"),
    Index(None, "agent_id", "called_at"),
    Index(None, "call_id"),
)

score_faults = Table(  # a row for each faulty item, and each rule whose alerts prove it
    "score_faults",
    metadata,
    Column("score_id", String(128), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("rule", String(200), primary_key=True),  # empty: nothing that was found proves it
    Column("error", String(16), nullable=False),
    Column("call_id", String(128), nullable=False),
    Column("called_at", UtcDateTime, nullable=False),
    Column("sheet", String(64), nullable=False),
    Column("agent_id", String(200)),
    Column("team", String),
    Column("queue", String),
    Column("site", String),
    Index(None, "called_at"),
    Index(None, "agent_id", "called_at"),
    Index(None, "call_id"),
)

outside_values = Table(  # figures of other systems as they stand now; who put them and when is in their records
    "outside_values",
    metadata,
    Column("scope", String(16), primary_key=True),  # what `name` is: agent, team, site, queue
    Column("day", String(10), primary_key=True),
    Column("figure", String(200), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("value", Float, nullable=False),
    Column("number", Integer, nullable=False),
    Index(None, "name", "day"),
    sqlite_with_rowid=False,
)
