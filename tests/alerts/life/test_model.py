"""The whole life of alerts, found, lived and ended in any order, against a plain model of what should be."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alerts.alert import Action, Alert, AlertState, Evidence, Kind, Severity
from alerts.desk import AlertDesk, CallFacts
from alerts.findings import Finding, Stage
from alerts.life.acts import Act, ImpossibleActError, after
from alerts.life.escalation import escalated, settled, woken
from alerts.merging import merged
from config.life import EscalationSettings
from config.settings import Language
from streaming.frames import Leg
from tests.fakes.desk import NOON

_RULES = st.sampled_from(("a", "b", "c"))
_PEOPLE = st.sampled_from(("li", "wang"))
_ACTIONS = st.sampled_from(
    (
        Action.ACKNOWLEDGE,
        Action.ASSIGN,
        Action.SNOOZE,
        Action.RESOLVE,
        Action.FALSE_POSITIVE,
        Action.REOPEN,
        Action.NOTE,
    )
)


@dataclass
class Plain:
    """What the model knows of one alert."""

    state: str
    owner: str | None = None
    times: int = 1
    mark: str | None = None
    level: int = 0
    asleep_until: datetime | None = None
    waiting_since: datetime = NOON
    opened_at: datetime = NOON
    claimed_at: datetime | None = None
    outcome: str | None = None
    unsure: bool = False  # one partial raised it, and nothing has confirmed it

    @property
    def is_done(self) -> bool:
        return self.state in ("resolved", "false_positive", "withdrawn")


class Lives(RuleBasedStateMachine):
    """`stored` plays the store: what calls find is laid on it as the real one does, people change it by version."""

    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.desk = AlertDesk(Language.EN, lambda at: f"A{next(numbers)}")
        self.stored: dict[str, Alert] = {}
        self.model: dict[str, Plain] = {}
        self.followed: dict[str, list[str]] = {name: [] for name in "abc"}  # the alerts the desk goes on with, by rule
        self.events: dict[str, str] = {}
        self.moments = count(1)
        self.now_at = NOON
        self.ended_at: datetime | None = None

    # --- both worlds -------------------------------------------------------------------------------------------

    def keep(self, alert: Alert) -> None:
        """A change as the store commits it, and as the feed brings it back to the desk."""
        before = self.stored.get(alert.alert_id)
        assert before is None or alert.version > before.version
        self.stored[alert.alert_id] = alert
        self.desk.adopt(alert)

    def find(self, name: str, stage: Stage, event: str) -> list[Alert]:
        moment = next(self.moments)
        finding = Finding(
            kind=Kind.PHRASE,
            rule=name,
            event=event,
            stage=stage,
            severity=Severity.CRITICAL,
            leg=Leg.AGENT,
            audio_end_ms=moment,
            refractory_ms=1_000_000,
            evidence=Evidence(moment, moment + 1),
            title=name,
        )
        found = self.desk.take(finding, CallFacts("c"), self.now_at, self.now_at)
        for alert in found:
            stored = self.stored.get(alert.alert_id)
            self.keep(alert if stored is None else merged(stored, alert))
        return found

    # --- what is found -----------------------------------------------------------------------------------------

    @rule(name=_RULES, sure=st.booleans())
    def sees(self, name: str, sure: bool) -> None:
        running = next((each for each in self.followed[name] if not self.model[each].is_done), None)
        if running is not None and not sure:
            return  # a further partial inside the cool-down changes nothing; its final comes as a sure sight
        event = f"{name}{next(self.moments)}"
        (found,) = self.find(name, Stage.CERTAIN if sure else Stage.PROVISIONAL, event)
        if running is not None:
            assert found.alert_id == running
            known = self.model[running]
            known.times += 1
            known.unsure = False
            if known.state == "provisional":
                known.state = "open"
            return
        self.followed[name].append(found.alert_id)
        self.events[found.alert_id] = event
        state = "open" if sure else "provisional"
        plain = Plain(state, opened_at=self.now_at, waiting_since=self.now_at, unsure=not sure)
        self.model[found.alert_id] = plain

    @rule(name=_RULES)
    def confirms(self, name: str) -> None:
        for alert_id in [each for each in self.followed[name] if self.model[each].unsure]:
            self.find(name, Stage.CERTAIN, self.events[alert_id])
            plain = self.model[alert_id]
            plain.unsure = False
            if plain.state == "provisional":
                plain.state = "open"

    @rule(name=_RULES)
    def takes_back(self, name: str) -> None:
        for alert_id in [each for each in self.followed[name] if self.model[each].unsure]:
            self.find(name, Stage.WITHDRAWN, self.events[alert_id])
            plain = self.model[alert_id]
            plain.unsure = False
            if plain.state in ("provisional", "open"):
                plain.state = "withdrawn"
            self.followed[name].remove(alert_id)

    # --- what people do ----------------------------------------------------------------------------------------

    @precondition(lambda self: self.stored)
    @rule(choose=st.integers(0, 99), action=_ACTIONS, who=_PEOPLE, minutes=st.integers(1, 3))
    def acts(self, choose: int, action: Action, who: str, minutes: int) -> None:
        alert_id = sorted(self.stored)[choose % len(self.stored)]
        until = self.now_at + timedelta(minutes=minutes)
        act = Act(action, who, self.now_at, assignee="zhao", until=until, reason="other", text="said")
        before = self.stored[alert_id]
        possible = self._plainly(self.model[alert_id], action, who, until)
        try:
            changed = after(before, act)
        except ImpossibleActError:
            assert not possible
            return
        assert possible
        self.keep(replace(changed, version=before.version + 1))

    def _plainly(self, plain: Plain, action: Action, who: str, until: datetime) -> bool:
        """What the act does to the model; false when it is not possible."""
        if action is Action.NOTE:
            return True
        if plain.state == "withdrawn":
            return False
        if action is Action.REOPEN:
            if plain.state in ("open", "provisional"):
                return False
            plain.state, plain.owner, plain.mark, plain.asleep_until = "open", None, None, None
            plain.waiting_since = self.now_at
            return True
        if plain.state == "false_positive" or (plain.state == "resolved" and action is not Action.FALSE_POSITIVE):
            return False
        if action is Action.ACKNOWLEDGE and plain.state == "acknowledged":
            return False
        plain.claimed_at = plain.claimed_at or self.now_at
        if action is Action.SNOOZE:
            plain.state, plain.asleep_until, plain.owner = "snoozed", until, plain.owner or who
            return True
        plain.asleep_until = None
        if action is Action.ACKNOWLEDGE:
            plain.state, plain.owner = "acknowledged", who
        elif action is Action.ASSIGN:
            plain.state, plain.owner = "acknowledged", "zhao"
        elif action is Action.RESOLVE:
            plain.state, plain.mark = "resolved", "right"
        else:
            plain.state, plain.mark = "false_positive", "wrong"
        return True

    # --- time --------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((1, 7, 15, 40, 100)))
    def time_passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_at += timedelta(seconds=1)
            self._turn_clocks()

    @rule()
    def the_call_ends(self) -> None:
        if self.ended_at is None:
            self.ended_at = self.now_at
            self._turn_clocks()

    def _turn_clocks(self) -> None:
        for alert_id in sorted(self.stored):
            alert = self.stored[alert_id]
            changed = woken(alert, self.now_at)
            if changed is None and self.ended_at is None:
                changed = escalated(alert, EscalationSettings(), self.now_at, ())
            if changed is not None:
                self.keep(replace(changed, version=alert.version + 1))
            if self.ended_at is not None:
                alert = self.stored[alert_id]
                if (changed := settled(alert, self.ended_at, self.now_at)) is not None:
                    self.keep(replace(changed, version=alert.version + 1))
            self._plain_clocks(self.model[alert_id])

    def _plain_clocks(self, plain: Plain) -> None:
        if plain.state == "snoozed" and plain.asleep_until is not None and self.now_at >= plain.asleep_until:
            plain.state, plain.asleep_until, plain.waiting_since = "open", None, self.now_at
        elif self.ended_at is None and plain.state in ("open", "provisional") and plain.owner is None:
            waited_s = (self.now_at - plain.waiting_since).total_seconds()
            if plain.level < 2 and waited_s >= (15, 30)[plain.level]:
                plain.level += 1
        was_one = plain.state not in ("withdrawn", "false_positive")
        if self.ended_at is not None and plain.outcome is None and plain.opened_at < self.ended_at and was_one:
            reached = plain.claimed_at is not None and plain.claimed_at <= self.ended_at
            plain.outcome = "reached_in_time" if reached else "missed"

    @invariant()
    def both_worlds_agree(self) -> None:
        assert set(self.stored) == set(self.model)
        for alert_id, plain in self.model.items():
            alert = self.stored[alert_id]
            assert alert.state.value == plain.state
            assert alert.assignee == plain.owner
            assert alert.count == plain.times
            assert (alert.mark.value if alert.mark else None) == plain.mark
            assert alert.escalation_level == plain.level
            assert alert.snoozed_until == plain.asleep_until
            assert alert.claimed_at == plain.claimed_at
            assert alert.outcome == plain.outcome
            assert (alert.state is AlertState.SNOOZED) == (alert.snoozed_until is not None)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
