"""The floor as the PBX tells it: every agent's state and every queue's figures, the newest of each, with their age."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from config.floor import FloorSettings

SERVICE_LEVEL_S = 20  # a call answered within this time counts for the service level


class AgentState(StrEnum):
    """What an agent does."""

    LOGIN = "login"
    LOGOUT = "logout"
    IDLE = "idle"
    BUSY = "busy"
    RINGING = "ringing"
    WRAP_UP = "wrap_up"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class AgentNews:
    """An agent's state since `at`."""

    agent_id: str
    state: AgentState
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueNews:
    """A queue's figures as of `at`; None was not said."""

    queue: str
    at: datetime
    waiting: int | None = None
    longest_wait_s: float | None = None
    answered: int | None = None
    abandoned: int | None = None
    answered_within_s: tuple[tuple[int, int], ...] = ()
    handle_time_s_mean: float | None = None

    @property
    def service_level_ratio(self) -> float | None:
        """Share of all calls that came and were answered within 20 s."""
        within = dict(self.answered_within_s).get(SERVICE_LEVEL_S)
        return within / self._came if within is not None and self._came else None

    @property
    def abandoned_ratio(self) -> float | None:
        """Share of all calls that came and were given up by the customer."""
        return self.abandoned / self._came if self.abandoned is not None and self._came else None

    @property
    def _came(self) -> int:
        return self.answered + self.abandoned if self.answered is not None and self.abandoned is not None else 0


@dataclass(frozen=True, slots=True)
class AgentCount:
    """Agents by state; those whose state is too old to count are `stale`. None of both: nobody told us."""

    states: tuple[tuple[AgentState, int], ...]
    stale: int

    @property
    def logged_in(self) -> int:
        """Everybody with a state that counts."""
        return sum(count for _, count in self.states)


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


_News = TypeVar("_News", bound=_Dated)


class Floor:
    """In memory only: a PBX says it again. An older `at` never takes the place of a newer one."""

    def __init__(self, settings: FloorSettings) -> None:
        self._settings = settings
        self._agents: OrderedDict[str, AgentNews] = OrderedDict()
        self._queues: OrderedDict[str, QueueNews] = OrderedDict()
        self.forgotten = 0  # agents and queues that had to make room

    def agent(self, news: AgentNews) -> AgentNews:
        """Take an agent's state; answers the one that counts."""
        return self._take(self._agents, news.agent_id, news, self._settings.most_agents)

    def queue(self, news: QueueNews) -> QueueNews:
        """Take a queue's figures; answers the ones that count."""
        return self._take(self._queues, news.queue, news, self._settings.most_queues)

    def count_agents(self, now_at: datetime, wanted: Iterable[str] | None = None) -> AgentCount:
        """How many are in which state, of all agents or of those that are `wanted`."""
        oldest_at = now_at - timedelta(hours=self._settings.agent_stale_h)
        chosen = None if wanted is None else frozenset(wanted)
        states: Counter[AgentState] = Counter()
        stale = 0
        for news in self._agents.values():
            if news.state is AgentState.LOGOUT or (chosen is not None and news.agent_id not in chosen):
                continue
            if news.at < oldest_at:
                stale += 1
            else:
                states[news.state] += 1
        return AgentCount(tuple((state, states[state]) for state in AgentState if states[state]), stale)

    def queues(self) -> Sequence[QueueNews]:
        """Every queue, the one with most people waiting first."""
        return sorted(
            self._queues.values(), key=lambda news: (-(news.waiting or 0), -(news.longest_wait_s or 0), news.queue)
        )

    def is_stale(self, news: QueueNews, now_at: datetime) -> bool:
        """Whether a queue's figures are too old to be relied on."""
        return (now_at - news.at).total_seconds() > self._settings.queue_stale_s

    def _take(self, kept: "OrderedDict[str, _News]", key: str, news: _News, most: int) -> _News:
        known = kept.get(key)
        if known is not None and known.at > news.at:
            return known
        kept[key] = news
        kept.move_to_end(key)
        if len(kept) > most:
            kept.popitem(last=False)
            self.forgotten += 1
        return news
