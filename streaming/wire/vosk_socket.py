"""Clients of vosk-server: a config, binaries, eof; each binary is answered with what is recognised so far."""

from typing import Any

from config.settings import IngestSettings
from streaming.wire.events import Encoding, Fault, FaultSeen, FinalsWanted, FormatSet, WireEvent
from streaming.wire.sample_stream import SampleStream, format_refusal
from streaming.wire.socket_dialect import (
    SocketDialect,
    UnreadableTextError,
    json_object,
    number_in,
    object_in,
)

_USUAL_RATE_HZ = 8_000  # of vosk-server, where the client does not say
_EOF_BYTES = (b'{"eof" : 1}', b'{"eof":1}', b'{"eof": 1}')
_USUAL_LIMITS = IngestSettings()


class VoskSocketParser(SocketDialect):
    """One client. `words`, as its config asks, says whether finals carry words with times.

    FinalsWanted: it sent `reset` and wants the final result. An explicit StreamEnded: it sent `eof` and wants the final
    result before the close. A phrase list or a model in the config changes nothing: the node's own rules and models
    serve every client.
    """

    def __init__(self, limits: IngestSettings = _USUAL_LIMITS, rate_hz: int = _USUAL_RATE_HZ) -> None:
        super().__init__(limits)
        self.words = True
        self._rate_hz = rate_hz
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
        if "config" in message:
            return self._config(object_in(message, "config"))
        if message.get("eof"):
            return self._end(explicit=True)
        if message.get("reset"):
            return [FinalsWanted()]
        return [FaultSeen(Fault.UNKNOWN_MESSAGE, "a text must hold config, eof or reset")]

    def _config(self, config: dict[str, Any]) -> list[WireEvent]:
        self.words = bool(config.get("words", True))
        rate_hz = number_in(config, "sample_rate") if "sample_rate" in config else self._rate_hz
        if rate_hz is None:
            fraction = config.get("sample_rate")  # clients written in JavaScript send 16000.0
            if not isinstance(fraction, float) or not fraction.is_integer():
                return self._refuse(Fault.BAD_START, "sample_rate of the config must be a whole number")
            rate_hz = int(fraction)
        refusal = format_refusal(rate_hz, 1)
        if refusal is not None:
            return self._refuse(Fault.BAD_FORMAT, f"sample_rate of the config: {refusal}")
        if self._samples is not None and rate_hz == self._rate_hz:
            return []
        self._rate_hz, self._samples = rate_hz, SampleStream(Encoding.PCM_S16LE, rate_hz)
        return [FormatSet(rate_hz)]

    def _binary(self, raw: bytes) -> list[WireEvent]:
        if raw in _EOF_BYTES:
            return self._end(explicit=True)
        begun: list[WireEvent] = []
        if self._samples is None:
            self._samples = SampleStream(Encoding.PCM_S16LE, self._rate_hz)
            begun = [FormatSet(self._rate_hz)]
        return [*begun, *self._samples.feed(raw)]
