"""What of a call could not be judged, and how much of it was."""

import pytest

from alerts.alert import Kind
from alerts.coverage import CallCoverage, Cause, Lack
from config.detection import DetectionSettings, MissingWordsSettings, OffCallTalkSettings
from config.hearing import HearingSettings
from streaming.frames import Leg, Party
from streaming.observations import (
    BandHeard,
    CallOver,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    LineHeard,
    Observation,
    PaceChanged,
    PauseChanged,
    RecognitionChanged,
    Word,
    WordsHeard,
)

AGENT, CUSTOMER, MIXED = Leg.AGENT, Leg.CUSTOMER, Leg.MIXED


def level(leg: Leg, at_ms: int = 0) -> LevelHeard:
    return LevelHeard(leg, at_ms, at_ms + 20, -50.0, False)


def coverage_of(
    *observations: Observation,
    settings: DetectionSettings | None = None,
    legs: tuple[Leg, ...] = (AGENT, CUSTOMER),
    with_words: bool = True,
) -> CallCoverage:
    coverage = CallCoverage(settings or DetectionSettings(), HearingSettings(), with_words=with_words)
    for leg in legs:
        coverage.feed(level(leg))
    for observation in observations:
        coverage.feed(observation)
    return coverage


def seen(coverage: CallCoverage, now_ms: int) -> list[tuple[Leg, Cause, int, int]]:
    return [(each.leg, each.cause, each.from_ms, each.to_ms) for each in coverage.undecided(now_ms)]


def final(leg: Leg, start_ms: int, end_ms: int, confidence: float) -> WordsHeard:
    word = Word("말", start_ms, end_ms, confidence)
    return WordsHeard(leg, 0, 1, True, start_ms, end_ms, "말", (word,))


def line(leg: Leg, start_ms: int, clipped: float, voiced_ms: int) -> LineHeard:
    return LineHeard(leg, start_ms, start_ms + 1_000, -60.0, -60.0, -20.0, 0.0, clipped, voiced_ms)


@pytest.mark.parametrize(
    ("observations", "now_ms", "undecided", "ratio"),
    [
        ([], 10_000, [], 1.0),
        # lost on its way: jitter is bridged, but it was not analysed either
        ([GapHeard(AGENT, 2_000, 2_200)], 10_000, [], 0.99),
        ([GapHeard(AGENT, 2_000, 4_000)], 10_000, [(AGENT, Cause.NO_AUDIO, 2_000, 4_000)], 0.9),
        (
            [GapHeard(AGENT, 2_000, 3_000), GapHeard(AGENT, 4_000, 5_000), GapHeard(CUSTOMER, 4_000, 5_000)],
            10_000,
            [(AGENT, Cause.NO_AUDIO, 2_000, 5_000), (CUSTOMER, Cause.NO_AUDIO, 4_000, 5_000)],
            0.85,
        ),
        # stalled: still, then with a gap, then with all its audio come late
        ([LegStalled(CUSTOMER, 6_000)], 10_000, [(CUSTOMER, Cause.STALLED, 6_000, 10_000)], 0.8),
        (
            [LegStalled(CUSTOMER, 6_000), GapHeard(CUSTOMER, 6_000, 8_000), LegResumed(CUSTOMER, 8_000)],
            10_000,
            [(CUSTOMER, Cause.STALLED, 6_000, 8_000)],
            0.9,
        ),
        ([LegStalled(CUSTOMER, 6_000), LegResumed(CUSTOMER, 6_000)], 10_000, [], 1.0),
        # a socket that closed without a word, while the other leg goes on
        ([LegEnded(CUSTOMER, 2_000, explicit=False)], 10_000, [(CUSTOMER, Cause.NO_AUDIO, 2_000, 10_000)], 0.6),
        (
            [
                LegEnded(CUSTOMER, 2_000, explicit=False),
                GapHeard(CUSTOMER, 2_000, 5_000),
                LegResumed(CUSTOMER, 5_000),
                level(CUSTOMER, 5_000),
            ],
            10_000,
            [(CUSTOMER, Cause.NO_AUDIO, 2_000, 5_000)],
            0.85,
        ),
        # ends: said by the sender, by the PBX, or seen afterwards
        ([LegEnded(CUSTOMER, 8_000, explicit=True)], 10_000, [], 1.0),
        ([LegStalled(CUSTOMER, 8_000), HangUpReported(Party.CUSTOMER, 9_000)], 20_000, [], 1.0),
        ([LegEnded(CUSTOMER, 8_000, explicit=False), CallOver(10_000, final=True)], 20_000, [], 1.0),
        (
            [LegStalled(CUSTOMER, 2_000), HangUpReported(Party.CUSTOMER, 10_000)],
            20_000,
            [(CUSTOMER, Cause.STALLED, 2_000, 10_000)],
            0.6,
        ),
        ([CallOver(5_000, final=False), LegResumed(AGENT, 6_000), GapHeard(AGENT, 5_000, 6_000)], 10_000,
         [(AGENT, Cause.NO_AUDIO, 5_000, 6_000)], 0.95),
        # the other leg goes on after the hang-up, not without a stop
        (
            [
                LegEnded(CUSTOMER, 5_000, explicit=False),
                HangUpReported(Party.CUSTOMER, 5_000),
                LegStalled(AGENT, 6_000),
                LegResumed(AGENT, 6_400),
            ],
            20_000,
            [],
            1.0,
        ),
        # on hold nobody owes any sound, and the time is not counted
        ([HoldChanged(True, 2_000), GapHeard(AGENT, 3_000, 5_000), HoldChanged(False, 6_000)], 10_000, [], 1.0),
        (
            [HoldChanged(True, 2_000), LegStalled(AGENT, 3_000), HoldChanged(False, 6_000)],
            10_000,
            [(AGENT, Cause.STALLED, 6_000, 10_000)],
            round(1 - 4 / 12, 3),
        ),
        ([HoldChanged(True, 2_000)], 10_000, [], 1.0),
        # paused by the PBX: that is why nothing came
        (
            [PauseChanged(True, 2_000), LegStalled(AGENT, 2_000), LegStalled(CUSTOMER, 1_900)],
            4_000,
            [(AGENT, Cause.PAUSED, 2_000, 4_000), (CUSTOMER, Cause.PAUSED, 2_000, 4_000)],
            0.487,
        ),
        (
            [
                PauseChanged(True, 2_000),
                PauseChanged(False, 5_000),
                GapHeard(AGENT, 2_000, 5_060),
                GapHeard(CUSTOMER, 1_900, 5_040),
            ],
            10_000,
            [(AGENT, Cause.PAUSED, 2_000, 5_000), (CUSTOMER, Cause.PAUSED, 2_000, 5_000)],
            0.69,
        ),
    ],
)  # fmt: skip
def test_audio_that_is_not_there(
    observations: list[Observation], now_ms: int, undecided: list[tuple[Leg, Cause, int, int]], ratio: float
) -> None:
    coverage = coverage_of(*observations)
    assert seen(coverage, now_ms) == undecided
    assert round(coverage.ratio(now_ms, {}), 3) == ratio


