"""Agents and queues of an Asterisk: queue events (AMI) and device states (ARI) become what the floor does. No I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.pbx import PbxFeed
from service.control.agent_places import AgentPlaces, name_parts
from service.control.floor_news import FloorBook, FloorNews
from streaming.wire.ami import AmiMessage
from web.floor import AgentState

_IDLE, _IN_USE, _RINGING = ("1",), ("2", "3", "7", "8"), ("6",)
_AWAY = ("4", "5")  # invalid, unavailable: the telephone is not there
_DEVICES = {
    "NOT_INUSE": AgentState.IDLE,
    "INUSE": AgentState.BUSY,
    "BUSY": AgentState.BUSY,
    "ONHOLD": AgentState.BUSY,
    "RINGINUSE": AgentState.BUSY,
    "RINGING": AgentState.RINGING,
    "UNAVAILABLE": AgentState.LOGOUT,
    "INVALID": AgentState.LOGOUT,
}
_MEMBER = ("QueueMember", "QueueMemberAdded", "QueueMemberStatus", "QueueMemberPause")
_MOST_ASKED = 10_000


@dataclass(slots=True)
class _Member:
    """One agent in one queue."""

    status: str = ""
    paused: bool = False
    in_call: bool = False
    wraps_until: datetime | None = None


class AsteriskFloor:
    """The contract of every floor: `feed` events with their moment, `advance` the time; agents go by extension."""

    def __init__(self, feed: PbxFeed) -> None:
        self._places = AgentPlaces(feed)
        self._book = FloorBook()
        self._members: dict[str, dict[str, _Member]] = {}  # by extension, by queue
        self._rung: set[str] = set()
        self._asked: dict[str, None] = {}  # callers' channels whose own phone asked for the end

    def feed(self, event: AmiMessage, at: datetime) -> list[FloorNews]:
        """What this event changes."""
        queue, caller = event.get("Queue"), event.get("Uniqueid")
        match event.get("Event"):
            case kind if kind in _MEMBER:
                return self._member(event, at)
            case "QueueMemberRemoved":
                agent = _extension(event)
                self._members.get(agent, {}).pop(queue, None)
                return self._agent(agent, at)
            case "QueueParams":
                return self._book.known(queue, at)
            case "QueueEntry":
                return self._book.waits(queue, caller, at - timedelta(seconds=_seconds(event.get("Wait")) or 0), at)
            case "QueueCallerJoin":
                return self._book.waits(queue, caller, at, at)
            case "QueueCallerLeave":
                return self._book.waits_no_more(queue, caller, at)
            case "QueueCallerAbandon":
                # also said when the queue gives the caller up: only who hung up by himself has given up
                given_up = caller in self._asked
                return (self._book.abandoned if given_up else self._book.waits_no_more)(queue, caller, at)
            case "HangupRequest":
                self._asked[caller] = None
                if len(self._asked) > _MOST_ASKED:
                    del self._asked[next(iter(self._asked))]
                return []
            case "Hangup":
                self._asked.pop(caller, None)
                return []
            case "AgentCalled":
                self._rung.add(agent := _extension(event))
                return self._agent(agent, at)
            case "AgentRingNoAnswer" | "AgentDump":
                self._rung.discard(_extension(event))
                return []  # the telephone's state follows, and a Local channel is "in use" until then
            case "AgentConnect":
                return self._connected(event, at)
            case "AgentComplete":
                agent = _extension(event)
                for member in self._members.get(agent, {}).values():
                    member.in_call = False
                return [*self._book.talked(queue, at, _seconds(event.get("TalkTime")) or 0), *self._agent(agent, at)]
            case _:
                return []

    def device(self, name: str, state: str, at: datetime) -> list[FloorNews]:
        """A device's state, as ARI tells it: of agents by their extensions alone."""
        parts = name_parts(name)
        said = _DEVICES.get(state)
        if said is None or not self._places.is_extension(parts.endpoint):
            return []
        return self._book.agent(parts.endpoint, said, at)

    def listed(self, rows: list[AmiMessage], at: datetime) -> list[FloorNews]:
        """The answer to `QueueStatus`: all members and all who wait; who is not among them has gone."""
        members = {(_extension(row), row.get("Queue")) for row in rows if row.get("Event") == "QueueMember"}
        news: list[FloorNews] = []
        for agent, queues in self._members.items():
            for queue in [each for each in queues if (agent, each) not in members]:
                del queues[queue]
            news += self._agent(agent, at)
        waiting = [(row.get("Queue"), row.get("Uniqueid")) for row in rows if row.get("Event") == "QueueEntry"]
        news += self._book.only_waiting(waiting, at)
        for row in rows:
            news += self.feed(row, at)
        return news

    def advance(self, at: datetime) -> list[FloorNews]:
        """Wrap-ups that are over, figures that would grow old."""
        over: list[str] = []
        for agent, queues in self._members.items():
            for member in queues.values():
                if member.wraps_until is not None and member.wraps_until <= at:
                    member.wraps_until = None
                    over.append(agent)
        return [*(news for agent in over for news in self._agent(agent, at)), *self._book.due(at)]

    # --- agents ------------------------------------------------------------------------------------------------

    def _member(self, event: AmiMessage, at: datetime) -> list[FloorNews]:
        agent = _extension(event)
        if not agent:
            return []
        member = self._members.setdefault(agent, {}).setdefault(event.get("Queue"), _Member())
        member.status = event.get("Status")
        member.paused, member.in_call = event.get("Paused") == "1", event.get("InCall") == "1"
        last_s, wrap_s = _seconds(event.get("LastCall")), _seconds(event.get("Wrapuptime"))
        member.wraps_until = None
        if last_s and wrap_s:
            member.wraps_until = datetime.fromtimestamp(last_s + wrap_s, at.tzinfo)
        if member.status in _IDLE and not member.in_call:
            self._rung.discard(agent)
        return self._agent(agent, at)

    def _connected(self, event: AmiMessage, at: datetime) -> list[FloorNews]:
        self._rung.discard(agent := _extension(event))
        if (member := self._members.get(agent, {}).get(event.get("Queue"))) is not None:
            member.in_call = True
        queue, caller = event.get("Queue"), event.get("Uniqueid")
        news = self._book.answered(queue, caller, at, _seconds(event.get("HoldTime")))
        return [*news, *self._agent(agent, at)]

    def _agent(self, agent: str, at: datetime) -> list[FloorNews]:
        return self._book.agent(agent, self._state(agent, at), at) if agent else []

    def _state(self, agent: str, at: datetime) -> AgentState:
        members = list(self._members.get(agent, {}).values())
        if not members:
            return AgentState.RINGING if agent in self._rung else AgentState.LOGOUT
        if any(each.in_call for each in members):
            return AgentState.BUSY
        if agent in self._rung or any(each.status in _RINGING for each in members):
            return AgentState.RINGING
        if any(each.status in _IN_USE for each in members):
            return AgentState.BUSY
        if all(each.status in _AWAY for each in members):
            return AgentState.LOGOUT
        if all(each.paused for each in members):
            return AgentState.BREAK
        if any(each.wraps_until is not None and at < each.wraps_until for each in members):
            return AgentState.WRAP_UP
        return AgentState.IDLE


def _extension(event: AmiMessage) -> str:
    """The member's telephone: `PJSIP/1007`, `Local/1007@agents/n`."""
    interface = event.get("Interface") or event.get("Location") or event.get("StateInterface")
    return name_parts(interface.removesuffix("/n")).endpoint


def _seconds(said: str) -> float | None:
    return float(said) if said.isascii() and said.isdigit() and len(said) < 12 else None
