"""What the controls of all PBXes do alike: supervisors by telephone, taps, and what of both is to be removed."""

from config.pbx import PbxFeed, PbxSettings
from service.control.pbx_control import Around, CallLine
from service.control.phone_supervisions import Hands, PhoneSupervisions
from service.control.strays import Strays
from service.control.taps import TapHands, Taps
from web.supervision import Mode


class PhoneControl(Hands):
    """Half of `PbxControl`; what is asked of a telephone, its PBX's own `Hands` do."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings, around: Around) -> None:
        self._feed, self._settings = feed, settings
        self._prefix = f"{feed.app}."  # no application's name holds a dot
        self.strays = Strays(feed.name, self.is_ours, self._remove)
        self.supervisions = PhoneSupervisions(feed.name, self, around.news, settings.ring_s)
        self.taps = Taps(feed.name, feed.taps, self._tap_hands(around), self._prefix)

    def is_ours(self, thing: str) -> bool:
        """Whether we made it, in this life or an earlier one."""
        return thing.startswith(self._prefix)

    def before_listing(self) -> frozenset[str]:
        """What was there before the PBX is asked what it has."""
        return self.supervisions.rung | self.taps.standing

    async def begin(self, supervision_id: str, mode: Mode, extension: str, line: CallLine) -> None:
        """Ring the supervisor."""
        await self.supervisions.begin(supervision_id, mode, extension, line)

    async def change(self, supervision_id: str, mode: Mode) -> None:
        """Another mode."""
        await self.supervisions.change(supervision_id, mode)

    async def end(self, supervision_id: str) -> None:
        """The supervisor leaves."""
        await self.supervisions.end(supervision_id)

    def left(self, call_id: str) -> None:
        """Supervisors wait for the next agent."""
        self.supervisions.left(call_id)

    def call_over(self, call_id: str) -> None:
        """Everybody is out, and nobody taps it."""
        self.supervisions.call_over(call_id)
        self.taps.call_over(call_id)

    def _tap_hands(self, around: Around) -> TapHands | None:
        """Who taps, where taps are wanted."""
        raise NotImplementedError

    async def _remove(self, thing: str) -> bool:
        """Whether it is gone now, or never was."""
        raise NotImplementedError
