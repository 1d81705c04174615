"""Past days of the figures counted once, and what closed scores came to."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_COUNTS = ("alerts", "critical", "major", "minor", "info", "right", "wrong", "reached", "missed")
_PLACE = ("agent_id", "team", "queue", "site")
_ERRORS = ("service_fatal", "business_fatal", "mistakes", "minor_faults")


def upgrade() -> None:
    """Add the tables; scores that are closed already get their rows."""
    op.create_table(
        "figure_days",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("begins_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("zone", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_figure_days"),
    )
    op.create_index("ix_figure_days_begins_at", "figure_days", ["begins_at"])
    op.create_table(
        "place_days",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("agent_id", sa.String(200)),
        *_place(),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("covered_ms", sa.Float(), nullable=False),
        sa.Column("ended_by_agent", sa.Integer(), nullable=False),
        *_counts(),
    )
    op.create_index("ix_place_days_day", "place_days", ["day"])
    op.create_table(
        "rule_days",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("rule", sa.String(200)),
        *_place(),
        *_counts(),
    )
    op.create_index("ix_rule_days_day", "rule_days", ["day"])
    results = op.create_table(
        "score_results",
        sa.Column("score_id", sa.String(128), nullable=False),
        *_about(),
        sa.Column("inspector", sa.String(200), nullable=False),
        sa.Column("hundredths", sa.Integer()),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _ERRORS),
        sa.PrimaryKeyConstraint("score_id", name="pk_score_results"),
    )
    faults = op.create_table(
        "score_faults",
        sa.Column("score_id", sa.String(128), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("error", sa.String(16), nullable=False),
        *_about(),
        sa.PrimaryKeyConstraint("score_id", "item", "rule", name="pk_score_faults"),
    )
    for table in ("score_results", "score_faults"):
        for columns in (["called_at"], ["agent_id", "called_at"], ["call_id"]):
            op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    _fill(results, faults)


def downgrade() -> None:
    """Take them away; scores keep what these rows were made of."""
    for table in ("score_faults", "score_results", "rule_days", "place_days", "figure_days"):
        op.drop_table(table)


def _place() -> list[sa.Column[Any]]:
    return [sa.Column("team", sa.String()), sa.Column("queue", sa.String()), sa.Column("site", sa.String())]


def _counts() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS]


def _about() -> list[sa.Column[Any]]:
    return [
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("called_at", _MOMENT, nullable=False),
        sa.Column("sheet", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(200)),
        *_place(),
    ]


def _fill(results: sa.Table, faults: sa.Table) -> None:
    connection = op.get_bind()
    records = sa.Table("inspection_records", sa.MetaData(), autoload_with=connection)
    rules = sa.table("alerts", sa.column("alert_id"), sa.column("rule"))
    sheets = {
        row.record_id: {item["id"]: item for group in row.content["groups"] for item in group["items"]}
        for row in connection.execute(sa.select(records).where(records.c.kind == "sheet"))
    }
    for row in connection.execute(sa.select(records).where(records.c.kind == "score")).all():
        score = row.content
        items = sheets.get(score.get("sheet_digest"))
        if items is None or score["closed_at"] is None or score["calibration_id"] is not None:
            continue
        errors = {mark["item"]: _error(items.get(mark["item"], {}), mark) for mark in score["marks"]}
        errors = {item: error for item, error in errors.items() if error is not None}
        kinds = list(errors.values())
        call = score["call"]
        own = {
            "score_id": row.record_id,
            "call_id": call["call_id"],
            "called_at": datetime.fromisoformat(call["started_at"]).astimezone(UTC),
            "sheet": score["sheet"],
            **{name: call[name] for name in _PLACE},
        }
        connection.execute(
            results.insert().values(
                **own,
                inspector=score["inspector"],
                hundredths=_hundredths(score["result"]),
                passed=score["result"]["passed"],
                faults=len(kinds),
                service_fatal=kinds.count("service_fatal"),
                business_fatal=kinds.count("business_fatal"),
                mistakes=kinds.count("mistake"),
                minor_faults=kinds.count("minor"),
            )
        )
        for mark in score["marks"]:
            if mark["item"] not in errors:
                continue
            asked = sa.select(rules.c.rule).where(rules.c.alert_id.in_(mark["evidence"]), rules.c.rule.is_not(None))
            proved = {found for (found,) in connection.execute(asked)} or {""}
            for rule in sorted(proved):
                connection.execute(
                    faults.insert().values(**own, item=mark["item"], error=errors[mark["item"]], rule=rule)
                )


def _error(item: dict[str, Any], mark: dict[str, Any]) -> str | None:
    faulty = mark["choice"] == "failed" or (mark["choice"] is None and any(mark["counts"].values()))
    if not faulty or item.get("form") in (None, "bonus"):
        return None
    if item["form"] == "fatal":
        return f"{item['category']}_fatal"
    return "mistake" if item["form"] == "mistake" else "minor"


def _hundredths(result: dict[str, Any]) -> int | None:
    if result["points"] is None or not result["most"] or not Decimal(str(result["most"])):
        return None
    share = 10_000 * Decimal(str(result["points"])) / Decimal(str(result["most"]))
    return int(share.to_integral_value(ROUND_HALF_UP))
