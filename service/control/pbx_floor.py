"""What PBXes say of agents and queues, onto the wallboards of all nodes: an extension becomes the agent who has it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from service.control.floor_news import FloorNews
from web.floor import AgentNews, Floor
from web.sources import AgentView, Announcement


class PbxFloor:
    """`complete` knows whose extension it is; `told` hears of all that counts."""

    def __init__(
        self, floor: Floor, complete: Callable[[Announcement], Announcement], told: Callable[[FloorNews], None]
    ) -> None:
        self._floor, self._complete, self._told = floor, complete, told

    def tell(self, news: Sequence[FloorNews]) -> None:
        """Take it; where an integrator has said something newer, that counts."""
        for each in news:
            if isinstance(each, AgentNews):
                agent = self._named(each)
                if self._floor.agent(agent) is agent:
                    self._told(agent)
            elif self._floor.queue(each) is each:
                self._told(each)

    def _named(self, news: AgentNews) -> AgentNews:
        """By the agent's id, where the roster knows the extension."""
        agent = self._complete(Announcement(agent=AgentView(extension=news.agent_id))).agent
        return replace(news, agent_id=agent.id) if agent is not None and agent.id is not None else news
