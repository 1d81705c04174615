"""The short form of `python -m tests.prove.fuzz`, every message cut everywhere, and what a socket may not exceed."""

import gc
import random
import tracemalloc
from collections.abc import Sequence

import pytest

from config.settings import IngestSettings
from streaming.wire.events import Fault, StreamEnded
from streaming.wire.rtp import RtpStream
from tests.streaming.wire.cutting import audio_of
from tests.streaming.wire.fuzzed import CONVERSATIONS, PARSERS
from tests.streaming.wire.said import Message, fatal, said
from tests.streaming.wire.test_rtp import packet

_INPUTS, _WATCHED = 10_000, 500
_GROWTH_BYTES = 65_536  # caches of regular expressions and the like; a leak of one event an input is far above
_LIMITS = IngestSettings()


@pytest.mark.parametrize("name", PARSERS)
def test_ten_thousand_spoilt_inputs_do_no_harm_and_leave_nothing_behind(name: str) -> None:
    chance = random.Random(name)
    for _ in range(_INPUTS - _WATCHED):
        PARSERS[name](chance)
    tracemalloc.start()
    try:
        for _ in range(_WATCHED):
            PARSERS[name](chance)
        gc.collect()  # an exception with its frames is a circle until then
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept_bytes < _GROWTH_BYTES


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_message_cut_at_every_byte(name: str) -> None:
    """A text that ends early is an event or nothing; a binary that may come in two pieces says the same."""
    new_parser, good = CONVERSATIONS[name]
    whole = said(new_parser(), good)
    for place, message in enumerate(good):
        for cut in range(len(message)):
            head, tail = message[:cut], message[cut:]
            if isinstance(message, str):
                events = said(new_parser(), [*good[:place], head, *good[place + 1 :]])
                assert isinstance(events[-1], StreamEnded)
            elif new_parser().cut_anywhere and head:
                pieces: Sequence[Message] = [*good[:place], head, tail, *good[place + 1 :]]
                heard = said(new_parser(), pieces)
                assert [audio_of(heard, side) for side in (0, 1)] == [audio_of(whole, side) for side in (0, 1)]


def test_a_datagram_cut_at_every_byte_is_an_event_or_shorter_audio() -> None:
    raw = packet(0, payload=b"\x10" * 20)
    for cut in range(len(raw)):
        assert len(audio_of(RtpStream().feed(raw[:cut], 0))) <= 2 * max(0, cut - 12)


@pytest.mark.parametrize("name", CONVERSATIONS)
@pytest.mark.parametrize(
    "message",
    [" " * (_LIMITS.longest_text_bytes + 1), bytes(_LIMITS.longest_message_bytes + 1)],
    ids=["text", "binary"],
)
def test_a_message_over_the_limit_ends_the_socket_by_name(name: str, message: Message) -> None:
    new_parser, good = CONVERSATIONS[name]
    assert fatal(said(new_parser(), [*good[:2], message])).fault is Fault.TOO_LARGE
