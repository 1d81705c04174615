"""Clients of vosk-server: config in many spellings, eof as text or binary, reset."""

import json

import pytest

from streaming.wire.events import Fault, FinalsWanted, FormatSet, StreamEnded
from streaming.wire.vosk_socket import VoskSocketParser
from tests.streaming.wire.cutting import audio_of, faults
from tests.streaming.wire.said import fatal, said

CONFIG = (
    '{ "config" : { "sample_rate" : 16000, "words" : true, "phrase_list" : ["退款","[unk]"], "max_alternatives" : 0 } }'
)
SOUND = bytes(range(200))


@pytest.mark.parametrize("eof", ['{"eof" : 1}', '{"eof":1}', b'{"eof" : 1}', b'{"eof":1}'])
def test_eof_in_every_spelling(eof: str | bytes) -> None:
    events = said(VoskSocketParser(), [CONFIG, SOUND, eof])
    assert events[0] == FormatSet(16_000)
    assert events[-1] == StreamEnded(explicit=True)
    assert audio_of(events) == SOUND


def test_reset_wants_finals_and_goes_on() -> None:
    events = said(VoskSocketParser(), [CONFIG, SOUND, '{"reset" : 1}', SOUND])
    assert [event for event in events if isinstance(event, FinalsWanted)] == [FinalsWanted()]
    assert audio_of(events) == SOUND * 2


def test_without_a_config_the_rate_is_the_usual_one() -> None:
    assert said(VoskSocketParser(), [SOUND])[0] == FormatSet(8_000)
    assert said(VoskSocketParser(), ['{"config":{}}', SOUND])[0] == FormatSet(8_000)


@pytest.mark.parametrize("rate", ["16000", '"16000"', "16000.0"])
def test_a_rate_may_be_written_in_any_way(rate: str) -> None:
    assert said(VoskSocketParser(), [f'{{"config":{{"sample_rate":{rate}}}}}', SOUND])[0] == FormatSet(16_000)


def test_words_are_the_clients_wish() -> None:
    parser = VoskSocketParser()
    said(parser, ['{"config":{"sample_rate":8000,"words":false}}'])
    assert not parser.words


@pytest.mark.parametrize("text", ["hello", "[]", '{"model":"/etc"}'])
def test_other_texts_are_ignored(text: str) -> None:
    events = said(VoskSocketParser(), [CONFIG, text, SOUND])
    assert len(faults(events)) == 1
    assert audio_of(events) == SOUND


@pytest.mark.parametrize(
    ("rate", "fault"), [("0", Fault.BAD_FORMAT), ("-8000", Fault.BAD_START), ("1.5", Fault.BAD_START)]
)
def test_a_rate_that_would_hang_or_hiss_is_refused(rate: str, fault: Fault) -> None:
    events = said(VoskSocketParser(), [json.dumps({"config": {"sample_rate": json.loads(rate)}}), SOUND])
    assert fatal(events).fault in (fault, Fault.BAD_FORMAT)
