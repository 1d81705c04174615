"""AudioSocket messages of 160 bytes labelled as PCM: held until known to be G.711 or PCM, and no longer."""

from typing import Literal

import numpy as np
import pytest

from streaming.wire.audiosocket import (
    AudioSocketParser,
    encode_audio,
    encode_digit,
    encode_hangup,
    encode_message,
    encode_uuid,
)
from streaming.wire.events import AudioReceived, DigitPressed, Fault, FaultSeen, FormatSet, StreamEnded, WireEvent
from streaming.wire.g711 import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw
from tests.streaming.wire.cutting import audio_of, faults, heard_alike

HELLO = encode_uuid("7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3")
SOUND = (9_000 * np.sin(np.arange(160 * 30) * 2 * np.pi * 700 / 8_000)).astype("<i2").tobytes()
MULAW, ALAW = encode_mulaw(SOUND), encode_alaw(SOUND)
LABELLED_PCM = encode_audio(bytes(320), 8_000)
SUSPECTED = (Fault.G711_SUSPECTED, False)


def mislabelled(coded: bytes, frames: int) -> list[bytes]:
    return [encode_message(0x10, coded[160 * frame : 160 * (frame + 1)]) for frame in range(frames)]


def opened(g711: Literal["ulaw", "alaw"] | None = None) -> AudioSocketParser:
    parser = AudioSocketParser(g711)
    parser.feed(HELLO)
    return parser


def given_by(parser: AudioSocketParser, messages: list[bytes]) -> list[WireEvent]:
    return [event for message in messages for event in parser.feed(message)]


@pytest.mark.parametrize(
    ("law", "coded", "meant"), [("ulaw", MULAW, decode_mulaw(MULAW)), ("alaw", ALAW, decode_alaw(ALAW))]
)
def test_it_is_decoded_as_configured_from_the_first_frame_on(
    law: Literal["ulaw", "alaw"], coded: bytes, meant: bytes
) -> None:
    parser = opened(law)
    messages = mislabelled(coded, 30)
    assert given_by(parser, messages[:24]) == []
    assert parser.pending_bytes == 24 * 160
    released = given_by(parser, messages[24:25])
    assert faults(released[:1]) == [SUSPECTED]
    assert released[1] == FormatSet(8_000)
    assert [len(event.pcm_s16le) for event in released[2:] if isinstance(event, AudioReceived)] == [320] * 25
    assert parser.pending_bytes == 0
    after = [parser.feed(message) for message in messages[25:]]
    assert [len(events) for events in after] == [1] * 5
    assert audio_of([*released, *(event for events in after for event in events)]) == meant


def test_without_a_law_it_is_refused_at_the_twenty_fifth_frame_and_the_cure_is_named() -> None:
    parser = opened()
    messages = mislabelled(MULAW, 25)
    assert given_by(parser, messages[:24]) == []
    (refusal,) = parser.feed(messages[24])
    assert isinstance(refusal, FaultSeen)
    assert (refusal.fault, refusal.fatal) == (Fault.G711_SUSPECTED, True)
    assert "c(slin16)" in refusal.detail
    assert parser.pending_bytes == 0
    assert parser.finish() == [StreamEnded(truncated=True, cause="g711_suspected")]


@pytest.mark.parametrize("law", [None, "ulaw", "alaw"])
def test_another_size_proves_pcm_and_releases_what_was_held(law: Literal["ulaw", "alaw"] | None) -> None:
    parser = opened(law)
    short = mislabelled(SOUND, 24)
    assert given_by(parser, short) == []
    released = parser.feed(LABELLED_PCM)
    assert released[0] == FormatSet(8_000)
    assert [len(event.pcm_s16le) for event in released[1:] if isinstance(event, AudioReceived)] == [160] * 24 + [320]
    assert audio_of(released) == SOUND[: 24 * 160] + bytes(320)
    assert [len(parser.feed(message)) for message in mislabelled(SOUND, 30)] == [1] * 30  # settled for good


