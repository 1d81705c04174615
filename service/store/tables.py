"""The tables: calls and what belongs to them, every change of every alert, and the newest of each for fast lists."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import TypeDecorator

from service.store.spoken import Grams

KEY = "key"  # in a table's `info`: the columns by which a row that is put again is known, where not its primary key


class UtcDateTime(TypeDecorator[datetime]):
    """Moments in UTC. SQLite keeps no zone, so all are turned to UTC on the way in and marked as UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Any aware datetime; ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without its zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

calls = Table(
    "calls",
    metadata,
    Column("call_id", String(128), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("direction", String(16)),
    Column("language", String(16), nullable=False),
    Column("queue", String),
    Column("team", String),
    Column("site", String),
    Column("agent", JSON(none_as_null=True)),
    Column("customer_number", String),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("duration_ms", Integer, nullable=False),
    Column("legs", JSON, nullable=False),
    Column("tier", String(16), nullable=False),
    Column("coverage", Float, nullable=False),
    Column("coverage_causes", JSON, nullable=False),
    Column("undecided", JSON(none_as_null=True)),
    Column("risk", Integer, nullable=False),
    Column("open_alerts", Integer, nullable=False),
    Column("hung_up_by", String(16)),
    Column("verdict", String),
    Column("verdict_facts", JSON(none_as_null=True)),
    Column("metadata", JSON, nullable=False),
    Column("consent", String(16)),
    Column("paused", Boolean),
    Column("node_id", String(64)),  # who hears it, or heard it last
    Column("agent_id", String(200)),
    Index(None, "started_at", "call_id"),
    Index(None, "agent_id", "started_at"),
    Index(None, "team", "started_at"),
    Index(None, "state", "started_at"),
    Index(None, "queue", "started_at"),
)

alert_changes = Table(
    "alert_changes",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("alert_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("call_id", String(128), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("content", JSON, nullable=False),
    Column("found_version", Integer),  # the version its call gave it; none for a change that a person made
    Unique("alert_id", "version"),
    Index(None, "alert_id", "found_version", unique=True),
    sqlite_autoincrement=True,  # a sequence is never given twice: it is the console's cursor
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, ForeignKey("alert_changes.sequence"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("call_id", String(128), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("rule", String(200)),
    Column("agent_id", String(200)),
    Column("suppressed_by", String(200)),
    Column("assignee", String(200)),
    Column("outcome", String(32)),
    Column("mark", String(16)),
    Column("queue", String(200)),
    Column("team", String(200)),
    Column("site", String(200)),
    Unique("sequence"),
    Index(None, "state", "sequence"),
    Index(None, "kind", "sequence"),
    Index(None, "kind", "severity", "sequence"),
    Index(None, "state", "kind", "sequence"),
    Index(None, "call_id", "sequence"),
    Index(None, "updated_at"),
    Index(None, "agent_id", "rule", "opened_at"),
    Index(None, "rule", "opened_at"),
    Index(None, "opened_at", "alert_id"),
    Index(None, "agent_id", "opened_at"),
    Index(None, "team", "opened_at"),
    Index(None, "queue", "opened_at"),
    Index(None, "kind", "opened_at"),
)

legs = Table(
    "legs",
    metadata,
    Column("call_id", String(128), primary_key=True),
    Column("leg", String(16), primary_key=True),
    Column("stream_id", String(64), nullable=False),
    Unique("stream_id"),
)

utterances = Table(
    "utterances",
    metadata,
    Column("utterance_id", Integer, primary_key=True, autoincrement=True),
    Column("call_id", String(128), nullable=False),
    Column("leg", String(16), nullable=False),
    Column("utterance", Integer, nullable=False),
    Column("start_ms", Integer, nullable=False),
    Column("end_ms", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", JSON, nullable=False),
    Column("hits", JSON, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    Column("grams", Grams),  # of the text; their index is made in spoken_index.py, for each database its own
    Unique("call_id", "leg", "utterance"),
    Index(None, "kept_at"),
    sqlite_autoincrement=True,
    info={KEY: ("call_id", "leg", "utterance")},
)

call_timelines = Table(
    "call_timelines",
    metadata,
    Column("call_id", String(128), primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "ended_at"),
)

call_events = Table(
    "call_events",
    metadata,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    Column("call_id", String(128), nullable=False),
    Column("type", String(16), nullable=False),
    Column("leg", String(16)),
    Column("party", String(16)),
    Column("cause", String(200)),
    Column("at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Index(None, "call_id", "event_id"),
    Index(None, "received_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Integer, primary_key=True, autoincrement=True),
    Column("route", String(64), nullable=False),
    Column("event_id", String(128), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("failure", String(200)),
    Unique("route", "event_id"),
    Index(None, "state", "due_at"),
    Index(None, "created_at"),
)

rule_packs = Table(
    "rule_packs",
    metadata,
    Column("version", String(16), primary_key=True),
    Column("language", String(16), nullable=False),
    Column("content", JSON, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
)

call_observations = Table(
    "call_observations",
    metadata,
    Column("call_id", String(128), primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("language", String(16), nullable=False),
    Column("rules_version", String(16), nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("queue", String),
    Column("team", String),
    Column("has_text", Boolean, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "ended_at"),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
