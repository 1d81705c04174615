"""What service and recognition worker say to each other: small messages on a socket, each with its length in front."""

import json
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from streaming.frames import Leg
from streaming.recognizer import RecognizedWord

_HEADER = struct.Struct("<BxxxII")  # kind, segment, payload bytes
_LONGEST_PAYLOAD_BYTES = 4_194_304  # two minutes of 16 kHz PCM: more than a longest segment
_COUNT = struct.Struct("<Q")
_OPEN = struct.Struct("<QB?")  # leg number, place of its kind in _KINDS, words
_SPOTTED = struct.Struct("<QQdd")
_LOAD = struct.Struct("<QQIQQ")
_KINDS = (None, Leg.AGENT, Leg.CUSTOMER, Leg.MIXED)


class _Kind(IntEnum):
    OPEN = 1
    AUDIO = 2
    CLOSE = 3
    ABANDON = 4
    HELLO = 5
    PARTIAL = 6
    FINAL = 7
    DECODED = 8
    FAILED = 9
    LOAD = 10
    SPOTTED = 11
    LISTEN = 12
    STOP_WORDS = 13
    CUT = 14


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """To the worker: a new segment; `leg` is a number that stays the same for one leg of one call.

    `spot` says whose phrases are listened for; None: nobody's. `words`: whether they are written down.
    """

    segment: int
    leg: int
    spot: Leg | None = None
    words: bool = True


@dataclass(frozen=True, slots=True)
class SegmentSound:
    """To the worker: the next audio of a segment, PCM16 at 16 kHz."""

    segment: int
    pcm_s16le: bytes


@dataclass(frozen=True, slots=True)
class CloseSegment:
    """To the worker: no more audio comes; answer with a last final."""

    segment: int


@dataclass(frozen=True, slots=True)
class AbandonSegment:
    """To the worker: forget the segment, answer nothing."""

    segment: int


@dataclass(frozen=True, slots=True)
class StopWords:
    """To the worker: answer with a final of the words so far, and only spot from here on."""

    segment: int


@dataclass(frozen=True, slots=True)
class CutSegment:
    """To the worker: forget the audio not decoded yet and answer with the last final."""

    segment: int


@dataclass(frozen=True, slots=True)
class ListenFor:
    """To the worker: from the next segment on spot these phrases (spotting_grammar.grammars_text) and no others."""

    grammars: str


@dataclass(frozen=True, slots=True)
class WorkerHello:
    """From the worker: it lives, with the model in its hands."""

    pid: int


@dataclass(frozen=True, slots=True)
class PartialSaid:
    """From the worker: the words of the running utterance so far, `samples` of the segment having been decoded."""

    segment: int
    samples: int
    text: str


@dataclass(frozen=True, slots=True)
class FinalSaid:
    """From the worker: one utterance, word times in ms of the segment. `last` says that the segment is done."""

    segment: int
    samples: int
    last: bool
    text: str
    words: tuple[RecognizedWord, ...]


@dataclass(frozen=True, slots=True)
class PhraseSaid:
    """From the worker: a phrase was spotted (or, with a distance, nearly), times in ms of the segment."""

    segment: int
    phrase: str
    start_ms: int
    end_ms: int
    confidence: float
    distance: float = 0.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """From the worker: so many samples of the segment have been decoded."""

    segment: int
    samples: int


@dataclass(frozen=True, slots=True)
class SegmentFailed:
    """From the worker: Vosk refused the segment; nothing more will come of it."""

    segment: int


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """From the worker, about once a second while it works: CPU spent, resident memory (model included), recognisers.

    `spotting_cpu_ms` and `decoding_cpu_ms` are the parts of the CPU that went into spotting and into the words.
    """

    cpu_ms: int
    memory_bytes: int
    recognizers: int
    spotting_cpu_ms: int = 0
    decoding_cpu_ms: int = 0


ToWorker = OpenSegment | SegmentSound | CloseSegment | StopWords | CutSegment | AbandonSegment | ListenFor
FromWorker = WorkerHello | PartialSaid | FinalSaid | PhraseSaid | Decoded | SegmentFailed | WorkerLoad
Message = ToWorker | FromWorker


class BrokenMessageError(Exception):
    """The other side sent something that is no message: it cannot be talked to any longer."""


