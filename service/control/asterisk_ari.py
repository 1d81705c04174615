"""Follows an Asterisk by its REST interface (ARI): events by WebSocket, what is there by HTTP."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.ari_signals import ari_signals, bridge_members, known_channel
from service.control.asterisk_calls import AsteriskCalls
from service.control.call_news import CallNews
from service.control.follower import LinkError
from service.control.signals import Signal

_LARGEST_EVENT_BYTES = 1_048_576


class AsteriskAri:
    """A `PbxLink`. It asks and listens; it changes nothing at the PBX."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, clock: Clock) -> None:
        self.calls = AsteriskCalls(feed)
        self.strange_messages = 0
        self._feed, self._settings, self._clock = feed, settings, clock
        secret = f"{feed.user}:{feed.password.get_secret_value()}".encode()
        self._headers = {"Authorization": f"Basic {base64.b64encode(secret).decode()}"}  # never in the address: logs

    def advance(self, now_ms: int) -> list[CallNews]:
        """What is due by now."""
        return self.calls.advance(now_ms)

    def link_lost(self) -> None:
        """Things may happen unseen from now on."""
        self.calls.link_lost()

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
                tell(self.calls.resumed(await self._all_there(), self._clock.monotonic_ms()))
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

    async def _all_there(self) -> list[Signal]:
        """All channels and bridges of now."""
        base = f"{self._feed.url.rstrip('/')}/ari"
        try:
            async with httpx.AsyncClient(
                headers=self._headers, timeout=self._settings.answer_s, trust_env=False
            ) as client:
                channels, bridges = await asyncio.gather(client.get(f"{base}/channels"), client.get(f"{base}/bridges"))
        except httpx.HTTPError as error:
            raise LinkError(f"channels cannot be listed: {type(error).__name__}") from None
        if channels.status_code != httpx.codes.OK or bridges.status_code != httpx.codes.OK:
            raise LinkError(f"channels cannot be listed: {max(channels.status_code, bridges.status_code)}")
        known = [known for each in _rows(channels.content) if (known := known_channel(each)) is not None]
        return [*known, *(member for each in _rows(bridges.content) for member in bridge_members(each))]


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _rows(text: bytes) -> list[Any]:
    rows = _json(text)
    return rows if isinstance(rows, list) else []
