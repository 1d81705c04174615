"""Asterisk's REST interface (ARI): one event of its WebSocket, as JSON, becomes signals. Tolerates what it lacks."""

from collections.abc import Mapping
from typing import Any

from service.control.signals import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelKnown,
    Dialled,
    HangUpAsked,
    HoldPressed,
    KeyPressed,
    Signal,
    SourceNamed,
    TransferDone,
)

Json = Mapping[str, Any]
_CHANNELS = ("channel", "caller", "peer", "transferee", "transferer_first_leg", "transfer_target")
HANGUP_EVENT = "qahangup"  # UserEvent(QaHangup,…,Source:${CHANNEL(hangupsource)}) of a hang-up handler


def ari_signals(event: Json) -> list[Signal]:
    """What one event says; nothing for one that does not concern calls."""
    seen = [known for key in _CHANNELS if (known := known_channel(event.get(key))) is not None]
    channel = _id(event.get("channel"))
    return [*seen, *_said(event, channel)]


def known_channel(channel: object) -> ChannelKnown | None:
    """A channel object of an event or of `GET /channels`."""
    if not isinstance(channel, Mapping) or not (channel_id := _id(channel)):
        return None
    dialplan, caller = _inside(channel, "dialplan"), _inside(channel, "caller")
    return ChannelKnown(
        channel=channel_id,
        name=_text(channel, "name") or "",
        number=_text(caller, "number"),
        application=_text(dialplan, "app_name"),
        arguments=_text(dialplan, "app_data"),
        context=_text(dialplan, "context"),
    )


def bridge_members(bridge: object) -> list[BridgeEntered]:
    """Who is in a bridge object of `GET /bridges`."""
    if not isinstance(bridge, Mapping) or not (bridge_id := _id(bridge)):
        return []
    members = bridge.get("channels")
    return [BridgeEntered(bridge_id, str(member)) for member in members] if isinstance(members, list) else []


def _said(event: Json, channel: str) -> list[Signal]:
    bridge = _id(event.get("bridge"))
    match event.get("type"):
        case "Dial" if event.get("dialstatus") == "" and _id(event.get("caller")):
            return [Dialled(_id(event.get("caller")), _id(event.get("peer")))]
        case "ChannelEnteredBridge" if channel and bridge:
            return [BridgeEntered(bridge, channel)]
        case "ChannelLeftBridge" if channel and bridge:
            return [BridgeLeft(bridge, channel)]
        case "ChannelHangupRequest" if channel:
            return [HangUpAsked(channel, event.get("soft") is True, _number(event.get("cause")))]
        case "ChannelHold" | "ChannelUnhold" as kind if channel:
            return [HoldPressed(channel, kind == "ChannelHold")]
        case "ChannelDtmfReceived" if channel:
            return [KeyPressed(channel, str(event.get("digit", "")))]
        case "BridgeBlindTransfer" if channel and _succeeded(event):
            return [TransferDone(channel, _id(event.get("transferee")) or None)]
        case "BridgeAttendedTransfer" if _succeeded(event):
            return [TransferDone(_id(event.get("transferer_first_leg")), _id(event.get("transferee")) or None)]
        case "ChannelUserevent" if channel:
            return _user_event(event, channel)
        case "ChannelDestroyed" if channel:
            return [ChannelGone(channel, _number(event.get("cause")))]
        case _:
            return []


def _user_event(event: Json, channel: str) -> list[Signal]:
    said = _inside(event, "userevent")
    source = _text(said, "Source")
    named = str(event.get("eventname", said.get("eventname", ""))).lower() == HANGUP_EVENT
    return [SourceNamed(channel, source)] if named and source else []


def _succeeded(event: Json) -> bool:
    return str(event.get("result", "Success")) == "Success"


def _id(thing: object) -> str:
    return str(thing.get("id") or "") if isinstance(thing, Mapping) else ""


def _inside(thing: Json, key: str) -> Json:
    inner = thing.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _text(thing: Json, key: str) -> str | None:
    value = thing.get(key)
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
