"""The provider's id token of a session, for logging out there too."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; sessions that run end here alone."""
    op.add_column("sessions", sa.Column("id_token", sa.Text()))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("sessions", "id_token")
