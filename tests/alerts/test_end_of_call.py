"""What is gathered of a call for the judgement of its end."""

from dataclasses import replace

from alerts.alert import Evidence, Kind, Severity
from alerts.end_of_call import EndOfCall, end_books_of, lent_end_books
from alerts.findings import Finding, Stage
from alerts.rules.current_phrases import PhraseShelf
from alerts.verdict import EndFacts
from config.detection import DetectionSettings, HangUpSettings
from config.rule_packs import load_rule_pack, packaged_rules
from streaming.frames import Leg, Party
from streaming.observations import BandHeard, HoldChanged, LegStalled, SoundLost
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation

EN = load_rule_pack(packaged_rules() / "en")
BOOKS = end_books_of(EN, 0.25, 0.15)


def gathered(told: Conversation) -> EndOfCall:
    end = EndOfCall(HangUpSettings(), BOOKS)
    for _, observation in told.observations():
        end.feed(observation)
    return end


def facts(told: Conversation) -> EndFacts:
    return gathered(told).facts()


def call() -> Conversation:
    told = Conversation().says(AGENT, 700, 2_700, "good morning how may i help you")
    return told.says(CUSTOMER, 3_200, 6_000, "my bill is too high")


def found(kind: Kind, to_ms: int, stage: Stage = Stage.CERTAIN, leg: Leg | None = Leg.AGENT) -> Finding:
    return Finding(kind, kind.value, f"{kind}:1", stage, Severity.MAJOR, leg, to_ms, 0, Evidence(to_ms - 1_000, to_ms))


def test_who_spoke_and_left_when() -> None:
    known = facts(call().hang_up(Party.AGENT, 8_000, cause="16").leg_ends(AGENT, 8_000).leg_ends(CUSTOMER, 8_200))
    assert (known.party, known.cause, known.after_ms) == (Party.AGENT, "16", 8_000)
    assert (known.customer_ago_ms, known.agent_ago_ms, known.agent_spoke_last) == (2_000, 5_300, False)
    assert known.closed_ago_ms == ((Leg.AGENT, 0), (Leg.CUSTOMER, -200))
    assert known.can_blame
    assert known.words_trusted


def test_warnings_are_counted_once_each_and_fade() -> None:
    told = call().says(AGENT, 7_000, 9_000, "please mind your language")
    told.spotted(AGENT, 8_000, 8_900, "mind your language")
    told.says(AGENT, 12_000, 14_000, "i will have to end this call")
    assert facts(told.hang_up(Party.AGENT, 20_000)).warnings == 2
    assert facts(told.hang_up(Party.AGENT, 19_000)).warnings == 2
    late = call().says(AGENT, 7_000, 9_000, "please mind your language").hang_up(Party.AGENT, 140_000)
    assert facts(late).warnings == 0


def test_a_survey_that_was_announced_last() -> None:
    told = call().says(AGENT, 7_000, 9_000, "please stay on the line for a short survey")
    assert facts(told.hang_up(Party.AGENT, 10_000)).survey
    late = call().spotted(AGENT, 7_000, 9_000, "a short survey").hang_up(Party.AGENT, 30_000)
    assert not facts(late).survey


def test_trouble_by_words_and_by_what_others_find() -> None:
    told = call().says(CUSTOMER, 7_000, 9_000, "this is ridiculous").hang_up(Party.CUSTOMER, 10_000)
    end = gathered(told)
    assert (end.facts().trouble, end.facts().trouble_ago_ms) == ("angry words", 1_000)
    assert end.heed(found(Kind.DEAD_AIR, 9_500))
    assert (end.facts().trouble, end.facts().trouble_ago_ms) == ("dead air", 500)
    assert end.heed(found(Kind.DEAD_AIR, 9_500, Stage.WITHDRAWN))
    assert end.facts().trouble == "angry words"
    assert not end.heed(replace(found(Kind.HOSTILE_TONE, 9_900), severity=Severity.INFO))
    assert end.heed(found(Kind.PHRASE, 9_000))
    assert end.facts().forbidden_ago_ms == 1_000
    assert end.heed(found(Kind.PHRASE, 9_000, Stage.WITHDRAWN))
    assert end.facts().forbidden_ago_ms is None
    assert not end.heed(found(Kind.LONG_HOLD, 9_000))


