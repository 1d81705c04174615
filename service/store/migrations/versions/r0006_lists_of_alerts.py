"""Alerts of one kind are found at once among a million, by state or severity."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_alerts_kind_severity_sequence", "alerts", ["kind", "severity", "sequence"])
    op.create_index("ix_alerts_state_kind_sequence", "alerts", ["state", "kind", "sequence"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_alerts_state_kind_sequence", "alerts")
    op.drop_index("ix_alerts_kind_severity_sequence", "alerts")
