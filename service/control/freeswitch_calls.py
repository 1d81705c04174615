"""The calls of one FreeSWITCH: events of its event socket in, what happens to calls out. No I/O."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from config.pbx import PbxFeed
from service.control.agent_places import AgentPlaces, ChannelName
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from service.control.pbx_control import CallLine
from streaming.frames import Leg, Party
from streaming.wire.esl import EslMessage
from web.sources import CallEventType

_TRANSFER_WAIT_MS = 2_000  # a transfer is known when the customer is bridged anew, after the agent's leg has ended
_TRANSFERS = ("BLIND_TRANSFER", "ATTENDED_TRANSFER")
_SYSTEM_CAUSES = frozenset(
    ("DESTINATION_OUT_OF_ORDER", "NORMAL_CIRCUIT_CONGESTION", "NETWORK_OUT_OF_ORDER", "NORMAL_TEMPORARY_FAILURE")
) | {"SWITCH_CONGESTION", "REQUESTED_CHAN_UNAVAIL", "RECOVERY_ON_TIMER_EXPIRE", "PROTOCOL_ERROR", "MEDIA_TIMEOUT"}
_OWN_WILL = ("recv_bye", "recv_cancel", "recv_refuse")  # the leg's own party did it
_MOST_LEGS = 50_000


@dataclass(slots=True)
class _Leg:
    uuid: str
    name: ChannelName
    full_name: str = ""
    number: str | None = None
    context: str = ""
    rung_by_queue: bool = False
    other: str | None = None  # who rang it
    disposition: str = ""
    cause: str = ""
    transferred: bool = False
    gone_ms: int | None = None


@dataclass(slots=True)
class _Call:
    call_id: str
    agent: _Leg | None
    customer: _Leg
    queue: str | None = None
    held_by: Leg | None = None
    over_ms: int | None = None
    blind: bool = False


@dataclass(slots=True)
class SwitchCounts:
    """What was seen, for the figures."""

    unplaced: int = 0
    verdicts: Counter[Party] = field(default_factory=Counter)


class FreeSwitchCalls:
    """The state, with the contract of `AsteriskCalls`: one CallConnected per pair, exactly one hang-up in the end."""

    def __init__(self, feed: PbxFeed) -> None:
        self.counts = SwitchCounts()
        self._feed, self._places = feed, AgentPlaces(feed)
        self._legs: dict[str, _Leg] = {}
        self._calls: dict[str, _Call] = {}
        self._call_of: dict[str, _Call] = {}
        self._queues: dict[str, str] = {}  # by uuid of the waiting customer

    @property
    def running(self) -> int:
        """Calls that are not over."""
        return len(self._calls)

    def line(self, call_id: str) -> CallLine | None:
        """Where a connected call is now; None for one that is over or has nobody on the agent's side."""
        call = self._calls.get(call_id)
        if call is None or call.agent is None:
            return None
        agent, customer = call.agent, call.customer
        names = (agent.uuid, agent.full_name, customer.uuid, customer.full_name)
        return CallLine(call_id, *names, call.queue, (customer.context, agent.context))

    def waits(self, call_id: str) -> bool:
        """Whether the call's agent has handed it over and nobody has taken it yet."""
        call = self._calls.get(call_id)
        return call is not None and call.agent is None

    def lines(self) -> list[CallLine]:
        """All connected calls."""
        return [line for call_id in self._calls if (line := self.line(call_id)) is not None]

    def feed(self, event: EslMessage, now_ms: int) -> list[CallNews]:
        """What this event changes, and what was due before it."""
        return [*self.advance(now_ms), *self._took(event, now_ms)]

    def advance(self, now_ms: int) -> list[CallNews]:
        """Verdicts that are due."""
        due = [
            call
            for call in self._calls.values()
            if call.over_ms is not None and now_ms - call.over_ms >= _TRANSFER_WAIT_MS
        ]
        return [news for call in due for news in self._ended(call)]

    def link_lost(self) -> None:
        """From now on things may happen unseen: until `resumed` shows a call whole, its end has no party."""
        for call in self._calls.values():
            call.blind = True

    def resumed(self, pairs: Iterable[EslMessage], present: Iterable[str], now_ms: int) -> list[CallNews]:
        """The link is there (again): legs as events, pairs as CHANNEL_BRIDGE, and every living uuid."""
        alive, news = set(present), list[CallNews]()
        self._queues = {uuid: queue for uuid, queue in self._queues.items() if uuid in alive}
        for uuid in [each for each in self._legs if each not in alive]:
            news += self._gone(self._legs.pop(uuid), now_ms)
        for pair in pairs:
            met = self._took(pair, now_ms)
            news += [each for each in met if not isinstance(each, CallHappened) or each.type is not _ANSWERED]
        for call in self._calls.values():
            call.blind = call.blind and call.over_ms is not None
        return news

    # --- events ------------------------------------------------------------------------------------------------

    def _took(self, event: EslMessage, now_ms: int) -> list[CallNews]:
        uuid, name = event.get("Unique-ID"), event.get("Event-Name")
        if name == "CUSTOM":
            return self._custom(event, now_ms)
        if not uuid:
            return []
        leg = self._learn(event)
        match name:
            case "CHANNEL_BRIDGE":
                return self._bridged(event, now_ms)
            case "CHANNEL_HOLD" | "CHANNEL_UNHOLD":
                return self._held(leg, name == "CHANNEL_HOLD", now_ms)
            case "CHANNEL_HANGUP_COMPLETE":
                said = event.get("variable_sip_hangup_disposition") or event.get("variable_verto_hangup_disposition")
                leg.disposition, leg.cause = said, event.get("Hangup-Cause")
                endings = (leg.cause, event.get("variable_endpoint_disposition").replace(" ", "_").upper())
                leg.transferred = any(each in _TRANSFERS for each in endings)
                self._legs.pop(uuid, None)
                return self._gone(leg, now_ms)
            case _:
                return []

    def _custom(self, event: EslMessage, now_ms: int) -> list[CallNews]:
        match event.get("Event-Subclass"), event.get("CC-Action") or event.get("Action"):
            case "callcenter::info", "member-queue-start":
                self._queues[event.get("CC-Member-Session-UUID")] = event.get("CC-Queue")
            case "callcenter::info", "bridge-agent-start":
                if (leg := self._legs.get(event.get("CC-Agent-UUID"))) is not None:
                    leg.rung_by_queue = True
                self._queues[event.get("CC-Member-Session-UUID")] = event.get("CC-Queue")
            case "conference::maintenance", ("mute-member" | "unmute-member") as action:
                call = self._call_of.get(event.get("Unique-ID"))
                if call is not None:
                    kind = CallEventType.MUTE if action == "mute-member" else CallEventType.UNMUTE
                    side = Leg.CUSTOMER if call.customer.uuid == event.get("Unique-ID") else Leg.AGENT
                    return [CallHappened(call.call_id, kind, now_ms, leg=side)]
            case _:
                pass
        return []

    def _learn(self, event: EslMessage) -> _Leg:
        uuid = event.get("Unique-ID")
        leg = self._legs.get(uuid)
        if leg is None:
            leg = self._legs[uuid] = _Leg(uuid, _name_of(event.get("Channel-Name")), event.get("Channel-Name"))
            if len(self._legs) > _MOST_LEGS:
                del self._legs[next(iter(self._legs))]
        leg.number = event.get("Caller-Caller-ID-Number") or leg.number
        leg.context = event.get("Caller-Context") or leg.context
        leg.rung_by_queue = leg.rung_by_queue or bool(event.get("variable_cc_agent"))
        if event.get("Other-Type") == "originator":
            leg.other = event.get("Other-Leg-Unique-ID") or leg.other
        return leg

    def _bridged(self, event: EslMessage, now_ms: int) -> list[CallNews]:
        first, second = event.get("Bridge-A-Unique-ID"), event.get("Bridge-B-Unique-ID")
        if not first or not second:
            return []
        legs = [self._legs.get(uuid) or self._stranger(uuid) for uuid in (first, second)]
        for a, b in (legs, reversed(legs)):
            call = self._call_of.get(a.uuid)
            if call is not None and call.customer is a:
                return self._again(call, b, now_ms)
        agents = [leg for leg in legs if self._is_agent(leg)]
        if len(agents) != 1:
            self.counts.unplaced += not agents
            return []
        agent = agents[0]
        if agent.uuid in self._call_of:
            return []  # a consultation: its customer waits
        customer = legs[0] if agent is legs[1] else legs[1]
        call = _Call(f"{self._feed.call_id_prefix}{customer.uuid}", agent, customer, self._queues.get(customer.uuid))
        self._calls[call.call_id] = self._call_of[customer.uuid] = self._call_of[agent.uuid] = call
        return [self._connected(call), CallHappened(call.call_id, _ANSWERED, now_ms)]

    def _again(self, call: _Call, other: _Leg, now_ms: int) -> list[CallNews]:
        """The customer is bridged once more: after a hold, or with somebody else, which is a transfer."""
        news = self._unhold(call, now_ms)
        if other is call.agent:
            return news
        at_ms = call.over_ms if call.over_ms is not None else now_ms
        if call.agent is not None:
            self._call_of.pop(call.agent.uuid, None)
            news.append(CallHappened(call.call_id, CallEventType.TRANSFER, at_ms, leg=Leg.AGENT))
        call.agent, call.over_ms = other, None
        self._call_of[other.uuid] = call
        return [*news, self._connected(call)]

    def _held(self, leg: _Leg, on_hold: bool, now_ms: int) -> list[CallNews]:
        call = self._call_of.get(leg.uuid)
        if call is None or call.over_ms is not None:
            return []
        if not on_hold:
            return self._unhold(call, now_ms)
        if call.held_by is not None:
            return []
        call.held_by = Leg.CUSTOMER if leg is call.customer else Leg.AGENT
        return [CallHappened(call.call_id, CallEventType.HOLD, now_ms, leg=call.held_by)]

    def _unhold(self, call: _Call, now_ms: int) -> list[CallNews]:
        if call.held_by is None:
            return []
        side, call.held_by = call.held_by, None
        return [CallHappened(call.call_id, CallEventType.UNHOLD, now_ms, leg=side)]

    # --- endings -----------------------------------------------------------------------------------------------

    def _gone(self, leg: _Leg, now_ms: int) -> list[CallNews]:
        leg.gone_ms = now_ms
        queue = self._queues.pop(leg.uuid, None)
        call = self._call_of.get(leg.uuid)
        if call is None:
            return self._never_answered(leg, queue, now_ms)
        if leg.transferred and leg is call.agent and call.customer.gone_ms is None:
            del self._call_of[leg.uuid]
            call.agent = None
            return [CallHappened(call.call_id, CallEventType.TRANSFER, now_ms, leg=Leg.AGENT)]
        call.over_ms = call.over_ms if call.over_ms is not None else now_ms
        return []

    def _never_answered(self, leg: _Leg, queue: str | None, now_ms: int) -> list[CallNews]:
        """The caller's leg ended and nobody had spoken with it."""
        if queue is not None:
            party = Party.CUSTOMER if leg.disposition in _OWN_WILL else Party.SYSTEM
            return [CallUnanswered(f"{self._feed.call_id_prefix}{leg.uuid}", now_ms, party, queue, leg.cause or None)]
        return []

    def _ended(self, call: _Call) -> list[CallNews]:
        party = self._party(call)
        self.counts.verdicts[party] += 1
        self._calls.pop(call.call_id, None)
        for leg in (call.agent, call.customer):
            if leg is not None:
                self._call_of.pop(leg.uuid, None)
        over_ms = call.over_ms or 0
        ender = call.customer if party is Party.CUSTOMER else call.agent or call.customer
        hang_up = CallHappened(
            call.call_id, CallEventType.HANGUP, over_ms, party=party, cause=ender.cause or call.customer.cause or None
        )
        return [*self._unhold(call, over_ms), hang_up]

    def _party(self, call: _Call) -> Party:
        """Whose phone said goodbye. A leg without a disposition (a race, a lost event) leaves it to the other one."""
        if call.blind:
            return Party.UNKNOWN
        agent = call.agent.disposition if call.agent is not None else ""
        customer = call.customer.disposition
        causes = {call.customer.cause, call.agent.cause if call.agent is not None else ""}
        if causes & _SYSTEM_CAUSES:
            return Party.SYSTEM
        by_agent, by_customer = agent in _OWN_WILL, customer in _OWN_WILL
        if by_agent != by_customer:
            return Party.AGENT if by_agent else Party.CUSTOMER
        if by_agent or not agent + customer:
            return Party.UNKNOWN  # both said goodbye, or nothing was told
        both_ended = call.customer.gone_ms is not None and (call.agent is None or call.agent.gone_ms is not None)
        told = customer and (agent or call.agent is None)
        return Party.SYSTEM if both_ended and told else Party.UNKNOWN

    # --- small things ------------------------------------------------------------------------------------------

    def _is_agent(self, leg: _Leg) -> bool:
        return self._places.is_agent(leg.name._replace(context=leg.context), leg.rung_by_queue)

    def _stranger(self, uuid: str) -> _Leg:
        leg = self._legs[uuid] = _Leg(uuid, _name_of(""))
        return leg

    def _connected(self, call: _Call) -> CallConnected:
        agent = call.agent
        return CallConnected(
            call_id=call.call_id,
            agent_extension=agent.name.endpoint if agent is not None and self._is_agent(agent) else None,
            agent_channel=agent.uuid if agent is not None else "",
            customer_channel=call.customer.uuid,
            customer_number=call.customer.number,
            queue=call.queue,
        )


_ANSWERED = CallEventType.ANSWERED


def _name_of(name: str) -> ChannelName:
    """`sofia/internal/1007@10.0.0.5:5060`, `user/1007`, `verto.rtc/1007`, `loopback/1007-a`."""
    technology, _, rest = name.partition("/")
    return ChannelName(technology, rest.rpartition("/")[2].partition("@")[0].removeprefix("sip:"), "", "")
