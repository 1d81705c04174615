"""Tables of trust: users, keys, sessions, tickets, log-ins on their way, and the ledger."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text

from service.store.tables import UtcDateTime, metadata

users = Table(
    "users",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("oidc_id", String(255)),
    Column("disabled", Boolean, nullable=False),
    Column("password_hash", String(255)),
    Column("content", JSON, nullable=False),
    Index(None, "name", unique=True),
    Index(None, "oidc_id", unique=True),
)

keys = Table(
    "keys",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
    Column("former_hash", String(64)),
    Column("content", JSON, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("session_id", String(32), nullable=False),
    Column("user_id", String(32)),
    Column("key_id", String(32)),
    Column("address", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column(
        "id_token", Text
    ),  # of who came by the provider: its log-out asks for it; empty where it is too long for that
    Index(None, "session_id", unique=True),
    Index(None, "user_id"),
    Index(None, "ends_at"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_hash", String(64), primary_key=True),
    Column("session_id", String(32)),  # none: a key's own
    Column("key_id", String(32)),
    Column("purpose", String(16), nullable=False),
    Column("call_id", String(128)),
    Column("ends_at", UtcDateTime, nullable=False),
    Index(None, "ends_at"),
)

log_ins = Table(
    "log_ins",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("page", String(500), nullable=False),  # the page that was asked for
    Column("ends_at", UtcDateTime, nullable=False),
    Index(None, "ends_at"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("act", String(32), nullable=False),
    Column("who", String(200), nullable=False),
    Column("call_id", String(128)),
    Column("agent_id", String(200)),
    Column("site", String(200)),
    Column("team", String(200)),
    Column("queue", String(200)),
    Column("content", Text, nullable=False),  # exactly what was hashed; the columns before repeat parts of it for lists
    Column("hash", String(64), nullable=False),
    Index(None, "call_id", "sequence"),
    Index(None, "who", "sequence"),
    Index(None, "act", "sequence"),
    Index(None, "team", "sequence"),
    Index(None, "at"),
)
