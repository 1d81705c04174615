"""What comes in as JSON: announcements, call events, hellos and subscriptions, each bounded and checked."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from alerts.alert import Severity
from config.privacy import Consent
from streaming.frames import Leg, Party
from web.actors import PERSON_PATTERN
from web.sources import AgentView, Announcement, CallEvent, CallEventType

CALL_ID_PATTERN = r"^[A-Za-z0-9._:@-]{1,128}$"
CallId = Annotated[str, StringConstraints(pattern=CALL_ID_PATTERN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=2_000)]
MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=100)]
TRANSCRIPT_TOPIC = "transcript:"
AGENT_TOPIC = "agent:"  # and the agent's id: advice for that agent
PLAIN_TOPICS = frozenset({"alerts", "calls", "levels", "wallboard"})


class _Incoming(BaseModel):
    """An unknown field is most often a misspelt one, so it is refused and named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AgentFields(_Incoming):
    """Who answers for the company."""

    id: Name | None = None
    name: Name | None = None
    extension: Name | None = None
    channel: Name | None = None


class CustomerFields(_Incoming):
    """The other party."""

    number: Name | None = None


class AnnouncementFields(_Incoming):
    """A call's description; every field optional."""

    direction: Literal["inbound", "outbound"] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    queue: Name | None = None
    team: Name | None = None
    site: Name | None = None
    agent: AgentFields | None = None
    customer: CustomerFields | None = None
    started_at: AwareDatetime | None = None
    metadata: dict[MetadataKey, bool | int | float | Note] | None = Field(None, max_length=50)
    consent: Consent | None = Field(None, description="Whether the customer agreed to being recorded.")

    def announcement(self, call_id: str | None) -> Announcement:
        """The same in our own words; metadata values become text."""
        return Announcement(
            call_id=call_id,
            direction=self.direction,
            language=self.language,
            queue=self.queue,
            team=self.team,
            site=self.site,
            agent=AgentView(**self.agent.model_dump()) if self.agent else None,
            customer_number=self.customer.number if self.customer else None,
            started_at=self.started_at,
            metadata=_pairs(self.metadata) if self.metadata is not None else None,
            consent=self.consent,
        )


class NewCall(AnnouncementFields):
    """The body of `POST /api/v1/calls`."""

    call_id: CallId | None = None


class CallEventFields(_Incoming):
    """The body of `POST /api/v1/calls/{call_id}/events`."""

    type: CallEventType
    leg: Leg | None = None
    at: AwareDatetime | None = None
    party: Party | None = None
    cause: Annotated[str, StringConstraints(max_length=200)] | None = None

    def event(self) -> CallEvent:
        """The same in our own words."""
        return CallEvent(type=self.type, leg=self.leg, at=self.at, party=self.party, cause=self.cause)


class ConsoleFilter(_Incoming):
    """Whose alerts and calls a console wants; empty lists mean everybody's."""

    teams: frozenset[Name] = frozenset()
    queues: frozenset[Name] = frozenset()
    person: Name | None = Field(None, description="Only alerts that are told to this person, or to everybody.")
    min_severity: Literal["info", "minor", "major", "critical"] = "info"

    @property
    def least(self) -> Severity:
        """The lowest severity that is delivered."""
        return Severity[self.min_severity.upper()]


class ConsoleHello(BaseModel):
    """The first message of a console. Unknown fields are ignored, so that newer pages can talk to older services."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["hello"]
    ticket: str | None = Field(None, max_length=500)
    since: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")] | None = None
    filter: ConsoleFilter = ConsoleFilter()
    topics: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        default_factory=lambda: ["alerts", "calls"], max_length=50
    )


class ConsoleTopics(BaseModel):
    """A later change of what a console follows."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["subscribe", "unsubscribe"]
    topics: list[Annotated[str, StringConstraints(max_length=200)]] = Field(max_length=50)


class ListenHello(BaseModel):
    """The first message of a listener. `acks` promises a `stats` message at least each second."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["hello"]
    ticket: str | None = Field(None, max_length=500)
    acks: bool = False
    person: Annotated[str, StringConstraints(pattern=PERSON_PATTERN)] | None = None  # who listens: others are told
    from_ms: int | None = Field(None, ge=0)  # begin with a replay from here


class ListenStats(BaseModel):
    """What has reached the listener's player: the last live `seq`; the rest is for the statistics."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["stats"]
    seq: int = Field(ge=-1, le=0xFFFFFFFF)
    client_time: float | None = None


class ListenSeek(BaseModel):
    """Play again from a place in the call, as far as it is still kept; null means back to live."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["seek"]
    from_ms: int | None = Field(None, ge=0)


class ListenMode(BaseModel):
    """Which legs the listener hears. The choice is made in the player; the service only notes it."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["mode"]
    mode: Literal["both", "agent", "customer", "mono", "swap"]


def bad_topics(topics: list[str]) -> list[str]:
    """The topics that are no topics, in the order given."""
    return [topic for topic in topics if topic not in PLAIN_TOPICS and not _is_of_call_or_agent(topic)]


def _is_of_call_or_agent(topic: str) -> bool:
    return transcript_call_id(topic) is not None or (topic.startswith(AGENT_TOPIC) and topic != AGENT_TOPIC)


def transcript_call_id(topic: str) -> str | None:
    """The call of a `transcript:<call_id>` topic; None for any other topic."""
    call_id = topic.removeprefix(TRANSCRIPT_TOPIC)
    return call_id if topic.startswith(TRANSCRIPT_TOPIC) and _is_call_id(call_id) else None


def _is_call_id(text: str) -> bool:
    return 1 <= len(text) <= 128 and all(sign.isascii() and (sign.isalnum() or sign in "._:@-") for sign in text)


def _pairs(metadata: dict[str, bool | int | float | str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, str(value).lower() if isinstance(value, bool) else str(value)) for key, value in metadata.items()
    )
