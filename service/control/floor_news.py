"""What a PBX's queues do, kept until it is told: agents by what they do, queues by their figures of today."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from web.floor import SERVICE_LEVEL_S, AgentNews, AgentState, QueueNews

FloorNews = AgentNews | QueueNews
_SAY_AGAIN_S = 20  # figures that did not change are said again, else the wallboard calls them old


@dataclass(slots=True)
class _Queue:
    waiting: dict[str, datetime] = field(default_factory=dict)  # since when, by caller
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    talked_s: float = 0.0
    talks: int = 0
    said_at: datetime | None = None


class FloorBook:
    """Counts are of the day by this machine's clock, since the PBX is followed; waiting callers are of now."""

    def __init__(self) -> None:
        self._states: dict[str, AgentState] = {}
        self._queues: dict[str, _Queue] = {}
        self._day: date | None = None

    def agent(self, agent: str, state: AgentState, at: datetime) -> list[FloorNews]:
        """News where it is one."""
        if self._states.get(agent) is state:
            return []
        self._states[agent] = state
        return [AgentNews(agent, state, at)]

    def state(self, agent: str) -> AgentState | None:
        """What the agent was last said to do."""
        return self._states.get(agent)

    def waits(self, queue: str, caller: str, since: datetime, at: datetime) -> list[FloorNews]:
        """A caller waits."""
        self._queue(queue, at).waiting.setdefault(caller, since)
        return self._said(queue, at)

    def waits_no_more(self, queue: str, caller: str, at: datetime) -> list[FloorNews]:
        """However that came."""
        return self._said(queue, at) if self._queue(queue, at).waiting.pop(caller, None) is not None else []

    def only_waiting(self, callers: Iterable[tuple[str, str]], at: datetime) -> list[FloorNews]:
        """After the link was made (again): (queue, caller) of all who wait; the others do no more."""
        there = set(callers)
        news: list[FloorNews] = []
        for name, queue in self._queues.items():
            gone = [caller for caller in queue.waiting if (name, caller) not in there]
            for caller in gone:
                del queue.waiting[caller]
            news += self._said(name, at) if gone else []
        return news

    def known(self, queue: str, at: datetime) -> list[FloorNews]:
        """The queue is there."""
        self._queue(queue, at)
        return self._said(queue, at)

    def answered(self, queue: str, caller: str, at: datetime, waited_s: float | None) -> list[FloorNews]:
        """An agent took the caller."""
        found = self._queue(queue, at)
        since = found.waiting.pop(caller, None)
        if waited_s is None and since is not None:
            waited_s = (at - since).total_seconds()
        found.answered += 1
        found.within += waited_s is not None and waited_s <= SERVICE_LEVEL_S
        return self._said(queue, at)

    def abandoned(self, queue: str, caller: str, at: datetime) -> list[FloorNews]:
        """The caller gave up."""
        found = self._queue(queue, at)
        found.waiting.pop(caller, None)
        found.abandoned += 1
        return self._said(queue, at)

    def talked(self, queue: str, at: datetime, talk_s: float) -> list[FloorNews]:
        """A conversation is over."""
        found = self._queue(queue, at)
        found.talked_s += max(0.0, talk_s)
        found.talks += 1
        return self._said(queue, at)

    def due(self, at: datetime) -> list[FloorNews]:
        """Figures that would grow old."""
        return [
            news
            for name, queue in self._queues.items()
            if queue.said_at is None or (at - queue.said_at).total_seconds() >= _SAY_AGAIN_S
            for news in self._said(name, at)
        ]

    def _queue(self, name: str, at: datetime) -> _Queue:
        today = at.astimezone().date()
        if self._day != today:
            self._day = today
            self._queues = {each: _Queue(waiting=queue.waiting) for each, queue in self._queues.items()}
        return self._queues.setdefault(name, _Queue())

    def _said(self, name: str, at: datetime) -> list[FloorNews]:
        queue = self._queue(name, at)
        queue.said_at = at
        longest_s = max(((at - since).total_seconds() for since in queue.waiting.values()), default=0.0)
        return [
            QueueNews(
                queue=name,
                at=at,
                waiting=len(queue.waiting),
                longest_wait_s=round(max(0.0, longest_s), 1),
                answered=queue.answered,
                abandoned=queue.abandoned,
                answered_within_s=((SERVICE_LEVEL_S, queue.within),),
                handle_time_s_mean=round(queue.talked_s / queue.talks, 1) if queue.talks else None,
            )
        ]
