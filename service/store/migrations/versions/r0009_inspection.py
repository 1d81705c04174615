"""The inspectors' desk: its records, and every step that made them so."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_INDEXES = (
    ("kind", "owner", "state", "due_at"),
    ("kind", "state", "due_at"),
    ("kind", "agent_id", "created_at"),
    ("kind", "team", "created_at"),
    ("kind", "about", "created_at"),
    ("kind", "created_at"),
    ("call_id",),
)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "inspection_records",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record_id", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("agent_id", sa.String(200)),
        sa.Column("team", sa.String()),
        sa.Column("queue", sa.String()),
        sa.Column("site", sa.String()),
        sa.Column("call_id", sa.String(128)),
        sa.Column("about", sa.String(200)),
        sa.Column("hundredths", sa.BigInteger()),
        sa.Column("passed", sa.Boolean()),
        sa.Column("due_at", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name="pk_inspection_records"),
    )
    for columns in _INDEXES:
        op.create_index(f"ix_inspection_records_{'_'.join(columns)}", "inspection_records", list(columns))
    op.create_table(
        "inspection_trail",
        sa.Column("step_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record_id", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("person", sa.String(200)),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("reason", sa.String(2_000)),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("step_id", name="pk_inspection_trail"),
        sa.UniqueConstraint("kind", "record_id", "version", name="uq_inspection_trail_kind_record_id_version"),
    )
    op.create_index("ix_inspection_trail_at", "inspection_trail", ["at"])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("inspection_trail")
    op.drop_table("inspection_records")
