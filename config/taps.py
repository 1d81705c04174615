"""Which calls of a telephone system are tapped by us, and how their audio comes to us."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from config.section import Section

_TO = {
    "audiosocket": r"^[A-Za-z0-9.-]+:[0-9]{1,5}$|^\[[0-9A-Fa-f:]+\]:[0-9]{1,5}$",
    "websocket": r"^[A-Za-z0-9_-]{1,64}$",
    "websocket_server": r"^$",
    "rtp": r"^[A-Za-z0-9.:-]+$",
    "audio_fork": r"^wss?://[^\s/]+$",
    "audio_stream": r"^wss?://[^\s/]+$",
}
_SAYS = {
    "audiosocket": "host:port of our AudioSocket door as the system reaches it",
    "websocket": "the name of the section in websocket_client.conf",
    "websocket_server": "nothing: we connect to the system",
    "rtp": "our address as the system reaches it",
    "audio_fork": "ws://host:port of our service as the system reaches it",
    "audio_stream": "ws://host:port of our service as the system reaches it",
}


class TapSettings(Section):
    """Every call is tapped that fits all that is said here."""

    carry: Literal["audiosocket", "websocket", "websocket_server", "rtp", "audio_fork", "audio_stream"] = Field(
        description="How audio comes. Asterisk: audiosocket, websocket, and by ARI websocket_server or rtp; "
        "FreeSWITCH: audio_fork, audio_stream."
    )
    to: str = Field("", max_length=300, description="Where to: see docs/integrations/control.md.")
    format: Literal["slin", "slin16"] = Field("slin16", description="Of Asterisk's audio: 8 or 16 kHz.")
    voice_back: bool = Field(
        True,
        description="Taps by audiosocket and websocket lead back to their party: it hears supervisors' browsers.",
    )
    queues: tuple[str, ...] = Field((), description="Only calls of these queues.")
    contexts: tuple[str, ...] = Field((), description="Only calls with a channel in one of these dialplan contexts.")
    channels: str | None = Field(
        None, max_length=500, description="Only calls with a channel whose whole name fits this regular expression."
    )

    @property
    def leads_back(self) -> bool:
        """Whether what we send on a tap's socket is heard by its party."""
        return self.voice_back and self.carry in ("audiosocket", "websocket")

    @field_validator("channels")
    @classmethod
    def _is_a_pattern(cls, said: str | None) -> str | None:
        try:
            re.compile(said or "")
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return said

    @model_validator(mode="after")
    def _says_where_to(self) -> Self:
        if re.fullmatch(_TO[self.carry], self.to) is None:
            raise ValueError(f"to of {self.carry} is {_SAYS[self.carry]}")
        return self
