"""Advice for an agent as it is sent: in the list of an agent, on the console socket, to web hooks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from web.alert_messages import ByLanguageBody
from web.desk_sources import AgentTip
from web.stamps import Stamp


class AgentMessageBody(BaseModel):
    """Advice for an agent in a call, from a minor alert."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    type: Literal["agent_message"] = "agent_message"
    alert_id: str
    agent_id: str
    call_id: str
    kind: str
    text: str
    at: Stamp
    text_by_language: ByLanguageBody | None = None


def agent_message_body(tip: AgentTip) -> AgentMessageBody:
    """One piece of advice."""
    return AgentMessageBody.model_validate(tip)
