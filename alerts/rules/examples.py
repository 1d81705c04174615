"""Trying rules on their own examples: sentences that must and must not be heard, short calls that must and must not
raise them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Severity
from alerts.detectors.phrase import PhraseDetector
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook, books_of
from alerts.reader import Reader
from alerts.rules.call_so_far import Whose
from alerts.rules.rule_set import rules_of
from alerts.rules.rule_watch import RuleWatch
from config.detection import DetectionSettings
from config.example_calls import ExampleLine, example_lines
from config.rule_packs import Rule, RulePack
from streaming.frames import FRAME_MS, Leg, Party
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    HangUpReported,
    HoldChanged,
    LevelHeard,
    MuteChanged,
    Observation,
    SpeechEnded,
    SpeechStarted,
    Word,
    WordsHeard,
)

_PER_LETTER_MS = 70
_PER_SYLLABLE_MS = 200  # a Chinese or Korean character
_WORDS_LATE_MS = 1_000
_AFTER_MS = 10_000  # the call goes on so long after its last line
_STRIDE_MS = 500
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ExampleFault:
    """An example that does not come out as the rule says. `where` leads to it inside the rule."""

    rule_id: str
    where: tuple[str | int, ...]
    example: str
    wrong: str


def try_examples(pack: RulePack, settings: DetectionSettings) -> Iterator[tuple[Rule, int, list[ExampleFault]]]:
    """Each rule, also one that is switched off, with how many examples it has and those that come out wrong."""
    pack = pack.model_copy(update={"rules": tuple(rule.model_copy(update={"enabled": True}) for rule in pack.rules)})
    for rule in pack.rules:
        faults = list(_wrong_sentences(pack, rule, settings)) if rule.hears else []
        calls = [("positive_calls", call) for call in rule.positive_calls]
        calls += [("negative_calls", call) for call in rule.negative_calls]
        for number, (field, call) in enumerate(calls):
            raised = rule.id in played(pack, settings, call, rule)
            if raised is not (field == "positive_calls"):
                at = number if field == "positive_calls" else number - len(rule.positive_calls)
                wrong = "raises the rule" if raised else "does not raise the rule"
                faults.append(ExampleFault(rule.id, (field, at), " / ".join(call), wrong))
        tried = len(rule.phrases) + len(rule.positive) + len(rule.negative) + len(calls)
        yield rule, tried, faults


def played(pack: RulePack, settings: DetectionSettings, call: tuple[str, ...], rule: Rule | None = None) -> list[str]:
    """The ids of the rules that the short call raises, in their order.

    It belongs to the first queue and team the rule asks for.
    """
    phrases = PhraseDetector(settings.phrase, books_of(pack, settings.phrase.longest_distance).alerting, Reader.EN)
    parts = list(rule.when.parts()) if rule is not None and rule.when is not None else []
    queue = next((part.queue[0] for part in parts if part.queue is not None), None)
    team = next((part.team[0] for part in parts if part.team is not None), None)
    watch = RuleWatch(rules_of(pack, settings), settings.phrase, Reader.EN, lambda: Whose(queue, team))
    findings: list[Finding] = []
    now_ms = 0
    lines = example_lines(call)
    told = sorted(_told(lines), key=lambda each: each[0])
    for known_ms, heard in told:
        while now_ms + _STRIDE_MS <= known_ms:
            now_ms += _STRIDE_MS
            findings += watch.advance(now_ms)
        if isinstance(heard, Finding):
            findings += watch.heed(heard)
        else:
            for found in [*phrases.feed(heard), *watch.feed(heard)]:
                findings += [found, *watch.heed(found)]
    if not any(line.event == "ended" for line in lines):
        findings += watch.advance(round(lines[-1].at_s * 1_000) + _AFTER_MS)
    return [finding.rule for finding in findings if finding.stage is Stage.CERTAIN and finding.kind is Kind.PHRASE]


def _wrong_sentences(pack: RulePack, rule: Rule, settings: DetectionSettings) -> Iterator[ExampleFault]:
    book = PhraseBook(pack.language, [rule], settings.phrase.longest_distance)
    leg = Leg(rule.leg)
    for field, texts, wanted in (
        ("phrases", rule.phrases, True),
        ("positive", rule.positive, True),
        ("negative", rule.negative, False),
    ):
        for number, text in enumerate(texts):
            if bool(book.find(text, leg)) is not wanted:
                wrong = "is not heard" if wanted else "is heard"
                if field == "phrases":
                    wrong = "is never heard: an exception fits it as well"
                yield ExampleFault(rule.id, (field, number), text, wrong)


def _told(lines: tuple[ExampleLine, ...]) -> Iterator[tuple[int, Observation | Finding]]:
    """What the lines make known, and when."""
    for party in (Leg.AGENT, Leg.CUSTOMER):
        yield 0, LevelHeard(party, 0, FRAME_MS, -50.0, False)
    for number, line in enumerate(lines):
        at_ms = round(line.at_s * 1_000)
        leg: Leg | None = Leg(line.party) if line.party is not None else None
        if line.said and leg is not None:
            yield from _speech(leg, number, at_ms, line.said)
        elif line.kind is not None:
            yield at_ms, _found(Kind(line.kind), leg, at_ms)
        elif line.event is not None and (event := _event(line.event, leg, at_ms)) is not None:
            yield at_ms, event


def _speech(leg: Leg, number: int, at_ms: int, said: str) -> Iterator[tuple[int, Observation]]:
    words: list[Word] = []
    now_ms = at_ms
    for text in said.split():
        letters = sum(character.isalnum() for character in text)
        length_ms = letters * (_PER_LETTER_MS if text.isascii() else _PER_SYLLABLE_MS)
        words.append(Word(text, now_ms, now_ms + length_ms, _CONFIDENCE))
        now_ms += length_ms
    yield at_ms, SpeechStarted(leg, at_ms, at_ms)
    yield now_ms, SpeechEnded(leg, at_ms, now_ms, now_ms)
    yield now_ms + _WORDS_LATE_MS, WordsHeard(leg, number, 1, True, at_ms, now_ms, said, tuple(words))


def _found(kind: Kind, leg: Leg | None, at_ms: int) -> Finding:
    return Finding(
        kind, kind.value, f"{kind}:{at_ms}", Stage.CERTAIN, Severity.MAJOR, leg, at_ms, 0, Evidence(at_ms, at_ms)
    )


def _event(event: str, leg: Leg | None, at_ms: int) -> Observation | None:
    match event:
        case "answered":
            return CallAnswered(at_ms)
        case "hold" | "unhold":
            return HoldChanged(event == "hold", at_ms)
        case "mute" | "unmute":
            return MuteChanged(leg or Leg.AGENT, event == "mute", at_ms)
        case "transfer":
            return CallTransferred(at_ms)
        case "hangup":
            return HangUpReported(Party(leg.value) if leg is not None else Party.UNKNOWN, at_ms)
        case "ended":
            return CallOver(at_ms, final=True)
        case _:
            return None  # `quiet`: the call goes on up to here
