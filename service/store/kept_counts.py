"""How much of each kind is kept, since when, and how large the database is."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from config.keeping import RetentionSettings
from config.observing import ObservationSettings
from service.store.tables import (
    alerts,
    call_observations,
    calls,
    deliveries,
    utterances,
)
from web.keeping_sources import KeptView


def kept_rows(
    engine: Engine, settings: RetentionSettings, observing: ObservationSettings
) -> tuple[list[KeptView], int]:
    """What the database keeps, by kind, and its size in bytes."""
    asked = (
        ("calls", "retention.calls_days", settings.calls_days, calls, calls.c.started_at, True),
        ("alerts", "retention.alerts_days", settings.alerts_days, alerts, alerts.c.updated_at, True),
        (
            "transcripts",
            "retention.transcripts_days",
            settings.transcripts_days,
            utterances,
            utterances.c.kept_at,
            True,
        ),
        (
            *("observations", "observations.kept_days", observing.kept_days, call_observations),
            *(call_observations.c.ended_at, observing.enabled),
        ),
        (
            "deliveries",
            "retention.deliveries_days",
            settings.deliveries_days,
            deliveries,
            deliveries.c.created_at,
            True,
        ),
    )
    found: list[KeptView] = []
    with engine.begin() as connection:
        for kind, setting, days, table, moment, enabled in asked:
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            oldest: datetime | None = connection.execute(select(func.min(moment))).scalar()
            found.append(KeptView(kind, setting, days, count, oldest, None, enabled))
        return found, _size(connection)


def kept_files(kind: str, setting: str, days: int, folder: Path, *, enabled: bool) -> KeptView:
    """What a folder keeps."""
    files = [file.stat() for file in folder.rglob("*.flac")] if folder.is_dir() else []
    oldest_s = min((file.st_mtime for file in files), default=None)
    oldest_at = None if oldest_s is None else datetime.fromtimestamp(oldest_s).astimezone()
    return KeptView(kind, setting, days, len(files), oldest_at, sum(file.st_size for file in files), enabled)


def _size(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
