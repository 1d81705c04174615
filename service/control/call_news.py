"""What a PBX's events mean for the product: a call is there, something happened to it, nobody answered it."""

from dataclasses import dataclass

from streaming.frames import Leg, Party
from web.sources import CallEventType


@dataclass(frozen=True, slots=True)
class CallConnected:
    """An agent and a customer can speak with each other; said again when another agent takes the call over."""

    call_id: str
    agent_extension: str | None
    agent_channel: str
    customer_channel: str
    customer_number: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class CallHappened:
    """An event of a connected call, at a moment of the clock that the events came with."""

    call_id: str
    type: CallEventType
    at_ms: int
    leg: Leg | None = None
    party: Party | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class CallUnanswered:
    """A call that rang and ended before anybody spoke."""

    call_id: str
    at_ms: int
    party: Party
    queue: str | None = None
    cause: str | None = None


CallNews = CallConnected | CallHappened | CallUnanswered