@pytest.mark.parametrize("law", [None, "ulaw"])
def test_nothing_is_held_when_the_first_frame_has_another_size(law: Literal["ulaw"] | None) -> None:
    parser = opened(law)
    assert len(parser.feed(LABELLED_PCM)) == 2
    assert [len(parser.feed(message)) for message in mislabelled(SOUND, 30)] == [1] * 30


def test_wideband_messages_of_160_bytes_are_never_held() -> None:
    assert len(opened().feed(encode_audio(bytes(160), 16_000))) == 2


def test_an_odd_message_proves_pcm_too() -> None:
    parser = opened("ulaw")
    given_by(parser, mislabelled(SOUND, 2))
    events = parser.feed(encode_message(0x10, bytes(161)))
    assert faults(events) == [(Fault.ODD_LENGTH, False)]
    assert audio_of(events) == SOUND[:320] + bytes(160)


def test_an_empty_message_proves_nothing() -> None:
    parser = opened("ulaw")
    assert given_by(parser, [*mislabelled(MULAW, 3), encode_message(0x10, b"")]) == []
    assert parser.pending_bytes == 3 * 160


def test_digits_do_not_wait_for_the_decision() -> None:
    parser = opened()
    given_by(parser, mislabelled(MULAW, 3))
    assert parser.feed(encode_digit("#")) == [DigitPressed("#")]


@pytest.mark.parametrize("end", [b"", encode_hangup()])
def test_an_end_before_the_decision_decodes_as_configured_or_drops_and_says_so(end: bytes) -> None:
    stream = HELLO + b"".join(mislabelled(MULAW, 5)) + end
    decoded = heard_alike(lambda: AudioSocketParser("ulaw"), stream)
    assert audio_of(decoded) == decode_mulaw(MULAW[: 5 * 160])
    dropped = heard_alike(AudioSocketParser, stream)
    assert audio_of(dropped) == b""
    assert faults(decoded) == faults(dropped) == [SUSPECTED]
    assert decoded[-1] == dropped[-1] == StreamEnded(explicit=bool(end))


def test_a_new_audio_type_before_the_decision_settles_in_order() -> None:
    stream = HELLO + b"".join(mislabelled(ALAW, 2)) + encode_audio(bytes(640), 16_000)
    decoded = heard_alike(lambda: AudioSocketParser("alaw"), stream)
    assert [event.rate_hz for event in decoded if isinstance(event, AudioReceived)] == [8_000, 16_000]
    dropped = heard_alike(AudioSocketParser, stream)
    assert [event.rate_hz for event in dropped if isinstance(event, AudioReceived)] == [16_000]
    assert faults(decoded) == faults(dropped) == [SUSPECTED]


def test_a_pbx_that_goes_over_to_true_pcm_is_heard_as_pcm() -> None:
    parser = opened("ulaw")
    given_by(parser, mislabelled(MULAW, 25))
    assert audio_of(parser.feed(LABELLED_PCM)) == bytes(320)
    assert audio_of(parser.feed(mislabelled(MULAW, 1)[0])) == decode_mulaw(MULAW[:160])


@pytest.mark.parametrize("before", [0, 3, 25])
def test_a_last_frame_cut_short_is_decoded_by_its_announced_size(before: int) -> None:
    cut = encode_message(0x10, MULAW[160 * before : 160 * (before + 1)])[: 3 + 77]
    events = heard_alike(lambda: AudioSocketParser("ulaw"), HELLO + b"".join(mislabelled(MULAW, before)) + cut)
    assert audio_of(events) == decode_mulaw(MULAW[: 160 * before + 77])
    assert events[-1] == StreamEnded(truncated=True)


@pytest.mark.parametrize("announced_bytes", [320, 256 + 160])
def test_a_cut_message_of_another_size_proves_pcm(announced_bytes: int) -> None:
    stream = HELLO + b"".join(mislabelled(SOUND, 3)) + encode_audio(bytes(announced_bytes), 8_000)[:103]
    events = heard_alike(AudioSocketParser, stream)
    assert audio_of(events) == SOUND[:480] + bytes(100)
    assert faults(events) == []
