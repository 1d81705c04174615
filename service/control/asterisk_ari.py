"""Follows an Asterisk by its REST interface (ARI): events by WebSocket, what is there by HTTP."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.ari_control import AriControl
from service.control.ari_rest import AriRefusedError, AriRest
from service.control.ari_signals import ari_signals, bridge_members, known_channel
from service.control.asterisk_calls import AsteriskCalls
from service.control.asterisk_floor import AsteriskFloor
from service.control.call_news import CallNews
from service.control.follower import LinkError
from service.control.pbx_control import Around
from service.control.signals import Signal

_LARGEST_EVENT_BYTES = 1_048_576


class AsteriskAri:
    """A `PbxLink`. It listens; what is done to calls is `control`'s."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, clock: Clock, around: Around) -> None:
        self.calls = AsteriskCalls(feed)
        self.strange_messages = 0
        self._feed, self._settings, self._clock = feed, settings, clock
        secret = f"{feed.user}:{feed.password.get_secret_value()}".encode()
        self._headers = {"Authorization": f"Basic {base64.b64encode(secret).decode()}"}  # never in the address: logs
        self._rest = AriRest(feed, settings, self._headers)
        self.control = AriControl(feed, settings, self._rest, around)
        self.floor = AsteriskFloor(feed)
        self._tell_floor = around.tell_floor

    def advance(self, now_ms: int) -> list[CallNews]:
        """What is due by now."""
        self._tell_floor(self.floor.advance(self._clock.now_at()))
        return self.calls.advance(now_ms)

    def link_lost(self) -> None:
        """Things may happen unseen from now on."""
        self.calls.link_lost()
        self.control.link_lost()

    async def run(self) -> None:
        """Remove what is not wanted any more, until cancelled."""
        async with self._rest:
            await self.control.strays.run()

    async def farewell(self) -> None:
        """Remove all that is ours, now. Raises LinkError."""
        await self.stop()
        await self.control.strays.clear()

    async def stop(self) -> None:
        """Nothing goes on here any more, whatever is left at the PBX."""
        await self.control.taps.stop()
        await self.control.supervisions.stop()

    async def follow(self, tell: Callable[[list[CallNews]], None], up: Callable[[], None]) -> None:
        """Connect, learn what is there, tell. Always ends with LinkError.

        The events are opened first: what happens while the channels are listed waits in the socket.
        """
        url = f"{self._feed.url.rstrip('/').replace('http', 'ws', 1)}/ari/events?app={self._feed.app}&subscribeAll=true"
        try:
            async with connect(
                url,
                additional_headers=self._headers,
                open_timeout=self._settings.answer_s,
                ping_interval=self._settings.silent_s,
                ping_timeout=self._settings.answer_s,
                close_timeout=1,
                max_size=_LARGEST_EVENT_BYTES,
                proxy=None,
            ) as events:
                before = self.control.before_listing()
                channels, bridges = await self._all_there()
                tell(self.calls.resumed(_signals_of(channels, bridges), self._clock.monotonic_ms()))
                await self.control.look()
                self.control.linked(channels, bridges, before)
                up()
                await self._listen(events, tell)
        except InvalidStatus as error:
            raise LinkError(f"the event socket was refused with {error.response.status_code}") from None
        except (OSError, WebSocketException, TimeoutError) as error:
            raise LinkError(f"the event socket broke: {type(error).__name__}") from None
        raise LinkError("the other side closed the event socket")

    async def _listen(self, events: ClientConnection, tell: Callable[[list[CallNews]], None]) -> None:
        async for message in events:
            event = _json(message)
            if not isinstance(event, dict):
                self.strange_messages += 1
                continue
            now_ms = self._clock.monotonic_ms()
            for signal in ari_signals(event):
                tell(self.calls.feed(signal, now_ms))
            self.control.take(event)
            if event.get("type") == "DeviceStateChanged" and isinstance(device := event.get("device_state"), dict):
                name, state = str(device.get("name")), str(device.get("state"))
                self._tell_floor(self.floor.device(name, state, self._clock.now_at()))

    async def _all_there(self) -> tuple[list[Any], list[Any]]:
        """All channels and bridges of now."""
        try:
            channels, bridges = await asyncio.gather(self._rest.get("channels"), self._rest.get("bridges"))
        except AriRefusedError as error:
            raise LinkError(f"channels cannot be listed: {error.status}") from None
        return _rows(channels), _rows(bridges)


def _signals_of(channels: list[Any], bridges: list[Any]) -> list[Signal]:
    known = [known for each in channels if (known := known_channel(each)) is not None]
    return [*known, *(member for each in bridges for member in bridge_members(each))]


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _rows(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []
