"""Questions about the past: calls and alerts by whose they were, what they were, when, and what was said."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, exists, func, literal, or_, select

from alerts.alert import AlertState
from service.store.rows import ALERT_TEXT, alert_in, call_of
from service.store.scope import in_scope
from service.store.spoken import places
from service.store.spoken_index import newest_part, said
from service.store.tables import alert_changes, alerts, calls, utterances
from streaming.frames import Leg
from web.history_sources import FoundAlerts, FoundCalls, HistoryFilter, PastAlert, PastCall, Said
from web.sources import CallState
from web.trust.who import Legs

_LOOKED_AT = 20_000  # utterances with the phrase, the newest; what is said more often is not found further back
_FEW = 2_000  # calls with such alerts: they are gathered; more are met soon enough on the way back in time
_SHOWN = 5  # places of one call
_LAST = 2**31 - 1
_SLACK = timedelta(hours=6)  # words are kept while their call runs, which begins before them


class StoredHistory:
    """Fills `web.history_sources.History` from a store."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def past_calls(self, wanted: HistoryFilter, limit: int, before: str | None) -> FoundCalls:
        """Calls by their start, newest first."""
        found: FoundCalls = await self._store.read(lambda engine: past_calls(engine, wanted, limit, before))
        return found

    async def past_alerts(self, wanted: HistoryFilter, limit: int, before: str | None) -> FoundAlerts:
        """Alerts by their opening, newest first."""
        found: FoundAlerts = await self._store.read(lambda engine: past_alerts(engine, wanted, limit, before))
        return found


def past_calls(
    engine: Engine, wanted: HistoryFilter, limit: int, before: str | None, looked_at: int = _LOOKED_AT
) -> FoundCalls:
    """As `History.past_calls`; of utterances with the phrase the newest `looked_at` are."""
    whose = ((calls.c.agent_id, wanted.agent), (calls.c.team, wanted.team), (calls.c.queue, wanted.queue))
    conditions = [column == value for column, value in whose if value is not None]
    conditions += [*_within(calls.c.started_at, wanted), *in_scope(calls, wanted.scope)]
    if wanted.over:
        conditions.append(calls.c.state == CallState.ENDED.value)
    if wanted.hung_up_by is not None:
        conditions.append(calls.c.hung_up_by == wanted.hung_up_by.value)
    with engine.begin() as connection:
        spoken = _spoken(connection, wanted, looked_at)
        if spoken is not None:
            conditions.append(calls.c.call_id.in_(spoken.calls))
        if wanted.asks_alerts:
            conditions.append(_with_alerts(connection, wanted))
        if before is not None:
            conditions.append(_older(calls, calls.c.started_at, calls.c.call_id, before))
        newest_first = (calls.c.started_at.desc(), calls.c.call_id.desc())
        asked = select(calls).where(*conditions).order_by(*newest_first).limit(limit)
        found = [call_of(row) for row in connection.execute(asked).mappings()]
        ids = [call.call_id for call in found]
        counted, heard = _alerts_of(connection, ids), _said_in(connection, ids, wanted)
        return FoundCalls(
            tuple(PastCall(call, counted[call.call_id], tuple(heard[call.call_id])) for call in found),
            spoken.looked_back_to if spoken is not None else None,
        )


def past_alerts(
    engine: Engine, wanted: HistoryFilter, limit: int, before: str | None, looked_at: int = _LOOKED_AT
) -> FoundAlerts:
    """As `History.past_alerts`; of utterances with the phrase the newest `looked_at` are."""
    conditions = _of_alerts(wanted)
    with engine.begin() as connection:
        spoken = _spoken(connection, wanted, looked_at)
        if spoken is not None:
            conditions.append(alerts.c.call_id.in_(spoken.calls))
        if before is not None:
            conditions.append(_older(alerts, alerts.c.opened_at, alerts.c.alert_id, before))
        asked = (
            select(ALERT_TEXT)
            .join(alerts, alerts.c.sequence == alert_changes.c.sequence)
            .where(*conditions)
            .order_by(alerts.c.opened_at.desc(), alerts.c.alert_id.desc())
            .limit(limit)
        )
        found = [alert_in(text) for text in connection.execute(asked).scalars()]
        heard = _said_in(connection, {alert.call_id for alert in found}, wanted)
        return FoundAlerts(
            tuple(PastAlert(alert, tuple(heard[alert.call_id])) for alert in found),
            spoken.looked_back_to if spoken is not None else None,
        )


