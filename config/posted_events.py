"""How the web hooks of any other telephone system are read: where in its JSON what stands, and what its words mean."""

from typing import Literal

from pydantic import Field

from config.section import Section

_POINTER = r"^(/[^/]{1,100}){1,10}$"
_Kind = (
    Literal["connected", "answered", "hold", "unhold", "mute", "unmute", "transfer", "hangup"]
    | Literal["pause", "resume", "whisper", "barge", "whisper_end"]
)


class PostedEvents(Section):
    """Places are JSON pointers: `/data/call/id`. What is not named is not read."""

    call_id: str = Field(pattern=_POINTER, description="Where the call's id stands.")
    kind: str = Field(pattern=_POINTER, description="Where the kind of event stands.")
    kinds: dict[str, _Kind] = Field(
        min_length=1, max_length=100, description="What the system's kinds mean; others are let by."
    )
    leg: str | None = Field(None, pattern=_POINTER, description="Where the side stands that an event is of.")
    legs: dict[str, Literal["agent", "customer"]] = Field({}, max_length=20, description="What its words mean.")
    party: str | None = Field(None, pattern=_POINTER, description="Where it stands who hung up.")
    parties: dict[str, Literal["agent", "customer", "system"]] = Field(
        {}, max_length=20, description="What its words mean; others are unknown."
    )
    cause: str | None = Field(None, pattern=_POINTER, description="Where the cause of a hang-up stands.")
    at: str | None = Field(
        None, pattern=_POINTER, description="Where the time stands: RFC 3339, or seconds since 1970."
    )
    queue: str | None = Field(None, pattern=_POINTER, description="Where the queue stands, in `connected`.")
    agent_extension: str | None = Field(None, pattern=_POINTER, description="Where the agent's extension stands.")
    customer_number: str | None = Field(None, pattern=_POINTER, description="Where the customer's number stands.")
