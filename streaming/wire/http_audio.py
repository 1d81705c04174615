"""The body of an HTTP request as audio: its Content-Type chooses who reads it."""

import re
from typing import Protocol

from streaming.wire.events import Encoding, FormatSet, StreamEnded, WireEvent
from streaming.wire.sample_stream import SampleStream, format_refusal
from streaming.wire.wav_stream import WavStream

ACCEPTED = (
    "audio/L16;rate=8000 (big-endian), audio/basic (µ-law 8 kHz), audio/pcmu, audio/pcma, audio/wav; "
    "with channels=2 for two legs in one body"
)
_WAV = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")
_COMPANDED = {"audio/pcmu": Encoding.MULAW, "audio/pcma": Encoding.ALAW}
_COMPANDED_RATE_HZ = 8_000  # RFC 3551: what PCMU and PCMA have when nothing is said
_BASIC_RATE_HZ = 8_000  # RFC 2046 §4.2
_LONGEST_MEDIA_TYPE = 256  # characters; a longer one is not about audio

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 (RFC 9110 calls it so)
_ESSENCE = re.compile(rf"[ \t]*({_TOKEN}/{_TOKEN})[ \t]*")
_PARAMETER = re.compile(rf';[ \t]*(?:({_TOKEN})=({_TOKEN}|"[^"\\]*"))?[ \t]*')


class MediaTypeError(Exception):
    """The Content-Type cannot be served. The text says what is wrong with it and what is accepted."""

    def __init__(self, wrong: str) -> None:
        super().__init__(f"{wrong}. Accepted: {ACCEPTED}.")


class AudioBody(Protocol):
    """A body that arrives in pieces, until exactly one StreamEnded."""

    @property
    def pending_bytes(self) -> int:
        """What is kept until more comes."""

    def feed(self, data: bytes) -> list[WireEvent]:
        """All that these bytes complete."""

    def finish(self) -> list[WireEvent]:
        """The body is over."""


class RawAudioBody:
    """Samples from the first byte to the last."""

    def __init__(self, encoding: Encoding, rate_hz: int, channels: int) -> None:
        self._rate_hz = rate_hz
        self._samples = SampleStream(encoding, rate_hz, channels)
        self._begun = False
        self._ended = False

    @property
    def pending_bytes(self) -> int:
        """What is kept until more comes."""
        return self._samples.pending_bytes

    def feed(self, data: bytes) -> list[WireEvent]:
        """FormatSet before the first audio, then the samples that are whole."""
        audio = [] if self._ended else self._samples.feed(data)
        if not audio or self._begun:
            return [*audio]
        self._begun = True
        return [FormatSet(self._rate_hz), *audio]

    def finish(self) -> list[WireEvent]:
        """The end; `truncated` when the last sample was not whole."""
        if self._ended:
            return []
        self._ended = True
        return [StreamEnded(truncated=self._samples.pending_bytes > 0)]


def audio_body(content_type: str | None, channels: int) -> AudioBody:
    """Who reads a body of this Content-Type. `channels` comes from the address: 2 for the leg `stereo`, else 1.

    MediaTypeError when it is missing, malformed or not served; the text can go to the sender as it is.
    """
    if not content_type:
        raise MediaTypeError("There is no Content-Type")
    essence, parameters = _parsed(content_type)
    if essence in _WAV:
        return WavStream(channels)  # its header says the rest
    if essence == "audio/l16":
        if "rate" not in parameters:
            raise MediaTypeError("audio/L16 needs its rate")
        return _raw(Encoding.PCM_S16BE, _number(parameters, "rate"), parameters, channels)
    if essence == "audio/basic":
        if _number(parameters, "rate", _BASIC_RATE_HZ) != _BASIC_RATE_HZ or _number(parameters, "channels", 1) != 1:
            raise MediaTypeError("audio/basic is always 8000 Hz with one channel; audio/pcmu can be told otherwise")
        return _raw(Encoding.MULAW, _BASIC_RATE_HZ, parameters, channels)
    if essence in _COMPANDED:
        rate_hz = _number(parameters, "rate", _COMPANDED_RATE_HZ)
        return _raw(_COMPANDED[essence], rate_hz, parameters, channels)
    if essence == "application/octet-stream":
        raise MediaTypeError("application/octet-stream does not say how the samples stand")
    raise MediaTypeError(f"{essence} is not served")


def _parsed(content_type: str) -> tuple[str, dict[str, str]]:
    """RFC 9110 §8.3.1, lower-case where case does not count."""
    if len(content_type) > _LONGEST_MEDIA_TYPE:
        raise MediaTypeError(f"The Content-Type is longer than {_LONGEST_MEDIA_TYPE} characters")
    essence = _ESSENCE.match(content_type)
    if essence is None:
        raise MediaTypeError("The Content-Type is not of the form type/subtype")
    parameters: dict[str, str] = {}
    position = essence.end()
    while position < len(content_type):
        found = _PARAMETER.match(content_type, position)
        if found is None:
            raise MediaTypeError(f"The Content-Type has no parameter name=value at character {position + 1}")
        position = found.end()
        if found[1] is None:
            continue  # an empty parameter, as after a last semicolon
        name = found[1].lower()
        if name in parameters:
            raise MediaTypeError(f"The Content-Type has its parameter {name} twice")
        parameters[name] = found[2].strip('"')
    return essence[1].lower(), parameters


def _number(parameters: dict[str, str], name: str, otherwise: int | None = None) -> int:
    text = parameters.get(name, str(otherwise))
    if re.fullmatch(r"[0-9]{1,9}", text) is None:
        raise MediaTypeError(f"The parameter {name} is not a whole number")
    return int(text)


def _raw(encoding: Encoding, rate_hz: int, parameters: dict[str, str], channels: int) -> RawAudioBody:
    announced = _number(parameters, "channels", 1)  # RFC 3551: one channel unless it is said
    refusal = format_refusal(rate_hz, announced)
    if refusal is not None:
        raise MediaTypeError(f"The Content-Type cannot be heard: {refusal}")
    if announced != channels:
        raise MediaTypeError(f"The Content-Type has channels={announced}, but this address takes {channels}")
    return RawAudioBody(encoding, rate_hz, channels)
