"""Faults of a line: how they are written, what they do to the sending, and what Earshot says of each."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from service.demo.line_faults import (
    FORMS,
    FaultKind,
    LineFault,
    LineFaultError,
    check_faults,
    forms_table,
    read_fault,
    read_faults,
)
from service.demo.sending_plan import Sending, sendings
from service.demo.switchboard import Via
from streaming.frames import Leg
from tests.calls.played import recording
from tests.service.demo.faulty_line import told

QUIET_HALF = [-70.0] * 25 + [-20.0] * 25


def plan(*faults: str, levels: list[float] | None = None) -> list[Sending]:
    """A second of frames."""
    levels = levels or [-20.0] * 50
    return sendings(len(levels), levels, [read_fault(each) for each in faults], Random(1))


# --- how they are written --------------------------------------------------------------------------------------


def test_a_fault_is_read_with_its_parts_and_usual_values() -> None:
    assert read_fault("loss=8@4000-9000:customer") == LineFault(FaultKind.LOSS, 8, "", 4_000, 9_000, Leg.CUSTOMER)
    assert read_fault("gap").from_ms == 5_000
    assert read_fault("jitter").value == 60
    assert read_fault("hangup_order=event_late").word == "event_late"
    assert read_fault("wrong_rate=8000").value == 8_000
    assert read_fault("clock_drift=-300").value == -300
    for written, _ in forms_table():
        assert read_fault(written.split("|")[0]).kind in FORMS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "KIND=VALUE@FROM-TO:LEG"),
        ("loss=5@@3", "KIND=VALUE@FROM-TO:LEG"),
        ("thunder", "there are jitter"),
        ("loss=lots", "no number of %"),
        ("loss=101", "within 0.1 and 100 %"),
        ("loss=nan", "within"),
        ("loss@9-3", "not after"),
        ("gap=100@1-2", "happens at one moment"),
        ("clock_drift=3@1", "whole call"),
        ("swapped_legs=1", "has no value"),
        ("wrong_rate=9000", "one of 8000"),
        ("hangup_order=backwards", "one of other_first"),
        ("loss=5:mixed", "agent or customer"),
        ("wrong_rate=8000:agent", "it has no leg"),
    ],
)
def test_what_cannot_be_is_named_with_what_can(text: str, words: str) -> None:
    with pytest.raises(LineFaultError, match=words):
        read_fault(text)


def test_a_way_that_cannot_have_a_fault_says_which_can() -> None:
    with pytest.raises(LineFaultError, match="--via rtp"):
        check_faults([read_fault("reorder")], Via.TWILIO)
    with pytest.raises(LineFaultError, match="it carries G"):
        check_faults([read_fault("wrong_rate=16000")], Via.RTP)
    with pytest.raises(LineFaultError, match="twice"):
        check_faults([read_fault("swapped_legs")] * 2, Via.WS)
    assert len(check_faults([read_fault("reorder")] * 2, Via.RTP).of(FaultKind.REORDER)) == 2


def test_a_file_declares_them_and_its_faults_have_lines(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    path.write_text("faults:\n  - kind: loss\n    value: 5\n    leg: agent\n  - {kind: gap, from_ms: 900}\n", "utf-8")
    assert [each.kind for each in read_faults(path)] == [FaultKind.LOSS, FaultKind.GAP]
    for text, words in (
        ("faults:\n  - kind: loss\n  - kind: storm\n", "line 3: there is no fault"),
        ("faults:\n  - kind: loss\n    much: 5\n", "line 2: a fault has kind"),
        ("loss: 5\n", "must hold `faults:`"),
        ("faults: [", "not YAML"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(LineFaultError, match=words):
            read_faults(path)


# --- what they do to the sending -------------------------------------------------------------------------------


def test_without_faults_each_frame_leaves_when_it_is_complete() -> None:
    assert plan() == [Sending((frame + 1) * 20, frame, frame) for frame in range(50)]


def test_lost_frames_are_numbered_and_silent_ones_are_not() -> None:
    lost = plan("gap=200@400")
    assert [each.frame for each in lost] == [*range(20), *range(30, 50)]
    assert all(each.packet == each.frame for each in lost)
    unsent = plan("dtx=-45", levels=QUIET_HALF)
    assert [(each.frame, each.packet) for each in unsent] == [(25 + number, number) for number in range(25)]
    assert plan("half_open@300")[-1].frame == 14
    assert 35 <= len(plan("loss=20")) <= 45


def test_late_frames_keep_their_order_and_none_is_lost() -> None:
    for faults in (["jitter=90"], ["burst=300@200"], ["stall=200@300"], ["clock_drift=20000"]):
        late = plan(*faults)
        assert [each.frame for each in late] == list(range(50))
        assert all(each.at_ms >= (each.frame + 1) * 20 for each in late)
        assert [each.at_ms for each in late] == sorted(each.at_ms for each in late)
    assert {each.at_ms for each in plan("burst=300@200")[9:24]} == {500}
    assert plan("stall=200@300")[-1].at_ms == 1_000  # it has caught up
    assert plan("clock_drift=20000")[-1].at_ms == 1_020


def test_reordered_packets_change_places_with_their_neighbours() -> None:
    moved = plan("reorder=50")
    assert [each.frame for each in moved] != list(range(50))
    assert max(abs(place - each.frame) for place, each in enumerate(moved)) == 1
    assert [each.at_ms for each in moved] == [each.at_ms for each in plan()]


# --- what Earshot says of each ---------------------------------------------------------------------------------

_LASTS_MS = 18_000  # the silence of this one is over at 14.8 s
_WHOLE = recording("dead_air")
DEAD_AIR = replace(
    _WHOLE,
    legs=tuple((leg, samples[: _LASTS_MS * _WHOLE.rate_hz // 1000]) for leg, samples in _WHOLE.legs),
    script=tuple(event for event in _WHOLE.script if event.at_ms < _LASTS_MS),
)


@pytest.mark.parametrize(
    ("faults", "numbered"),
    [
        (["jitter=250"], False),
        (["jitter=60", "reorder=25"], True),
        (["clock_drift=300:agent", "clock_drift=-300:customer"], False),
        (["burst=900@8000"], False),
        (["stall=1500@8000:customer"], False),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, list) else "",
)
def test_what_only_comes_late_loses_nothing_and_is_judged(faults: list[str], numbered: bool) -> None:
    said = told(DEAD_AIR, *faults, numbered=numbered)
    assert said.kinds == ["dead_air"]
    assert said.one("dead_air").evidence.from_ms == pytest.approx(8_192, abs=20)
    assert said.gaps_ms(Leg.AGENT) == said.gaps_ms(Leg.CUSTOMER) == 0


@pytest.mark.parametrize("numbered", [False, True], ids=["unnumbered", "numbered"])
def test_losses_are_gaps_of_their_length_and_a_bad_line(numbered: bool) -> None:
    said = told(DEAD_AIR, "loss=8:customer", numbered=numbered)
    lost_ms = DEAD_AIR.duration_ms - dict(said.call.legs)[Leg.CUSTOMER].received_ms
    assert said.gaps_ms(Leg.CUSTOMER) == pytest.approx(lost_ms, abs=20 if numbered else 600)
    assert said.gaps_ms(Leg.AGENT) == 0
    assert ("fault", "lost") in [(each.name, each.value) for each in said.one("bad_media").evidence.values]
    assert said.one("bad_media").leg == "customer"


def test_in_a_gap_the_rules_abstain_and_behind_it_they_judge() -> None:
    said = told(DEAD_AIR, "gap=600@2000:customer")
    assert said.undecided(Leg.CUSTOMER) == [("stalled", 2_000, 2_600)]
    assert said.gaps_ms(Leg.CUSTOMER) == 600
    assert said.kinds == ["bad_media", "dead_air"]
    within = told(DEAD_AIR, "gap=1500@9000:customer")
    assert "dead_air" not in [each.kind for each in within.alerts if each.evidence.from_ms < 10_500]


def test_a_sender_that_is_gone_is_one_way_audio_and_nothing_is_judged_from_then_on() -> None:
    said = told(DEAD_AIR, "half_open@9000:customer")
    assert said.kinds == ["one_way_audio"]
    assert said.one("one_way_audio").leg == "customer"
    assert said.one("one_way_audio").evidence.from_ms == 9_000
    assert said.undecided(Leg.CUSTOMER) == [("stalled", 9_000, said.call.duration_ms)]
    assert "no_audio" in told(DEAD_AIR, "half_open@9000").kinds


def test_unsent_silence_is_silence_only_where_the_source_is_said_to_suppress_it() -> None:
    unknown = told(DEAD_AIR, "dtx=-50:customer")
    assert "dead_air" not in unknown.kinds
    assert "one_way_audio" in unknown.kinds
    assert sum(until_ms - from_ms for _, from_ms, until_ms in unknown.undecided(Leg.CUSTOMER)) > 8_000
    for numbered in (False, True):  # plain audio, and RTP, whose timestamps tell of the pauses too
        known = told(DEAD_AIR, "dtx=-50:customer", suppression=True, numbered=numbered)
        assert "dead_air" in known.kinds
        assert known.gaps_ms(Leg.CUSTOMER) == 0
    lossy = told(DEAD_AIR, "loss=10@4000-8000:customer", suppression=True, numbered=True)
    assert lossy.gaps_ms(Leg.CUSTOMER) > 200  # what was sent and did not come is no silence


@pytest.mark.parametrize(("label_hz", "ratio"), [(8_000, 2.0), (48_000, 0.33)])
def test_a_wrong_rate_is_bad_media_by_name(label_hz: int, ratio: float) -> None:
    said = told(DEAD_AIR, label_hz=label_hz)
    wrong = [each for each in said.alerts if each.kind.value == "bad_media"]
    assert sorted(str(each.leg) for each in wrong) == ["agent", "customer"]
    for each in wrong:
        values = {measure.name: measure.value for measure in each.evidence.values}
        assert values == {"fault": "wrong rate", "pace_ratio": ratio}
    if ratio < 1:  # nothing of it is judged
        assert not {"dead_air", "long_silence", "talk_over"} & set(said.kinds)
