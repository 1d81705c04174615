"""Advice for agents: the sentence of a minor alert, ready for the agent's own desk to ask for."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.alert import Alert, AlertState, Severity
from web.desk_sources import AgentTip

_MOST_AGENTS = 5_000
_MOST_TIPS = 50  # of one agent; the oldest go
_FRESH = timedelta(minutes=10)  # advice about what was said longer ago helps nobody


class AgentTips:
    """The newest advice of each agent, in memory: every node hears every alert, so any node can be asked."""

    def __init__(self) -> None:
        self._tips: OrderedDict[str, deque[AgentTip]] = OrderedDict()

    def tell(self, alert: Alert) -> bool:
        """Keep the advice of a minor alert that is open and told; true when it is advice, and new."""
        fits = alert.severity is Severity.MINOR and alert.state is AlertState.OPEN and alert.suppressed_by is None
        if not fits or alert.agent_id is None or not alert.advice:
            return False
        tips = self._tips.setdefault(alert.agent_id, deque(maxlen=_MOST_TIPS))
        self._tips.move_to_end(alert.agent_id)
        while len(self._tips) > _MOST_AGENTS:
            self._tips.popitem(last=False)
        if any(tip.alert_id == alert.alert_id for tip in tips):
            return False
        at = alert.opened_at
        tips.append(AgentTip(alert.alert_id, alert.agent_id, alert.call_id, alert.kind.value, alert.advice, at))
        return True

    def of(self, agent_id: str, since: datetime | None, now_at: datetime) -> Sequence[AgentTip]:
        """What an agent was advised after `since`, the oldest first; nothing older than ten minutes."""
        oldest_at = max(now_at - _FRESH, since) if since is not None else now_at - _FRESH
        return [tip for tip in self._tips.get(agent_id, ()) if tip.at > oldest_at]
