"""What Asterisk's two interfaces say alike: one dataclass per thing that happens to a channel (its unique id)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ChannelKnown:
    """A channel and what is known of it now; None: not said."""

    channel: str
    name: str
    number: str | None = None  # of the caller
    application: str | None = None  # what it runs: Queue, Dial, AppQueue
    arguments: str | None = None
    context: str | None = None  # of the dialplan


@dataclass(frozen=True, slots=True)
class Dialled:
    """`caller` rings `peer`."""

    caller: str
    peer: str


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """A caller waits in a queue."""

    caller: str
    queue: str


@dataclass(frozen=True, slots=True)
class QueueOffered:
    """A queue offers a caller to a member's channel."""

    caller: str
    member: str
    queue: str


@dataclass(frozen=True, slots=True)
class BridgeEntered:
    """The channel hears the others of the bridge now."""

    bridge: str
    channel: str


@dataclass(frozen=True, slots=True)
class BridgeLeft:
    """The channel hears the bridge no longer."""

    bridge: str
    channel: str


@dataclass(frozen=True, slots=True)
class HangUpAsked:
    """Somebody wants the channel's end. Not `soft`: its own phone. `cause` of a soft one is a flag, no reason."""

    channel: str
    soft: bool
    cause: int | None = None


@dataclass(frozen=True, slots=True)
class HoldPressed:
    """The channel's phone puts the other side on hold, or takes it back."""

    channel: str
    on_hold: bool


@dataclass(frozen=True, slots=True)
class MusicPlayed:
    """The channel hears music on hold, or no longer."""

    channel: str
    playing: bool


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A DTMF key of the channel's phone."""

    channel: str
    digit: str


@dataclass(frozen=True, slots=True)
class MuteSet:
    """The channel's microphone was switched off, or on again."""

    channel: str
    muted: bool


@dataclass(frozen=True, slots=True)
class TransferDone:
    """`transferer` handed the other side over."""

    transferer: str
    transferee: str | None = None


@dataclass(frozen=True, slots=True)
class QueueCompleted:
    """Who ended the call, as the queue believes. It errs: it may confirm, never decide."""

    caller: str
    reason: Literal["agent", "customer", "transfer"]


@dataclass(frozen=True, slots=True)
class SourceNamed:
    """The name of the channel that ended the call, as a hang-up handler of the dialplan reports it."""

    channel: str
    source: str


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """The channel is no more."""

    channel: str
    cause: int | None = None


Signal = (
    ChannelKnown
    | Dialled
    | QueueJoined
    | QueueOffered
    | BridgeEntered
    | BridgeLeft
    | HangUpAsked
    | HoldPressed
    | MusicPlayed
    | KeyPressed
    | MuteSet
    | TransferDone
    | QueueCompleted
    | SourceNamed
    | ChannelGone
)
