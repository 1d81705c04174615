"""Which call is listened to how closely: full, phrases only, or by sound; decided from load, one call at a time."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from config.recognition import LadderSettings
from web.sources import Tier

_DOWNWARDS = (Tier.FULL, Tier.SPOTTING, Tier.ACOUSTIC)
_TREND_MS = 300
_STEEPER_EVERY_MS = 200
_DOWN_EVERY_MS = 100  # behind already: each step takes effect at once
_BUSY_EVERY_MS = 500  # always busy, and less far behind: a step needs a moment to show
_EXCHANGE_EVERY_MS = 1_000
_REGRET_MS = 10_000  # a step down so soon after a step up was a step too many: wait longer before the next
_LONGEST_SETTLE_FACTOR = 4
_FORGIVEN_MS = 60_000


@dataclass(frozen=True, slots=True)
class Load:
    """How one language's recognition is doing.

    `recovering`: a worker was lost a moment ago; what waits because of that says nothing about the calls.
    `cold`: the recognisers have hardly heard anything yet, and what they do takes longer than it soon will.
    """

    lag_ms: int  # how long the oldest audio has been waiting
    busy_ratio: float  # share of the last seconds in which workers had work waiting
    recovering: bool = False
    cold: bool = False


@dataclass(frozen=True, slots=True)
class CallStanding:
    """One call as the ladder sees it. `precious`: flagged or listened to, so last down and first up."""

    call_id: str
    tier: Tier
    precious: bool
    risk: int
    queued_ms: int  # its audio that waits for a decoder


@dataclass(frozen=True, slots=True)
class TierChange:
    """The call is to be listened to this closely from now on."""

    call_id: str
    tier: Tier


@dataclass(slots=True)
class LadderCounts:
    """Steps since the start; only ever rising."""

    down: int = 0
    up: int = 0


class Ladder:
    """The calls of one language. `decide` takes them in the order in which they began, which tells equal ones apart.

    Down while behind and not catching up (one call a worker at a time, for each worker has a queue of its own; more the
    later it is) or always busy and no longer calm (one call), up when nothing has been waiting for a while (one call),
    with room between.
    """

    def __init__(self, settings: LadderSettings, workers: int, highest: Tier) -> None:
        self.counts = LadderCounts()
        self._settings, self._highest, self._workers = settings, highest, workers
        self._up_every_ms = max(100, 500 // workers)
        self._known: set[str] = set()
        self._calm_since_ms: int | None = None
        self._lags: deque[tuple[int, int]] = deque()  # of the last moments
        self._settle_ms = settings.settle_ms
        self._stepped_down_ms = self._stepped_up_ms = self._exchanged_ms = -_FORGIVEN_MS

    def decide(
        self, load: Load, calls: Sequence[CallStanding], now_ms: int, *, spotting: bool = True
    ) -> list[TierChange]:
        """What changes now. `spotting`: whether the model can spot phrases; else that step is left out."""
        steps = [tier for tier in _DOWNWARDS if self._at_most(tier) and (spotting or tier is not Tier.SPOTTING)]
        if (entering := self._admit(load, calls, steps)) is not None:
            return entering
        self._note_calm(load, now_ms)
        if self._must_step_down(load, now_ms):
            return self._step_down(calls, steps, now_ms, self._at_once(load))
        if self._may_step_up(now_ms):
            return self._step_up(calls, steps, now_ms)
        if now_ms - self._exchanged_ms >= _EXCHANGE_EVERY_MS:
            return self._exchange(calls, steps, now_ms)
        return []

    # --- calls that come -----------------------------------------------------------------------------------------

    def _admit(self, load: Load, calls: Sequence[CallStanding], steps: list[Tier]) -> list[TierChange] | None:
        """New calls begin as closely listened to as the least of the others, and at the top when all are well."""
        new = [call for call in calls if call.call_id not in self._known]
        old = [call for call in calls if call.call_id in self._known]
        self._known = {call.call_id for call in calls}
        lowest = max((steps.index(call.tier) for call in old if call.tier in steps), default=0)
        changes = [
            TierChange(call.call_id, tier)
            for call in calls
            if (tier := steps[lowest] if call in new else self._allowed(call.tier, steps)) is not call.tier
        ]
        return changes or None

    def _allowed(self, tier: Tier, steps: list[Tier]) -> Tier:
        """The tier itself, or the next one below where it cannot be had (any more)."""
        return next(step for step in steps if _DOWNWARDS.index(step) >= _DOWNWARDS.index(tier))

    def _at_most(self, tier: Tier) -> bool:
        return _DOWNWARDS.index(tier) >= _DOWNWARDS.index(self._highest)

    # --- when ----------------------------------------------------------------------------------------------------

    def _note_calm(self, load: Load, now_ms: int) -> None:
        self._lags.append((now_ms, load.lag_ms))
        while now_ms - self._lags[0][0] > _TREND_MS:
            self._lags.popleft()
        calm = load.lag_ms <= self._settings.up_lag_ms and load.busy_ratio <= self._settings.up_busy_ratio
        if not calm or load.recovering:
            self._calm_since_ms = None
        elif self._calm_since_ms is None:
            self._calm_since_ms = now_ms
        if now_ms - self._stepped_down_ms >= _FORGIVEN_MS:
            self._settle_ms = self._settings.settle_ms

    def _must_step_down(self, load: Load, now_ms: int) -> bool:
        if load.recovering:
            return False
        since_ms = now_ms - self._stepped_down_ms
        if load.lag_ms >= self._down_lag_ms(load):
            return since_ms >= _DOWN_EVERY_MS and load.lag_ms >= self._lags[0][1]  # else it is catching up already
        # Many callers keep something waiting at every moment, long before the workers have too much to do.
        behind = load.lag_ms > self._settings.up_lag_ms and load.busy_ratio >= self._settings.down_busy_ratio
        return behind and not load.cold and since_ms >= _BUSY_EVERY_MS

    def _at_once(self, load: Load) -> int:
        beyond_ms = load.lag_ms - self._down_lag_ms(load)
        return 1 if beyond_ms < 0 else self._workers * (1 + beyond_ms // _STEEPER_EVERY_MS)

    def _down_lag_ms(self, load: Load) -> int:
        return self._settings.cold_lag_ms if load.cold else self._settings.down_lag_ms

    def _may_step_up(self, now_ms: int) -> bool:
        return (
            self._calm_since_ms is not None
            and now_ms - self._calm_since_ms >= self._settle_ms
            and now_ms - self._stepped_up_ms >= self._up_every_ms
        )

    # --- who -----------------------------------------------------------------------------------------------------

    def _step_down(self, calls: Sequence[CallStanding], steps: list[Tier], now_ms: int, most: int) -> list[TierChange]:
        """Ordinary calls before precious ones; then the highest, the furthest behind, the least risky, the newest."""
        able = [(at, call) for at, call in enumerate(calls) if call.tier is not steps[-1]]
        if not able:
            return []
        able.sort(
            key=lambda each: (each[1].precious, steps.index(each[1].tier), -each[1].queued_ms, each[1].risk, -each[0])
        )
        if now_ms - self._stepped_up_ms < _REGRET_MS:
            self._settle_ms = min(self._settle_ms * 2, self._settings.settle_ms * _LONGEST_SETTLE_FACTOR)
        self._stepped_down_ms = now_ms
        chosen = [call for _, call in able[:most] if call.precious is able[0][1].precious]
        self.counts.down += len(chosen)
        return [_moved(call, steps, 1) for call in chosen]

    def _step_up(self, calls: Sequence[CallStanding], steps: list[Tier], now_ms: int) -> list[TierChange]:
        """Precious calls before ordinary ones; then the lowest, the riskiest, the oldest."""
        able = [(at, call) for at, call in enumerate(calls) if call.tier is not steps[0]]
        if not able:
            return []
        _, call = min(able, key=lambda each: (not each[1].precious, -steps.index(each[1].tier), -each[1].risk, each[0]))
        self._stepped_up_ms = now_ms
        self.counts.up += 1
        return [_moved(call, steps, -1)]

    def _exchange(self, calls: Sequence[CallStanding], steps: list[Tier], now_ms: int) -> list[TierChange]:
        """A call that has become precious changes places with an ordinary one above it."""
        low = [call for call in calls if call.precious and call.tier is not steps[0]]
        if not low:
            return []
        up = max(low, key=lambda call: (steps.index(call.tier), call.risk))
        high = [call for call in calls if not call.precious and steps.index(call.tier) < steps.index(up.tier)]
        if not high:
            return []
        down = min(high, key=lambda call: (steps.index(call.tier), call.risk))
        self._exchanged_ms = now_ms
        self.counts.down += 1
        self.counts.up += 1
        return [_moved(down, steps, 1), _moved(up, steps, -1)]


def _moved(call: CallStanding, steps: list[Tier], by: int) -> TierChange:
    return TierChange(call.call_id, steps[steps.index(call.tier) + by])
