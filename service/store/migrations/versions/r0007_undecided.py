"""What of a call could not be judged."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of calls heard before nothing is known."""
    op.add_column("calls", sa.Column("undecided", sa.JSON()))


def downgrade() -> None:
    """Take it out."""
    op.drop_column("calls", "undecided")