def test_a_line_that_was_lost() -> None:
    end = gathered(call().hang_up(Party.AGENT, 10_000))
    end.feed(LegStalled(CUSTOMER, 7_001))
    assert end.facts().lost_leg is None
    end.feed(LegStalled(AGENT, 7_000))
    assert end.facts().lost_leg is Leg.AGENT
    silent = gathered(call().hang_up(Party.AGENT, 10_000))
    silent.heed(found(Kind.ONE_WAY_AUDIO, 9_000, leg=Leg.CUSTOMER))
    assert silent.facts().lost_leg is Leg.CUSTOMER
    silent.heed(found(Kind.ONE_WAY_AUDIO, 9_500, Stage.REVISED, Leg.CUSTOMER))
    assert silent.facts().lost_leg is None


def test_a_leg_that_closed_is_not_lost() -> None:
    end = gathered(call().leg_ends(CUSTOMER, 7_000).hang_up(Party.AGENT, 12_000))
    end.feed(LegStalled(CUSTOMER, 7_000))
    assert end.facts().lost_leg is None
    assert end.facts().gone_before(Leg.CUSTOMER)


def test_the_first_party_named_ended_it_and_the_second_was_sent_away() -> None:
    told = call().hang_up(Party.UNKNOWN, 7_900).hang_up(Party.CUSTOMER, 8_000).hang_up(Party.AGENT, 8_300)
    assert facts(told).party is Party.CUSTOMER
    assert not facts(told).conflict
    assert facts(told.hang_up(Party.AGENT, 7_700, late_ms=3_000)).party is Party.AGENT
    both = call().hang_up(Party.CUSTOMER, 8_000).hang_up(Party.AGENT, 8_010)
    assert facts(both).conflict


def test_a_transfer_takes_the_agent_away_until_another_speaks() -> None:
    assert facts(call().hang_up(Party.AGENT, 8_000).transfer(8_003)).transferred
    assert facts(call().hang_up(Party.AGENT, 8_000).transfer(10_000)).transferred
    assert not facts(call().hang_up(Party.AGENT, 8_000).transfer(10_001)).transferred
    assert not facts(call().transfer(7_000).speech(AGENT, 8_000, 9_000).hang_up(Party.AGENT, 9_500)).transferred


def test_hold_narrow_lines_and_what_does_not_matter() -> None:
    assert facts(call().hold(7_000).hang_up(Party.AGENT, 9_000)).on_hold
    assert not facts(call().hold(7_000, 8_000).hang_up(Party.AGENT, 9_000)).on_hold
    end = gathered(call())
    end.feed(BandHeard(AGENT, 8_000))
    assert not end.facts().words_trusted
    assert end.feed(HoldChanged(True, 7_000))
    assert not end.feed(SoundLost(AGENT, 0, 300))


def test_without_rules_nothing_of_words_is_known() -> None:
    end = EndOfCall(HangUpSettings(), None)
    told = call().says(AGENT, 7_000, 9_000, "please mind your language").spotted(CUSTOMER, 7_000, 8_000, "bye")
    for _, observation in told.hang_up(Party.AGENT, 10_000).observations():
        end.feed(observation)
    assert (end.facts().warnings, end.facts().agent_farewell_ago_ms, end.facts().words_trusted) == (0, None, False)


def test_books_follow_the_rules_of_the_call() -> None:
    shelf = PhraseShelf(EN)
    books = lent_end_books(shelf, EN, DetectionSettings())
    assert books.warnings.find("please mind your language", AGENT)
    shelf.change(EN.model_copy(update={"rules": ()}))
    assert not books.warnings.find("please mind your language", AGENT)
