"""Advice for agents: the sentence of a minor alert, for the agent's own desk."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from datetime import datetime

from alerts.alert import Alert
from alerts.life.advice import FRESH, is_advice
from alerts.life.agent_words import both_for_agent, words_for_agent
from web.desk_sources import AgentTip

_MOST_AGENTS = 5_000
_MOST_TIPS = 50  # of one agent; the oldest go


def tip_of(alert: Alert) -> AgentTip:
    """What the agent reads of an alert that is advice."""
    agent_id = alert.agent_id or ""  # advice is always somebody's
    words, both = words_for_agent(alert), both_for_agent(alert)
    return AgentTip(alert.alert_id, agent_id, alert.call_id, alert.kind.value, words, alert.opened_at, both)


class AgentTips:
    """The newest advice of each agent, in memory: every node hears every alert, so any node can be asked."""

    def __init__(self) -> None:
        self._tips: OrderedDict[str, deque[AgentTip]] = OrderedDict()

    def tell(self, alert: Alert) -> AgentTip | None:
        """Keep the advice of an alert; the answer is the advice, if it is one and new."""
        if not is_advice(alert):
            return None
        tip = tip_of(alert)
        tips = self._tips.setdefault(tip.agent_id, deque(maxlen=_MOST_TIPS))
        self._tips.move_to_end(tip.agent_id)
        while len(self._tips) > _MOST_AGENTS:
            self._tips.popitem(last=False)
        if any(each.alert_id == tip.alert_id for each in tips):
            return None
        tips.append(tip)
        return tip

    def of(self, agent_id: str, since: datetime | None, now_at: datetime) -> Sequence[AgentTip]:
        """What an agent was advised after `since`, the oldest first; nothing older than ten minutes."""
        oldest_at = max(now_at - FRESH, since) if since is not None else now_at - FRESH
        return [tip for tip in self._tips.get(agent_id, ()) if tip.at > oldest_at]
