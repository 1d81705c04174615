"""Whether the customer of a call agreed to being recorded, and whether the call is paused."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of calls heard before nobody said it."""
    op.add_column("calls", sa.Column("consent", sa.String(16)))
    op.add_column("calls", sa.Column("paused", sa.Boolean()))


def downgrade() -> None:
    """Take them out."""
    op.drop_column("calls", "paused")
    op.drop_column("calls", "consent")
