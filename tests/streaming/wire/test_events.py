"""Audio in neighbouring pieces joined, everything else where it was."""

from streaming.wire.events import AudioReceived, DigitPressed, FormatSet, WireEvent, joined_audio


def test_neighbouring_audio_of_one_form_is_joined_and_nothing_else() -> None:
    events: list[WireEvent] = [
        FormatSet(8_000),
        AudioReceived(b"aa", 8_000),
        AudioReceived(b"bb", 8_000),
        DigitPressed("1"),
        DigitPressed("2"),
        AudioReceived(b"cc", 8_000),
        AudioReceived(b"dd", 16_000),
        AudioReceived(b"ee", 16_000, channel=1),
        AudioReceived(b"ff", 16_000, channel=1),
    ]
    assert list(joined_audio(events)) == [
        FormatSet(8_000),
        AudioReceived(b"aabb", 8_000),
        DigitPressed("1"),
        DigitPressed("2"),
        AudioReceived(b"cc", 8_000),
        AudioReceived(b"dd", 16_000),
        AudioReceived(b"eeff", 16_000, channel=1),
    ]
    assert list(joined_audio([])) == []
