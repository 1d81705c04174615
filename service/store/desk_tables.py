"""Tables of the alert desk: what people do with alerts, what is suppressed and why, mutes, the roster, silent rules."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table

from service.store.tables import UtcDateTime, metadata

alert_acts = Table(
    "alert_acts",
    metadata,
    Column("act_id", Integer, primary_key=True, autoincrement=True),
    Column("alert_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", String(16), nullable=False),
    Column("person", String(200)),  # none: a clock
    Column("at", UtcDateTime, nullable=False),
    Column("reason", String(200)),
    Column("mark", String(16)),
    Column("outcome", String(32)),
    Column("claim_ms", Integer),  # of the act that took the alert in hand: how long it had waited
    Column("rule", String(200), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("call_id", String(128), nullable=False),
    Column("agent_id", String(200)),
    Index(None, "alert_id"),
    Index(None, "at"),
    Index(None, "rule", "at"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("suppression_id", Integer, primary_key=True, autoincrement=True),
    Column("call_id", String(128), nullable=False),
    Column("alert_id", String(64)),
    Column("rule", String(200), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("cause", String(32), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("person", String(200)),
    Column("at_ms", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "call_id"),
    Index(None, "at"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("mute_id", String(64), primary_key=True),
    Column("rule", String(200)),
    Column("queue", String(200)),
    Column("team", String(200)),
    Column("agent_id", String(200)),
    Column("reason", String(500), nullable=False),
    Column("person", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "until"),
)

roster = Table(
    "roster",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("entry_id", String(200), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("origin", String(16), nullable=False),  # file, api or csv
    Column("updated_at", UtcDateTime, nullable=False),
)

silent_rules = Table(
    "silent_rules",
    metadata,
    Column("rule", String(200), primary_key=True),
    Column("silent", Boolean, nullable=False),  # false: a person lets it speak whatever its marks were until then
    Column("marks", Integer, nullable=False),
    Column("upper_ratio", Float),
    Column("person", String(200)),
    Column("at", UtcDateTime, nullable=False),
)
