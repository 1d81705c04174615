"""Follows an Asterisk by its manager interface (AMI)."""

import asyncio
import itertools
from collections.abc import Callable, Iterable

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.ami_asking import AmiAsking
from service.control.ami_control import AmiControl
from service.control.ami_signals import ami_signals
from service.control.asterisk_calls import AsteriskCalls
from service.control.asterisk_floor import AsteriskFloor
from service.control.call_news import CallNews
from service.control.follower import LinkError
from service.control.pbx_control import Around
from service.control.text_link import TextLink
from streaming.wire.ami import AmiBroken, AmiEvent, AmiGreeting, AmiMessage, AmiParser, encode_action

_PORT = 5038
_MOST_WHILE_CATCHING_UP = 50_000  # events that come between the question and the end of its answer


class AsteriskAmi:
    """A `PbxLink`. It listens; what is done to calls is `control`'s."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, clock: Clock, around: Around) -> None:
        self.calls = AsteriskCalls(feed)
        self._asking = AmiAsking(settings.answer_s)
        self.control = AmiControl(feed, settings, self._asking, around)
        self.floor = AsteriskFloor(feed)
        self._tell_floor = around.tell_floor
        self._feed, self._settings, self._clock = feed, settings, clock
        self._action_ids = itertools.count(1)

    def advance(self, now_ms: int) -> list[CallNews]:
        """What is due by now."""
        self._tell_floor(self.floor.advance(self._clock.now_at()))
        return self.calls.advance(now_ms)

    def link_lost(self) -> None:
        """Things may happen unseen from now on."""
        self.calls.link_lost()

    async def run(self) -> None:
        """Remove what is not wanted any more, until cancelled."""
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
        """Connect, log in, learn what is there, tell. Always ends with LinkError."""
        link = TextLink[AmiEvent](self._feed.url, _PORT, AmiParser(), self._settings.answer_s)
        try:
            await link.open()
            if not isinstance(await link.next(), AmiGreeting):
                raise LinkError("no manager interface of Asterisk answers there")
            await self._log_in(link)
            before = self.control.before_listing()
            rows = await self._catch_up(link, tell)
            self._asking.linked(link)
            self.control.linked(rows, before)
            up()
            while True:
                self._take(await self._next(link), tell)
        finally:
            self.control.link_lost()
            await link.close()

    async def _log_in(self, link: TextLink[AmiEvent]) -> None:
        secret = self._feed.password.get_secret_value()
        action_id = await self._send(
            link, "Login", (("Username", self._feed.user), ("Secret", secret), ("Events", "on"))
        )
        answer = await self._answer(link, action_id, [])
        if answer.get("Response") != "Success":
            raise LinkError("the login was refused")

    async def _catch_up(self, link: TextLink[AmiEvent], tell: Callable[[list[CallNews]], None]) -> list[AmiMessage]:
        """All channels of now, with their bridges; what comes meanwhile is taken afterwards."""
        meanwhile: list[AmiMessage] = []
        self.control.may(await self._answer(link, await self._send(link, "ListCommands"), meanwhile))
        queues = await self._listed(link, "QueueStatus", meanwhile)
        if queues is not None:  # a user without `agent` learns nothing of queues
            self._tell_floor(self.floor.listed(queues, self._clock.now_at()))
        rows = await self._listed(link, "CoreShowChannels", meanwhile)
        if rows is None:
            raise LinkError("the user may not list channels (read permission `reporting` or `system`)")
        now_ms = self._clock.monotonic_ms()
        tell(self.calls.resumed([signal for row in rows for signal in ami_signals(row)], now_ms))
        for message in meanwhile:
            self._take(message, tell)
        return rows

    async def _listed(
        self, link: TextLink[AmiEvent], action: str, meanwhile: list[AmiMessage]
    ) -> list[AmiMessage] | None:
        """The rows of a list; None when it is refused."""
        action_id = await self._send(link, action)
        if (await self._answer(link, action_id, meanwhile)).get("Response") != "Success":
            return None
        rows: list[AmiMessage] = []
        while True:
            message = _message(await link.next())
            if message.get("ActionID") != action_id:
                _keep(meanwhile, message)
            elif message.get("EventList") == "Complete" or message.get("Event").endswith("Complete"):
                return rows
            else:
                rows.append(message)

    async def _answer(self, link: TextLink[AmiEvent], action_id: str, meanwhile: list[AmiMessage]) -> AmiMessage:
        try:
            async with asyncio.timeout(self._settings.answer_s):
                while True:
                    message = _message(await link.next())
                    if message.get("Response") and message.get("ActionID") in (action_id, ""):
                        return message
                    _keep(meanwhile, message)
        except TimeoutError:
            raise LinkError("no answer in time") from None

    async def _next(self, link: TextLink[AmiEvent]) -> AmiMessage:
        """The next message. On a silent link asks whether the other side lives."""
        said = await link.next_or_none(self._settings.silent_s)
        if said is None:
            await self._send(link, "Ping")
            said = await link.next()
        return _message(said)

    async def _send(self, link: TextLink[AmiEvent], action: str, fields: Iterable[tuple[str, str]] = ()) -> str:
        action_id = f"earshot-{next(self._action_ids)}"
        try:
            encoded = encode_action(action, (("ActionID", action_id), *fields))
        except ValueError:
            raise LinkError("user or password hold a line end") from None
        await link.send(encoded)
        return action_id

    def _take(self, message: AmiMessage, tell: Callable[[list[CallNews]], None]) -> None:
        if self._asking.take(message):
            return
        now_ms = self._clock.monotonic_ms()
        for signal in ami_signals(message):
            tell(self.calls.feed(signal, now_ms))
        self.control.take(message)
        self._tell_floor(self.floor.feed(message, self._clock.now_at()))


def _message(said: AmiEvent) -> AmiMessage:
    match said:
        case AmiMessage():
            return said
        case AmiBroken(detail):
            raise LinkError(detail)
        case AmiGreeting():
            raise LinkError("a second greeting")


def _keep(meanwhile: list[AmiMessage], message: AmiMessage) -> None:
    if len(meanwhile) >= _MOST_WHILE_CATCHING_UP:
        raise LinkError("too much happens before the list of channels is complete")
    meanwhile.append(message)