def test_a_leg_that_comes_late_or_never() -> None:
    coverage = coverage_of(legs=(AGENT,))
    assert seen(coverage, 8_000) == [(CUSTOMER, Cause.NO_AUDIO, 0, 8_000)]
    assert coverage.ratio(8_000, {}) == 0.5
    coverage.feed(level(CUSTOMER, 5_000))
    assert seen(coverage, 10_000) == [(CUSTOMER, Cause.NO_AUDIO, 0, 5_000)]
    assert coverage.ratio(10_000, {}) == 0.75
    coverage.feed(HangUpReported(Party.AGENT, 10_000))
    assert seen(coverage, 12_000) == [(CUSTOMER, Cause.NO_AUDIO, 0, 5_000)]
    assert coverage_of(legs=(AGENT,)).ratio(0, {}) == 1.0
    assert seen(coverage_of(level(CUSTOMER, 40), legs=(AGENT,)), 8_000) == []


def test_a_leg_that_never_came_stays_unjudged_in_a_short_call() -> None:
    coverage = coverage_of(HangUpReported(Party.AGENT, 3_000), legs=(AGENT,))
    assert seen(coverage, 4_000) == [(CUSTOMER, Cause.NO_AUDIO, 0, 3_000)]


def test_speech_that_no_recogniser_had_time_for_is_not_analysed() -> None:
    coverage = coverage_of()
    assert coverage.ratio(10_000, {AGENT: 1_000, CUSTOMER: 3_000}) == 0.8
    assert coverage.ratio(1_000, {AGENT: 5_000}) == 0.5  # never more than there was


def test_without_audio_no_rule_of_the_leg_can_see() -> None:
    (agent,) = coverage_of(GapHeard(AGENT, 0, 5_000)).undecided(9_000)
    (customer,) = coverage_of(GapHeard(CUSTOMER, 0, 5_000)).undecided(9_000)
    assert {Kind.DEAD_AIR, Kind.TALK_OVER, Kind.PHRASE, Kind.FAST_SPEECH, Kind.HOSTILE_TONE} <= set(agent.kinds)
    assert {Kind.DEAD_AIR, Kind.LONG_SILENCE, Kind.VOLUME_RISE} <= set(customer.kinds)
    assert not {Kind.FAST_SPEECH, Kind.MISSING_GREETING} & set(customer.kinds)
    # what is told by the very lack of audio is decided
    assert not {Kind.NO_AUDIO, Kind.ONE_WAY_AUDIO, Kind.BAD_MEDIA} & {*agent.kinds, *customer.kinds}


