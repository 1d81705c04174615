"""A lag is measured from the block that completes the sound."""

import pytest

from service.bench.sent_sound import SentSound


def test_the_completing_block_counts_not_the_one_before() -> None:
    sent = SentSound()
    for number in range(1, 4):
        sent.note(number * 10, 100.0 + number)  # blocks of 200 ms
    assert [sent.completed_s(end_ms) for end_ms in (1, 200, 201, 400, 600)] == [101, 101, 102, 102, 103]
    assert sent.completed_s(9_999) == sent.newest_s == 103
    assert len(sent) == 3


def test_before_anything_was_sent_nothing_is_known() -> None:
    assert SentSound().completed_s(20) is None
    with pytest.raises(IndexError):
        _ = SentSound().newest_s
