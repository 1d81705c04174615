"""Levels in 100 ms steps, in batches and as a whole."""

from collections.abc import Sequence

from service.level_track import LevelTrack
from streaming.frames import Leg
from streaming.observations import LevelHeard


def _heard(track: LevelTrack, leg: Leg, levels: Sequence[float]) -> None:
    for number, level in enumerate(levels):
        track.note(LevelHeard(leg, number * 20, number * 20 + 20, level, level > -50))


def test_a_step_holds_its_loudest_frame_and_whether_it_spoke() -> None:
    track = LevelTrack("c", 500)
    _heard(track, Leg.AGENT, [-60, -30, -60, -60, -60] + [-90] * 5)
    (leg, levels), *rest = track.all(200)
    assert (leg, rest) == (Leg.AGENT, [])
    assert levels.dbfs == (-30.0, -90.0)
    assert levels.speaking == (True, False)


def test_batches_follow_each_other_without_overlap() -> None:
    track = LevelTrack("c", 500)
    _heard(track, Leg.CUSTOMER, [-20] * 60)
    assert track.batch(400) is None
    first, none, second = track.batch(640), track.batch(900), track.batch(1_200)
    assert first is not None
    assert second is not None
    assert none is None
    assert (first.at_ms, len(first.legs[0][1].dbfs)) == (0, 6)
    assert (second.at_ms, len(second.legs[0][1].dbfs)) == (600, 6)


def test_legs_have_equal_steps_and_what_was_not_heard_is_at_the_floor() -> None:
    track = LevelTrack("c", 500)
    _heard(track, Leg.AGENT, [-20] * 50)
    _heard(track, Leg.CUSTOMER, [-20] * 10)
    batch = track.batch(1_000)
    assert batch is not None
    assert [len(levels.dbfs) for _, levels in batch.legs] == [10, 10]
    assert batch.legs[1][1].dbfs[2:] == (-96.0,) * 8


def test_the_tone_of_each_batch_is_remembered_where_the_leg_was_heard() -> None:
    track = LevelTrack("c", 500)
    _heard(track, Leg.AGENT, [-20] * 50)
    _heard(track, Leg.CUSTOMER, [-20] * 25)
    first = track.batch(500, lambda leg: 1.0 if leg is Leg.AGENT else 0.0)
    track.batch(1_000, lambda leg: 0.5)

    assert first is not None
    assert [(levels.tone, levels.tones) for _, levels in first.legs] == [(1.0, ()), (0.0, ())]
    assert [levels.tones for _, levels in track.all(1_000)] == [(1.0,) * 5 + (0.5,) * 5, (0.0,) * 10]


def test_after_a_long_pause_only_the_newest_steps_go_out() -> None:
    track = LevelTrack("c", 500)
    _heard(track, Leg.AGENT, [-20] * 10)
    batch = track.batch(600_000)
    assert batch is not None
    assert batch.at_ms == 600_000 - 2_500


def test_a_batch_says_how_tense_each_leg_sounds() -> None:
    track = LevelTrack("c", 500)
    _heard(track, Leg.AGENT, [-20] * 50)
    _heard(track, Leg.CUSTOMER, [-20] * 50)
    batch = track.batch(1_000, lambda leg: 0.8 if leg is Leg.CUSTOMER else 0.1)
    assert batch is not None
    assert [(leg, levels.tone) for leg, levels in batch.legs] == [(Leg.AGENT, 0.1), (Leg.CUSTOMER, 0.8)]
