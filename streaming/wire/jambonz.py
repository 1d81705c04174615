"""jambonz `listen`: a first text says the form and the call, then raw PCM; keys come as texts."""

from typing import Any

from config.settings import IngestSettings
from streaming.wire.events import (
    CallNamed,
    Encoding,
    Fault,
    FinalsWanted,
    FormatSet,
    WireEvent,
)
from streaming.wire.sample_stream import SampleStream, format_refusal
from streaming.wire.socket_dialect import (
    SocketDialect,
    UnreadableTextError,
    json_object,
    key_pressed,
    number_in,
    text_in,
)

_CHANNELS = {"mono": 1, "mixed": 1, "stereo": 2}
_USUAL_LIMITS = IngestSettings()


class JambonzParser(SocketDialect):
    """One stream; stereo carries the two parties, channel 0 being the one that `listen` was started on.

    CallNamed gives the `callSid` and, as `leg`, `stereo` or `mixed` by the stream's mix type.
    """

    def __init__(self, limits: IngestSettings = _USUAL_LIMITS) -> None:
        super().__init__(limits)
        self._samples: SampleStream | None = None

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample whose rest has not come."""
        return self._samples.pending_bytes if self._samples else 0

    def _text(self, text: str) -> list[WireEvent]:
        try:
            message = json_object(text)
        except UnreadableTextError as error:
            return self._unreadable(str(error))
        if message.get("event") == "dtmf":
            return key_pressed(str(message.get("dtmf", "")))
        if self._samples is None and ("sampleRate" in message or "mixType" in message):
            return self._start(message)
        return []

    def _start(self, message: dict[str, Any]) -> list[WireEvent]:
        mix = message.get("mixType")
        channels = _CHANNELS.get(mix) if isinstance(mix, str) else None
        if channels is None:
            return self._refuse(Fault.BAD_FORMAT, f"mixType must be one of {', '.join(_CHANNELS)}")
        rate_hz = number_in(message, "sampleRate")
        if rate_hz is None:
            return self._refuse(Fault.BAD_START, "sampleRate must be a whole number")
        refusal = format_refusal(rate_hz, channels)
        if refusal is not None:
            return self._refuse(Fault.BAD_FORMAT, f"sampleRate: {refusal}")
        self._samples = SampleStream(Encoding.PCM_S16LE, rate_hz, channels)
        leg = {"stereo": "stereo", "mixed": "mixed"}.get(str(mix))
        return [CallNamed(text_in(message, "callSid"), text_in(message, "leg") or leg), FormatSet(rate_hz)]

    def _binary(self, raw: bytes) -> list[WireEvent]:
        if self._samples is None:
            return self._refuse(Fault.BAD_START, "audio came before the text that says its form") if raw else []
        return [*self._samples.feed(raw)] if raw else [FinalsWanted()]
