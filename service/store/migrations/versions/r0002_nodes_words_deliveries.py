"""Which node hears a call; streams, words and events of calls; web hooks under way."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add two columns and five tables."""
    op.add_column("calls", sa.Column("node_id", sa.String(64)))
    # not in batch mode: SQLite would make the table anew and forget how far its sequence has come
    op.add_column("alert_changes", sa.Column("found_version", sa.Integer()))
    op.execute("UPDATE alert_changes SET found_version = version")  # until now only calls have changed alerts
    op.create_index(
        "ix_alert_changes_alert_id_found_version", "alert_changes", ["alert_id", "found_version"], unique=True
    )
    op.create_table(
        "legs",
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("leg", sa.String(16), nullable=False),
        sa.Column("stream_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "leg", name="pk_legs"),
        sa.UniqueConstraint("stream_id", name="uq_legs_stream_id"),
    )
    op.create_table(
        "utterances",
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("leg", sa.String(16), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "leg", "utterance", name="pk_utterances"),
    )
    op.create_index("ix_utterances_kept_at", "utterances", ["kept_at"])
    op.create_table(
        "call_events",
        sa.Column("event_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("leg", sa.String(16)),
        sa.Column("party", sa.String(16)),
        sa.Column("cause", sa.String(200)),
        sa.Column("at", _MOMENT),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_call_events"),
    )
    op.create_index("ix_call_events_call_id_event_id", "call_events", ["call_id", "event_id"])
    op.create_index("ix_call_events_received_at", "call_events", ["received_at"])
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("route", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(128), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("failure", sa.String(200)),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
        sa.UniqueConstraint("route", "event_id", name="uq_deliveries_route_event_id"),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_table(
        "marks",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("marks", "deliveries", "call_events", "utterances", "legs"):
        op.drop_table(table)
    op.drop_index("ix_alert_changes_alert_id_found_version", "alert_changes")
    op.drop_column("alert_changes", "found_version")
    op.drop_column("calls", "node_id")
