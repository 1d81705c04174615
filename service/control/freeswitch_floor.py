"""Agents and queues of a FreeSWITCH: what mod_callcenter tells becomes what the floor does. No I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime

from service.control.floor_news import FloorBook, FloorNews
from streaming.wire.esl import EslMessage
from web.floor import AgentState

_STATUSES = {"Logged Out": AgentState.LOGOUT, "On Break": AgentState.BREAK}
_STATES = {"Receiving": AgentState.RINGING, "In a queue call": AgentState.BUSY, "Idle": AgentState.BREAK}
_GAVE_UP = "BREAK_OUT"  # of the reasons to leave the queue unanswered, the caller's own


class FreeSwitchFloor:
    """The contract of every floor: `feed` events with their moment, `advance` the time; agents go by extension."""

    def __init__(self) -> None:
        self._book = FloorBook()
        self._status: dict[str, str] = {}
        self._state: dict[str, str] = {}

    def feed(self, event: EslMessage, at: datetime) -> list[FloorNews]:
        """What this event changes."""
        if event.get("Event-Subclass") != "callcenter::info":
            return []
        agent, queue = _extension(event.get("CC-Agent")), event.get("CC-Queue")
        caller = event.get("CC-Member-Session-UUID") or event.get("CC-Member-UUID")
        match event.get("CC-Action"):
            case "agent-status-change":
                self._status[agent] = event.get("CC-Agent-Status")
                return self._agent(agent, at)
            case "agent-state-change":
                self._state[agent] = event.get("CC-Agent-State")
                return self._agent(agent, at)
            case "member-queue-start" | "member-queue-resume":
                return self._book.waits(queue, caller, _moment(event.get("CC-Member-Joined-Time")) or at, at)
            case "bridge-agent-start":
                since = _moment(event.get("CC-Member-Joined-Time"))
                waited_s = (at - since).total_seconds() if since is not None else None
                return self._book.answered(queue, caller, at, waited_s)
            case "bridge-agent-end":
                begun, ended = (
                    _moment(event.get(f"CC-{name}-Time")) for name in ("Agent-Answered", "Bridge-Terminated")
                )
                talk_s = (ended - begun).total_seconds() if begun is not None and ended is not None else 0.0
                return self._book.talked(queue, at, talk_s) if talk_s > 0 else []
            case "member-queue-end" if event.get("CC-Cause") == "Cancel":
                gave_up = event.get("CC-Cancel-Reason") == _GAVE_UP
                return (self._book.abandoned if gave_up else self._book.waits_no_more)(queue, caller, at)
            case "member-queue-end":
                return self._book.waits_no_more(queue, caller, at)
            case _:
                return []

    def listed(self, agents: str, waiting: Mapping[str, str], at: datetime) -> list[FloorNews]:
        """`callcenter_config agent list`, and of every queue `queue list members`."""
        news: list[FloorNews] = []
        there: list[tuple[str, str]] = []
        rows = [(queue, row) for queue, table in waiting.items() for row in _rows(table)]
        for queue, row in rows:
            if row.get("state") in ("Waiting", "Trying"):
                caller = row.get("session_uuid") or row.get("uuid") or ""
                there.append((queue, caller))
                news += self._book.waits(queue, caller, _moment(row.get("joined_epoch", "")) or at, at)
        news += self._book.only_waiting(there, at)
        for queue in waiting:
            news += self._book.known(queue, at)
        for row in _rows(agents):
            agent = _extension(row.get("name", ""))
            self._status[agent], self._state[agent] = row.get("status", ""), row.get("state", "")
            news += self._agent(agent, at)
        return news

    def advance(self, at: datetime) -> list[FloorNews]:
        """Figures that would grow old."""
        return self._book.due(at)

    def _agent(self, agent: str, at: datetime) -> list[FloorNews]:
        if not agent:
            return []
        status, state = self._status.get(agent, ""), self._state.get(agent, "")
        if state in ("Receiving", "In a queue call"):
            return self._book.agent(agent, _STATES[state], at)
        if status in _STATUSES:
            return self._book.agent(agent, _STATUSES[status], at)
        return self._book.agent(agent, _STATES.get(state, AgentState.IDLE), at)


def names_of(queues: str) -> list[str]:
    """The queues in `callcenter_config queue list`."""
    return [name for row in _rows(queues) if (name := row.get("name"))]


def _rows(table: str) -> list[dict[str, str]]:
    """A table of the command line: names in the first line, `|` between."""
    lines = [line for line in table.splitlines() if "|" in line]
    if not lines:
        return []
    names = lines[0].split("|")
    return [dict(zip(names, line.split("|"), strict=False)) for line in lines[1:]]


def _extension(agent: str) -> str:
    """`1007@default`, `1007`."""
    return agent.partition("@")[0]


def _moment(epoch: str) -> datetime | None:
    """Seconds since 1970; 0 and nothing are nothing."""
    is_number = epoch.isascii() and epoch.isdigit() and len(epoch) < 12
    return datetime.fromtimestamp(int(epoch), UTC) if is_number and int(epoch) else None