def _within(moment: ColumnElement[Any], wanted: HistoryFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.since is not None:
        conditions.append(moment >= wanted.since)
    if wanted.until is not None:
        conditions.append(moment < wanted.until)
    return conditions


def _of_alerts(wanted: HistoryFilter) -> list[ColumnElement[bool]]:
    whose = (
        (alerts.c.agent_id, wanted.agent),
        (alerts.c.team, wanted.team),
        (alerts.c.queue, wanted.queue),
        (alerts.c.rule, wanted.rule),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in whose if value is not None]
    for column, words in (
        (alerts.c.kind, wanted.kind),
        (alerts.c.severity, wanted.severity),
        (alerts.c.state, wanted.state),
    ):
        if words:
            conditions.append(column == words[0] if len(words) == 1 else column.in_(words))
    conditions += [*_within(alerts.c.opened_at, wanted), *in_scope(alerts, wanted.scope)]
    if wanted.over:
        is_over = select(calls.c.call_id).where(calls.c.state == CallState.ENDED.value)
        conditions.append(alerts.c.call_id.in_(is_over.where(calls.c.call_id == alerts.c.call_id).correlate(alerts)))
    return [*conditions, alerts.c.state != AlertState.WITHDRAWN.value]


def _with_alerts(connection: Connection, wanted: HistoryFilter) -> ColumnElement[bool]:
    """Calls that have such an alert."""
    conditions = _of_alerts(wanted)
    some = select(literal(1)).select_from(alerts).where(*conditions).limit(_FEW + 1).subquery()
    if connection.execute(select(func.count()).select_from(some)).scalar_one() <= _FEW:
        return calls.c.call_id.in_(select(alerts.c.call_id).where(*conditions))
    return exists().where(alerts.c.call_id == calls.c.call_id, *conditions)


def _older(table: Table, moment: ColumnElement[Any], key: ColumnElement[Any], before: str) -> ColumnElement[bool]:
    last = select(moment).select_from(table).where(key == before).scalar_subquery()
    return and_(moment <= last, or_(moment < last, key < before))  # in this form the index begins there


@dataclass(frozen=True, slots=True)
class _Spoken:
    calls: Select[tuple[str]]  # in which the phrase was said
    looked_back_to: datetime | None


def _spoken(connection: Connection, wanted: HistoryFilter, looked_at: int) -> _Spoken | None:
    """None where no phrase is asked for, or one without a word in it."""
    if wanted.said is None:
        return None
    dialect, between = connection.dialect.name, _numbers(connection, wanted)
    part = newest_part(connection, wanted.said, between, looked_at)
    numbers = said(dialect, wanted.said, part or between, looked_at, by_index=part is None)
    if numbers is None:
        return None
    count, oldest = _how_many(connection, numbers)
    further = said(dialect, wanted.said, between, looked_at)
    if part is not None and count < looked_at and further is not None:  # it was said more seldom before
        numbers = further
        count, oldest = _how_many(connection, numbers)
    looked_back_to = None
    if count >= looked_at:
        looked_back_to = connection.execute(
            select(utterances.c.kept_at).where(utterances.c.utterance_id == oldest)
        ).scalar()
    of_them = [utterances.c.utterance_id.in_(numbers), *_audible(wanted.heard)]
    return _Spoken(select(utterances.c.call_id).where(*of_them), looked_back_to)


def _how_many(connection: Connection, numbers: Select[Any]) -> tuple[int, int | None]:
    found = numbers.subquery()
    count, oldest = connection.execute(select(func.count(), func.min(found.c.utterance_id))).one()
    return count, oldest


def _audible(heard: Legs) -> list[ColumnElement[bool]]:
    return [] if heard == "both" else [utterances.c.leg == heard]


def _numbers(connection: Connection, wanted: HistoryFilter) -> tuple[int, int]:
    """First and last number of the utterances kept within the time: they rise with it."""
    asked, first, last = select(utterances.c.utterance_id).limit(1), 0, _LAST
    if wanted.since is not None:
        after = asked.where(utterances.c.kept_at >= wanted.since - _SLACK).order_by(utterances.c.kept_at)
        first = connection.execute(after).scalar() or _LAST
    if wanted.until is not None:
        before = asked.where(utterances.c.kept_at < wanted.until + _SLACK).order_by(utterances.c.kept_at.desc())
        last = connection.execute(before).scalar() or 0
    return first, last


def _alerts_of(connection: Connection, call_ids: Sequence[str]) -> dict[str, Counter[str]]:
    asked = (
        select(alerts.c.call_id, alerts.c.severity, func.count())
        .where(alerts.c.call_id.in_(call_ids), alerts.c.state != AlertState.WITHDRAWN.value)
        .group_by(alerts.c.call_id, alerts.c.severity)
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for call_id, severity, count in connection.execute(asked):
        found[call_id][severity] = count
    return found


def _said_in(connection: Connection, call_ids: Iterable[str], wanted: HistoryFilter) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    phrase = wanted.said
    if phrase is None:
        return found
    several = (utterances.c.call_id, utterances.c.leg, utterances.c.start_ms, utterances.c.end_ms, utterances.c.text)
    asked = select(*several).where(utterances.c.call_id.in_(list(call_ids)), *_audible(wanted.heard))
    for call_id, leg, start_ms, end_ms, text in connection.execute(asked.order_by(utterances.c.start_ms)):
        if len(found[call_id]) < _SHOWN and (where := places(text, phrase)):
            found[call_id].append(Said(Leg(leg), start_ms, end_ms, text, tuple(where)))
    return found
