"""Who sits in which call: an agent and a customer each, found by either one's channel."""

from dataclasses import dataclass, field
from typing import Literal

from service.control.channels import Channel
from service.control.hang_up import Ending
from service.control.pbx_control import CallLine
from streaming.frames import Leg

_JUST_RESUMED_MS = 1_000  # an end so soon after the link came back may have begun while it was away


@dataclass(slots=True)
class PbxCall:
    """One call. `answered`: the two were bridged; before that it rings."""

    call_id: str
    customer: Channel
    agent: Channel | None
    caller: Channel
    queue: str | None = None
    answered: bool = False
    bridge: str | None = None  # where the two met
    held_by: Leg | None = None
    lost_ms: int | None = None
    over_ms: int | None = None  # the first sign of its end; the verdict waits for a transfer
    transferred_ms: int | None = None
    queue_says: Literal["agent", "customer"] | None = None
    source_says: Literal["agent", "customer"] | None = None
    blind: bool = False
    resumed_ms: int | None = None  # the link was away, and the call was there when it came back

    def side_of(self, channel: Channel | None) -> Leg | None:
        """Whose channel it is; None for one of another call."""
        if channel is None:
            return None
        return Leg.AGENT if channel is self.agent else Leg.CUSTOMER if channel is self.customer else None

    def ending(self, over_ms: int, star_counts: bool) -> Ending:
        """What is known of its end."""
        agent, customer = self.agent, self.customer
        return Ending(
            over_ms=over_ms,
            agent_request=agent.request if agent is not None else None,
            customer_request=customer.request,
            lost_ms=self.lost_ms,
            star_ms=agent.star_ms if agent is not None and star_counts else None,
            agent_cause=agent.cause if agent is not None else None,
            customer_cause=customer.cause,
            queue_says=self.queue_says,
            source_says=self.source_says,
            answered=self.answered,
            blind=self.blind or (self.resumed_ms is not None and over_ms - self.resumed_ms < _JUST_RESUMED_MS),
        )


@dataclass(slots=True)
class CallSeats:
    """All calls that are not over."""

    call_id_prefix: str
    calls: dict[str, PbxCall] = field(default_factory=dict)
    call_of: dict[str, PbxCall] = field(default_factory=dict)  # by id of either channel

    def new_call(self, customer: Channel, agent: Channel | None, caller: Channel) -> PbxCall:
        """A call that begins to ring."""
        further = f"-{customer.calls + 1}" if customer.calls else ""  # taken to another agent after an end
        call = PbxCall(f"{self.call_id_prefix}{customer.channel_id}{further}", customer, None, caller)
        self.calls[call.call_id] = self.call_of[customer.channel_id] = call
        if agent is not None:
            self.seat(call, agent)
        return call

    def seat(self, call: PbxCall, agent: Channel) -> None:
        """The agent's side is this channel now."""
        self.unseat(call)
        call.agent = agent
        self.call_of[agent.channel_id] = call

    def unseat(self, call: PbxCall) -> None:
        """The agent's side is empty."""
        if call.agent is not None and self.call_of.get(call.agent.channel_id) is call:
            del self.call_of[call.agent.channel_id]
        call.agent = None

    def forget(self, call: PbxCall) -> None:
        """The call is over."""
        self.calls.pop(call.call_id, None)
        for channel in (call.customer, call.agent):
            if channel is not None and self.call_of.get(channel.channel_id) is call:
                del self.call_of[channel.channel_id]

    def line(self, call_id: str) -> CallLine | None:
        """Where a connected call is now."""
        call = self.calls.get(call_id)
        if call is None or not call.answered or call.agent is None:
            return None
        agent, customer = call.agent, call.customer
        names = (agent.channel_id, agent.name, customer.channel_id, customer.name)
        contexts = (customer.context, agent.context, agent.parts.context)
        return CallLine(call_id, *names, call.queue, tuple(each for each in contexts if each))

    def waits(self, call_id: str) -> bool:
        """Whether the call's agent has handed it over and nobody has taken it yet."""
        call = self.calls.get(call_id)
        return call is not None and call.answered and call.agent is None

    def lines(self) -> list[CallLine]:
        """All connected calls."""
        return [line for call_id in self.calls if (line := self.line(call_id)) is not None]

    def customers_call(self, channel: Channel) -> PbxCall | None:
        """The call whose customer speaks on this channel."""
        call = self.call_of.get(channel.channel_id)
        return call if call is not None and call.customer is channel else None
