"""A leg's tap by ESL: mod_audio_fork or mod_audio_stream sends what the party of one uuid says to our door."""

from urllib.parse import quote

from config.pbx import PbxFeed
from service.control.esl_asking import EslAsking
from service.control.strays import Strays
from service.control.taps import Tap

_SETTLE_S = 1.0
_RATES = {"slin": ("8k", 8_000), "slin16": ("16k", 16_000)}
FORK = "fork/"


class EslTaps:
    """Fills `TapHands`. A fork is named `fork/<uuid>/<leg>`: it lives in the leg's channel and ends with it."""

    def __init__(self, feed: PbxFeed, asking: EslAsking, strays: Strays) -> None:
        assert feed.taps is not None  # noqa: S101  # whoever makes this has looked
        self._feed, self._taps, self._asking, self._strays = feed, feed.taps, asking, strays

    async def begin(self, tap: Tap) -> None:
        """Stop what an earlier life may have left there, then start."""
        self._strays.expect(thing := _thing(tap))
        await self._asking.ask(self.stop(thing))
        spoken, rate_hz = _RATES[self._taps.format]
        folder = f"{self._taps.to}/ingest/freeswitch/{quote(tap.call_id, safe='')}"
        start = f"uuid_{self._taps.carry} {tap.channel} start {folder}/{tap.leg}?rate={rate_hz} mono {spoken}"
        if self._taps.carry == "audio_fork":
            start += f" {self._bug(str(tap.leg))} {{}}"
        await self._asking.do(start)

    def drop(self, tap: Tap) -> None:
        """Stop it."""
        self._strays.drop(_thing(tap))

    async def removed(self, tap: Tap) -> None:
        """Wait for it."""
        await self._strays.settled([_thing(tap)], _SETTLE_S)

    def stop(self, thing: str) -> str:
        """The command that ends a fork."""
        _, uuid, leg = thing.split("/")
        named = f" {self._bug(leg)}" if self._taps.carry == "audio_fork" else ""
        return f"uuid_{self._taps.carry} {uuid} stop{named}"

    def _bug(self, leg: str) -> str:
        return f"{self._feed.app}_{leg}"


def _thing(tap: Tap) -> str:
    return f"{FORK}{tap.channel}/{tap.leg}"
