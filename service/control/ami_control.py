"""A hand on the calls of an Asterisk by its manager interface: ChanSpy for supervisors, keys change its mode.

A supervisor's ChanSpy hears whichever channel bears its telephone's name in SPYGROUP, and waits while none does: so it
goes along to another agent. What a site keeps in that variable stays there.
"""

import asyncio
from collections.abc import Mapping

from config.pbx import PbxFeed, PbxSettings
from service.control.ami_asking import AmiAsking
from service.control.ami_taps import AmiTaps
from service.control.follower import LinkError
from service.control.pbx_control import Around, CallLine
from service.control.phone_control import PhoneControl
from service.control.phone_supervisions import Supervision
from service.control.taps import TapHands
from streaming.frames import Leg
from streaming.wire.ami import AmiMessage
from web.supervision import Able, ControlFailedError, Mode

_OPTIONS = {Mode.LISTEN: "qd", Mode.WHISPER: "qdw", Mode.BARGE: "qdB"}  # d: keys change the mode
_NEXT = "*"  # ChanSpy's key for the next channel of its group
_KEYS = {Mode.LISTEN: "4", Mode.WHISPER: "5", Mode.BARGE: "6"}  # what option d makes of the supervisor's keys
_MODES = {key: mode for mode, key in _KEYS.items()}
_NEEDED = {Mode.END: ("Hangup",), Mode.TAKE_OVER: ("Originate", "Hangup")}
_NEEDED_TO_SPY = ("Originate", "Hangup", "PlayDTMF", "Getvar", "Setvar")
_GROUPS, _GROUP_ENDS = "SPYGROUP", ":"
_MARK = "spygroup/"  # a thing to be removed: our names in this variable of a channel
_NO_SUCH_CHANNEL = "no such channel"


