"""Counted days without agents, figures of other systems as rows, and indexes for what is asked most."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PLACE = ("team", "queue", "site")
_COUNTS = ("alerts", "critical", "major", "minor", "info", "right", "wrong", "reached", "missed")
_SUMMED = ("calls", "talk_ms", "covered_ms", "ended_by_agent", *_COUNTS)
_VALUES = ("scope", "day", "figure", "name", "value", "number")
_AT_ONCE = 5_000
_INDEXES = (
    ("place_days", ["day", "agent_id"]),
    ("place_days", ["agent_id", "day"]),
    ("rule_days", ["day", "rule"]),
    ("rule_days", ["rule", "day"]),
    ("floor_days", ["day"]),
    ("outside_values", ["name", "day"]),
    ("inspection_records", ["kind", "due_at"]),
)


def upgrade() -> None:
    """Add the tables and fill them from what is there: nothing needs to be counted again."""
    floors = op.create_table(
        "floor_days",
        sa.Column("day", sa.String(10), nullable=False),
        *(sa.Column(name, sa.String()) for name in _PLACE),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("covered_ms", sa.Float(), nullable=False),
        sa.Column("ended_by_agent", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
    )
    outside = op.create_table(
        "outside_values",
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("figure", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "day", "figure", "name", name="pk_outside_values"),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_place_days_day", "place_days")
    op.drop_index("ix_rule_days_day", "rule_days")
    for table, columns in _INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    _fill(floors, outside)


def downgrade() -> None:
    """Take them away; days and records keep what these rows were made of."""
    for table, columns in _INDEXES:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    op.create_index("ix_place_days_day", "place_days", ["day"])
    op.create_index("ix_rule_days_day", "rule_days", ["day"])
    op.drop_table("outside_values")
    op.drop_table("floor_days")


def _fill(floors: sa.Table, outside: sa.Table) -> None:
    connection = op.get_bind()
    places = sa.table("place_days", *(sa.column(name) for name in ("day", *_PLACE, *_SUMMED)))
    keys = [places.c[name] for name in ("day", *_PLACE)]
    summed = sa.select(*keys, *(sa.func.sum(places.c[name]) for name in _SUMMED)).group_by(*keys)
    connection.execute(floors.insert().from_select(["day", *_PLACE, *_SUMMED], summed))
    records = sa.table("inspection_records", sa.column("kind"), sa.column("content", sa.JSON()))
    asked = sa.select(records.c.content).where(records.c.kind == "outside")
    for several in connection.execute(asked).scalars().partitions(_AT_ONCE):
        connection.execute(outside.insert(), [{name: content[name] for name in _VALUES} for content in several])
