"""A hand on the calls of an Asterisk by its manager interface: ChanSpy rings the supervisor, keys change its mode."""

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

_OPTIONS = {Mode.LISTEN: "quSEd", Mode.WHISPER: "quSEdw", Mode.BARGE: "quSEdB"}  # u: by name; E: ends with the channel
_KEYS = {Mode.LISTEN: "4", Mode.WHISPER: "5", Mode.BARGE: "6"}  # what option d makes of the supervisor's keys
_MODES = {key: mode for mode, key in _KEYS.items()}
_NEEDED = {Mode.END: ("Hangup",), Mode.TAKE_OVER: ("Originate", "Hangup")}
_NEEDED_TO_SPY = ("Originate", "Hangup", "PlayDTMF")
_NO_SUCH_CHANNEL = "no such channel"


class AmiControl(PhoneControl):
    """Fills `PbxControl` and `Hands`. Things are channels, named by the unique ids that we gave them."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, asking: AmiAsking, around: Around) -> None:
        self._asking = asking
        super().__init__(feed, settings, around)
        self._actions: frozenset[str] = frozenset()

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
        self.strays.linked()

    def take(self, event: AmiMessage) -> None:
        """An event: of ours somebody answered, pressed a key, left, or appeared unasked."""
        channel = event.get("Uniqueid")
        match event.get("Event"):
            case "ChanSpyStart":
                self.supervisions.phone_answered(event.get("SpyerUniqueid"))
            case "Newstate" if event.get("ChannelStateDesc") == "Up":
                self.strays.seen(channel)
                if channel.startswith("took-"):
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
        """Tap it. ChanSpy ended with another agent's channel: whoever listened there asks again."""
        self.taps.connected(line, streams)

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Spies on what comes in are fed before whispers are mixed in (measured)."""
        return self.taps.both_of(call_id)

    # --- Hands -------------------------------------------------------------------------------------------------

    def phone_of(self, supervision_id: str, mode: Mode) -> str:
        """One that takes a call over is no thing of ours: the customer speaks there after us."""
        return f"took-{self._prefix}{supervision_id}" if mode is Mode.TAKE_OVER else f"{self._prefix}{supervision_id}"

    async def ring(self, supervision: Supervision) -> None:
        """Originate: who answers is put into ChanSpy on the agent, or bridged with the customer."""
        line = supervision.line
        if supervision.mode is Mode.TAKE_OVER:
            application, arguments = "Bridge", line.customer_name
        else:
            application, arguments = "ChanSpy", f"{line.agent_name},{_OPTIONS[supervision.mode]}"
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
        """ChanSpy has begun by itself; the mode may have changed while it rang."""
        if supervision.mode is not supervision.rung_mode:
            await self._press(supervision, supervision.mode)

    async def switch(self, supervision: Supervision, mode: Mode, line: CallLine) -> None:
        """Press the key of the mode on the supervisor's telephone."""
        await self._press(supervision, mode)

    def drop(self, supervision: Supervision) -> None:
        """The telephone goes; a call that was taken over stays."""
        if supervision.mode is not Mode.TAKE_OVER or (supervision.gone.is_set() and not supervision.is_in):
            self.strays.drop(supervision.phone)

    # --- inside ------------------------------------------------------------------------------------------------

    async def _press(self, supervision: Supervision, mode: Mode) -> None:
        fields = (("Channel", supervision.phone), ("Digit", _KEYS[mode]), ("Receive", "true"))
        await self._asking.do("PlayDTMF", fields)

    def _tap_hands(self, around: Around) -> TapHands | None:
        return AmiTaps(self._feed, self._asking, self.strays) if self._feed.taps is not None else None

    async def _remove(self, channel: str) -> bool:
        answer = await self._asking.ask("Hangup", (("Channel", channel), ("Cause", "16")))
        return answer.get("Response") == "Success" or _NO_SUCH_CHANNEL in answer.get("Message").lower()
