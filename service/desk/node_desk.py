"""The alert desk of one node: what the pages and the API ask of it, and its work in the background."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from alerts.alert import Action, Alert
from alerts.life.precision import goes_silent, wilson
from alerts.life.suppression import Cause, Suppression
from alerts.masking.call_masker import masked_note
from alerts.reader import Reader
from config.life import DeskSettings, EscalationSettings
from config.roster import Role
from service.clock import Clock
from service.desk.agent_tips import AgentTips
from service.desk.alert_life import AlertLife
from service.desk.rulings import MUTE, RULE, Rulings, covers
from service.desk.silent_rule import own_rule, silent_rule_alert
from service.roster.roster_book import RosterBook
from service.store import desk_figures, desk_writes
from service.store.store import Store
from web.desk_sources import (
    AgentTip,
    AlertFigures,
    AskedAct,
    Mute,
    RulePrecision,
    SuppressionView,
    UnknownMuteError,
    UnknownPersonError,
)
from web.sources import AlertChange, StoreUnavailableError

_log = structlog.get_logger(__name__)
LOCAL = "local"  # who acts where nobody is named
_FLUSH_S = 0.5
_REFRESH_S = 2.0  # what other nodes changed is known here within this time
_MOST_KEPT_BACK = 10_000
_MARKS = (Action.RESOLVE, Action.FALSE_POSITIVE, Action.REOPEN)


class NodeDesk:
    """Fills `web.desk_sources.DeskSource`. Order of life: `start` (the store is open), `run`, cancelled."""

    def __init__(
        self,
        store: Store,
        settings: DeskSettings,
        clock: Clock,
        book: RosterBook,
        is_ours: Callable[[str], bool],
        reader: Reader = Reader.EN,
        advise: Callable[[AgentTip], None] = lambda tip: None,
    ) -> None:
        self._advise = advise
        self._reader = reader
        self._store, self._settings, self._clock, self._book = store, settings, clock, book
        self._kept_back: deque[Suppression] = deque(maxlen=_MOST_KEPT_BACK)
        self.kept_back_lost = 0
        self.kept_back: Counter[Cause] = Counter(dict.fromkeys(Cause, 0))
        self.rulings = Rulings(settings, clock.now_at, self.keep_back)
        self.life = AlertLife(store, settings, clock, self.rulings, is_ours, self.keep_back)
        self._tips = AgentTips()
        self._to_judge = asyncio.Event()
        self._flushing = asyncio.Lock()

    # --- beside the calls --------------------------------------------------------------------------------------

    def keep_back(self, suppression: Suppression) -> None:
        """Remember why nobody is told; it is stored soon. Beyond the bound the oldest goes, counted."""
        self.kept_back_lost += len(self._kept_back) == _MOST_KEPT_BACK
        self._kept_back.append(suppression)
        self.kept_back[suppression.cause] += 1

    def told(self, alert: Alert) -> None:
        """An alert in a new version, of any node."""
        self.life.told(alert)
        if self._settings.advise_agents and (tip := self._tips.tell(alert)) is not None:
            self._advise(tip)

    async def start(self) -> None:
        """Know roster, mutes, silent rules, yesterday's faults and every open alert. Raises StoreUnavailableError."""
        await self._book.start()
        await self._refresh()
        since = self._clock.now_at() - timedelta(hours=self._settings.repeat_window_h)
        for alert in await self._store.read(lambda engine: desk_figures.faults_since(engine, since)):
            self.rulings.repetitions.note(alert)
            if self._settings.advise_agents:
                self._tips.tell(alert)  # what an agent was told before this node came
        await self.life.start()

    async def run(self) -> None:
        """All work in the background, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.life.run())
            tasks.create_task(self._flush_always())
            tasks.create_task(self._refresh_always())
            tasks.create_task(self._judge_always())

    # --- what is asked -----------------------------------------------------------------------------------------

    @property
    def escalation(self) -> EscalationSettings:
        """When alerts that nobody takes in hand go to others."""
        return self._settings.escalation

    @property
    def people(self) -> Sequence[tuple[str, str | None]]:
        """Everybody on the roster who is more than an agent."""
        return [(person.id, person.name) for person in self._book.roster.people if set(person.roles) != {Role.AGENT}]

    def person(self, name: str | None) -> str:
        """Raises UnknownPersonError for somebody who is not on the roster, if there is one."""
        if name is None or name == LOCAL:
            return LOCAL
        if self._book.roster.people and self._book.roster.person(name) is None:
            raise UnknownPersonError
        return name

    async def act(self, alert_id: str, asked: AskedAct) -> AlertChange:
        """Do what a person asks of an alert."""
        if asked.assignee is not None:
            self.person(asked.assignee)
        change = await self.life.act(alert_id, replace(asked, reason=_masked(asked.reason), text=_masked(asked.text)))
        if asked.action in _MARKS:
            self._to_judge.set()
        return change

    def tips(self, agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
        """What an agent was advised of late."""
        return self._tips.of(agent_id, since, self._clock.now_at())

    async def suppressed(self, call_id: str | None, limit: int) -> Sequence[SuppressionView]:
        """Why nobody was told."""
        await self._flush()
        return await self._store.read(lambda engine: desk_writes.find_suppressions(engine, call_id, limit))

    async def mute(self, mute: Mute) -> Mute:
        """Begin a mute, and let what it covers fall silent."""
        kept = replace(mute, reason=masked_note(mute.reason))
        await self._store.write(lambda engine: desk_writes.keep_mute(engine, kept))
        await self._refresh()
        self._silence(lambda alert: covers(kept, alert), f"{MUTE}{kept.mute_id}", kept.reason, kept.by)
        return kept

    async def mutes(self) -> Sequence[Mute]:
        """The mutes that hold now."""
        now_at = self._clock.now_at()
        return await self._store.read(lambda engine: desk_writes.current_mutes(engine, now_at))

    async def unmute(self, mute_id: str, by: str) -> None:
        """End a mute. `by` stands in the history of each alert that is told again."""
        now_at = self._clock.now_at()
        if not await self._store.write(lambda engine: desk_writes.end_mute(engine, mute_id, now_at)):
            raise UnknownMuteError
        _log.info("a mute was ended", mute_id=mute_id)
        await self._refresh()
        self.life.speak(f"{MUTE}{mute_id}", by)

    async def figures(self, since: datetime) -> AlertFigures:
        """How the desk has worked since then."""
        return await self._store.read(lambda engine: desk_figures.alert_figures(engine, since))

    async def precision(self) -> Sequence[RulePrecision]:
        """Every rule of the window, the worst upper bound first."""
        since = self._clock.now_at() - timedelta(days=self._settings.feedback.window_days)
        voices = await self._store.read(desk_writes.find_silent_rules)
        allowed = {rule: at for rule, (silent, at) in voices.items() if not silent}
        counts = await self._store.read(lambda engine: desk_figures.rule_counts(engine, since, allowed))
        hours = await self._store.read(lambda engine: desk_figures.agent_hours(engine, since))
        found = []
        for count in counts:
            marks = count.right + count.wrong
            bounds = wilson(count.right, marks)
            silent, at = voices.get(count.rule, (False, None))
            found.append(
                RulePrecision(
                    rule=count.rule,
                    right=count.right,
                    wrong=count.wrong,
                    precision=count.right / marks if marks else None,
                    lower=bounds.lower,
                    upper=bounds.upper,
                    alerts=count.alerts,
                    per_agent_hour=count.alerts / hours if hours else None,
                    silent=silent,
                    silent_since=at if silent else None,
                )
            )
        return sorted(found, key=lambda rule: (rule.upper, rule.rule))

    async def let_speak(self, rule: str, by: str) -> None:
        """Let a silent rule speak again."""
        now_at = self._clock.now_at()
        await self._store.write(
            lambda engine: desk_writes.keep_rule_voice(engine, rule, now_at, silent=False, marks=0, upper=None, by=by)
        )
        await self._refresh()
        self.life.speak(f"{RULE}{rule}", by)
        await self.life.end(own_rule(rule), by)

    # --- in the background -------------------------------------------------------------------------------------

    async def judge_rules(self) -> None:
        """Silence every rule that is surely wrong too often. Raises StoreUnavailableError."""
        for rule in await self.precision():
            marks = rule.right + rule.wrong
            if rule.silent or not goes_silent(rule.right, marks, self._settings.feedback):
                continue
            silenced = partial(
                desk_writes.keep_rule_voice,
                rule=rule.rule,
                at=self._clock.now_at(),
                silent=True,
                marks=marks,
                upper=rule.upper,
                by=None,
            )
            await self._store.write(silenced)
            _log.warning("a rule goes silent: people marked it wrong too often", rule=rule.rule, marks=marks)
            await self._refresh()
            self._store.save_alert(silent_rule_alert(rule, self._reader, self._clock))
            reason = "The rule is silent now: people marked it wrong too often."
            self._silence(partial(_is_of_rule, rule.rule), f"{RULE}{rule.rule}", reason, None)

    async def _refresh(self) -> None:
        """Mutes, silent rules and roster as they are stored; what is over releases what it suppressed."""
        now_at = self._clock.now_at()
        before_mutes, before_silent = self.rulings.mutes, self.rulings.silent
        self.rulings.mutes = await self._store.read(lambda engine: desk_writes.current_mutes(engine, now_at))
        voices = await self._store.read(desk_writes.find_silent_rules)
        self.rulings.silent = {rule: at for rule, (silent, at) in voices.items() if silent}
        self.rulings.roster = self._book.roster
        for mute in before_mutes:
            if mute.mute_id not in {each.mute_id for each in self.rulings.mutes}:
                self.life.speak(f"{MUTE}{mute.mute_id}")
        for rule in before_silent:
            if rule not in self.rulings.silent:
                self.life.speak(f"{RULE}{rule}")

    def _silence(self, of: Callable[[Alert], bool], by: str, reason: str, person: str | None) -> None:
        for alert in self.life.silence(of, by, reason, person):
            if (suppression := self.rulings.silenced(alert)) is not None:
                self.keep_back(suppression)

    async def _flush(self) -> None:
        async with self._flushing:
            while self._kept_back:
                batch = tuple(self._kept_back)[:500]
                await self._store.write(partial(desk_writes.keep_suppressions, kept=batch))
                for each in batch:
                    if self._kept_back and self._kept_back[0] is each:
                        self._kept_back.popleft()

    async def _flush_always(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_S)
            await self._patiently(self._flush)

    async def _refresh_always(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH_S)
            if self._store.is_shared:
                await self._patiently(self._book.refresh)
            await self._patiently(self._refresh)

    async def _judge_always(self) -> None:
        while True:
            await self._to_judge.wait()
            self._to_judge.clear()
            await self._patiently(self.judge_rules)

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it; where the database does not answer, later."""
        try:
            await work()
        except StoreUnavailableError:
            await asyncio.sleep(1)


def _masked(typed: str | None) -> str | None:
    return None if typed is None else masked_note(typed)


def _is_of_rule(rule: str, alert: Alert) -> bool:
    return alert.rule == rule
