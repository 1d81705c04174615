"""A hand on the calls of a FreeSWITCH: eavesdrop lets supervisors in, keys change the mode, intercept takes over."""

from collections.abc import Mapping

from config.pbx import PbxFeed, PbxSettings
from service.control.esl_asking import EslAsking
from service.control.esl_taps import FORK, EslTaps
from service.control.follower import LinkError
from service.control.pbx_control import Around, CallLine
from service.control.phone_control import PhoneControl
from service.control.phone_supervisions import Supervision
from service.control.taps import TapHands
from streaming.frames import Leg
from streaming.wire.esl import EslMessage
from web.supervision import Able, ControlFailedError, Mode

_KEYS = {Mode.LISTEN: "0", Mode.WHISPER: "2", Mode.BARGE: "3"}  # 2 speaks to the party of the channel, 1 to the other
_LONGEST_ALONE_S = 300  # should we be killed while the call has no agent, FreeSWITCH lets the telephone go after it
_RUN = ("eavesdrop", "park", "intercept")  # what our telephones run once they are picked up
_MODES = {**{key: mode for mode, key in _KEYS.items()}, "1": Mode.BARGE}  # 1: the customer hears it, which counts


class EslControl(PhoneControl):
    """Fills `PbxControl` and `Hands`. Things are channels, named by the uuids that we gave them."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, asking: EslAsking, around: Around) -> None:
        self._asking = asking
        super().__init__(feed, settings, around)

    # --- the link ----------------------------------------------------------------------------------------------

    def linked(self, legs: list[dict[str, str]], before: frozenset[str]) -> None:
        """The link is made: these channels (rows of `show channels`) are there."""
        up, ringing = set[str](), set[str]()
        for row in legs:
            self.strays.seen(uuid := str(row.get("uuid") or ""))
            (up if row.get("application") in _RUN else ringing).add(uuid)
        self.supervisions.phones_there(up, ringing, before)
        for row in legs:
            if row.get("application") == "park":
                self.supervisions.phone_alone(str(row.get("uuid") or ""))
        self.taps.linked()
        self.strays.linked()

    def take(self, event: EslMessage) -> None:
        """An event: of ours somebody answered, pressed a key, left, or appeared unasked."""
        uuid = event.get("Unique-ID")
        match event.get("Event-Name"):
            case "CHANNEL_CREATE":
                self.strays.seen(uuid)
            case "CHANNEL_EXECUTE" if event.get("Application") in _RUN:
                self.strays.seen(uuid)
                self.supervisions.phone_answered(uuid)
                if event.get("Application") == "park":
                    self.supervisions.phone_alone(uuid)
                else:
                    self.supervisions.phone_attached(uuid)
            case "DTMF" if (mode := _MODES.get(event.get("DTMF-Digit"))) is not None:
                self.supervisions.mode_pressed(uuid, mode)
            case "CHANNEL_HANGUP_COMPLETE":
                self.strays.gone(uuid)
                self.supervisions.phone_gone(uuid)
                self.taps.channel_gone(uuid)
            case "CUSTOM" if event.get("Event-Subclass").startswith(("mod_audio_fork::", "mod_audio_stream::")):
                self.taps.fork_gone(uuid)
            case "BACKGROUND_JOB":
                phone = self._asking.started_by(event)
                if phone is not None and event.body.startswith("-ERR"):
                    self.supervisions.phone_gone(phone)
            case _:
                pass

    def link_lost(self) -> None:
        """What goes on at the PBX goes on."""
        self._asking.lost()
        self.taps.link_lost()

    # --- PbxControl --------------------------------------------------------------------------------------------

    def ability(self, mode: Mode) -> Able:
        """Whether this FreeSWITCH can do so now."""
        if not self._asking.is_linked:
            return f"the link to the telephone system {self._feed.name} is down"
        return True

    async def hang_up(self, line: CallLine) -> None:
        """End the customer's leg; FreeSWITCH ends the agent's."""
        try:
            await self._asking.do(f"uuid_kill {line.customer} NORMAL_CLEARING")
        except LinkError as error:
            raise ControlFailedError(str(error)) from None

    def connected(self, line: CallLine, streams: Mapping[Leg, str] | None) -> None:
        """Tap it; supervisors go along to another agent."""
        self.taps.connected(line, streams)
        self.supervisions.moved(line)

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """A whisper goes into what the agent hears, a barge also into what the agent's leg says."""
        return mode is not Mode.BARGE and self.taps.both_of(call_id)

    # --- Hands -------------------------------------------------------------------------------------------------

    def phone_of(self, supervision_id: str, mode: Mode) -> str:
        """One that takes a call over is no thing of ours: the customer speaks there after us."""
        return f"took-{self._prefix}{supervision_id}" if mode is Mode.TAKE_OVER else f"{self._prefix}{supervision_id}"

    async def ring(self, supervision: Supervision) -> None:
        """Originate: who answers eavesdrops on the agent's leg, or intercepts the customer's."""
        line = supervision.line
        if supervision.mode is Mode.TAKE_OVER:
            then = f"&intercept({line.customer})"
        else:
            then = f"{_hearing(line)} inline"
            self.strays.expect(supervision.phone)
        variables = {
            "origination_uuid": supervision.phone,
            "origination_caller_id_name": self._feed.supervisor_caller_id,
            "originate_timeout": str(round(self._settings.ring_s)),
            "eavesdrop_enable_dtmf": "true",
            "ignore_early_media": "true",
            "park_timeout": str(_LONGEST_ALONE_S),
        }
        said = ",".join(f"{name}='{value}'" if " " in value else f"{name}={value}" for name, value in variables.items())
        endpoint = self._feed.dial.replace("{extension}", supervision.extension)
        await self._asking.start(f"originate {{{said}}}{endpoint} {then}", supervision.phone)

    async def let_in(self, supervision: Supervision) -> None:
        """It eavesdrops by itself."""

    async def switch(self, supervision: Supervision, mode: Mode) -> None:
        """Press the key of the mode on the supervisor's leg."""
        await self._press(supervision, mode)

    async def follow(self, supervision: Supervision) -> None:
        """The leg leaves what it runs for another eavesdrop, or to be parked until there is somebody to hear."""
        await self._asking.do(f"uuid_transfer {supervision.phone} {_hearing(supervision.line)} inline")

    async def settle(self, supervision: Supervision) -> None:
        """Every eavesdrop is silent at first."""
        if supervision.mode is not Mode.LISTEN:
            await self._press(supervision, supervision.mode)

    def drop(self, supervision: Supervision) -> None:
        """The telephone goes; a call that was taken over stays."""
        if supervision.mode is not Mode.TAKE_OVER or (supervision.gone.is_set() and not supervision.is_in):
            self.strays.drop(supervision.phone)

    # --- inside ------------------------------------------------------------------------------------------------

    async def _press(self, supervision: Supervision, mode: Mode) -> None:
        await self._asking.do(f"uuid_recv_dtmf {supervision.phone} {_KEYS[mode]}")

    def _tap_hands(self, around: Around) -> TapHands | None:
        self._forks = EslTaps(self._feed, self._asking, self.strays) if self._feed.taps is not None else None
        return self._forks

    async def _remove(self, uuid: str) -> bool:
        if uuid.startswith(FORK) and self._forks is not None:
            await self._asking.ask(self._forks.stop(uuid))
            return True  # stopped, or gone with its leg
        said = await self._asking.ask(f"uuid_kill {uuid}")
        return said.startswith("+OK") or "no such channel" in said.lower()


def _hearing(line: CallLine) -> str:
    """An inline dialplan: hear the agent; when that leg ends, wait."""
    return f"eavesdrop:{line.agent},park" if line.agent else "park"
