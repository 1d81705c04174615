"""The telephone systems that tell of their calls: where they are and which of a call's channels is the agent."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from config.posted_events import PostedEvents
from config.section import Section
from config.taps import TapSettings

_SCHEMES = {
    "asterisk_ari": ("http", "https"),
    "asterisk_ami": ("tcp", "tls"),
    "freeswitch_esl": ("tcp",),
    "http": ("http", "https"),
}
_CARRIES = {
    "asterisk_ari": ("audiosocket", "websocket", "websocket_server", "rtp"),
    "asterisk_ami": ("audiosocket", "websocket"),
    "freeswitch_esl": ("audio_fork", "audio_stream"),
    "http": (),
}
_USUAL_DIALS = {"asterisk_ari": "PJSIP/{extension}", "asterisk_ami": "PJSIP/{extension}"}


class PbxFeed(Section):
    """One telephone system whose events are followed."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="How the feed is called in logs and figures.")
    kind: Literal["asterisk_ari", "asterisk_ami", "freeswitch_esl", "http"] = Field(
        description="What it speaks; http: any other system, which is posted what supervisors want."
    )
    url: str = Field(
        pattern=r"^[a-z]+://[^\s@/]+(/[^\s@]*)?$",
        max_length=500,
        description="ARI: http://host:8088; AMI: tcp://host:5038; ESL: tcp://host:8021; http: where to post.",
    )
    user: str = Field("", max_length=200, description="Who logs in; ESL has no user.")
    password: SecretStr = Field(SecretStr(""), description="The password; for http what signs the posts.")
    app: str = Field(
        "earshot",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Name of the ARI application, and what names of all that we make at the system begin with.",
    )
    call_id_prefix: str = Field(
        "", pattern=r"^[A-Za-z0-9._:@-]{0,40}$", description="Before the unique id of the customer's channel."
    )
    agent_extensions: str | None = Field(
        None, max_length=500, description="Regular expression for the agents' extensions, as in PJSIP/1007-0000002a."
    )
    agent_contexts: tuple[str, ...] = Field((), description="Contexts of Local channels that lead to agents.")
    queue_members: bool = Field(True, description="Whom a queue rings is an agent.")
    supervisor_dial: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_./@:;=+-]*\{extension\}[A-Za-z0-9_./@:;=+-]*$",
        max_length=200,
        description="How a supervisor is rung; null: PJSIP/{extension}, on FreeSWITCH user/{extension}.",
    )
    supervisor_caller_id: str = Field(
        "Earshot", pattern=r"^[A-Za-z0-9 _.-]{1,40}$", description="What the supervisor's telephone shows as caller."
    )
    take_over_context: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,80}$",
        description="ARI only: the dialplan context that bridges a supervisor with the customer.",
    )
    modes: tuple[Literal["listen", "whisper", "barge", "take_over", "end"], ...] = Field(
        (), description="http only: what the system does when it is posted."
    )
    events: PostedEvents | None = Field(
        None, description="http only: how the system's own web hooks are read; null: it posts none."
    )
    taps: TapSettings | None = Field(None, description="Which calls we tap by ourselves; null: none.")
    star_key: Literal["as_dialplan", "ends", "nothing"] = Field(
        "as_dialplan", description="Whether the agent's * key ends a call; as_dialplan: where option h is seen."
    )

    @field_validator("agent_extensions")
    @classmethod
    def _is_a_pattern(cls, said: str | None) -> str | None:
        try:
            re.compile(said or "")
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return said

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.url.split(":", 1)[0] not in _SCHEMES[self.kind]:
            raise ValueError(f"url of {self.kind} begins with {' or '.join(_SCHEMES[self.kind])}://")
        if self.taps is not None and self.taps.carry not in _CARRIES[self.kind]:
            raise ValueError(f"taps.carry of {self.kind} is {' or '.join(_CARRIES[self.kind]) or 'nothing'}")
        if self.events is not None and self.kind != "http":
            raise ValueError("events are read of kind http alone; the others are followed")
        return self

    @property
    def dial(self) -> str:
        """How a supervisor is rung."""
        return self.supervisor_dial or _USUAL_DIALS.get(self.kind, "user/{extension}")


class PbxSettings(Section):
    """Telephone systems whose events are followed."""

    feeds: tuple[PbxFeed, ...] = Field((), description="The systems; one node follows each.")
    first_back_off_s: float = Field(
        0.5, ge=0.01, le=60, description="A lost link is made again within this time, each further try within double."
    )
    longest_back_off_s: float = Field(15.0, ge=0.01, le=600, description="But never later than this.")
    answer_s: float = Field(10.0, ge=0.1, le=120, description="The system must answer within this time.")
    ring_s: float = Field(30.0, ge=1, le=300, description="A supervisor's telephone rings for so long.")
    silent_s: float = Field(
        30.0, ge=1, le=600, description="A link on which nothing came for so long is asked whether it lives."
    )
