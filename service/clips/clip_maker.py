"""A clip for every alert: both legs, from before what it is about to after it, cut while the ring still has them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog

from alerts.alert import Alert, AlertState
from config.keeping import ClipSettings
from config.privacy import Keeping
from service.clips.flac import flac_of, wav_of_flac, write_whole
from service.clips.places import clip_path
from service.clock import Clock
from streaming.frames import Leg
from web.sources import AlertChange, StoreUnavailableError, UnknownAlertError, UnknownCallError

_log = structlog.get_logger(__name__)
_LOOK_S = 0.25
_LEGS = (Leg.AGENT, Leg.CUSTOMER)
_AGAIN_MS = 2_000
_MOST_WAITING = 5_000  # alerts of a whole floor in a quarter of an hour
_GIVE_UP_MS = 3_600_000  # the store was away for an hour: the clip stays, the alert does not name it


class Sound(Protocol):
    """Where the calls' sound is."""

    def heard_ms(self, call_id: str) -> int | None:
        """How far a call has been heard; None when it is over or not here."""
        ...

    def settled(self, call_id: str, to_ms: int) -> bool:
        """Whether it is known what was said before `to_ms`, so that numbers can be covered."""
        ...

    def keeping(self, call_id: str) -> Keeping:
        """What may be kept of the call."""
        ...

    def sound_to_keep(self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg]) -> tuple[int, list[bytes]]:
        """16 kHz PCM of each leg, equally long, with a tone over what must not be heard. Raises UnknownCallError."""
        ...


Amend = Callable[[str, Callable[[Alert], Alert | None]], Awaitable[AlertChange | None]]


@dataclass(slots=True)
class _Wanted:
    alert_id: str
    call_id: str
    from_ms: int
    to_ms: int
    due_ms: int  # clock time: no later than this the clip is cut, however far the call has been heard
    since_ms: int
    sha256: str | None = None  # written, but the alert does not know it yet


class ClipMaker:
    """Keeps clips in files; the alert learns of its clip by a new version. Fills `web.sources.Clips`."""

    def __init__(
        self,
        settings: ClipSettings,
        folder: Path,
        sound: Sound,
        amend: Amend,
        clock: Clock,
        words_wait_s: float = 0.0,
    ) -> None:
        self._settings, self._folder, self._words_wait_ms = settings, folder, round(words_wait_s * 1000)
        self._sound, self._amend, self._clock = sound, amend, clock
        self._waiting: deque[_Wanted] = deque()
        self.made = self.failed = self.dropped = 0

    @property
    def folder(self) -> Path:
        """Where the clips are."""
        return self._folder

    def want(self, alert: Alert) -> None:
        """A new alert of a call that is heard here. Never waits."""
        if not self._settings.enabled or self._sound.keeping(alert.call_id) is not Keeping.ALL:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.popleft()
            self.dropped += 1
        settings, evidence, now_ms = self._settings, alert.evidence, self._clock.monotonic_ms()
        after_ms = round(settings.after_s * 1000)
        to_ms = max(evidence.to_ms, alert.timing.audio_end_ms) + after_ms
        from_ms = max(0, evidence.from_ms - round(settings.before_s * 1000), to_ms - round(settings.longest_s * 1000))
        self._waiting.append(_Wanted(alert.alert_id, alert.call_id, from_ms, to_ms, now_ms + after_ms, now_ms))

    async def run(self) -> None:
        """Cut what is due until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Cut what is due; the rest waits on."""
        for _ in range(len(self._waiting)):
            wanted = self._waiting.popleft()
            if not self._is_due(wanted) or not await self._make(wanted):
                self._waiting.append(wanted)

    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        """The clip's bytes, as FLAC or decoded; None where there is none."""
        return await asyncio.to_thread(_read, self._path(alert_id), as_wav)

    def _is_due(self, wanted: _Wanted) -> bool:
        now_ms = self._clock.monotonic_ms()
        if wanted.sha256 is not None:
            return now_ms >= wanted.due_ms
        heard_ms = self._sound.heard_ms(wanted.call_id)
        if heard_ms is not None and heard_ms < wanted.to_ms and now_ms < wanted.due_ms:
            return False
        return self._sound.settled(wanted.call_id, wanted.to_ms) or now_ms >= wanted.due_ms + self._words_wait_ms

    async def _make(self, wanted: _Wanted) -> bool:
        """Whether nothing is left to be done."""
        try:
            if wanted.sha256 is None and (content := self._cut(wanted)) is not None:
                flac = await asyncio.to_thread(flac_of, content)
                wanted.sha256 = await asyncio.to_thread(write_whole, self._path(wanted.alert_id), flac)
                self.made += 1
        except OSError as error:
            self.failed += 1
            _log.warning("a clip could not be written", failure=type(error).__name__)
            return True
        if wanted.sha256 is None:
            return True  # the sound is gone
        return await self._tell(wanted, wanted.sha256)

    def _cut(self, wanted: _Wanted) -> list[bytes] | None:
        if self._sound.keeping(wanted.call_id) is not Keeping.ALL:
            return None  # consent was taken back meanwhile
        try:
            _, channels = self._sound.sound_to_keep(wanted.call_id, wanted.from_ms, wanted.to_ms, _LEGS)
            if not channels[0].strip(b"\0") and not channels[1].strip(b"\0"):
                _, mixed = self._sound.sound_to_keep(wanted.call_id, wanted.from_ms, wanted.to_ms, (Leg.MIXED,))
                channels = [mixed[0], mixed[0]] if mixed[0] else channels
        except UnknownCallError:
            return None
        return channels if channels[0] else None

    async def _tell(self, wanted: _Wanted, sha256: str) -> bool:
        now_ms = self._clock.monotonic_ms()
        withdrawn = False

        def with_clip(newest: Alert) -> Alert | None:
            nonlocal withdrawn
            withdrawn = newest.state is AlertState.WITHDRAWN
            if withdrawn or newest.evidence.clip_sha256 is not None:
                return None
            evidence = replace(newest.evidence, clip_sha256=sha256)
            return replace(newest, evidence=evidence, updated_at=self._clock.now_at())

        try:
            await self._amend(wanted.alert_id, with_clip)
        except (StoreUnavailableError, UnknownAlertError):  # the store is away, or has not come to it yet
            wanted.due_ms = now_ms + _AGAIN_MS
            return now_ms - wanted.since_ms > _GIVE_UP_MS
        if withdrawn:
            await asyncio.to_thread(self._path(wanted.alert_id).unlink, missing_ok=True)
        return True

    def _path(self, alert_id: str) -> Path:
        return clip_path(self._folder, alert_id)


def _read(path: Path, as_wav: bool) -> bytes | None:
    try:
        flac = path.read_bytes()
    except OSError:
        return None
    return wav_of_flac(flac) if as_wav else flac
