"""RTP: order, losses, sources, headers of every shape; the captures of a real Asterisk."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from streaming.wire.events import AudioLost, Encoding, Fault, FaultSeen, FormatSet, WireEvent
from streaming.wire.g711 import decode_alaw, decode_mulaw
from streaming.wire.rtp import USUAL_FORMS, PayloadForm, RtpStream
from tests.streaming.wire.cutting import audio_of, faults

CAPTURES = sorted((Path(__file__).parents[2] / "recordings" / "rtp").glob("*.jsonl"))


def packet(number: int, kind: int = 0, source: int = 7, payload: bytes | None = None, first: int = 0x80) -> bytes:
    body = bytes([number % 251]) * 160 if payload is None else payload
    header = struct.pack(">BBHII", first, kind, (65_530 + number) % 65_536, (0xFFFFFF00 + number * 160) % 2**32, source)
    return header + body


def heard(numbers: list[int]) -> list[WireEvent]:
    stream = RtpStream()
    events = [event for place, number in enumerate(numbers) for event in stream.feed(packet(number), place * 20)]
    return [*events, *stream.finish()]


def sound(numbers: list[int]) -> bytes:
    return decode_mulaw(b"".join(bytes([number % 251]) * 160 for number in numbers))


def test_packets_in_order_over_the_wrap_of_both_counters() -> None:
    events = heard(list(range(50)))
    assert events[0] == FormatSet(8_000)
    assert audio_of(events) == sound(list(range(50)))
    assert faults(events) == []


@pytest.mark.parametrize("order", [[0, 2, 1, 3, 4], [0, 3, 2, 1, 4], [0, 2, 3, 1, 4], [0, 1, 4, 3, 2]])
def test_three_places_are_put_right(order: list[int]) -> None:
    events = heard(order)
    assert audio_of(events) == sound([0, 1, 2, 3, 4])
    assert [event for event in events if isinstance(event, AudioLost)] == []


def test_a_lost_packet_is_a_gap_of_its_length() -> None:
    events = heard([0, 1, 3, 4, 5, 6, 7])
    assert [event for event in events if isinstance(event, AudioLost)] == [AudioLost(20)]
    assert audio_of(events) == sound([0, 1, 3, 4, 5, 6, 7])


def test_a_pause_in_the_timestamps_without_a_missing_packet_was_not_sent() -> None:
    stream = RtpStream()
    comfort_noise, late = bytearray(packet(2, kind=13)), bytearray(packet(3))
    late[4:8] = packet(10)[4:8]  # the fourth packet holds the tenth frame
    events = [
        each
        for at_ms, datagram in ((0, packet(0)), (20, packet(1)), (40, comfort_noise), (200, late))
        for each in stream.feed(bytes(datagram), at_ms)
    ]
    assert [event for event in events if isinstance(event, AudioLost)] == [AudioLost(160, unsent=True)]


def test_what_comes_after_its_place_was_given_up_is_counted() -> None:
    events = heard([0, 1, 3, 4, 5, 6, 2, 7])
    assert faults(events) == [(Fault.LATE_PACKET, False)]
    assert audio_of(events) == sound([0, 1, 3, 4, 5, 6, 7])


def test_a_doubled_packet_is_heard_once() -> None:
    assert audio_of(heard([0, 1, 1, 2, 2, 3])) == sound([0, 1, 2, 3])


def test_a_wait_ends_by_the_clock() -> None:
    stream = RtpStream()
    stream.feed(packet(0), 0)
    assert audio_of(stream.feed(packet(2), 20)) == b""
    assert stream.pulse(60) == []
    assert stream.pulse(101)[0] == AudioLost(20)


def test_another_source_begins_anew() -> None:
    stream = RtpStream()
    events = stream.feed(packet(0), 0) + stream.feed(packet(1), 20) + stream.feed(packet(9_000, source=8), 40)
    assert audio_of(events) == sound([0, 1, 9_000])
    assert [event for event in events if isinstance(event, AudioLost)] == []


def test_a_sender_that_numbers_anew_is_heard_again() -> None:
    events = heard([*range(30_000, 30_010), *range(60)])
    assert audio_of(events).endswith(sound(list(range(30, 60))))


@pytest.mark.parametrize(("kind", "form"), USUAL_FORMS.items())
def test_payload_types(kind: int, form: PayloadForm) -> None:
    raw = bytes(range(160))
    stream = RtpStream()
    events = stream.feed(packet(0, kind, payload=raw), 0)
    expected = {
        Encoding.MULAW: decode_mulaw(raw),
        Encoding.ALAW: decode_alaw(raw),
        Encoding.PCM_S16BE: np.frombuffer(raw, ">i2").astype("<i2").tobytes(),
    }
    assert audio_of(events) == expected[form.encoding]
    assert events[0] == FormatSet(form.rate_hz)


def test_either_byte_order_by_setting() -> None:
    raw = bytes(range(160))
    stream = RtpStream({118: PayloadForm(Encoding.PCM_S16LE, 16_000)})
    assert audio_of(stream.feed(packet(0, 118, payload=raw), 0)) == raw


def test_csrcs_extension_and_padding_are_no_audio() -> None:
    raw = bytes([5]) * 160
    body = bytes(8) + struct.pack(">HH", 0xBEDE, 2) + bytes(8) + raw + bytes(3) + b"\x04"
    assert audio_of(RtpStream().feed(packet(0, payload=body, first=0x80 | 0x20 | 0x10 | 2), 0)) == decode_mulaw(raw)


@pytest.mark.parametrize(
    ("datagram", "fault"),
    [
        (b"", Fault.BAD_HEADER),
        (bytes(11), Fault.BAD_HEADER),
        (packet(0, first=0x40), Fault.BAD_VERSION),
        (packet(0, first=0x8F, payload=b"x"), Fault.TRUNCATED),
        (packet(0, first=0x90, payload=b"x"), Fault.TRUNCATED),
        (packet(0, first=0xA0, payload=b"\xff"), Fault.TRUNCATED),
        (packet(0, first=0xA0, payload=b"\x00"), Fault.TRUNCATED),
        (packet(0, kind=77), Fault.BAD_FORMAT),
    ],
)
def test_malformed_datagrams_are_skipped_by_name(datagram: bytes, fault: Fault) -> None:
    stream = RtpStream()
    (seen,) = stream.feed(datagram, 0)
    assert isinstance(seen, FaultSeen)
    assert (seen.fault, seen.fatal) == (fault, False)


def test_comfort_noise_and_keys_are_no_fault() -> None:
    assert [event for kind in (13, 101) for event in RtpStream().feed(packet(0, kind, payload=b"\x07"), 0)] == []


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name.split(".")[0])
def test_the_traffic_of_a_real_asterisk(capture: Path) -> None:
    lines = [json.loads(line) for line in capture.read_text("utf-8").splitlines()]
    inbound = [line for line in lines if line.get("dir") == "in" and "hex" in line]
    stream = RtpStream()
    events = [event for line in inbound for event in stream.feed(bytes.fromhex(line["hex"]), int(line["t_ms"]))]
    assert faults(events) == []
    heard_samples = np.frombuffer(audio_of([*events, *stream.finish()]), "<i2").astype(float)
    rate_hz = 16_000 if "slin16" in capture.name else 8_000
    spectrum = np.abs(np.fft.rfft(heard_samples * np.hanning(len(heard_samples))))
    assert np.argmax(spectrum) * rate_hz / len(heard_samples) == pytest.approx(700, abs=15)  # the far end's tone
