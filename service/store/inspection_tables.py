"""Tables of the inspectors' desk: its records as they stand now, and every step that made them so."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table
from sqlalchemy import UniqueConstraint as Unique

from service.store.tables import UtcDateTime, metadata

inspection_records = Table(
    "inspection_records",
    metadata,
    Column("kind", String(16), primary_key=True),  # score, task, improvement, appeal, calibration, case, call_back
    Column("record_id", String(128), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(200)),  # whose work it is: inspector, leader
    Column("agent_id", String(200)),
    Column("team", String),
    Column("queue", String),
    Column("site", String),
    Column("call_id", String(128)),
    Column("about", String(200)),  # the sheet, plan, fault or score it belongs to
    Column("hundredths", BigInteger),  # points of a score, in hundredths
    Column("passed", Boolean),
    Column("due_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("content", JSON, nullable=False),
    Index(None, "kind", "owner", "state", "due_at"),
    Index(None, "kind", "state", "due_at"),
    Index(None, "kind", "due_at"),
    Index(None, "kind", "agent_id", "created_at"),
    Index(None, "kind", "team", "created_at"),
    Index(None, "kind", "about", "created_at"),
    Index(None, "kind", "created_at"),
    Index(None, "call_id"),
)

inspection_trail = Table(
    "inspection_trail",
    metadata,
    Column("step_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("record_id", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    Column("act", String(32), nullable=False),
    Column("person", String(200)),  # none: a clock
    Column("at", UtcDateTime, nullable=False),
    Column("reason", String(2_000)),
    Column("content", JSON, nullable=False),
    Unique("kind", "record_id", "version"),
    Index(None, "at"),
)
