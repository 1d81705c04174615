"""FreeSWITCH mod_audio_fork and mod_audio_stream: raw PCM in binaries of any size, metadata that may come late."""

from config.settings import IngestSettings
from streaming.wire.events import CallNamed, Encoding, Fault, FaultSeen, FinalsWanted, FormatSet, WireEvent
from streaming.wire.sample_stream import SampleStream
from streaming.wire.socket_dialect import SocketDialect, UnreadableTextError, json_object, text_in

_LONGEST_NOTE_BYTES = 256
_USUAL_LIMITS = IngestSettings()


class FreeSwitchParser(SocketDialect):
    """One stream of `channels` (2: left is the party of the channel forked, right what it hears) at `rate_hz`.

    Neither says its rate: both come from the address or the settings. Metadata that is no JSON is kept as a note.
    A message that ends within a sample loses nothing: the rest is awaited, so that stereo never slips a channel.
    """

    def __init__(self, rate_hz: int, channels: int, limits: IngestSettings = _USUAL_LIMITS) -> None:
        super().__init__(limits)
        self._rate_hz = rate_hz
        self._samples = SampleStream(Encoding.PCM_S16LE, rate_hz, channels)
        self._begun = False

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample whose rest has not come."""
        return self._samples.pending_bytes

    def _text(self, text: str) -> list[WireEvent]:
        try:
            message = json_object(text)
        except UnreadableTextError:
            note = text.encode("utf-8", "replace")[:_LONGEST_NOTE_BYTES].decode("utf-8", "ignore")
            return [CallNamed(note=note)]
        call_id = text_in(message, "callId") or text_in(message, "call_id")
        return [CallNamed(call_id, text_in(message, "leg"))]

    def _binary(self, raw: bytes) -> list[WireEvent]:
        if not raw:
            return [FinalsWanted()]  # the graceful shutdown of mod_audio_fork
        begun: list[WireEvent] = [] if self._begun else [FormatSet(self._rate_hz)]
        self._begun = True
        waited_bytes = self._samples.pending_bytes
        audio = self._samples.feed(raw)
        left_bytes = self._samples.pending_bytes
        cut = left_bytes and not waited_bytes
        seen = [FaultSeen(Fault.ODD_LENGTH, f"a message ends {left_bytes} bytes into a sample")] if cut else []
        return [*begun, *audio, *seen]