def message_bytes(message: Message) -> bytes:
    """One message as it goes over the socket."""
    match message:
        case OpenSegment(segment, leg, spot, words):
            return _framed(_Kind.OPEN, segment, _OPEN.pack(leg, _KINDS.index(spot), words))
        case SegmentSound(segment, pcm_s16le):
            return _framed(_Kind.AUDIO, segment, pcm_s16le)
        case CloseSegment(segment):
            return _framed(_Kind.CLOSE, segment)
        case AbandonSegment(segment):
            return _framed(_Kind.ABANDON, segment)
        case StopWords(segment):
            return _framed(_Kind.STOP_WORDS, segment)
        case CutSegment(segment):
            return _framed(_Kind.CUT, segment)
        case ListenFor(grammars):
            return _framed(_Kind.LISTEN, 0, grammars.encode())
        case WorkerHello(pid):
            return _framed(_Kind.HELLO, 0, _COUNT.pack(pid))
        case PartialSaid(segment, samples, text):
            return _framed(_Kind.PARTIAL, segment, _COUNT.pack(samples) + text.encode())
        case FinalSaid(segment, samples, last, text, words):
            said = [text, [[word.text, word.start_ms, word.end_ms, word.confidence] for word in words], last]
            return _framed(_Kind.FINAL, segment, _COUNT.pack(samples) + json.dumps(said, ensure_ascii=False).encode())
        case PhraseSaid(segment, phrase, start_ms, end_ms, confidence, distance):
            spotted = _SPOTTED.pack(start_ms, end_ms, confidence, distance)
            return _framed(_Kind.SPOTTED, segment, spotted + phrase.encode())
        case Decoded(segment, samples):
            return _framed(_Kind.DECODED, segment, _COUNT.pack(samples))
        case SegmentFailed(segment):
            return _framed(_Kind.FAILED, segment)
        case WorkerLoad(cpu_ms, memory_bytes, recognizers, spotting_ms, decoding_ms):
            return _framed(_Kind.LOAD, 0, _LOAD.pack(cpu_ms, memory_bytes, recognizers, spotting_ms, decoding_ms))
    assert_never(message)


class MessageReader:
    """The other side's bytes, cut anywhere, as messages."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, received: bytes) -> list[Message]:
        """The messages that are complete now. Raises BrokenMessageError; the reader is then of no more use."""
        self._pending += received
        messages: list[Message] = []
        begin = 0
        while len(self._pending) - begin >= _HEADER.size:
            kind, segment, length = _HEADER.unpack_from(self._pending, begin)
            if length > _LONGEST_PAYLOAD_BYTES:
                raise BrokenMessageError("a message longer than any may be")
            end = begin + _HEADER.size + length
            if len(self._pending) < end:
                break
            messages.append(_message_of(kind, segment, bytes(self._pending[begin + _HEADER.size : end])))
            begin = end
        del self._pending[:begin]
        return messages


def _framed(kind: _Kind, segment: int, payload: bytes = b"") -> bytes:
    return _HEADER.pack(kind, segment, len(payload)) + payload


def _message_of(kind: int, segment: int, payload: bytes) -> Message:
    try:
        match kind:
            case _Kind.OPEN:
                leg, spot, words = _OPEN.unpack(payload)
                return OpenSegment(segment, leg, _KINDS[spot], words)
            case _Kind.AUDIO:
                return SegmentSound(segment, payload)
            case _Kind.CLOSE:
                return CloseSegment(segment)
            case _Kind.ABANDON:
                return AbandonSegment(segment)
            case _Kind.STOP_WORDS:
                return StopWords(segment)
            case _Kind.CUT:
                return CutSegment(segment)
            case _Kind.LISTEN:
                return ListenFor(payload.decode())
            case _Kind.HELLO:
                return WorkerHello(_COUNT.unpack(payload)[0])
            case _Kind.PARTIAL:
                return PartialSaid(segment, _COUNT.unpack_from(payload)[0], payload[_COUNT.size :].decode())
            case _Kind.FINAL:
                text, words, last = json.loads(payload[_COUNT.size :])
                return FinalSaid(
                    segment,
                    _COUNT.unpack_from(payload)[0],
                    last,
                    text,
                    tuple(RecognizedWord(*word) for word in words),
                )
            case _Kind.SPOTTED:
                return PhraseSaid(segment, payload[_SPOTTED.size :].decode(), *_SPOTTED.unpack_from(payload))
            case _Kind.DECODED:
                return Decoded(segment, _COUNT.unpack(payload)[0])
            case _Kind.FAILED:
                return SegmentFailed(segment)
            case _Kind.LOAD:
                return WorkerLoad(*_LOAD.unpack(payload))
    except (struct.error, ValueError, TypeError, IndexError) as error:
        raise BrokenMessageError("a message that cannot be read") from error
    raise BrokenMessageError("a message of unknown kind")
