"""Follows a FreeSWITCH by its event socket (ESL)."""

import json
from collections.abc import Callable
from typing import Any

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.call_news import CallNews
from service.control.esl_asking import EslAsking
from service.control.esl_control import EslControl
from service.control.follower import LinkError
from service.control.freeswitch_calls import FreeSwitchCalls
from service.control.freeswitch_floor import FreeSwitchFloor, names_of
from service.control.pbx_control import Around
from service.control.text_link import TextLink
from streaming.wire.esl import EslBroken, EslEvent, EslMessage, EslParser, encode_command

_PORT = 8021
_EVENTS = (  # CUSTOM and its subclasses come last: what follows it is taken for one
    "event plain CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HOLD CHANNEL_UNHOLD "
    "CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE DTMF BACKGROUND_JOB CUSTOM callcenter::info conference::maintenance "
    "mod_audio_fork::connect_failed mod_audio_fork::disconnect mod_audio_stream::disconnect mod_audio_stream::error"
)
_EVENT = "text/event-plain"
_MOST_WHILE_CATCHING_UP = 50_000


class FreeSwitchEsl:
    """A `PbxLink`. It listens; what is done to calls is `control`'s."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, clock: Clock, around: Around) -> None:
        self.calls = FreeSwitchCalls(feed)
        self._asking = EslAsking(settings.answer_s)
        self.control = EslControl(feed, settings, self._asking, around)
        self.floor = FreeSwitchFloor()
        self._tell_floor = around.tell_floor
        self._feed, self._settings, self._clock = feed, settings, clock

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
        link = TextLink[EslEvent](self._feed.url, _PORT, EslParser(), self._settings.answer_s)
        meanwhile: list[EslMessage] = []
        try:
            await link.open()
            await self._log_in(link)
            if not (await self._asked(link, _EVENTS, meanwhile)).get("Reply-Text").startswith("+OK"):
                raise LinkError("the events were refused")
            before = self.control.before_listing()
            legs = _rows(await self._asked(link, "api show channels as json", meanwhile))
            pairs = _rows(await self._asked(link, "api show calls as json", meanwhile))
            living = [str(row.get("uuid")) for row in legs]
            events = [*map(_leg_event, legs), *(_pair_event(row) for row in pairs if row.get("b_uuid"))]
            tell(self.calls.resumed(events, living, self._clock.monotonic_ms()))
            await self._look_at_the_floor(link, meanwhile)
            self._asking.linked(link)
            self.control.linked(legs, before)
            up()
            for event in meanwhile:
                self._take(event, tell)
            while True:
                self._take(await self._next(link), tell)
        finally:
            self.control.link_lost()
            await link.close()

    async def _look_at_the_floor(self, link: TextLink[EslEvent], meanwhile: list[EslMessage]) -> None:
        """Agents and who waits, where mod_callcenter is there."""
        queues = names_of((await self._asked(link, "api callcenter_config queue list", meanwhile)).body)
        if not queues:
            return
        agents = (await self._asked(link, "api callcenter_config agent list", meanwhile)).body
        waiting = {
            queue: (await self._asked(link, f"api callcenter_config queue list members {queue}", meanwhile)).body
            for queue in queues
        }
        self._tell_floor(self.floor.listed(agents, waiting, self._clock.now_at()))

    async def _log_in(self, link: TextLink[EslEvent]) -> None:
        greeting = _message(await link.next())
        if greeting.kind == "text/rude-rejection":
            raise LinkError("this address is not in the list of those who may connect (apply-inbound-acl)")
        if greeting.kind != "auth/request":
            raise LinkError("no event socket of FreeSWITCH answers there")
        answer = await self._asked(link, f"auth {self._feed.password.get_secret_value()}", [])
        if not answer.get("Reply-Text").startswith("+OK"):
            raise LinkError("the login was refused")

    async def _asked(self, link: TextLink[EslEvent], command: str, meanwhile: list[EslMessage]) -> EslMessage:
        """The answer to a command; events that come before it are kept."""
        try:
            encoded = encode_command(command)
        except ValueError:
            raise LinkError("the password holds a line end") from None
        await link.send(encoded)
        while True:
            message = _message(await link.next())
            if message.kind != _EVENT:
                return message
            if len(meanwhile) >= _MOST_WHILE_CATCHING_UP:
                raise LinkError("too much happens before the list of channels is complete")
            meanwhile.append(message)

    async def _next(self, link: TextLink[EslEvent]) -> EslMessage:
        """The next message. On a silent link asks whether the other side lives."""
        said = await link.next_or_none(self._settings.silent_s)
        if said is None:
            await link.send(encode_command("api version"))
            self._asking.nobody_asked()
            said = await link.next()
        return _message(said)

    def _take(self, message: EslMessage, tell: Callable[[list[CallNews]], None]) -> None:
        if message.kind == _EVENT:
            tell(self.calls.feed(message, self._clock.monotonic_ms()))
            self.control.take(message)
            self._tell_floor(self.floor.feed(message, self._clock.now_at()))
        else:
            self._asking.take(message)


def _message(said: EslEvent) -> EslMessage:
    match said:
        case EslBroken(detail):
            raise LinkError(detail)
        case EslMessage(kind="text/disconnect-notice"):
            raise LinkError("the other side says goodbye")
        case EslMessage():
            return said


def _rows(answer: EslMessage) -> list[dict[str, Any]]:
    """`show … as json`; no rows at all are no key at all."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        raise LinkError("channels cannot be listed") from None
    rows = said.get("rows", []) if isinstance(said, dict) else []
    return [row for row in rows if isinstance(row, dict) and row.get("uuid")]


def _leg_event(row: dict[str, Any]) -> EslMessage:
    """A row of `show channels` as the event that would tell of it."""
    wanted = {"uuid": "Unique-ID", "name": "Channel-Name", "cid_num": "Caller-Caller-ID-Number"}
    wanted |= {"context": "Caller-Context"}
    fields = tuple((header, str(row.get(key) or "")) for key, header in wanted.items())
    return EslMessage(_EVENT, (("Event-Name", "CHANNEL_DATA"), *fields))


def _pair_event(row: dict[str, Any]) -> EslMessage:
    """A row of `show calls` as the event that would tell of it."""
    a, b = str(row["uuid"]), str(row["b_uuid"])
    name = ("Channel-Name", str(row.get("name") or ""))
    told = (("Event-Name", "CHANNEL_BRIDGE"), ("Unique-ID", a), name)
    return EslMessage(_EVENT, (*told, ("Bridge-A-Unique-ID", a), ("Bridge-B-Unique-ID", b)))
