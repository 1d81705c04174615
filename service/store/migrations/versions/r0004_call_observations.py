"""What rules heard of every call, and the packs they were heard with."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "rule_packs",
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("known_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_rule_packs"),
    )
    op.create_table(
        "call_observations",
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("rules_version", sa.String(16), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String()),
        sa.Column("team", sa.String()),
        sa.Column("has_text", sa.Boolean(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_observations"),
    )
    op.create_index("ix_call_observations_ended_at", "call_observations", ["ended_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("call_observations")
    op.drop_table("rule_packs")
