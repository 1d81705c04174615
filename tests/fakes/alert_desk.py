"""A desk and a roster without a store: acts follow the real state machine, the rest is kept in lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from alerts.life.acts import Act, ImpossibleActError, after
from config.life import EscalationSettings
from config.roster import KINDS, Entry, Roster, RosterError
from tests.fakes.desk import FakeAlerts
from web.desk_sources import (
    AgentTip,
    AlertFigures,
    AskedAct,
    Load,
    Mute,
    NotPossibleError,
    RulePrecision,
    SuppressionView,
    UnknownMuteError,
    UnknownPersonError,
)
from web.sources import AlertChange, StaleAlertError, UnknownAlertError


@dataclass
class FakeDesk:
    """Fills `web.desk_sources.DeskSource` over the alerts of a test. With `known` people, nobody else may act."""

    alerts: FakeAlerts
    known: tuple[str, ...] = ()
    muted: list[Mute] = field(default_factory=list)
    unheard: list[SuppressionView] = field(default_factory=list)
    spoken: list[tuple[str, str]] = field(default_factory=list)
    rules: list[RulePrecision] = field(default_factory=list)
    asked: list[AskedAct] = field(default_factory=list)
    advised: list[AgentTip] = field(default_factory=list)

    @property
    def escalation(self) -> EscalationSettings:
        return EscalationSettings()

    @property
    def people(self) -> Sequence[tuple[str, str | None]]:
        return [(person, person.title()) for person in self.known]

    def person(self, name: str | None) -> str:
        if name is not None and self.known and name not in self.known:
            raise UnknownPersonError
        return name or "local"

    async def act(self, alert_id: str, asked: AskedAct) -> AlertChange:
        self.asked.append(asked)
        if asked.assignee is not None:
            self.person(asked.assignee)
        changes = await self.alerts.get(alert_id)
        if not changes:
            raise UnknownAlertError
        newest = changes[-1].alert
        if newest.version != asked.version:
            raise StaleAlertError(newest)
        act = Act(asked.action, asked.by, datetime.now(UTC), asked.assignee, asked.until, asked.reason, asked.text)
        try:
            changed = after(newest, act)
        except ImpossibleActError as error:
            raise NotPossibleError(error.why, newest) from None
        return self.alerts.store(replace(changed, version=newest.version + 1))

    def tips(self, agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
        return [tip for tip in self.advised if tip.agent_id == agent_id and (since is None or tip.at > since)]

    async def suppressed(self, call_id: str | None, limit: int) -> Sequence[SuppressionView]:
        return [each for each in self.unheard if call_id in (None, each.call_id)][-limit:]

    async def mute(self, mute: Mute) -> Mute:
        self.muted.append(mute)
        return mute

    async def mutes(self) -> Sequence[Mute]:
        return self.muted

    async def unmute(self, mute_id: str, by: str) -> None:
        if mute_id not in {mute.mute_id for mute in self.muted}:
            raise UnknownMuteError
        self.muted = [mute for mute in self.muted if mute.mute_id != mute_id]

    async def figures(self, since: datetime) -> AlertFigures:
        return AlertFigures(since, 3, 1, 4, 5.5, 9.0, 2, (Load("2001", 3, 1, 2),))

    async def precision(self) -> Sequence[RulePrecision]:
        return self.rules

    async def let_speak(self, rule: str, by: str) -> None:
        self.spoken.append((rule, by))


@dataclass
class FakeRoster:
    """Fills `web.roster_api.RosterSource` in memory."""

    roster: Roster = field(default_factory=Roster)

    async def put(self, kind: str, entry: Entry) -> None:
        await self._put({kind: (entry,)})

    async def put_all(self, roster: Roster, origin: str) -> int:
        entries = {kind: tuple(getattr(roster, kind)) for kind in KINDS}
        await self._put(entries)
        return sum(len(each) for each in entries.values())

    async def drop(self, kind: str, entry_id: str) -> bool:
        rest = tuple(entry for entry in getattr(self.roster, kind) if entry.id != entry_id)
        gone = len(rest) < len(getattr(self.roster, kind))
        self.roster = self._whole({**self._all(), kind: rest})
        return gone

    async def _put(self, fresh: dict[str, tuple[Entry, ...]]) -> None:
        entries = self._all()
        for kind, put in fresh.items():
            ids = {entry.id for entry in put}
            entries[kind] = (*(entry for entry in entries[kind] if entry.id not in ids), *put)
        self.roster = self._whole(entries)

    def _all(self) -> dict[str, tuple[Entry, ...]]:
        return {kind: tuple(getattr(self.roster, kind)) for kind in KINDS}

    def _whole(self, entries: dict[str, tuple[Entry, ...]]) -> Roster:
        try:
            return Roster.model_validate(entries)
        except ValueError as error:
            raise RosterError(str(error)) from None
