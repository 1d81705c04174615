"""What people do with alerts, what is suppressed and why, the roster, and rules that have lost their voice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NEW_COLUMNS = (("rule", 200), ("agent_id", 200), ("suppressed_by", 200), ("assignee", 200), ("outcome", 32))


def upgrade() -> None:
    """Add six columns to the newest alerts, filled from their content, and five tables."""
    for name, length in (*_NEW_COLUMNS, ("mark", 16)):
        op.add_column("alerts", sa.Column(name, sa.String(length)))
    field = "content->>'{0}'" if op.get_bind().dialect.name == "postgresql" else "json_extract(content, '$.{0}')"
    for name, _ in _NEW_COLUMNS:
        newest = f"SELECT {field.format(name)} FROM alert_changes WHERE alert_changes.sequence = alerts.sequence"  # noqa: S608  # our own column names
        op.execute(f"UPDATE alerts SET {name} = ({newest})")  # noqa: S608
    op.create_index("ix_alerts_agent_id_rule_opened_at", "alerts", ["agent_id", "rule", "opened_at"])
    op.create_index("ix_alerts_rule_opened_at", "alerts", ["rule", "opened_at"])
    op.create_table(
        "alert_acts",
        sa.Column("act_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("person", sa.String(200)),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("reason", sa.String(200)),
        sa.Column("mark", sa.String(16)),
        sa.Column("outcome", sa.String(32)),
        sa.Column("claim_ms", sa.Integer()),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("agent_id", sa.String(200)),
        sa.PrimaryKeyConstraint("act_id", name="pk_alert_acts"),
    )
    op.create_index("ix_alert_acts_alert_id", "alert_acts", ["alert_id"])
    op.create_index("ix_alert_acts_at", "alert_acts", ["at"])
    op.create_index("ix_alert_acts_rule_at", "alert_acts", ["rule", "at"])
    op.create_table(
        "suppressions",
        sa.Column("suppression_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("alert_id", sa.String(64)),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("person", sa.String(200)),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("suppression_id", name="pk_suppressions"),
    )
    op.create_index("ix_suppressions_call_id", "suppressions", ["call_id"])
    op.create_index("ix_suppressions_at", "suppressions", ["at"])
    op.create_table(
        "mutes",
        sa.Column("mute_id", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(200)),
        sa.Column("queue", sa.String(200)),
        sa.Column("team", sa.String(200)),
        sa.Column("agent_id", sa.String(200)),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mute_id", name="pk_mutes"),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    op.create_table(
        "roster",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("entry_id", sa.String(200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "entry_id", name="pk_roster"),
    )
    op.create_table(
        "silent_rules",
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("upper_ratio", sa.Float()),
        sa.Column("person", sa.String(200)),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_silent_rules"),
    )


def downgrade() -> None:
    """Drop what `upgrade` made."""
    for table in ("silent_rules", "roster", "mutes", "suppressions", "alert_acts"):
        op.drop_table(table)
    op.drop_index("ix_alerts_agent_id_rule_opened_at", "alerts")
    op.drop_index("ix_alerts_rule_opened_at", "alerts")
    for name, _ in (*_NEW_COLUMNS, ("mark", 16)):
        op.drop_column("alerts", name)