def test_rules_that_nobody_asked_for_do_not_abstain() -> None:
    gap = GapHeard(AGENT, 0, 5_000)
    (off,) = coverage_of(gap).undecided(9_000)
    assert not {Kind.OFF_CALL_TALK, Kind.MISSING_APOLOGY} & set(off.kinds)
    asked = DetectionSettings(
        off_call_talk=OffCallTalkSettings(enabled=True), missing_words=MissingWordsSettings(apology_enabled=True)
    )
    (on,) = coverage_of(gap, settings=asked).undecided(9_000)
    assert set(on.kinds) - set(off.kinds) == {Kind.OFF_CALL_TALK, Kind.MISSING_APOLOGY}
    (wordless,) = coverage_of(gap, with_words=False).undecided(9_000)
    assert Kind.DEAD_AIR in wordless.kinds
    assert not {Kind.PHRASE, Kind.MISSING_GREETING, Kind.REPEATED_QUESTION} & set(wordless.kinds)
    deaf = RecognitionChanged(AGENT, False, 0)
    assert coverage_of(deaf, with_words=False).undecided(9_000) == ()


def test_recognition_that_is_off_or_behind_leaves_words_unjudged() -> None:
    coverage = coverage_of(RecognitionChanged(AGENT, False, 2_000))
    (off,) = coverage.undecided(4_000)
    assert (off.cause, off.from_ms, off.to_ms) == (Cause.RECOGNITION_OFF, 2_000, 4_000)
    assert {Kind.PHRASE, Kind.MISSING_GREETING, Kind.REPEATED_QUESTION} <= set(off.kinds)
    assert not {Kind.DEAD_AIR, Kind.VOLUME_RISE} & set(off.kinds)
    coverage.feed(RecognitionChanged(AGENT, False, 5_000, phrases=True))
    coverage.feed(RecognitionChanged(AGENT, True, 8_000))
    off, phrases = coverage.undecided(20_000)
    assert (off.from_ms, off.to_ms) == (2_000, 5_000)
    assert (phrases.cause, phrases.from_ms, phrases.to_ms) == (Cause.PHRASES_ONLY, 5_000, 8_000)
    assert set(off.kinds) - set(phrases.kinds) == {Kind.PHRASE, Kind.ABUSE_AFTER_HANGUP}
    assert coverage.ratio(20_000, {}) == 1.0


def test_words_that_nobody_was_sure_of_decide_nothing() -> None:
    coverage = coverage_of(final(AGENT, 1_000, 2_000, 0.3), final(CUSTOMER, 3_000, 4_000, 0.3))
    coverage.unsure(CUSTOMER, 3_200, 3_900)
    missing, phrase = coverage.undecided(9_000)
    assert (missing.leg, missing.cause, missing.from_ms, missing.to_ms) == (AGENT, Cause.LOW_CONFIDENCE, 1_000, 2_000)
    assert missing.kinds == (Kind.MISSING_GREETING, Kind.MISSING_CLOSING)
    assert (phrase.leg, phrase.kinds, phrase.from_ms, phrase.to_ms) == (CUSTOMER, (Kind.PHRASE,), 3_200, 3_900)
    assert coverage_of(final(AGENT, 1_000, 2_000, 0.9)).undecided(9_000) == ()


def test_what_is_missing_is_not_called_so_on_a_narrow_band() -> None:
    narrow = BandHeard(AGENT, 8_000)
    (missing,) = coverage_of(narrow, BandHeard(CUSTOMER, 8_000)).undecided(9_000)
    assert (missing.leg, missing.cause, missing.from_ms, missing.to_ms) == (AGENT, Cause.NARROW_BAND, 0, 9_000)
    assert missing.kinds == (Kind.MISSING_GREETING, Kind.MISSING_CLOSING)
    assert coverage_of(BandHeard(AGENT, 16_000)).undecided(9_000) == ()
    trusted = DetectionSettings(missing_words=MissingWordsSettings(narrow_band_trusted=True))
    assert coverage_of(narrow, settings=trusted).undecided(9_000) == ()


def test_a_level_at_full_scale_is_no_level() -> None:
    coverage = coverage_of(
        line(CUSTOMER, 1_000, 0.05, 600), line(CUSTOMER, 2_000, 0.05, 600), line(CUSTOMER, 3_000, 0.5, 20)
    )
    (clipped,) = coverage.undecided(9_000)
    assert (clipped.leg, clipped.cause, clipped.from_ms, clipped.to_ms) == (CUSTOMER, Cause.CLIPPING, 1_000, 3_000)
    assert clipped.kinds == (Kind.VOLUME_RISE, Kind.HOSTILE_TONE)
    assert coverage_of(line(AGENT, 1_000, 0.001, 600)).undecided(9_000) == ()


