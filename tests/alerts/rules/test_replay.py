"""Kept calls through changed rules."""

import random
from typing import Any

import pytest

from alerts.alert import Evidence, Kind, Severity
from alerts.findings import Finding, Stage
from alerts.reader import Reader
from alerts.rules.call_so_far import Whose
from alerts.rules.observed_call import Entry, entry_of, finding_entry, words_entry
from alerts.rules.replay import Difference, KeptCall, RuleReplay
from alerts.watch import CallWatch
from config.detection import DetectionSettings
from config.rule_packs import Rule, RulePack
from streaming.frames import Party
from streaming.observations import WordsHeard
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation
from tests.fakes.rules import pack, rule

SETTINGS = DetectionSettings()
RUDE = rule("en.forbidden.rude", phrases=("shut up now",))
OFFER = rule("en.sales.offer", cue=True, phrases=("premium plan",))
NO = rule("en.sales.refusal", leg="customer", cue=True, phrases=("not interested",))
OTHER = rule("en.forbidden.other", phrases=("who cares about that",))


def push(**when: Any) -> Rule:
    return rule("en.sales.push", phrases=("premium plan",), when=when)


THIRD = push(count={"at_least": 3, "within_s": 600}, after={"rule": "en.sales.refusal"})
PACK = pack(RUDE, OFFER, NO, THIRD)


def told() -> Conversation:
    call = Conversation().says(AGENT, 1_000, 3_000, "you shut up now").says(CUSTOMER, 5_000, 6_000, "not interested")
    for number in range(3):
        call.says(AGENT, 10_000 + number * 9_000, 12_000 + number * 9_000, "our premium plan")
    call.says(AGENT, 60_000, 62_000, "who cares about that").spotted(AGENT, 90_000, 91_000, "shut up now")
    return call.hang_up(Party.CUSTOMER, 100_000).over(100_000)


def kept(
    heard_with: RulePack,
    with_text: bool = True,
    whose: Whose | None = None,
    conversation: Conversation | None = None,
) -> KeptCall:
    """The call as the service keeps it, and as the live rules judge it."""
    watch = CallWatch(SETTINGS, heard_with, Reader.EN)
    entries: list[Entry] = []
    for _, observation in (conversation or told()).observations():
        watch.feed(observation)
        if isinstance(observation, WordsHeard):
            entries.append(words_entry(observation, watch.sure_hits(observation), with_text))
        elif (entry := entry_of(observation)) is not None:
            entries.append(entry)
    return KeptCall("call-1", heard_with.version, 100_000, whose or Whose(), with_text, entries)


def played(before: RulePack, after: RulePack, call: KeptCall, *known: RulePack) -> Difference:
    return RuleReplay(before, after, {each.version: each for each in known}, SETTINGS).take(call)


AS_HEARD = {"en.forbidden.rude": 2, "en.sales.push": 1}


def test_the_same_rules_give_the_same_alerts() -> None:
    difference = played(PACK, PACK, kept(PACK), PACK)
    assert difference == Difference(AS_HEARD, AS_HEARD)
    assert (difference.gained, difference.lost) == ({}, {})


def test_a_new_phrase_is_searched_in_the_words() -> None:
    after = pack(*PACK.rules, OTHER)
    assert played(PACK, after, kept(PACK), PACK).gained == {"en.forbidden.other": 1}


def test_changed_conditions_need_no_words() -> None:
    twice = pack(RUDE, OFFER, NO, push(count={"at_least": 2, "within_s": 600}))
    call = kept(PACK, with_text=False)
    assert played(PACK, twice, call, PACK) == Difference(AS_HEARD, {"en.forbidden.rude": 2, "en.sales.push": 1})
    never = pack(RUDE, OFFER, NO, push(count={"at_least": 4, "within_s": 600}))
    assert played(PACK, never, call, PACK).lost == {"en.sales.push": 1}


def test_what_cannot_be_tried_without_words_is_said() -> None:
    replay = RuleReplay(PACK, pack(*PACK.rules, OTHER), {PACK.version: PACK}, SETTINGS)
    assert replay.take(kept(PACK, with_text=False)).gained == {}
    assert replay.blind == {"en.forbidden.other": 1}


def test_a_call_heard_with_unknown_rules_is_searched_in_full() -> None:
    call = kept(pack(OTHER))
    assert played(PACK, PACK, call) == Difference(AS_HEARD, AS_HEARD)


def test_a_rule_that_hears_otherwise_is_searched_for_both_sides() -> None:
    louder = rule("en.forbidden.rude", phrases=("shut up now", "who cares about that"))
    difference = played(PACK, pack(louder, OFFER, NO, THIRD), kept(PACK), PACK)
    assert (difference.gained, difference.lost) == ({"en.forbidden.rude": 1}, {})


def test_a_cool_down_counts_up() -> None:
    slow = RUDE.model_copy(update={"cool_down_s": 3_600.0})
    assert played(PACK, pack(slow, OFFER, NO, THIRD), kept(PACK), PACK).lost == {"en.forbidden.rude": 1}


def test_queues_holds_silence_and_findings_count_as_in_the_call() -> None:
    found = Finding(
        Kind.DEAD_AIR, "dead_air", "d", Stage.CERTAIN, Severity.MAJOR, AGENT, 70_000, 0, Evidence(65_000, 70_000)
    )
    call = kept(PACK, whose=Whose(queue="billing"))
    entries = [*call.entries[:-2], finding_entry(found), *call.entries[-2:]]
    with_finding = KeptCall(call.call_id, call.version, 100_000, call.whose, True, entries)
    asks = {
        "dead": {"after": {"kind": "dead_air"}, "queue": ["billing"]},
        "other": {"after": {"kind": "dead_air"}, "queue": ["sales"]},
        "quiet": {"silence": {"leg": "customer", "at_least_s": 50}},
    }
    after = pack(*PACK.rules, *(rule(f"en.procedure.{name}", when=when) for name, when in asks.items()))
    assert played(PACK, after, with_finding, PACK).gained == {"en.procedure.dead": 1, "en.procedure.quiet": 1}


_SAID = ("you shut up now", "who cares about that", "not interested", "our premium plan", "good morning", "yes please")
_PHRASES = ("shut up now", "who cares about that", "premium plan", "not interested", "yes please", "good night")


@pytest.mark.parametrize("seed", range(40))
def test_changed_rules_hear_what_they_would_hear_if_everything_was_searched(seed: int) -> None:
    lots = random.Random(seed)

    def some_rules() -> RulePack:
        rules = []
        for name in "abc":
            phrases, exceptions = lots.sample(_PHRASES, 2), lots.choice(((), ("who cares about that plan",)))
            patterns, leg = lots.choice(((), ("good (morning|day)",))), lots.choice(("agent", "customer"))
            rules.append(
                rule(f"en.forbidden.{name}", leg=leg, phrases=phrases, exceptions=exceptions, patterns=patterns)
            )
        return pack(*rules[lots.randrange(2) :])

    call = Conversation()
    for number in range(12):
        call.says(lots.choice((AGENT, CUSTOMER)), number * 9_000, number * 9_000 + 3_000, lots.choice(_SAID))
    live, now, after = some_rules(), some_rules(), some_rules()
    heard = kept(live, conversation=call)
    assert played(now, after, heard, live) == played(now, after, heard)
