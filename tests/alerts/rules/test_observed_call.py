"""What is kept of a call comes back as it was."""

import json
from typing import Any, get_args

import pytest

from alerts.alert import Evidence, Kind, Severity
from alerts.findings import Finding, Stage
from alerts.rules.observed_call import Entry, HeardWords, entry_of, finding_entry, played_back, words_entry
from alerts.rules.rule_hit import RuleHit
from streaming.frames import Leg, Party
from streaming.observations import (
    BandHeard,
    CallAnswered,
    CallOver,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    MediaLost,
    MuteChanged,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    VoiceHeard,
    WordsHeard,
)
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, final_of

KEPT: list[Observation] = [
    SpeechStarted(AGENT, 100, 220),
    SpeechEnded(CUSTOMER, 100, 900, 1_230),
    PhraseSpotted(MIXED, "不是我的责任", 1_000, 2_000, 0.87),
    GapHeard(AGENT, 5, 25),
    LegStalled(AGENT, 7),
    LegResumed(AGENT, 9),
    LegEnded(CUSTOMER, 11, True),
    BandHeard(AGENT, 8_000),
    RecognitionChanged(AGENT, False, 12),
    CallAnswered(13),
    HoldChanged(True, 14),
    MuteChanged(AGENT, False, 15),
    CallTransferred(16),
    HangUpReported(Party.CUSTOMER, 17),
    CallOver(18, False),
]


def kept(entry: Entry | None) -> Any:
    """Through JSON, as on the disk."""
    (back,) = played_back([json.loads(json.dumps(entry))])
    return back


@pytest.mark.parametrize("observation", KEPT, ids=lambda each: type(each).__name__)
def test_each_comes_back_as_it_was(observation: Observation) -> None:
    assert kept(entry_of(observation)) == observation


def test_everything_else_is_left_out() -> None:
    assert entry_of(VoiceHeard(AGENT, 0, 10, -30.0, 120.0, -10.0, 0.0)) is None
    assert entry_of(MediaLost(AGENT, 0, 10)) is None
    left_out = {each for each in get_args(Observation) if each not in {type(one) for one in KEPT}}
    assert {each.__name__ for each in left_out} >= {"VoiceHeard", "LineHeard", "SyllableHeard", "WordsHeard"}


def test_of_a_level_only_the_leg_is_kept() -> None:
    back = kept(entry_of(LevelHeard(CUSTOMER, 40, 60, -20.0, True)))
    assert (type(back), back.leg) == (LevelHeard, CUSTOMER)


HEARD = final_of(AGENT, 3, 1_000, 3_000, "good morning there", 0.85)
HITS = (RuleHit("en.greeting.opening", 1_000, 2_300),)


def test_words_come_back_with_their_times() -> None:
    back = kept(words_entry(HEARD, HITS, with_text=True))
    assert isinstance(back, HeardWords)
    assert back.hits == HITS
    assert (back.heard.text, back.heard.words, back.heard.utterance) == (HEARD.text, HEARD.words, 3)
    assert back.heard.final


def test_without_the_text_only_places_and_sureness_are_kept() -> None:
    entry = words_entry(HEARD, HITS, with_text=False)
    assert "morning" not in json.dumps(entry)
    back = kept(entry)
    assert (back.hits, back.heard.text, [word.confidence for word in back.heard.words]) == (HITS, "", [0.85])
    nothing = kept(words_entry(WordsHeard(AGENT, 1, 1, True, 0, 100, "", ()), (), with_text=False))
    assert nothing.heard.words == ()


def test_findings_come_back_as_far_as_rules_ask() -> None:
    found = Finding(
        Kind.VOLUME_RISE,
        "volume_rise",
        "v:1",
        Stage.CERTAIN,
        Severity.MINOR,
        CUSTOMER,
        900,
        30_000,
        Evidence(100, 800, text="x"),
    )
    back = kept(finding_entry(found))
    assert (back.kind, back.event, back.stage, back.severity, back.leg) == (
        Kind.VOLUME_RISE,
        "v:1",
        Stage.CERTAIN,
        Severity.MINOR,
        Leg.CUSTOMER,
    )
    assert (back.evidence.from_ms, back.audio_end_ms) == (100, 900)


@pytest.mark.parametrize(
    "entry", [["z"], [], ["s", "a"], ["s", "?", 1, 2], ["w", "a", 1, 2, 3, "x", [["r", "x", 1]]], ["u", "nobody", 1]]
)
def test_what_is_no_entry_is_refused(entry: Entry) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        list(played_back([entry]))
