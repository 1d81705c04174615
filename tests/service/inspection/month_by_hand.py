"""What a month comes to, asked of SQLite in SQL written by hand: nothing of the product has a part in it."""

import sqlite3
from pathlib import Path
from typing import Any

_MONTH = ("2026-02-28 20:00:00.000000", "2026-03-31 20:00:00.000000")  # of Shanghai from 04:00 on, in UTC


def month_by_hand(database: Path) -> dict[str, Any]:
    """March 2026 of the stored week."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as sql:
        calls, talk_ms, by_agent = sql.execute(
            """SELECT count(*), sum(duration_ms), sum(hung_up_by = 'agent')
               FROM calls WHERE started_at >= ? AND started_at < ?""",
            _MONTH,
        ).fetchone()
        told, right = sql.execute(
            """SELECT count(*), sum(mark IS 'right')
               FROM alerts WHERE opened_at >= ? AND opened_at < ? AND state <> 'withdrawn'""",
            _MONTH,
        ).fetchone()
        scored, mean, passed = sql.execute(
            """SELECT count(*), round(avg(json_extract(s.content, '$.result.points')), 2),
                      sum(json_extract(s.content, '$.result.passed'))
               FROM inspection_records s JOIN calls c USING (call_id)
               WHERE s.kind = 'score' AND s.state IN ('closed', 'corrected') AND c.started_at >= ? AND c.started_at < ?
                 AND json_extract(s.content, '$.calibration_id') IS NULL""",
            _MONTH,
        ).fetchone()
        faulty = dict(
            sql.execute(
                """SELECT json_extract(m.value, '$.item'), count(DISTINCT s.record_id)
                   FROM inspection_records s, json_each(s.content, '$.marks') m, json_each(m.value, '$.counts') n
                   WHERE s.kind = 'score' AND s.state IN ('closed', 'corrected') AND n.value > 0
                     AND json_extract(s.content, '$.calibration_id') IS NULL
                   GROUP BY 1"""
            ).fetchall()
        )
        wrong_calls = sql.execute(
            """SELECT count(DISTINCT s.record_id)
               FROM inspection_records s, json_each(s.content, '$.marks') m, json_each(m.value, '$.counts') n
               WHERE s.kind = 'score' AND s.state IN ('closed', 'corrected') AND n.value > 0
                 AND json_extract(s.content, '$.calibration_id') IS NULL"""
        ).fetchone()[0]
        sites = dict(
            sql.execute(
                "SELECT site, count(*) FROM calls WHERE started_at >= ? AND started_at < ? GROUP BY site", _MONTH
            ).fetchall()
        )
        cases, in_time = sql.execute(
            """SELECT count(*), sum(julianday(json_extract(content, '$.reported_at'))
                                    - julianday(json_extract(content, '$.confirmed_at')) <= 1)
               FROM inspection_records WHERE kind = 'improvement'"""
        ).fetchone()
        appeals, changed = sql.execute(
            "SELECT count(*), sum(state IN ('changed', 'final')) FROM inspection_records WHERE kind = 'appeal'"
        ).fetchone()
    return {
        "calls": calls,
        "talk_ms": talk_ms,
        "by_agent": by_agent,
        "told": told,
        "right": right,
        "scored": scored,
        "mean": mean,
        "passed": passed,
        "wrong_calls": wrong_calls,
        "faulty": faulty,
        "sites": sites,
        "cases": cases,
        "in_time": in_time,
        "appeals": appeals,
        "changed": changed,
    }
