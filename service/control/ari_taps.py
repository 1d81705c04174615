"""A leg's tap by ARI: a snoop on what the party says and an external media channel, in one bridge."""

from typing import Any
from urllib.parse import quote

from config.pbx import PbxFeed
from service.control.ari_joining import join
from service.control.ari_rest import AriRest, part
from service.control.pbx_control import TapDoors
from service.control.strays import Strays
from service.control.taps import Tap
from web.supervision import ControlFailedError

_SETTLE_S = 1.0


class AriTaps:
    """Fills `TapHands`."""

    def __init__(self, feed: PbxFeed, rest: AriRest, strays: Strays, doors: TapDoors) -> None:
        assert feed.taps is not None  # noqa: S101  # whoever makes this has looked
        self._feed, self._taps, self._rest, self._strays = feed, feed.taps, rest, strays
        self._doors = doors

    async def begin(self, tap: Tap) -> None:
        """Snoop, media, bridge; `spy=in` never holds a supervisor's voice, its own whisper included (measured)."""
        for thing in _things(tap):
            self._strays.expect(thing)
        await self._rest.post(
            f"channels/{part(tap.channel)}/snoop",
            app=self._feed.app,
            appArgs="tap",
            snoopId=f"{tap.name}-s",
            spy="in",
            whisper="out" if self._taps.leads_back else "none",
        )
        wanted = {"app": self._feed.app, "channelId": f"{tap.name}-m", "format": self._taps.format}
        media = await self._rest.post("channels/externalMedia", None, **wanted, **await self._carriage(tap))
        if self._taps.carry == "websocket_server":
            served = f"{self._feed.url.rstrip('/').replace('http', 'ws', 1)}/media/{part(_connection_of(media))}"
            self._doors.fetch(served, tap.call_id, tap.leg, self._taps.format)
        await self._rest.post("bridges", type="mixing", bridgeId=f"{tap.name}-b")
        await join(self._rest, f"{tap.name}-b", f"{tap.name}-s")
        await join(self._rest, f"{tap.name}-b", f"{tap.name}-m")

    def drop(self, tap: Tap) -> None:
        """All three; the media channel first, so that our socket is free for the next one."""
        for thing in _things(tap):
            self._strays.drop(thing)

    async def removed(self, tap: Tap) -> None:
        """Wait for it."""
        await self._strays.settled(_things(tap), _SETTLE_S)

    async def _carriage(self, tap: Tap) -> dict[str, str]:
        match self._taps.carry:
            case "audiosocket":
                if tap.stream_id is None:
                    raise ControlFailedError("its integrator announced the call: nobody told us its stream ids")
                return {
                    "transport": "tcp",
                    "encapsulation": "audiosocket",
                    "external_host": self._taps.to,
                    "data": tap.stream_id,
                }
            case "websocket":
                back = self._taps.leads_back
                named = f"call={quote(tap.call_id, safe='')},leg={tap.leg}{'' if back else ',back=false'}"
                return {
                    "transport": "websocket",
                    "encapsulation": "none",
                    "connection_type": "client",
                    "external_host": self._taps.to,
                    "direction": "both" if back else "in",
                    "transport_data": f"f(json)v({named})",
                }
            case "websocket_server":
                return {
                    "transport": "websocket",
                    "encapsulation": "none",
                    "connection_type": "server",
                    "external_host": "INCOMING",
                    "direction": "in",
                    "transport_data": "f(json)",
                }
            case _:
                port = await self._doors.rtp_port(tap.call_id, tap.leg)
                host = f"{self._taps.to}:{port}"
                return {"transport": "udp", "encapsulation": "rtp", "external_host": host, "connection_type": "client"}


def _things(tap: Tap) -> tuple[str, str, str]:
    return f"channels/{tap.name}-m", f"channels/{tap.name}-s", f"bridges/{tap.name}-b"


def parts_of(name: str) -> frozenset[str]:
    """What a whole tap of this name has at the PBX."""
    return frozenset((f"channels/{name}-m", f"channels/{name}-s", f"bridges/{name}-b"))


def _connection_of(media: Any) -> str:
    variables = media.get("channelvars") if isinstance(media, dict) else None
    connection = variables.get("MEDIA_WEBSOCKET_CONNECTION_ID") if isinstance(variables, dict) else None
    if not isinstance(connection, str) or not connection:
        raise ControlFailedError("Asterisk did not say where its media can be fetched")
    return connection
