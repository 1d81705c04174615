"""Users, keys, sessions, tickets, and a ledger that only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("ledger", "log_ins", "tickets", "sessions", "keys", "users")
_INDEXES = (
    ("ix_users_name", "users", ["name"], True),
    ("ix_users_oidc_id", "users", ["oidc_id"], True),
    ("ix_sessions_session_id", "sessions", ["session_id"], True),
    ("ix_sessions_user_id", "sessions", ["user_id"], False),
    ("ix_sessions_ends_at", "sessions", ["ends_at"], False),
    ("ix_tickets_ends_at", "tickets", ["ends_at"], False),
    ("ix_log_ins_ends_at", "log_ins", ["ends_at"], False),
    ("ix_ledger_call_id_sequence", "ledger", ["call_id", "sequence"], False),
    ("ix_ledger_who_sequence", "ledger", ["who", "sequence"], False),
    ("ix_ledger_act_sequence", "ledger", ["act", "sequence"], False),
    ("ix_ledger_team_sequence", "ledger", ["team", "sequence"], False),
    ("ix_ledger_at", "ledger", ["at"], False),
)


def upgrade() -> None:
    """Add six tables; the database itself refuses to change or delete a row of the ledger."""
    op.create_table(
        "users",
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("oidc_id", sa.String(255)),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
    )
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("former_hash", sa.String(64)),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_keys"),
    )
    op.create_table(
        "sessions",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32)),
        sa.Column("key_id", sa.String(32)),
        sa.Column("address", sa.String(64)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_sessions"),
    )
    op.create_table(
        "tickets",
        sa.Column("ticket_hash", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(32)),
        sa.Column("key_id", sa.String(32)),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("call_id", sa.String(128)),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_hash", name="pk_tickets"),
    )
    op.create_table(
        "log_ins",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("page", sa.String(500), nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_log_ins"),
    )
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("call_id", sa.String(128)),
        sa.Column("agent_id", sa.String(200)),
        sa.Column("site", sa.String(200)),
        sa.Column("team", sa.String(200)),
        sa.Column("queue", sa.String(200)),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_ledger"),
    )
    for name, table, columns, unique in _INDEXES:
        op.create_index(name, table, columns, unique=unique)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()"
        )
        return
    for word in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_no_{word.lower()} BEFORE {word} ON ledger "
            "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
        )


def downgrade() -> None:
    """Take them out."""
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_only_grows()")
