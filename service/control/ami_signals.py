"""Asterisk's manager interface (AMI): one event becomes signals. Tolerates what it lacks."""

from collections.abc import Mapping
from typing import Literal

from service.control.ari_signals import HANGUP_EVENT
from service.control.signals import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelKnown,
    Dialled,
    HangUpAsked,
    HoldPressed,
    KeyPressed,
    MusicPlayed,
    MuteSet,
    QueueCompleted,
    QueueJoined,
    QueueOffered,
    Signal,
    SourceNamed,
    TransferDone,
)
from streaming.wire.ami import AmiMessage

_REASONS: Mapping[str, Literal["agent", "customer", "transfer"]] = {
    "agent": "agent",
    "caller": "customer",
    "transfer": "transfer",
}
_NO_NUMBER = ("", "<unknown>")


def ami_signals(message: AmiMessage) -> list[Signal]:
    """What one message says; nothing for an answer, or an event that does not concern calls."""
    kind = message.get("Event")
    if not kind:
        return []
    if kind == "CEL":
        return _call_event_log(message)
    seen = [
        known
        for prefix in ("", "Dest", "OrigTransferer", "Transferer", "Transferee")
        if (known := _known(message, prefix)) is not None
    ]
    return [*seen, *_said(kind, message)]


def _known(message: AmiMessage, prefix: str) -> ChannelKnown | None:
    channel, name = message.get(f"{prefix}Uniqueid"), message.get(f"{prefix}Channel")
    if not channel or not name:
        return None
    number = message.get(f"{prefix}CallerIDNum")
    return ChannelKnown(
        channel,
        name,
        number=None if number in _NO_NUMBER else number,
        application=message.get("Application") or None if not prefix else None,
        arguments=(message.get("AppData") or message.get("ApplicationData")) or None if not prefix else None,
        context=message.get(f"{prefix}Context") or None,
    )


def _said(kind: str, message: AmiMessage) -> list[Signal]:
    channel, bridge, peer = message.get("Uniqueid"), message.get("BridgeUniqueid"), message.get("DestUniqueid")
    match kind:
        case "CoreShowChannel" if channel and message.get("BridgeId"):
            return [BridgeEntered(message.get("BridgeId"), channel)]
        case "DialBegin" if channel and peer:
            return [Dialled(channel, peer)]
        case "QueueCallerJoin" if channel:
            return [QueueJoined(channel, message.get("Queue"))]
        case "AgentCalled" | "AgentConnect" if channel and peer:
            return [QueueOffered(channel, peer, message.get("Queue"))]
        case "AgentComplete" if channel and message.get("Reason") in _REASONS:
            return [QueueCompleted(channel, _REASONS[message.get("Reason")])]
        case "BridgeEnter" if channel and bridge:
            return [BridgeEntered(bridge, channel)]
        case "BridgeLeave" if channel and bridge:
            return [BridgeLeft(bridge, channel)]
        case "HangupRequest" | "SoftHangupRequest" if channel:
            return [HangUpAsked(channel, kind == "SoftHangupRequest", _number(message.get("Cause")))]
        case "Hold" | "Unhold" if channel:
            return [HoldPressed(channel, kind == "Hold")]
        case "MusicOnHoldStart" | "MusicOnHoldStop" if channel:
            return [MusicPlayed(channel, kind == "MusicOnHoldStart")]
        case "ConfbridgeMute" | "ConfbridgeUnmute" if channel:
            return [MuteSet(channel, kind == "ConfbridgeMute")]
        case "DTMFEnd" if channel and message.get("Direction") == "Received":
            return [KeyPressed(channel, message.get("Digit"))]
        case "BlindTransfer" if message.get("Result") == "Success":
            return [TransferDone(message.get("TransfererUniqueid"), message.get("TransfereeUniqueid") or None)]
        case "AttendedTransfer" if message.get("Result") == "Success":
            return [TransferDone(message.get("OrigTransfererUniqueid"), message.get("TransfereeUniqueid") or None)]
        case "UserEvent" if message.get("UserEvent").lower() == HANGUP_EVENT and channel and message.get("Source"):
            return [SourceNamed(channel, message.get("Source"))]
        case "Hangup" if channel:
            return [ChannelGone(channel, _number(message.get("Cause")))]
        case _:
            return []


def _call_event_log(message: AmiMessage) -> list[Signal]:
    """Of the call event log only what a channel runs: it may come when the channel's own events are filtered out."""
    channel, name, application = message.get("UniqueID"), message.get("Channel"), message.get("Application")
    if not channel or not name or not application or message.get("EventName") in ("HANGUP", "CHAN_END", "LINKEDID_END"):
        return []
    return [ChannelKnown(channel, name, application=application, arguments=message.get("AppData") or None)]


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else None
