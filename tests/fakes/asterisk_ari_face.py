"""The REST interface (ARI) of `Asterisk`, with faults on demand."""

import asyncio
from typing import Any

from tests.fakes.ari_server import Answered, AriWire
from tests.fakes.asterisk_model import Asterisk, Chan, Told

_EVENTS = {
    "Newchannel": "ChannelCreated",
    "Newstate": "ChannelStateChange",
    "StasisStart": "StasisStart",
    "HangupRequest": "ChannelHangupRequest",
    "Hangup": "ChannelDestroyed",
    "BridgeCreated": "BridgeCreated",
    "BridgeDestroyed": "BridgeDestroyed",
    "BridgeEnter": "ChannelEnteredBridge",
    "BridgeLeave": "ChannelLeftBridge",
    "DTMF": "ChannelDtmfReceived",
    "Dial": "Dial",
    "BlindTransfer": "BridgeBlindTransfer",
    "AttendedTransfer": "BridgeAttendedTransfer",
}
_APP = "earshot"


class AriFace(AriWire):
    """Faults: `refuse` (statuses of the next requests that change something; 0 lets one pass), and `lose`."""

    def __init__(self, box: Asterisk) -> None:
        super().__init__()
        self.box = box
        self.refuse: list[int] = []
        self.read_only = False
        self.modules = {"res_stasis_snoop.so", "chan_websocket.so", "chan_audiosocket.so"}
        self.changes: list[tuple[str, dict[str, str]]] = []
        box.told.append(self._told)

    def event_socket(self, *, is_open: bool) -> None:
        """The application is there as long as its socket."""
        (self.box.apps.add if is_open else self.box.apps.discard)(_APP)

    def answer(self, method: str, path: str, query: dict[str, str], content: Any) -> Answered:
        """As Asterisk answers."""
        steps = path.split("/")
        if method != "GET":
            self.changes.append((f"{method} {path}", query))
        if method != "GET" and self.read_only:
            return 403, {"message": "Write access denied"}
        if method != "GET" and self.refuse and (status := self.refuse.pop(0)):
            return status, {"message": "An internal error prevented this request from being handled"}
        match method, steps:
            case "GET", ["channels"]:
                return 200, [_channel(chan) for chan in self.box.chans.values()]
            case "GET", ["bridges"]:
                return 200, [_bridge(self.box, name) for name in self.box.bridges]
            case "GET", ["asterisk", "modules", name]:
                found = name in self.modules
                return (200, {"name": name, "status": "Running"}) if found else (404, {"message": "Could not find"})
            case "POST", ["channels"]:
                return self._originate(query, content or {})
            case "POST", ["channels", "externalMedia"]:
                return self._external_media(query)
            case "POST", ["channels", name, "snoop"]:
                return self._snoop(name, query)
            case "POST", ["bridges"]:
                self.box.make_bridge(query["bridgeId"])
                return 200, _bridge(self.box, query["bridgeId"])
            case "POST", ["bridges", name, "addChannel"]:
                return self._add(name, query["channel"])
            case "DELETE", ["channels", name]:
                chan = self.box.chans.get(name)
                if chan is None:
                    return 404, {"message": "Channel not found"}
                self.box.tell(Told("HangupRequest", chan, cause=32, soft=True))
                self.box.hang_up(name, soft=True)
                return 204, None
            case "DELETE", ["bridges", name]:
                return (204, None) if self.box.destroy_bridge(name) else (404, {"message": "Bridge not found"})
            case _:
                return 404, {"message": "Resource not found"}

    def _originate(self, query: dict[str, str], content: dict[str, Any]) -> Answered:
        if query["channelId"] in self.box.chans:
            return 409, {"message": "Channel with given unique ID already exists"}
        if self.box.ringing_fails:
            return 500, {"message": "Allocation failed"}
        variables = content.get("variables", {})

        def answered(chan: Chan) -> None:
            if "app" in query:
                self.box.enter_app(chan, query["app"])
            elif (customer := self.box.named(variables.get("EARSHOT_CUSTOMER", ""))) is not None:
                self.box.take_over(customer.channel_id, chan)
            else:
                self.box.end(chan.channel_id)

        return 200, _channel(self.box.originate(query["channelId"], query["endpoint"], answered))

    def _snoop(self, name: str, query: dict[str, str]) -> Answered:
        if name not in self.box.chans:
            return 404, {"message": "Channel not found"}
        if query.get("spy", "none") == query.get("whisper", "none") == "none":
            return 400, {"message": "Direction must be specified for at least spy or whisper"}
        if query["snoopId"] in self.box.chans:
            return 409, {"message": "Channel with given unique ID already exists"}
        chan = self.box.new(
            query["snoopId"],
            f"Snoop/{name}-{len(self.changes):08x}",
            "Up",
            spied=name,
            whisper=query.get("whisper", "none"),
        )
        self.box.enter_app(chan, query["app"])
        return 200, _channel(chan)

    def _external_media(self, query: dict[str, str]) -> Answered:
        if query["channelId"] in self.box.chans:
            return 409, {"message": "Channel with given unique ID already exists"}
        if query["encapsulation"] == "audiosocket" and not query.get("data"):
            return 400, {"message": "data can not be empty"}
        stream = query.get("data") or query.get("transport_data") or query["external_host"]
        name = f"{query['encapsulation'].title()}/{query['external_host']}-{len(self.changes)}"
        chan = self.box.new(query["channelId"], name, "Down", stream=stream)
        asyncio.get_running_loop().call_later(0.002, self._media_up, chan, query["app"])
        answer = _channel(chan)
        if query.get("connection_type") == "server":
            answer["channelvars"] = {"MEDIA_WEBSOCKET_CONNECTION_ID": f"ws-{chan.channel_id}"}
        return 200, answer

    def _media_up(self, chan: Chan, app: str) -> None:
        if chan.channel_id in self.box.chans:
            self.box.set_state(chan, "Up")
            self.box.enter_app(chan, app)

    def _add(self, bridge: str, name: str) -> Answered:
        chan = self.box.chans.get(name)
        if bridge not in self.box.bridges:
            return 404, {"message": "Bridge not found"}
        if chan is None:
            return 400, {"message": "Channel not found"}
        if chan.app is None:
            return 422, {"message": "Channel not in Stasis application"}
        self.box.enter(bridge, chan)
        return 204, None

    # --- events ------------------------------------------------------------------------------------------------

    def _told(self, told: Told) -> None:
        if self._socket is None or (kind := _EVENTS.get(told.what)) is None:
            return
        event: dict[str, Any] = {"type": kind, "application": _APP}
        if told.other is not None and told.chan is not None and kind != "Dial":
            whose = "channel" if kind == "BridgeBlindTransfer" else "transferer_first_leg"
            self.event(event | {"result": "Success", whose: _channel(told.chan), "transferee": _channel(told.other)})
            return
        if told.other is not None and told.chan is not None:
            event |= {"dialstatus": "", "caller": _channel(told.chan), "peer": _channel(told.other)}
        if told.chan is not None:
            event["channel"] = _channel(told.chan)
        if told.bridge is not None:
            event["bridge"] = _bridge(self.box, told.bridge)
        if told.cause is not None:
            event["cause"] = told.cause
        if told.soft:
            event["soft"] = True
        if told.digit:
            event["digit"] = told.digit
        self.event(event)


def _channel(chan: Chan) -> dict[str, Any]:
    return {
        "id": chan.channel_id,
        "name": chan.name,
        "state": chan.state,
        "caller": {"name": "", "number": "5550199"},
        "dialplan": {"context": "default", "exten": "s", "priority": 1, "app_name": "", "app_data": ""},
    }


def _bridge(box: Asterisk, name: str) -> dict[str, Any]:
    return {"id": name, "bridge_type": "mixing", "channels": list(box.bridges.get(name, []))}
