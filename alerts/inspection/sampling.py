"""Which calls an inspector hears: calls and a plan in, the chosen ones out. The same plan always chooses the same."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.sampling import SamplingPlan

_STEPS = 2**64


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call of the period, as far as a plan asks."""

    call_id: str
    agent_id: str | None
    team: str | None
    queue: str | None
    site: str | None
    risk: int
    duration_ms: int


def sample(plan: SamplingPlan, period: str, calls: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The plan's calls of a period (`2026-W48`), in the order in which they are best heard.

    Each call draws a number from the plan, the period and its own id, so neither order nor repetition changes who is
    drawn, and a call that comes later moves at most one other out. With `risk_weight` w a call of risk r is drawn with
    weight 1 + w·r (weighted sampling without replacement: P. Efraimidis, P. Spirakis, "Weighted random sampling with a
    reservoir", Information Processing Letters 97 (2006): the largest u^(1/weight) win).
    """
    fitting = [call for call in calls if _fits(plan, call)]
    strata: dict[str | None, list[Candidate]] = {}
    for call in fitting:
        strata.setdefault(_stratum(plan, call), []).append(call)
    chosen: list[tuple[float, Candidate]] = []
    for members in strata.values():
        drawn = sorted(
            ((_key(plan, period, call), call) for call in members), key=lambda each: (-each[0], each[1].call_id)
        )
        chosen += drawn[: _size(plan, members)]
    chosen.sort(key=lambda each: (-each[1].risk, -each[0], each[1].call_id))
    return tuple(call for _, call in chosen)


def _fits(plan: SamplingPlan, call: Candidate) -> bool:
    wanted = ((plan.teams, call.team), (plan.queues, call.queue), (plan.sites, call.site))
    return (
        call.duration_ms >= plan.least_duration_s * 1000
        and call.risk >= plan.least_risk
        and all(not names or name in names for names, name in wanted)
    )


def _stratum(plan: SamplingPlan, call: Candidate) -> str | None:
    match plan.per:
        case "agent":
            return call.agent_id
        case "queue":
            return call.queue
        case "team":
            return call.team
        case "all":
            return None


def _size(plan: SamplingPlan, members: Sequence[Candidate]) -> int:
    """How many of a stratum: a fixed number, a share of it (rounded up), or the larger of both."""
    share = math.ceil(plan.share_ratio * len(members)) if plan.share_ratio else 0
    return min(len(members), max(plan.number or 0, share))


def _key(plan: SamplingPlan, period: str, call: Candidate) -> float:
    digest = hashlib.sha256("\0".join((plan.plan, period, call.call_id)).encode()).digest()
    drawn = (int.from_bytes(digest[:8], "big") + 1) / (_STEPS + 1)
    return math.log(drawn) / (1.0 + plan.risk_weight * call.risk)
