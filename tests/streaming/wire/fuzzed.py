"""Every parser with spoilt input, one at a time: events come, never exceptions, and nothing is kept for long."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from streaming.wire.ami import AmiParser
from streaming.wire.asterisk_socket import AsteriskSocketParser
from streaming.wire.audiosocket import AudioSocketParser, encode_message
from streaming.wire.esl import EslParser
from streaming.wire.events import AudioReceived, StreamEnded
from streaming.wire.freeswitch import FreeSwitchParser
from streaming.wire.http_audio import MediaTypeError, audio_body
from streaming.wire.http_signature import SignatureRefusedError, check_message_signature
from streaming.wire.jambonz import JambonzParser
from streaming.wire.own_socket import OwnSocketParser
from streaming.wire.rtp import RtpStream
from streaming.wire.sample_stream import SampleStream
from streaming.wire.socket_dialect import SocketDialect
from streaming.wire.twilio import TwilioParser
from streaming.wire.vosk_socket import VoskSocketParser
from streaming.wire.wav_stream import WavStream
from tests.streaming.wire import test_asterisk_socket as asterisk
from tests.streaming.wire import test_audiohook as audiohook
from tests.streaming.wire import test_http_signature as signature
from tests.streaming.wire import test_jambonz as jambonz
from tests.streaming.wire import test_own_socket as own
from tests.streaming.wire import test_rtp as rtp
from tests.streaming.wire import test_sample_stream as samples
from tests.streaming.wire import test_twilio as twilio
from tests.streaming.wire import test_vosk_socket as vosk
from tests.streaming.wire import test_wav_stream as wav
from tests.streaming.wire.said import Message, said
from tests.streaming.wire.test_audiosocket import HELLO, MOST_PENDING_BYTES

Once = Callable[[random.Random], None]
"""One spoilt input from beginning to end; raises what the parser should not have let through."""

_DIGIT = '{"event":"DTMF_END","channel_id":"1.9","digit":"7"}'
CONVERSATIONS: Mapping[str, tuple[Callable[[], SocketDialect], Sequence[Message]]] = {
    "asterisk": (
        AsteriskSocketParser,
        [asterisk.start(), asterisk.FRAME, _DIGIT, asterisk.plain(), asterisk.FRAME],
    ),
    "freeswitch": (
        lambda: FreeSwitchParser(8_000, 2),
        ['{"callId":"c","leg":"agent"}', jambonz.STEREO, b"", jambonz.STEREO],
    ),
    "jambonz": (JambonzParser, [jambonz.INFO, jambonz.STEREO, '{"event":"dtmf","dtmf":"5"}', jambonz.STEREO]),
    "twilio": (
        TwilioParser,
        [
            twilio.CONNECTED,
            twilio.start(leg="agent"),
            twilio.media("inbound", 1),
            twilio.media("outbound", 1),
            twilio.STOP,
        ],
    ),
    "audiohook": (
        audiohook.parser,
        [
            audiohook.opening(),
            b"\x10\x90" * 80,
            audiohook.message("ping", 2, {}, 1),
            audiohook.message("discarded", 3, {"discarded": "PT1S"}, 2),
            audiohook.message("close", 4, {"reason": "end"}, 2),
        ],
    ),
    "vosk": (VoskSocketParser, [vosk.CONFIG, vosk.SOUND, '{"reset" : 1}', vosk.SOUND, '{"eof" : 1}']),
    "ws": (lambda: OwnSocketParser(2), [own.start(), own.SOUND, own.SOUND[:-1], own.STOP]),
}
"""A good conversation of each dialect on a WebSocket."""


def _spoilt(chance: random.Random, message: Message) -> list[Message]:
    """Left out, doubled, of the other kind, cut, one character changed, or garbage before it."""
    match chance.randrange(6):
        case 0:
            return []
        case 1:
            return [message, message]
        case 2 if isinstance(message, str):
            return [message.encode("utf-8", "surrogatepass")]
        case 3:
            return [message[: chance.randrange(len(message) + 1)]]
        case 4 if isinstance(message, str) and message:
            place = chance.randrange(len(message))
            return [message[:place] + chance.choice('{}[]",:0-e\\\ud800') + message[place + 1 :]]
        case _:
            return [chance.randbytes(chance.randrange(700)), message]


def _scrambled(new_parser: Callable[[], SocketDialect], good: Sequence[Message]) -> Once:
    def once(chance: random.Random) -> None:
        messages = list(good)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(messages))
            messages[place : place + 1] = _spoilt(chance, messages[place])
            if not messages:
                messages = [b""]
        said(new_parser(), messages)

    return once


def _audiosocket(chance: random.Random) -> None:
    parser = AudioSocketParser(chance.choice(("ulaw", "alaw", None)))
    garbage = chance.randbytes(chance.randrange(60))
    if chance.randrange(3):
        kinds = [0x00, 0x01, 0x02, 0x03, 0x10, 0x10, 0x10, 0x12, 0x18, 0xFF]
        payload = chance.randbytes(chance.choice([0, 1, 2, 160, 160, 161, 320]))
        garbage = encode_message(chance.choice(kinds), payload) * chance.randrange(30) + garbage
    stream = HELLO * (chance.randrange(5) > 0) + garbage
    cut = chance.randrange(len(stream) + 1)
    events = parser.feed(stream[:cut]) + parser.feed(stream[cut:])
    assert parser.pending_bytes <= MOST_PENDING_BYTES
    events += parser.finish()
    assert isinstance(events[-1], StreamEnded)
    assert parser.pending_bytes == 0
    for event in events:
        assert not isinstance(event, AudioReceived) or (event.pcm_s16le and len(event.pcm_s16le) % 2 == 0)


def _rtp(chance: random.Random) -> None:
    stream = RtpStream()
    number = chance.randrange(65_536)
    for step in range(chance.randrange(1, 8)):
        number += chance.choice((1, 1, 1, 2, -1, 5, 30_000))
        kind = chance.choice((0, 8, 10, 118, 101, 77))
        datagram = bytearray(rtp.packet(number % 65_536, kind, payload=chance.randbytes(40)))
        for _ in range(chance.randrange(4)):
            datagram[chance.randrange(12)] = chance.randrange(256)
        stream.feed(bytes(datagram[: chance.randrange(len(datagram) + 1)]), step * chance.choice((0, 20, 200)))
        assert len(stream._waiting) <= 4  # it says so of itself, and there is no other way to see it
    stream.finish()
    assert not stream._waiting  # as above


_MEDIA_TYPE_WORDS = ["audio/L16", "audio/basic", "audio/wav", ";", "rate", "=", "8000", "channels", "2", '"', " ", "é"]
_MEDIA_TYPES = ["audio/L16;rate=8000", "audio/pcma;channels=2", "audio/basic", "audio/wav", "audio/pcmu"]


def _http(chance: random.Random) -> None:
    made_up = "".join(chance.choices(_MEDIA_TYPE_WORDS, k=chance.randrange(8)))
    try:
        body = audio_body(chance.choice([*_MEDIA_TYPES, made_up]), chance.choice((1, 2)))
    except MediaTypeError:
        return
    raw = chance.randbytes(chance.randrange(50))
    cut = chance.randrange(len(raw) + 1)
    events = body.feed(raw[:cut]) + body.feed(raw[cut:])
    assert body.pending_bytes < 50
    assert isinstance((events + body.finish())[-1], StreamEnded)


_WHOLE_WAV = wav.wav(wav.chunk(b"LIST", b"abc"), wav.form(), wav.chunk(b"data", wav.SOUND))


def _wav(chance: random.Random) -> None:
    stream = bytearray(_WHOLE_WAV if chance.randrange(4) else chance.randbytes(chance.randrange(80)))
    for _ in range(chance.randrange(4)):
        if stream:
            stream[chance.randrange(len(stream))] = chance.randrange(256)
    parser = WavStream(chance.choice((1, 1, 1, 2)))
    cut = chance.randrange(len(stream) + 1)
    events = parser.feed(bytes(stream[:cut])) + parser.feed(bytes(stream[cut:]))
    assert parser.pending_bytes <= wav.MOST_PENDING_BYTES
    assert [isinstance(event, StreamEnded) for event in events + parser.finish()].count(True) == 1


def _samples(chance: random.Random) -> None:
    encoding, channels = chance.choice(samples.FORMATS)
    stream = SampleStream(encoding, 8_000, channels)
    for _ in range(3):
        events = stream.feed(chance.randbytes(chance.randrange(20)))
        assert len({len(event.pcm_s16le) for event in events}) <= 1
        assert stream.pending_bytes <= 3


_AMI = [b"\r\n", b"\n", b":", b": ", b"Event", b"Hangup", b"\xff\xfe", b"\x00", b" ", b"Uniqueid", b"1.2", b"\r"]
_ESL = [b"\n", b"\n\n", b":", b"Content-Type: text/event-plain", b"Content-Length: 9", b"%", b"%zz", b"\xff", b" "]


def _ami(chance: random.Random) -> None:
    parser = AmiParser()
    parser.feed(b"Asterisk Call Manager/11.0.0\r\n")
    for _ in range(6):
        parser.feed(b"".join(chance.choices(_AMI, k=chance.randrange(1, 12))))
        assert parser.pending_bytes < 20_000


def _esl(chance: random.Random) -> None:
    parser = EslParser()
    for _ in range(6):
        parser.feed(b"".join(chance.choices(_ESL, k=chance.randrange(1, 12))))
        assert parser.pending_bytes < 300_000


def _signature(chance: random.Random) -> None:
    name = chance.choice(("signature", "signature-input"))
    text = signature.REQUEST.headers[name]
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(text) + 1)
        text = (
            text[:place] + chance.choice(';=()":?*é\x00aZ0') * chance.randrange(3) + text[place + chance.randrange(3) :]
        )
    request = replace(signature.REQUEST, headers={**signature.REQUEST.headers, name: text})
    with suppress(SignatureRefusedError):
        check_message_signature(request, signature.SECRET, 1_790_000_001)


PARSERS: Mapping[str, Once] = {
    "audiosocket": _audiosocket,
    **{name: _scrambled(*talk) for name, talk in CONVERSATIONS.items()},
    "rtp": _rtp,
    "http": _http,
    "wav": _wav,
    "samples": _samples,
    "ami": _ami,
    "esl": _esl,
    "signature": _signature,
}
"""Every parser of bytes that strangers send."""
