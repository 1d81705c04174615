"""The agent's own page: tips, when others heard the agent's calls, and what proves own scores."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from alerts.alert import Alert
from config.inspection import InspectionSettings
from service.store.store import Store
from web.desk_sources import AgentTip
from web.inspection.own_sources import Hearing
from web.sources import Clips
from web.trust.sources import Act, LedgerBook, LedgerQuestion, LedgerRow
from web.trust.who import EVERYWHERE

_HEARD = (Act.LISTEN, Act.REPLAY, Act.CLIP, Act.DOWNLOAD, Act.WHISPER, Act.BARGE)
_SYLLABLE_MS = 200  # nobody hears anything in less: a page asked whether there is sound
_MOST_ROWS = 2_000  # a listener leaves a row each ten seconds


class OwnPage:
    """Fills `web.inspection.own_sources.OwnSource`."""

    def __init__(
        self,
        settings: InspectionSettings,
        store: Store,
        clips: Clips,
        ledger: LedgerBook,
        tips: Callable[[str, datetime | None], Sequence[AgentTip]],
    ) -> None:
        self.hearing_shown = settings.agents_see_hearing
        self.appeal_within_days = settings.closed_loop.appeal_within_days
        self._store, self._clips, self._ledger, self._tips = store, clips, ledger, tips

    def tips(self, agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
        """What the agent was advised after `since`, the oldest first."""
        return self._tips(agent_id, since)

    async def hearings(self, agent_id: str, limit: int) -> Sequence[Hearing]:
        """When others heard the agent's calls, newest first."""
        question = LedgerQuestion(agent_id=agent_id, acts=_HEARD, limit=_MOST_ROWS)
        return hearings_of(agent_id, await self._ledger.find(EVERYWHERE, question))[:limit]

    async def finding(self, alert_id: str) -> Alert | None:
        """An alert in its newest version."""
        changes = await self._store.get(alert_id)
        return changes[-1].alert if changes else None

    async def clip(self, alert_id: str) -> bytes | None:
        """Its sound."""
        return await self._clips.clip(alert_id, as_wav=True)


def hearings_of(agent_id: str, rows: Iterable[LedgerRow]) -> list[Hearing]:
    """The ledger's rows, newest first, as one hearing for each person, call and way of hearing.

    Own ones are none, nor is what is shorter than a syllable.
    """
    found: dict[tuple[str, str, str], Hearing] = {}
    for row in rows:
        if row.who == agent_id or row.call_id is None or row.from_ms is None:
            continue
        key = (row.who, row.call_id, row.act)
        to_ms = row.to_ms if row.to_ms is not None else row.from_ms
        known = found.get(key)
        if known is not None:
            from_ms, to_ms = min(row.from_ms, known.from_ms), max(to_ms, known.to_ms)
            found[key] = Hearing(row.act, row.call_id, row.at, from_ms, to_ms)
        else:
            found[key] = Hearing(row.act, row.call_id, row.at, row.from_ms, to_ms)
    heard = [each for each in found.values() if each.to_ms - each.from_ms >= _SYLLABLE_MS]
    return sorted(heard, key=lambda each: each.at, reverse=True)
