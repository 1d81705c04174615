"""A leg's tap by AMI: a media channel that runs ChanSpy on what one party says."""

from urllib.parse import quote

from config.pbx import PbxFeed
from service.control.ami_asking import AmiAsking
from service.control.strays import Strays
from service.control.taps import Tap
from web.supervision import ControlFailedError

_SETTLE_S = 1.0
_OPTIONS = "qouSE"  # o: that channel's own audio alone; E: it ends with the channel; w: its party hears us
_DIAL_MS = 5_000


class AmiTaps:
    """Fills `TapHands`."""

    def __init__(self, feed: PbxFeed, asking: AmiAsking, strays: Strays) -> None:
        assert feed.taps is not None  # noqa: S101  # whoever makes this has looked
        self._taps, self._asking, self._strays = feed.taps, asking, strays

    async def begin(self, tap: Tap) -> None:
        """One originate: who answers is our own door."""
        self._strays.expect(tap.name)
        fields = (
            ("Channel", self._channel(tap)),
            ("ChannelId", tap.name),
            ("Application", "ChanSpy"),
            ("Data", f"{tap.channel_name},{_OPTIONS}{'w' if self._taps.leads_back else ''}"),
            ("Timeout", str(_DIAL_MS)),
            ("Async", "true"),
        )
        await self._asking.do("Originate", fields, named=tap.name)

    def drop(self, tap: Tap) -> None:
        """The media channel."""
        self._strays.drop(tap.name)

    async def removed(self, tap: Tap) -> None:
        """Wait for it."""
        await self._strays.settled([tap.name], _SETTLE_S)

    def _channel(self, tap: Tap) -> str:
        form = f"c({self._taps.format})"
        if self._taps.carry == "websocket":
            back = "" if self._taps.leads_back else ",back=false"
            return f"WebSocket/{self._taps.to}/{form}f(json)v(call={quote(tap.call_id, safe='')},leg={tap.leg}{back})"
        if tap.stream_id is None:
            raise ControlFailedError("its integrator announced the call: nobody told us its stream ids")
        return f"AudioSocket/{self._taps.to}/{tap.stream_id}/{form}"
