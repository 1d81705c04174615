"""The past can be searched: calls and alerts by agent, team and queue, words by their pieces; levels outlive a call."""

import sqlalchemy as sa
from alembic import op

from service.store.spoken import Grams
from service.store.spoken_index import make_index

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_AT_ONCE = 1_000
_ALERT_INDEXES = (("opened_at", "alert_id"), *((name, "opened_at") for name in ("agent_id", "team", "queue", "kind")))
_KEPT = ("call_id", "leg", "utterance", "start_ms", "end_ms", "text", "words", "hits", "kept_at")


def upgrade() -> None:
    """Add columns, filled from what is there, and indexes; give each utterance a number and its pieces."""
    postgres = op.get_bind().dialect.name == "postgresql"
    field = "content->>'{0}'" if postgres else "json_extract(content, '$.{0}')"
    for name in ("queue", "team", "site"):
        op.add_column("alerts", sa.Column(name, sa.String(200)))
        newest = f"SELECT {field.format(name)} FROM alert_changes WHERE alert_changes.sequence = alerts.sequence"  # noqa: S608  # our own column names
        op.execute(f"UPDATE alerts SET {name} = ({newest})")  # noqa: S608
    for columns in _ALERT_INDEXES:
        op.create_index(f"ix_alerts_{'_'.join(columns)}", "alerts", list(columns))
    op.add_column("calls", sa.Column("agent_id", sa.String(200)))
    agent_id = "agent->>'id'" if postgres else "json_extract(agent, '$.id')"
    op.execute(f"UPDATE calls SET agent_id = {agent_id}")  # noqa: S608
    for name in ("agent_id", "team"):
        op.create_index(f"ix_calls_{name}_started_at", "calls", [name, "started_at"])
    op.create_table(
        "call_timelines",
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_timelines"),
    )
    op.create_index("ix_call_timelines_ended_at", "call_timelines", ["ended_at"])
    _number_utterances()


def _number_utterances() -> None:
    op.execute("CREATE TABLE utterances_before AS SELECT * FROM utterances")
    op.drop_table("utterances")
    numbered = op.create_table(
        "utterances",
        sa.Column("utterance_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("leg", sa.String(16), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.Column("grams", Grams()),
        sa.PrimaryKeyConstraint("utterance_id", name="pk_utterances"),
        sa.UniqueConstraint("call_id", "leg", "utterance", name="uq_utterances_call_id_leg_utterance"),
        sqlite_autoincrement=True,
    )
    connection = op.get_bind()
    make_index(connection)
    before = sa.table("utterances_before", *(sa.column(name, numbered.c[name].type) for name in _KEPT))
    rows = connection.execute(sa.select(before).order_by(before.c.kept_at, before.c.call_id, before.c.start_ms))
    for several in rows.mappings().partitions(_AT_ONCE):
        connection.execute(numbered.insert(), [{**row, "grams": row["text"]} for row in several])
    op.drop_table("utterances_before")
    op.create_index("ix_utterances_kept_at", "utterances", ["kept_at"])


def downgrade() -> None:
    """Take it all out; the words stay."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("DROP TABLE utterance_grams")
    columns = ", ".join(_KEPT)
    op.execute(f"CREATE TABLE utterances_after AS SELECT {columns} FROM utterances")  # noqa: S608
    op.drop_table("utterances")
    op.create_table(
        "utterances",
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("leg", sa.String(16), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "leg", "utterance", name="pk_utterances"),
    )
    op.execute(f"INSERT INTO utterances ({columns}) SELECT {columns} FROM utterances_after")  # noqa: S608
    op.drop_table("utterances_after")
    op.create_index("ix_utterances_kept_at", "utterances", ["kept_at"])
    op.drop_table("call_timelines")
    for name in ("agent_id", "team"):
        op.drop_index(f"ix_calls_{name}_started_at", "calls")
    op.drop_column("calls", "agent_id")
    for names in _ALERT_INDEXES:
        op.drop_index(f"ix_alerts_{'_'.join(names)}", "alerts")
    for name in ("queue", "team", "site"):
        op.drop_column("alerts", name)
