"""A hand on the calls of an Asterisk by its REST interface: the supervisor's telephone and a snoop in one bridge."""

from collections.abc import Mapping
from typing import Any

from config.pbx import PbxFeed, PbxSettings
from service.control.ari_joining import join
from service.control.ari_rest import AriRefusedError, AriRest, part
from service.control.ari_taps import AriTaps, parts_of
from service.control.follower import LinkError
from service.control.pbx_control import Around, CallLine
from service.control.phone_control import PhoneControl
from service.control.phone_supervisions import Supervision
from service.control.taps import TapHands
from streaming.frames import Leg
from web.supervision import Able, ControlFailedError, Mode

_WHISPER = {Mode.LISTEN: "none", Mode.WHISPER: "out", Mode.BARGE: "both"}  # measured: out is heard by the agent alone
_SNOOP_MODULE = "res_stasis_snoop.so"


class AriControl(PhoneControl):
    """Fills `PbxControl` and `Hands`. Things are named `channels/<id>` and `bridges/<id>`, as in the interface."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, rest: AriRest, around: Around) -> None:
        self._rest = rest
        super().__init__(feed, settings, around)
        self._linked = False
        self._missing: str | None = "the telephone system has not been reached yet"
        self._may_snoop = False

    # --- the link ----------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """What this Asterisk can and we may do. Raises LinkError."""
        try:
            await self._rest.delete(f"bridges/{part(self._prefix + 'nothing')}")
            self._missing = None
        except AriRefusedError as error:
            self._missing = f"the ARI user may not change anything (ari.conf: read_only=no); {error}"
        try:
            self._may_snoop = bool(await self._rest.get(f"asterisk/modules/{_SNOOP_MODULE}"))
        except AriRefusedError:
            self._may_snoop = False

    def linked(self, channels: list[Any], bridges: list[Any], before: frozenset[str]) -> None:
        """The link is made: these are there."""
        self._linked = True
        up, ringing, there = set[str](), set[str](), set[str]()
        for channel in channels:
            if isinstance(channel, Mapping) and (name := str(channel.get("id") or "")):
                self.strays.seen(f"channels/{name}")
                there.add(f"channels/{name}")
                (up if channel.get("state") == "Up" else ringing).add(name)
        for bridge in bridges:
            if isinstance(bridge, Mapping) and bridge.get("id"):
                self.strays.seen(f"bridges/{bridge['id']}")
                there.add(f"bridges/{bridge['id']}")
        self.supervisions.phones_there(up, ringing, before)
        self.taps.linked(frozenset(name for name in self.taps.standing & before if parts_of(name) - there))
        self.strays.linked()

    def link_lost(self) -> None:
        """What goes on at the PBX goes on; nothing new is begun."""
        self._linked = False
        self.taps.link_lost()

    def take(self, event: Mapping[str, Any]) -> None:
        """An event: of ours somebody answered, left, or appeared unasked."""
        channel, bridge = event.get("channel"), event.get("bridge")
        kind = event.get("type")
        if isinstance(channel, Mapping) and self.is_ours(thing := f"channels/{channel.get('id')}"):
            name = str(channel.get("id"))
            if kind == "ChannelDestroyed":
                self.strays.gone(thing)
                self.supervisions.phone_gone(name)
                self.taps.part_gone(name)
            else:
                self.strays.seen(thing)
                if kind == "StasisStart":
                    self.supervisions.phone_answered(name)
        elif isinstance(channel, Mapping) and kind == "ChannelDestroyed":
            self.supervisions.phone_gone(str(channel.get("id")))  # one that takes a call over is not of ours
            self.taps.channel_gone(str(channel.get("id")))
        elif isinstance(channel, Mapping) and kind == "ChannelStateChange" and channel.get("state") == "Up":
            self.supervisions.phone_answered(str(channel.get("id")))
        if isinstance(bridge, Mapping) and self.is_ours(thing := f"bridges/{bridge.get('id')}"):
            (self.strays.gone if kind == "BridgeDestroyed" else self.strays.seen)(thing)

    def is_ours(self, thing: str) -> bool:
        """Whether we made it, in this life or an earlier one."""
        return thing.partition("/")[2].startswith(self._prefix)

    # --- PbxControl --------------------------------------------------------------------------------------------

    def ability(self, mode: Mode) -> Able:
        """Whether this Asterisk can do so now."""
        if not self._linked:
            return f"the link to the telephone system {self._feed.name} is down"
        if self._missing is not None:
            return self._missing
        if mode in _WHISPER and not self._may_snoop:
            return f"Asterisk has not loaded {_SNOOP_MODULE}"
        if mode is Mode.TAKE_OVER and self._feed.take_over_context is None:
            return "ARI cannot take a call over by itself: name a dialplan context (pbx.feeds: take_over_context)"
        return True

    async def hang_up(self, line: CallLine) -> None:
        """End the customer's channel; the dialplan ends the agent's."""
        try:
            if not await self._rest.delete(f"channels/{part(line.customer)}"):
                raise ControlFailedError("the call has just ended")
        except LinkError as error:
            raise ControlFailedError(str(error)) from None

    def connected(self, line: CallLine, streams: Mapping[Leg, str] | None) -> None:
        """Tap it; supervisors go along to another agent."""
        self.taps.connected(line, streams)
        self.supervisions.moved(line)

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Snoops that hear what comes in are fed before whispers are mixed in (measured)."""
        return self.taps.both_of(call_id)

    # --- Hands -------------------------------------------------------------------------------------------------

    def phone_of(self, supervision_id: str, mode: Mode) -> str:
        """One that takes a call over is no thing of ours: the customer speaks there after us."""
        return f"took-{self._prefix}{supervision_id}" if mode is Mode.TAKE_OVER else f"{self._prefix}{supervision_id}"

    async def ring(self, supervision: Supervision) -> None:
        """Originate the telephone: into our application, or, to take over, into the dialplan."""
        if supervision.mode is Mode.TAKE_OVER:
            goes = {"context": self._feed.take_over_context or "", "extension": "s", "priority": "1"}
            variables = {"EARSHOT_CUSTOMER": supervision.line.customer_name}
        else:
            goes, variables = {"app": self._feed.app, "appArgs": "supervisor"}, {}
            self.strays.expect(f"channels/{supervision.phone}")
        await self._rest.post(
            "channels",
            {"variables": variables},
            endpoint=self._feed.dial.replace("{extension}", supervision.extension),
            channelId=supervision.phone,
            callerId=self._feed.supervisor_caller_id,
            timeout=str(round(self._settings.ring_s)),
            **goes,
        )

    async def let_in(self, supervision: Supervision) -> None:
        """A bridge of the telephone and a snoop on the agent."""
        bridge = f"{supervision.phone}-b"
        self.strays.expect(f"bridges/{bridge}")
        await self._rest.post("bridges", type="mixing", bridgeId=bridge)
        await join(self._rest, bridge, supervision.phone)
        await self.follow(supervision)

    async def switch(self, supervision: Supervision, mode: Mode) -> None:
        """A new snoop into the bridge, then the old one out: the supervisor hears on."""
        if supervision.line.agent:  # else the next agent's snoop will have it
            await self._snoop(supervision, mode)

    async def follow(self, supervision: Supervision) -> None:
        """A snoop on the agent that is there now; while none is, the bridge waits with the telephone in it."""
        if supervision.line.agent:
            await self._snoop(supervision, supervision.mode)
        else:
            self.strays.drop(f"channels/{self._snoop_of(supervision)}")

    async def settle(self, supervision: Supervision) -> None:
        """Nothing is put anywhere that we have not put there ourselves."""

    async def _snoop(self, supervision: Supervision, mode: Mode) -> None:
        old, new = self._snoop_of(supervision), f"{supervision.phone}-{supervision.changes + 1}"
        self.strays.expect(f"channels/{new}")
        try:
            await self._rest.post(
                f"channels/{part(supervision.line.agent)}/snoop",
                app=self._feed.app,
                appArgs="snoop",
                snoopId=new,
                spy="both",
                whisper=_WHISPER[mode],
            )
            await join(self._rest, f"{supervision.phone}-b", new)
        except BaseException:
            self.strays.drop(f"channels/{new}")
            raise
        supervision.changes += 1
        if supervision.changes > 1:
            self.strays.drop(f"channels/{old}")

    def drop(self, supervision: Supervision) -> None:
        """Telephone, snoop and bridge go; a call that was taken over stays."""
        if supervision.mode is Mode.TAKE_OVER:
            if supervision.gone.is_set() and not supervision.is_in:
                self.strays.drop(f"channels/{supervision.phone}")  # the call is over; else it stops ringing by itself
            return
        self.strays.drop(f"channels/{supervision.phone}")
        self.strays.drop(f"channels/{self._snoop_of(supervision)}")
        self.strays.drop(f"bridges/{supervision.phone}-b")

    # --- inside ------------------------------------------------------------------------------------------------

    def _snoop_of(self, supervision: Supervision) -> str:
        return f"{supervision.phone}-{supervision.changes}"

    def _tap_hands(self, around: Around) -> TapHands | None:
        return AriTaps(self._feed, self._rest, self.strays, around.doors) if self._feed.taps is not None else None

    async def _remove(self, thing: str) -> bool:
        """Gone when Asterisk says so, or never knew it."""
        folder, _, name = thing.partition("/")
        try:
            await self._rest.delete(f"{folder}/{part(name)}")
        except AriRefusedError:
            return False
        return True
