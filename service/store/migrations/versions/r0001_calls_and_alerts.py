"""Calls, changes of alerts, and the newest change of each alert."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables and their indexes."""
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("direction", sa.String(16)),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("queue", sa.String()),
        sa.Column("team", sa.String()),
        sa.Column("site", sa.String()),
        sa.Column("agent", sa.JSON()),
        sa.Column("customer_number", sa.String()),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("legs", sa.JSON(), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("coverage_causes", sa.JSON(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("open_alerts", sa.Integer(), nullable=False),
        sa.Column("hung_up_by", sa.String(16)),
        sa.Column("verdict", sa.String()),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_calls"),
    )
    op.create_index("ix_calls_started_at_call_id", "calls", ["started_at", "call_id"])
    op.create_index("ix_calls_state_started_at", "calls", ["state", "started_at"])
    op.create_index("ix_calls_queue_started_at", "calls", ["queue", "started_at"])
    op.create_table(
        "alert_changes",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_judged_columns(),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_alert_changes"),
        sa.UniqueConstraint("alert_id", "version", name="uq_alert_changes_alert_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *_judged_columns(),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        sa.ForeignKeyConstraint(["sequence"], ["alert_changes.sequence"], name="fk_alerts_sequence"),
        sa.UniqueConstraint("sequence", name="uq_alerts_sequence"),
    )
    op.create_index("ix_alerts_state_sequence", "alerts", ["state", "sequence"])
    op.create_index("ix_alerts_kind_sequence", "alerts", ["kind", "sequence"])
    op.create_index("ix_alerts_call_id_sequence", "alerts", ["call_id", "sequence"])
    op.create_index("ix_alerts_updated_at", "alerts", ["updated_at"])


def downgrade() -> None:
    """Drop what `upgrade` made."""
    op.drop_table("alerts")
    op.drop_table("alert_changes")
    op.drop_table("calls")


def _judged_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    ]
