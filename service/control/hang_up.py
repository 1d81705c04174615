"""Who ended a call on Asterisk: the rule that fits every ending of the recorded traffic, as one pure function."""

from dataclasses import dataclass
from typing import Literal

from streaming.frames import Party

_GENUINE_CAUSES = (None, 16, 31)  # older versions leave the cause of some requests out
_SYSTEM_CAUSES = (27, 34, 38, 41, 42, 44, 102, 111)  # broken networks, no circuits: never anybody's doing
_REFUSAL_CAUSES = (17, 18, 19, 21)  # busy, no answer, rejected
_CUSTOMER_GRACE_MS = 1_000  # later the customer ends another call: he was taken elsewhere
_STAR_BEFORE_MS = 1_000


@dataclass(frozen=True, slots=True)
class HangUpRequest:
    """The first request to end a channel."""

    at_ms: int
    order: int  # of arrival: two may come in one millisecond
    soft: bool
    cause: int | None


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known of a call that is over. Requests are those of the two bridged channels, the first of each."""

    over_ms: int  # the first sign that the call is over
    agent_request: HangUpRequest | None = None
    customer_request: HangUpRequest | None = None
    lost_ms: int | None = None  # when the bridge first lost one of the two
    star_ms: int | None = None  # when the agent pressed *, if that ends calls here
    agent_cause: int | None = None  # of the channels, once they are gone
    customer_cause: int | None = None
    queue_says: Literal["agent", "customer"] | None = None
    source_says: Literal["agent", "customer"] | None = None
    answered: bool = True
    blind: bool = False  # we did not see all of it


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who ended it, when, and the cause as a number of Q.850."""

    party: Party
    at_ms: int
    cause: int | None = None


def verdict_on(ending: Ending) -> Verdict:
    """Never a wrong party: what is not proven is the system's doing or unknown."""
    first, side, side_cause = _first_request(ending)
    at_ms = first.at_ms if first is not None else ending.over_ms
    if ending.blind:
        return Verdict(Party.UNKNOWN, at_ms)
    if first is None or first.soft:
        by_star = ending.star_ms is not None and 0 <= at_ms - ending.star_ms < _STAR_BEFORE_MS
        cause = ending.agent_cause if ending.agent_cause is not None else ending.customer_cause
        return Verdict(Party.AGENT if by_star and ending.answered else Party.SYSTEM, at_ms, cause)
    cause = first.cause if first.cause is not None else side_cause
    if cause in _SYSTEM_CAUSES:
        return Verdict(Party.SYSTEM, at_ms, cause)
    allowed = _GENUINE_CAUSES if ending.answered else (*_GENUINE_CAUSES, *_REFUSAL_CAUSES)
    contradicted = any(says not in (None, side.value) for says in (ending.queue_says, ending.source_says))
    if cause not in allowed or contradicted:
        return Verdict(Party.UNKNOWN, at_ms, cause)
    return Verdict(side, at_ms, cause)


def customer_in_time(request_ms: int, lost_ms: int | None) -> bool:
    """Whether a request on the customer's channel belongs to this call."""
    return lost_ms is None or request_ms <= lost_ms + _CUSTOMER_GRACE_MS


def _first_request(ending: Ending) -> tuple[HangUpRequest | None, Party, int | None]:
    agent, customer = ending.agent_request, ending.customer_request
    if customer is not None and ending.answered and not customer_in_time(customer.at_ms, ending.lost_ms):
        customer = None
    if agent is not None and (customer is None or agent.order < customer.order):
        return agent, Party.AGENT, ending.agent_cause
    return customer, Party.CUSTOMER, ending.customer_cause
