"""Every message survives the road, however it is cut; what is no message is refused."""

import struct

import pytest

from service.recognition.worker_messages import (
    AbandonSegment,
    BrokenMessageError,
    CloseSegment,
    CutSegment,
    Decoded,
    FinalSaid,
    ListenFor,
    Message,
    MessageReader,
    OpenSegment,
    PartialSaid,
    PhraseSaid,
    SegmentFailed,
    SegmentSound,
    StopWords,
    WorkerHello,
    WorkerLoad,
    message_bytes,
)
from streaming.frames import Leg
from streaming.recognizer import RecognizedWord

MESSAGES: list[Message] = [
    OpenSegment(1, 7),
    OpenSegment(2, 8, Leg.CUSTOMER),
    SegmentSound(1, b"\x01\x00\x02\x00"),
    SegmentSound(2, b""),
    OpenSegment(3, 9, Leg.AGENT, words=False),
    CloseSegment(1),
    StopWords(1),
    CutSegment(2),
    AbandonSegment(0xFFFF_FFFF),
    ListenFor('{"agent": [[], ["네"]]}'),
    WorkerHello(4_711),
    PartialSaid(1, 3_200, "배송이"),
    FinalSaid(
        1, 6_400, True, "배송이 지연", (RecognizedWord("배송이", 0, 300, 0.5), RecognizedWord("지연", 300, 600, 1.0))
    ),
    FinalSaid(2, 0, False, "", ()),
    PhraseSaid(1, "좋은 하루 되세요", 100, 1_300, 0.955),
    PhraseSaid(1, "좋은 하루 되세요", 100, 1_300, 0.955, 0.125),
    Decoded(1, 123_456_789_012),
    SegmentFailed(3),
    WorkerLoad(1_000, 600_000_000, 6, 250, 600),
]


@pytest.mark.parametrize("size", [1, 2, 11, 13, 4_096])
def test_messages_arrive_as_they_were_sent_however_they_are_cut(size: int) -> None:
    stream = b"".join(message_bytes(message) for message in MESSAGES)
    reader = MessageReader()
    arrived = [message for at in range(0, len(stream), size) for message in reader.feed(stream[at : at + size])]
    assert arrived == MESSAGES


@pytest.mark.parametrize(
    "stream",
    [
        struct.pack("<BxxxII", 99, 0, 0),
        struct.pack("<BxxxII", 2, 0, 5_000_000),
        struct.pack("<BxxxII", 1, 0, 3) + b"abc",
        struct.pack("<BxxxII", 6, 0, 9) + bytes(8) + b"\xff",
        struct.pack("<BxxxII", 7, 0, 9) + bytes(8) + b"{",
        struct.pack("<BxxxII", 7, 0, 10) + bytes(8) + b"[]",
        struct.pack("<BxxxII", 1, 0, 10) + bytes(8) + b"\x04\x00",
        struct.pack("<BxxxII", 11, 0, 8) + bytes(8),
    ],
    ids=[
        "unknown kind",
        "too long",
        "wrong length",
        "not UTF-8",
        "not JSON",
        "fields missing",
        "no such leg",
        "half a phrase",
    ],
)
def test_what_is_no_message_is_refused(stream: bytes) -> None:
    with pytest.raises(BrokenMessageError):
        MessageReader().feed(stream)
