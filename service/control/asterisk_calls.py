"""The calls of one Asterisk: its signals in, what happens to calls between an agent and a customer out. No I/O."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from config.pbx import PbxFeed
from service.control.agent_places import AgentPlaces, other_half
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from service.control.call_seats import CallSeats, PbxCall
from service.control.channels import Channel, Channels, is_agent
from service.control.hang_up import HangUpRequest, Verdict, customer_in_time, verdict_on
from service.control.signals import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelKnown,
    Dialled,
    HangUpAsked,
    HoldPressed,
    KeyPressed,
    MusicPlayed,
    MuteSet,
    QueueCompleted,
    QueueJoined,
    QueueOffered,
    Signal,
    SourceNamed,
    TransferDone,
)
from streaming.frames import Leg, Party
from web.sources import CallEventType

_TRANSFER_WAIT_MS = 2_000  # an attended transfer was reported 3 ms after the agent's phone had hung up
_LOOK_EVERY_MS = 100
_ELSEWHERE_MS = 1_000  # both out of every bridge for longer than this: they do not come back together


@dataclass(slots=True)
class CallCounts:
    """What was seen, for the figures."""

    unplaced: int = 0  # bridges of two people of whom none is known to be an agent
    verdicts: Counter[Party] = field(default_factory=Counter)


class AsteriskCalls:
    """The state. Times are of any one monotonic clock, handed in with what happened.

    Every connected call gives one CallConnected, and in the end exactly one hang-up. A call is over at the first sign
    of it; its verdict comes two seconds later, or earlier as a transfer.
    """

    def __init__(self, feed: PbxFeed) -> None:
        self.counts = CallCounts()
        self._feed, self._places = feed, AgentPlaces(feed)
        self._channels = Channels()
        self._seats = CallSeats(feed.call_id_prefix)
        self.line, self.lines, self.waits = self._seats.line, self._seats.lines, self._seats.waits
        self._order = 0
        self._looked_ms = 0

    @property
    def running(self) -> int:
        """Calls that are not over."""
        return len(self._seats.calls)

    def feed(self, signal: Signal, now_ms: int) -> list[CallNews]:
        """What this signal changes, and what was due before it (to a tenth of a second)."""
        due = self.advance(now_ms) if now_ms - self._looked_ms >= _LOOK_EVERY_MS else []
        return [*due, *self._took(signal, now_ms)]

    def advance(self, now_ms: int) -> list[CallNews]:
        """Verdicts that are due."""
        self._looked_ms = now_ms
        news: list[CallNews] = []
        for call in list(self._seats.calls.values()):
            self._look_whether_over(call, now_ms)
            if call.over_ms is not None and now_ms - call.over_ms >= _TRANSFER_WAIT_MS:
                news += self._ended(call)
        return news

    def link_lost(self) -> None:
        """From now on things may happen unseen: until `resumed` shows a call whole, its end has no party."""
        for call in self._seats.calls.values():
            call.blind = True

    def resumed(self, signals: Iterable[Signal], now_ms: int) -> list[CallNews]:
        """The link is there (again): all channels and bridges of now, as signals. What is not among them is gone."""
        signals = list(signals)
        present = {signal.channel for signal in signals if isinstance(signal, ChannelKnown)}
        bridged = {signal.channel for signal in signals if isinstance(signal, BridgeEntered)}
        news: list[CallNews] = []
        for channel_id in [each for each in self._channels.by_id if each not in present]:
            news += self._took(ChannelGone(channel_id), now_ms)
        for channel in [each for each in self._channels.by_id.values() if each.channel_id not in bridged]:
            self._channels.leave(channel)
        for signal in signals:
            news += [each for each in self._took(signal, now_ms) if not _is_answer(each)]  # answered when, nobody knows
        for call in self._seats.calls.values():
            call.resumed_ms = now_ms
            agent_there = call.agent is None or not call.agent.gone
            if call.blind and call.over_ms is None and agent_there and not call.customer.gone:
                call.blind = False
        return news

    # --- signals -----------------------------------------------------------------------------------------------

    def _took(self, signal: Signal, now_ms: int) -> list[CallNews]:
        if isinstance(signal, ChannelKnown):
            self._channels.learn(signal)
            return []
        match signal:
            case Dialled(caller, peer):
                return self._rings(caller, peer, queue=None)
            case QueueOffered(caller, member, queue):
                if (channel := self._channels.by_id.get(member)) is not None:
                    channel.rung_by_queue = True
                return self._rings(caller, member, queue)
            case QueueJoined(caller, queue):
                if (channel := self._channels.by_id.get(caller)) is not None:
                    channel.queue = queue
                    if caller not in self._seats.call_of and not is_agent(self._places, channel):
                        self._seats.new_call(channel, None, channel)
                return []
            case TransferDone(transferer, transferee):
                return self._transferred(transferer, transferee, now_ms)
            case BridgeEntered(bridge, channel_id):
                return self._entered(bridge, channel_id, now_ms)
            case _:
                pass
        channel = self._channels.by_id.get(signal.channel if not isinstance(signal, QueueCompleted) else signal.caller)
        if channel is None:
            return []
        call = self._seats.call_of.get(channel.channel_id)
        match signal:
            case BridgeLeft():
                self._left(channel, call, signal.bridge, now_ms)
            case HangUpAsked(_, soft, cause):
                if channel.request is None:
                    self._order += 1
                    channel.request = HangUpRequest(now_ms, self._order, soft, cause)
            case KeyPressed(_, "*"):
                channel.star_ms = now_ms
            case KeyPressed():
                pass
            case HoldPressed(_, on_hold):
                return self._held(call, channel, on_hold, now_ms)
            case MusicPlayed(_, playing):
                return self._music(channel, playing, now_ms)
            case MuteSet(_, muted):
                kind = CallEventType.MUTE if muted else CallEventType.UNMUTE
                side = call.side_of(channel) if call is not None else None
                return [CallHappened(call.call_id, kind, now_ms, leg=side)] if call is not None and side else []
            case QueueCompleted(_, reason):
                if call is not None and reason == "transfer":
                    return self._transferred(call.agent.channel_id if call.agent else "", channel.channel_id, now_ms)
                if call is not None and reason != "transfer":
                    call.queue_says = reason
            case SourceNamed(_, source):
                self._source(call, source)
            case ChannelGone(channel_id, cause):
                return self._gone(channel_id, cause, call, now_ms)
            case _:
                assert_never(signal)
        if call is not None:
            self._look_whether_over(call, now_ms)
        return []

    def _rings(self, caller_id: str, peer_id: str, queue: str | None) -> list[CallNews]:
        caller, peer = self._channels.by_id.get(caller_id), self._channels.by_id.get(peer_id)
        if caller is None or peer is None or peer.parts.is_machine:
            return []
        if caller.parts.half == ";2" and self._agent_side(caller):
            return []  # a Local channel rings the phone behind it
        if queue is not None:
            caller.queue = queue
        if caller_id in self._seats.call_of:
            call = self._seats.call_of[caller_id]
            if not call.answered and call.caller is caller and caller is call.customer and self._agent_side(peer):
                self._seats.seat(call, peer)
        elif peer_id not in self._seats.call_of and self._agent_side(peer) != self._agent_side(caller):
            customer, agent = (caller, peer) if self._agent_side(peer) else (peer, caller)
            self._seats.new_call(customer, agent, caller)
        return []

    def _entered(self, bridge: str, channel_id: str, now_ms: int) -> list[CallNews]:
        channel = self._channels.by_id.get(channel_id)
        if channel is None or channel.bridge == bridge:
            return []
        members = [each for each in self._channels.enter(bridge, channel) if not each.parts.is_machine]
        if channel.parts.is_machine or len(members) < 2:
            return self._comes_back(channel)
        call = next((call for each in members if (call := self._seats.customers_call(each)) is not None), None)
        if call is None:
            return self._meets(members, now_ms)
        others = [each for each in members if each is not call.customer]
        if not call.answered:
            agent = next((each for each in others if self._agent_side(each)), None)
            if agent is not None:
                return self._connect(call, agent, now_ms)
            self.counts.unplaced += 1
            self._seats.forget(call)
            return []
        news, call.lost_ms = self._unhold(call, now_ms), None
        if call.agent is None:
            self._seats.seat(call, others[0])
            news.append(self._connected(call))
        return news

    def _comes_back(self, channel: Channel) -> list[CallNews]:
        if (call := self._seats.call_of.get(channel.channel_id)) is not None and call.over_ms is None:
            call.lost_ms = None  # it left one bridge for another: nothing is lost
        return []

    def _meets(self, members: list[Channel], now_ms: int) -> list[CallNews]:
        agents = [each for each in members if self._agent_side(each)]
        customers = [each for each in members if not self._agent_side(each)]
        if not agents:
            self.counts.unplaced += 1
        if len(agents) != 1 or not customers or agents[0].channel_id in self._seats.call_of:
            return []
        if agents[0].parts.half == ";2":
            return []  # the far half of a Local channel with the phone behind it: its near half is in the call
        return self._connect(self._seats.new_call(customers[0], agents[0], customers[0]), agents[0], now_ms)

    def _connect(self, call: PbxCall, agent: Channel, now_ms: int) -> list[CallNews]:
        self._seats.seat(call, agent)
        call.answered, call.queue = True, call.customer.queue
        call.customer.calls += 1
        call.bridge = call.customer.bridge
        return [self._connected(call), CallHappened(call.call_id, CallEventType.ANSWERED, now_ms)]

    def _left(self, channel: Channel, call: PbxCall | None, bridge: str, now_ms: int) -> None:
        if channel.bridge == bridge:
            self._channels.leave(channel)
        if call is not None and call.answered and call.agent is not None and call.lost_ms is None:
            call.lost_ms = now_ms

    def _held(self, call: PbxCall | None, channel: Channel, on_hold: bool, now_ms: int) -> list[CallNews]:
        side = call.side_of(channel) if call is not None else None
        if call is None or side is None or not call.answered or call.over_ms is not None:
            return []
        if not on_hold:
            return self._unhold(call, now_ms)
        if call.held_by is not None:
            return []
        call.held_by = side
        return [CallHappened(call.call_id, CallEventType.HOLD, now_ms, leg=side)]

    def _music(self, channel: Channel, playing: bool, now_ms: int) -> list[CallNews]:
        """Music for the customer, or into the far half of the agent's Local channel, is the agent's hold."""
        call = self._seats.call_of.get(channel.channel_id)
        if call is None and (near := self._channels.by_name.get(other_half(channel.name) or "")) is not None:
            call = self._seats.call_of.get(near.channel_id)
            if call is None or call.agent is not near:
                return []
        elif call is None or call.customer is not channel:
            return []
        return self._held(call, call.agent, playing, now_ms) if call is not None and call.agent is not None else []

    def _unhold(self, call: PbxCall, now_ms: int) -> list[CallNews]:
        if call.held_by is None:
            return []
        side, call.held_by = call.held_by, None
        return [CallHappened(call.call_id, CallEventType.UNHOLD, now_ms, leg=side)]

    def _transferred(self, transferer_id: str, transferee_id: str | None, now_ms: int) -> list[CallNews]:
        call = self._seats.call_of.get(transferer_id) or self._seats.call_of.get(transferee_id or "")
        if call is None or not call.answered:
            return []
        if call.transferred_ms is not None and now_ms - call.transferred_ms < _TRANSFER_WAIT_MS:
            return []  # the same one, told by the queue too
        side = Leg.CUSTOMER if call.customer.channel_id == transferer_id else Leg.AGENT
        at_ms = call.over_ms if call.over_ms is not None else now_ms
        news: list[CallNews] = [CallHappened(call.call_id, CallEventType.TRANSFER, at_ms, leg=side)]
        if side is Leg.CUSTOMER:  # the agent goes on with somebody else: to us this call is over without a hang-up
            self._seats.forget(call)
            return news
        self._seats.unseat(call)
        call.over_ms = call.lost_ms = call.queue_says = call.source_says = None
        call.transferred_ms = now_ms
        others = [each for each in self._channels.people_with(call.customer) if each.channel_id != transferer_id]
        if others:
            news += self._unhold(call, now_ms)
            self._seats.seat(call, others[0])
            call.bridge = call.customer.bridge
            news.append(self._connected(call))
        return news

    def _source(self, call: PbxCall | None, source: str) -> None:
        if call is None or source.startswith("dialplan/"):
            return
        if call.agent is not None and source == call.agent.name:
            call.source_says = "agent"
        elif source == call.customer.name:
            call.source_says = "customer"

    def _gone(self, channel_id: str, cause: int | None, call: PbxCall | None, now_ms: int) -> list[CallNews]:
        channel = self._channels.forget(channel_id)
        if channel is not None:
            channel.cause = cause
        if call is None:
            return []
        if not call.answered and channel is call.caller:
            return self._never_answered(call, now_ms)
        if call.lost_ms is None:
            call.lost_ms = now_ms
        self._look_whether_over(call, now_ms)
        return []

    # --- endings -----------------------------------------------------------------------------------------------

    def _look_whether_over(self, call: PbxCall, now_ms: int) -> None:
        """A request, a channel that is gone, or both out of every bridge."""
        if call.over_ms is not None or not call.answered:
            return
        asked = [each.request.at_ms for each in (call.agent,) if each is not None and each.request is not None]
        request = call.customer.request
        if request is not None and customer_in_time(request.at_ms, call.lost_ms):
            asked.append(request.at_ms)
        agent_gone = call.agent is not None and call.agent.gone
        apart = call.lost_ms is not None and now_ms - call.lost_ms > _ELSEWHERE_MS
        agent_out = call.agent is not None and call.agent.bridge is None
        if asked:
            call.over_ms = min(asked)
        elif agent_gone or call.customer.gone:
            call.over_ms = call.lost_ms if call.lost_ms is not None and not apart else now_ms
        elif apart and agent_out and call.customer.bridge is None and call.held_by is None:
            call.over_ms = call.lost_ms

    def _ended(self, call: PbxCall) -> list[CallNews]:
        others = [each for each in self._channels.people_with(call.customer) if each is not call.agent]
        if others and not call.customer.gone:
            return self._goes_on(call, others[0])
        verdict = self._verdict(call, call.over_ms or 0)
        self._seats.forget(call)
        hold = self._unhold(call, verdict.at_ms)
        cause = str(verdict.cause) if verdict.cause is not None else None
        end = CallHappened(call.call_id, CallEventType.HANGUP, verdict.at_ms, party=verdict.party, cause=cause)
        return [*hold, end]

    def _goes_on(self, call: PbxCall, other: Channel) -> list[CallNews]:
        """The customer speaks with somebody else by now: a Local channel took itself out of the way, in the same bridge
        and without a phone that was hung up; else it is a transfer that nobody reported."""
        asked = call.agent.request if call.agent is not None else None
        moved = call.customer.bridge != call.bridge or (asked is not None and not asked.soft)
        at_ms = call.over_ms or 0
        news: list[CallNews] = []
        if moved and not call.blind:
            news.append(CallHappened(call.call_id, CallEventType.TRANSFER, at_ms, leg=Leg.AGENT))
        call.over_ms = call.lost_ms = call.queue_says = call.source_says = None
        call.bridge = call.customer.bridge
        self._seats.seat(call, other)
        return [*self._unhold(call, at_ms), *news, self._connected(call)]

    def _never_answered(self, call: PbxCall, now_ms: int) -> list[CallNews]:
        verdict = self._verdict(call, now_ms)
        self._seats.forget(call)
        cause = str(verdict.cause) if verdict.cause is not None else None
        return [CallUnanswered(call.call_id, verdict.at_ms, verdict.party, call.customer.queue, cause)]

    def _verdict(self, call: PbxCall, over_ms: int) -> Verdict:
        star_counts = self._feed.star_key == "ends" or (
            self._feed.star_key == "as_dialplan" and call.caller.star_option and call.caller is not call.agent
        )
        verdict = verdict_on(call.ending(over_ms, star_counts))
        self.counts.verdicts[verdict.party] += 1
        return verdict

    # --- small things ------------------------------------------------------------------------------------------

    def _agent_side(self, channel: Channel) -> bool:
        near = self._channels.by_name.get(other_half(channel.name) or "") if channel.parts.half == ";2" else None
        return is_agent(self._places, channel) or (near is not None and is_agent(self._places, near))

    def _connected(self, call: PbxCall) -> CallConnected:
        agent = call.agent
        known = agent is not None and self._agent_side(agent)
        return CallConnected(
            call_id=call.call_id,
            agent_extension=agent.parts.endpoint if agent is not None and known else None,
            agent_channel=agent.channel_id if agent is not None else "",
            customer_channel=call.customer.channel_id,
            customer_number=call.customer.number,
            queue=call.queue,
        )


def _is_answer(news: CallNews) -> bool:
    return isinstance(news, CallHappened) and news.type is CallEventType.ANSWERED
