"""The browser's way into a call: ears by their own socket, a voice back over the sockets that brought the legs."""

import asyncio
from collections import Counter, deque

from service.control.pbx_control import ControlNews
from service.control.ways import Way
from service.ingest.voice_paths import VoicePath, VoicePaths
from streaming.frames import FRAME_BYTES, FRAME_MS, Leg
from web.supervision import SPOKEN, Able, Mode, SupervisionView, UnableError, UnknownSupervisionError

_MOST_WAITING = 10  # frames; a microphone that is further ahead loses its oldest
_FIRST_WAITING = 2  # frames are there before the first is sent: a browser gives them in pairs
_BEHIND_S = 0.1  # a loop that was away this long does not catch up: a burst is no speech
_FRAMES = ("heard", "muted", "sent", "dropped", "refused", "late")
_NO_WAY = (
    "nothing leads from the browser's microphone to the {party}: the {party}'s audio comes by no AudioSocket, "
    "chan_websocket or two-way Twilio stream, or ingest.voice_back is off"
)
_HEARD_BY = {Mode.WHISPER: (Leg.AGENT,), Mode.BARGE: (Leg.AGENT, Leg.CUSTOMER)}


class BrowserWay:
    """Fills `Way` for browsers, and `web.microphone.Microphones`. Belongs to the event loop's thread."""

    def __init__(self, phone: Way, paths: VoicePaths) -> None:
        self._phone, self._paths = phone, paths
        self._voices: dict[str, BrowserVoice] = {}
        self.news: ControlNews | None = None
        self.frames = Counter[str](dict.fromkeys(_FRAMES, 0))  # of all microphones, by what became of them

    def ability(self, call_id: str, mode: Mode) -> Able:
        """Listening always; speaking where a socket leads back to all who are to hear it; ending where the PBX can."""
        match mode:
            case Mode.LISTEN:
                return True
            case Mode.WHISPER | Mode.BARGE:
                deaf = [leg for leg in _HEARD_BY[mode] if self._paths.find(call_id, leg) is None]
                if not deaf:
                    return True
                return self._paths.why_not(call_id, deaf[0]) or _NO_WAY.format(party=deaf[0])
            case Mode.END:
                return self._phone.ability(call_id, mode)
            case Mode.TAKE_OVER:
                return "a call is taken over by telephone: say an extension"

    async def begin(self, view: SupervisionView) -> None:
        """The microphone's socket is to come."""
        if view.mode in SPOKEN:
            self._voices[view.supervision_id] = self._voice(view.call_id, view.mode)

    async def change(self, view: SupervisionView, mode: Mode) -> None:
        """Who hears it changes at once; the socket stays."""
        if (able := self.ability(view.call_id, mode)) is not True:
            raise UnableError(able)
        voice = self._voices.get(view.supervision_id)
        if mode not in SPOKEN:
            self.forget(view.supervision_id)
        elif voice is None:
            self._voices[view.supervision_id] = self._voice(view.call_id, mode)
        else:
            voice.mode = mode

    async def end(self, view: SupervisionView) -> None:
        """The voice is out of the call at once."""
        self.forget(view.supervision_id)

    async def hang_up(self, call_id: str) -> None:
        """As the telephone would."""
        await self._phone.hang_up(call_id)

    def forget(self, supervision_id: str) -> None:
        """Nothing of it is said any more."""
        voice = self._voices.pop(supervision_id, None)
        if voice is not None:
            voice.close()

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """What we send into a leg is mixed in behind the place where the leg is tapped."""
        return True

    def call_over(self, call_id: str) -> None:
        """The voices in it are out."""
        for supervision_id, voice in list(self._voices.items()):
            if voice.call_id == call_id:
                self.forget(supervision_id)

    # --- for the microphone's socket ---------------------------------------------------------------------------

    async def take(self, call_id: str, supervision_id: str) -> "BrowserVoice":
        """The voice of a supervision, whose microphone is there now; an earlier socket of it is over."""
        voice = self._voices.get(supervision_id)
        if voice is None or voice.call_id != call_id:
            raise UnknownSupervisionError
        if voice.taken:
            voice.close()
            voice = self._voices[supervision_id] = self._voice(call_id, voice.mode)
        voice.taken = True
        if self.news is not None:
            self.news.answered(supervision_id)
        return voice

    def leave(self, supervision_id: str, voice: object) -> None:
        """The microphone's socket is over, and so is what it was for."""
        if self._voices.get(supervision_id) is voice:
            self.forget(supervision_id)
            if self.news is not None:
                self.news.over(supervision_id)

    def _voice(self, call_id: str, mode: Mode) -> "BrowserVoice":
        return BrowserVoice(self._paths, call_id, mode, self.frames)


class BrowserVoice:
    """One microphone, let into a call at real time. Fills `web.microphone.Microphone`."""

    def __init__(self, paths: VoicePaths, call_id: str, mode: Mode, frames: Counter[str]) -> None:
        self.call_id, self.mode = call_id, mode
        self.taken = False
        self.sent = self.dropped = 0
        self._counts = frames
        self._paths = paths
        self._frames: deque[bytes] = deque()
        self._some, self._over = asyncio.Event(), asyncio.Event()

    @property
    def queued_ms(self) -> int:
        """What waits to be said."""
        return len(self._frames) * FRAME_MS

    async def talk(self) -> None:
        """The key goes down: nothing of before is heard any more."""
        self._frames.clear()
        self._some.clear()
        for path in self._heard_by():
            await path.flush()

    def hear(self, pcm_s16le: bytes) -> None:
        """20 ms of 16 kHz. Too much at once loses its oldest."""
        if self._over.is_set():
            return
        self._counts["heard"] += 1
        self._frames.append(pcm_s16le.ljust(FRAME_BYTES, b"\0"))
        if len(self._frames) > _MOST_WAITING:
            self._frames.popleft()
            self.lose()
        if len(self._frames) >= _FIRST_WAITING:
            self._some.set()

    def ignore(self) -> None:
        """A frame came while the key was up."""
        self._counts["muted"] += 1

    def lose(self) -> None:
        """A frame was too much."""
        self.dropped += 1
        self._counts["dropped"] += 1

    def close(self) -> None:
        """Nothing more is said."""
        self._over.set()
        self._some.set()
        self._frames.clear()

    async def closed(self) -> None:
        """Wait until the voice is out of the call."""
        await self._over.wait()

    async def run(self) -> None:
        """Say what waits, one frame every 20 ms by the clock, until it is closed."""
        loop = asyncio.get_running_loop()
        while not self._over.is_set():
            await self._some.wait()
            self._some.clear()
            due_s = loop.time()
            while self._frames and not self._over.is_set():
                frame = self._frames.popleft()
                taken = await asyncio.gather(*(path.say(frame) for path in self._heard_by()))
                self.sent += any(taken)
                self._counts["sent"] += any(taken)
                self._counts["refused"] += not all(taken) or not taken
                due_s, now_s = due_s + FRAME_MS / 1000, loop.time()
                self._counts["late"] += now_s - due_s > FRAME_MS / 1000
                due_s = max(due_s, now_s - _BEHIND_S)
                await asyncio.sleep(due_s - loop.time())

    def _heard_by(self) -> list[VoicePath]:
        found = (self._paths.find(self.call_id, leg) for leg in _HEARD_BY[self.mode])
        return [path for path in found if path is not None]
