"""Workers killed in the middle of recordings: the same alerts, all words but those being heard, soon well again."""

import pytest

from tests.calls.played import path_of
from tests.prove.kills import missing_words, play_all

pytestmark = [pytest.mark.alone, pytest.mark.calls, pytest.mark.model, pytest.mark.timeout(400)]
_WORDS_OF_A_SEGMENT = 12
_RECORDINGS = ("agent_hangs_up", "calm", "forbidden_phrase", "missing_greeting")
_OTHERWISE_RATIO = 0.02  # two undisturbed plays differ too: words depend a little on what a recogniser heard before


async def test_three_kills_change_no_alert_and_cost_no_more_than_the_words_being_heard() -> None:
    files = [path_of(name) for name in _RECORDINGS]
    whole = await play_all(files=files)
    harmed = await play_all(kills=3, over_ms=whole.decoded_ms, seed=7, files=files)
    assert harmed.kills == 3
    assert harmed.reruns >= harmed.open_at_kills > 0
    assert harmed.lost_segments == 0
    assert harmed.alerts == whole.alerts
    missing, total = missing_words(whole, harmed)
    assert missing <= harmed.open_at_kills * _WORDS_OF_A_SEGMENT + _OTHERWISE_RATIO * total
    assert max(harmed.recovery_s) < 3
