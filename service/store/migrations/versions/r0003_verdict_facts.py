"""What the verdict of a call rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; calls judged before have none."""
    op.add_column("calls", sa.Column("verdict_facts", sa.JSON()))


def downgrade() -> None:
    """Take it out."""
    op.drop_column("calls", "verdict_facts")