class AmiControl(PhoneControl):
    """Fills `PbxControl` and `Hands`. Things are channels, named by the unique ids that we gave them."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, asking: AmiAsking, around: Around) -> None:
        self._asking = asking
        super().__init__(feed, settings, around)
        self._actions: frozenset[str] = frozenset()
        self._marking = asyncio.Lock()  # the variable is read and written
        self._looked = False  # whether an earlier life left names of ours

    # --- the link ----------------------------------------------------------------------------------------------

    def may(self, actions: AmiMessage) -> None:
        """The answer to `ListCommands`: what this user may do."""
        self._actions = frozenset(name.lower() for name, _ in actions.fields)

    def linked(self, channels: list[AmiMessage], before: frozenset[str]) -> None:
        """The link is made: these channels are there."""
        up, ringing = set[str](), set[str]()
        for row in channels:
            self.strays.seen(channel := row.get("Uniqueid"))
            (up if row.get("ChannelStateDesc") == "Up" else ringing).add(channel)
        self.supervisions.phones_there(up, ringing, before)
        self.taps.linked(frozenset(self.taps.standing & before - up))
        if not self._looked and "getvar" in self._actions:
            self._looked = True
            for channel in up:
                if not self.is_ours(channel):
                    self.strays.drop(_MARK + channel)
        self.strays.linked()

    def take(self, event: AmiMessage) -> None:
        """An event: of ours somebody answered, pressed a key, left, or appeared unasked."""
        channel = event.get("Uniqueid")
        match event.get("Event"):
            case "ChanSpyStart":
                self.supervisions.phone_answered(event.get("SpyerUniqueid"))
                self.supervisions.phone_attached(event.get("SpyerUniqueid"))
            case "ChanSpyStop":
                self.supervisions.phone_alone(event.get("SpyerUniqueid"))
            case "Newstate" if event.get("ChannelStateDesc") == "Up":
                self.strays.seen(channel)
                self.supervisions.phone_answered(channel)
            case "Newchannel":
                self.strays.seen(channel)
            case "DTMFEnd" if event.get("Direction") == "Received" and self.is_ours(channel):
                if (mode := _MODES.get(event.get("Digit"))) is not None:
                    self.supervisions.mode_pressed(channel, mode)
            case "OriginateResponse" if event.get("Response") == "Failure":
                self.supervisions.phone_gone(event.get("ActionID"))  # it has no channel: its action bears our name
                self.taps.part_gone(event.get("ActionID"))
            case "Hangup":
                self.strays.gone(channel)
                self.supervisions.phone_gone(channel)
                self.taps.part_gone(channel)
                self.taps.channel_gone(channel)
            case _:
                pass

    def link_lost(self) -> None:
        """What goes on at the PBX goes on."""
        self._asking.lost()
        self.taps.link_lost()

    # --- PbxControl --------------------------------------------------------------------------------------------

    def ability(self, mode: Mode) -> Able:
        """Whether this Asterisk lets us do so now."""
        if not self._asking.is_linked:
            return f"the link to the telephone system {self._feed.name} is down"
        for action in _NEEDED.get(mode, _NEEDED_TO_SPY):
            if action.lower() not in self._actions:
                return f"the manager user may not {action} (manager.conf: write = originate,call)"
        return True

    async def hang_up(self, line: CallLine) -> None:
        """End the customer's channel; the dialplan ends the agent's."""
        try:
            await self._asking.do("Hangup", (("Channel", line.customer_name), ("Cause", "16")))
        except LinkError as error:
            raise ControlFailedError(str(error)) from None

    def connected(self, line: CallLine, streams: Mapping[Leg, str] | None) -> None:
        """Tap it; supervisors go along to another agent."""
        self.taps.connected(line, streams)
        self.supervisions.moved(line)

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Spies on what comes in are fed before whispers are mixed in (measured)."""
        return self.taps.both_of(call_id)

    # --- Hands -------------------------------------------------------------------------------------------------

    def phone_of(self, supervision_id: str, mode: Mode) -> str:
        """One that takes a call over is no thing of ours: the customer speaks there after us."""
        return f"took-{self._prefix}{supervision_id}" if mode is Mode.TAKE_OVER else f"{self._prefix}{supervision_id}"

    async def ring(self, supervision: Supervision) -> None:
        """Originate: who answers is put into a ChanSpy that finds the agent, or bridged with the customer."""
        line = supervision.line
        if supervision.mode is Mode.TAKE_OVER:
            application, arguments = "Bridge", line.customer_name
        else:
            application, arguments = "ChanSpy", f",{_OPTIONS[supervision.mode]}g({supervision.phone})"
            await self._prepare(supervision)
            self.strays.expect(supervision.phone)
        fields = (
            ("Channel", self._feed.dial.replace("{extension}", supervision.extension)),
            ("ChannelId", supervision.phone),
            ("Application", application),
            ("Data", arguments),
            ("CallerID", self._feed.supervisor_caller_id),
            ("Timeout", str(round(self._settings.ring_s * 1000))),
            ("Async", "true"),
        )
        await self._asking.do("Originate", fields, named=supervision.phone)

    async def let_in(self, supervision: Supervision) -> None:
        """ChanSpy begins by itself."""
        supervision.alone = not supervision.attached

    async def switch(self, supervision: Supervision, mode: Mode) -> None:
        """Press the key of the mode on the supervisor's telephone."""
        await self._press(supervision, _KEYS[mode])

    async def follow(self, supervision: Supervision) -> None:
        """ChanSpy looks for the channel that bears its name: not the last one any more, the next one from now on."""
        last = supervision.marked
        if last and last != supervision.line.agent:
            self.strays.drop(_MARK + last)  # should this be the last that we can do
        if supervision.line.agent:
            await self._prepare(supervision)
        if last and last != supervision.line.agent and await self._regroup(last):
            await self._press(supervision, _NEXT)  # that channel goes on: ChanSpy would stay there

    async def settle(self, supervision: Supervision) -> None:
        """A key that came while ChanSpy had no channel was heard by nobody."""
        if supervision.mode is not supervision.rung_mode or supervision.changes:
            await self._press(supervision, _KEYS[supervision.mode])
        supervision.changes += 1

    def drop(self, supervision: Supervision) -> None:
        """The telephone goes; a call that was taken over stays."""
        if supervision.mode is not Mode.TAKE_OVER or (supervision.gone.is_set() and not supervision.is_in):
            self.strays.drop(supervision.phone)
        for channel in {supervision.marked, supervision.line.agent} - {""}:
            self.strays.drop(_MARK + channel)

    # --- inside ------------------------------------------------------------------------------------------------

    async def _press(self, supervision: Supervision, key: str) -> None:
        fields = (("Channel", supervision.phone), ("Digit", key), ("Receive", "true"))
        await self._asking.do("PlayDTMF", fields)

    async def _prepare(self, supervision: Supervision) -> None:
        """The agent's channel is to bear the telephone's name."""
        channel = supervision.line.agent
        if not await self._regroup(channel):
            raise ControlFailedError("the agent's channel has just ended")
        supervision.marked = channel

    async def _regroup(self, channel: str) -> bool:
        """The names of ours that the channel is to bear, and what else was there. False when it is gone."""
        async with self._marking:
            answer = await self._asking.ask("Getvar", (("Channel", channel), ("Variable", _GROUPS)))
            if _NO_SUCH_CHANNEL in answer.get("Message").lower():
                return False
            groups = [each for each in answer.get("Value").split(_GROUP_ENDS) if each]
            wanted = [*self.supervisions.at(channel), *(each for each in groups if not self.is_ours(each))]
            if wanted != groups:
                fields = (("Channel", channel), ("Variable", _GROUPS), ("Value", _GROUP_ENDS.join(wanted)))
                await self._asking.do("Setvar", fields)
            return True

    def _tap_hands(self, around: Around) -> TapHands | None:
        return AmiTaps(self._feed, self._asking, self.strays) if self._feed.taps is not None else None

    async def _remove(self, channel: str) -> bool:
        if channel.startswith(_MARK):
            try:
                await self._regroup(channel.removeprefix(_MARK))
            except ControlFailedError:
                return False
            return True
        answer = await self._asking.ask("Hangup", (("Channel", channel), ("Cause", "16")))
        return answer.get("Response") == "Success" or _NO_SUCH_CHANNEL in answer.get("Message").lower()