def test_both_parties_on_one_leg_leave_undecided_what_needs_two() -> None:
    coverage = coverage_of(GapHeard(MIXED, 4_000, 6_000), legs=(MIXED,))
    whole, gap = coverage.undecided(10_000)
    assert (whole.leg, whole.cause, whole.from_ms, whole.to_ms) == (MIXED, Cause.ONE_LEG, 0, 10_000)
    assert {Kind.DEAD_AIR, Kind.TALK_OVER, Kind.ONE_WAY_AUDIO} <= set(whole.kinds)
    assert not {Kind.PHRASE, Kind.LONG_SILENCE} & set(whole.kinds)
    assert (gap.cause, gap.kinds) == (Cause.NO_AUDIO, (Kind.LONG_SILENCE, Kind.BACKGROUND_NOISE, Kind.PHRASE))
    assert coverage.ratio(10_000, {}) == 0.8


def test_a_line_that_loses_sound_all_day_is_told_in_a_few_stretches() -> None:
    losses = [GapHeard(AGENT, at_ms, at_ms + 1_000) for at_ms in range(0, 8 * 3_600_000, 9_000)]
    coverage = coverage_of(*losses)
    assert len(coverage.undecided(8 * 3_600_000)) == 40
    assert round(coverage.ratio(8 * 3_600_000, {}), 3) == round(1 - 1 / 18, 3)


@pytest.mark.parametrize(
    ("observations", "lacks"),
    [
        ([], ()),
        ([GapHeard(CUSTOMER, 2_000, 2_200)], ()),  # jitter
        ([GapHeard(CUSTOMER, at, at + 100) for at in range(1_000, 5_000, 1_000)], (Lack.GAPS,)),  # and more of it
        ([GapHeard(CUSTOMER, 2_000, 4_000)], (Lack.GAPS,)),
        ([LegStalled(CUSTOMER, 9_900)], (Lack.NO_SOUND,)),
        ([GapHeard(CUSTOMER, 2_000, 4_000), LegStalled(CUSTOMER, 6_000)], (Lack.NO_SOUND,)),
        ([LegStalled(CUSTOMER, 6_000), GapHeard(CUSTOMER, 6_000, 8_000), LegResumed(CUSTOMER, 8_000)], (Lack.GAPS,)),
        ([LegStalled(CUSTOMER, 6_000), LegResumed(CUSTOMER, 6_000)], ()),  # it all came, late
        ([LegEnded(CUSTOMER, 2_000, explicit=False)], (Lack.NO_SOUND,)),
        ([PaceChanged(CUSTOMER, 2_000, 0.5)], (Lack.GAPS,)),  # it comes, and cannot be told
        ([LegEnded(CUSTOMER, 2_000, explicit=True)], ()),
        # on hold or paused nobody owes any sound
        ([HoldChanged(True, 2_000), LegStalled(CUSTOMER, 2_100)], ()),
        ([HoldChanged(True, 2_000), LegStalled(CUSTOMER, 2_100), HoldChanged(False, 9_000)], (Lack.NO_SOUND,)),
        ([PauseChanged(True, 2_000), LegStalled(CUSTOMER, 2_000)], ()),
        ([PauseChanged(True, 2_000), PauseChanged(False, 5_000), GapHeard(CUSTOMER, 2_000, 5_040)], ()),
        # what never came back before the end is over with the call
        ([LegStalled(CUSTOMER, 2_000), HangUpReported(Party.AGENT, 9_000)], (Lack.GAPS,)),
        ([LegStalled(CUSTOMER, 8_900), HangUpReported(Party.AGENT, 9_000)], ()),
    ],
)  # fmt: skip
def test_what_is_missing_of_a_legs_sound(observations: list[Observation], lacks: tuple[Lack, ...]) -> None:
    coverage = coverage_of(*observations)
    assert coverage.lacks(CUSTOMER, 10_000) == lacks
    assert coverage.lacks(AGENT, 10_000) == ()


@pytest.mark.parametrize(("first_ms", "lacks"), [(12, ()), (300, ()), (320, (Lack.CAME_LATE,))])
def test_a_leg_that_begins_a_packet_after_the_other_lacks_nothing(first_ms: int, lacks: tuple[Lack, ...]) -> None:
    coverage = coverage_of(legs=(AGENT,))
    assert coverage.lacks(CUSTOMER, first_ms) == lacks  # connected, its first packet is about to be heard
    coverage.feed(level(CUSTOMER, first_ms))
    assert coverage.lacks(CUSTOMER, 5_000) == lacks
    coverage.feed(GapHeard(CUSTOMER, 2_000, 3_000))
    assert coverage.lacks(CUSTOMER, 5_000) == (*lacks, Lack.GAPS)
