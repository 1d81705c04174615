"""A day of kept calls through changed rules, summed up: alerts per hour by rule, and the calls that change."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from alerts.rules.replay import KeptCall, RuleReplay
from config.detection import DetectionSettings
from config.rule_packs import RulePack
from config.settings import Language

_MOST_CALLS = 1_000  # named one by one; the rest is counted
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule over all calls."""

    rule: str
    before: int
    after: int
    before_per_hour: float
    after_per_hour: float
    gaining: int
    losing: int


@dataclass(frozen=True, slots=True)
class CallChange:
    """One call that gains or loses alerts."""

    call_id: str
    gained: dict[str, int]
    lost: dict[str, int]


class ReplayedDay:
    """`now` against `changed`; with `changed` None the rules the calls were heard with against `now`."""

    def __init__(
        self,
        now: Mapping[Language, RulePack],
        changed: Mapping[Language, RulePack] | None,
        known: Mapping[str, RulePack],
        settings: DetectionSettings,
    ) -> None:
        self.calls = self.unlisted = 0
        self.changed: list[CallChange] = []
        self._now, self._changed, self._known, self._settings = now, changed, known, settings
        self._replays: dict[tuple[str, str], RuleReplay] = {}
        self._heard_ms = 0
        self._before, self._after = Counter[str](), Counter[str]()
        self._gaining, self._losing = Counter[str](), Counter[str]()

    def take(self, language: Language, call: KeptCall) -> None:
        """One more call; calls in a language without rules on one of the sides are passed over."""
        now = self._now.get(language)
        if self._changed is None:
            before, after = self._known.get(call.version, now), now
        else:
            before, after = now, self._changed.get(language, now)
        if before is None or after is None:
            return
        key = (before.version, after.version)
        if key not in self._replays:
            self._replays[key] = RuleReplay(before, after, self._known, self._settings)
        difference = self._replays[key].take(call)
        self.calls += 1
        self._heard_ms += call.duration_ms
        self._before.update(difference.before)
        self._after.update(difference.after)
        gained, lost = difference.gained, difference.lost
        self._gaining.update(gained.keys())
        self._losing.update(lost.keys())
        if gained or lost:
            if len(self.changed) < _MOST_CALLS:
                self.changed.append(CallChange(call.call_id, gained, lost))
            else:
                self.unlisted += 1

    def rules(self) -> list[RuleChange]:
        """Every rule that was or is an alert somewhere, the changed ones first."""
        hours = max(self._heard_ms, 1) / _HOUR_MS
        every = [
            RuleChange(
                rule=rule,
                before=self._before[rule],
                after=self._after[rule],
                before_per_hour=round(self._before[rule] / hours, 3),
                after_per_hour=round(self._after[rule] / hours, 3),
                gaining=self._gaining[rule],
                losing=self._losing[rule],
            )
            for rule in {*self._before, *self._after}
        ]
        return sorted(every, key=lambda each: (each.gaining == each.losing == 0, each.rule))

    def blind(self) -> Counter[str]:
        """Changed rules that could not be tried on so many calls, because their words were not kept."""
        return sum((replay.blind for replay in self._replays.values()), Counter[str]())

    def body(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {
            "calls": self.calls,
            "hours": round(self._heard_ms / _HOUR_MS, 3),
            "rules": [asdict(each) for each in self.rules()],
            "changed_calls": [asdict(each) for each in self.changed],
            "further_changed_calls": self.unlisted,
            "not_tried": dict(self.blind()),
        }
