"""What the rules need of a call, as short lists that can be kept and played again: words, phrases, holds, ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from alerts.alert import Evidence, Kind, Severity
from alerts.findings import Finding, Stage
from alerts.rules.rule_hit import RuleHit
from streaming.frames import FRAME_MS, Leg, Party
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
    MuteChanged,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    Word,
    WordsHeard,
)

Value = int | str | bool | None | list["Value"]
Entry = list[Value]
_LEGS = {Leg.AGENT: "a", Leg.CUSTOMER: "c", Leg.MIXED: "m"}
_LEG_OF = {letter: leg for leg, letter in _LEGS.items()}


@dataclass(frozen=True, slots=True)
class HeardWords:
    """A final, and what the rules of the time heard in it. `heard` has its text only where texts are kept."""

    heard: WordsHeard
    hits: tuple[RuleHit, ...]


def entry_of(observation: Observation) -> Entry | None:
    """An observation as it is kept; None for what no rule asks for. Words are kept by `words_entry`."""
    match observation:
        case SpeechStarted(leg=leg, start_ms=start_ms, known_ms=known_ms):
            return ["s", _LEGS[leg], start_ms, known_ms]
        case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms, known_ms=known_ms):
            return ["e", _LEGS[leg], start_ms, end_ms, known_ms]
        case LevelHeard(leg=leg):
            return ["l", _LEGS[leg]]
        case PhraseSpotted(leg=leg, phrase=phrase, start_ms=start_ms, end_ms=end_ms, confidence=confidence):
            return ["p", _LEGS[leg], phrase, start_ms, end_ms, round(confidence * 100)]
        case GapHeard(leg=leg, start_ms=start_ms, end_ms=end_ms):
            return ["g", _LEGS[leg], start_ms, end_ms]
        case LegStalled(leg=leg, at_ms=at_ms):
            return ["k", _LEGS[leg], at_ms]
        case LegResumed(leg=leg, at_ms=at_ms):
            return ["j", _LEGS[leg], at_ms]
        case LegEnded(leg=leg, at_ms=at_ms, explicit=explicit):
            return ["q", _LEGS[leg], at_ms, explicit]
        case BandHeard(leg=leg, rate_hz=rate_hz):
            return ["b", _LEGS[leg], rate_hz]
        case RecognitionChanged(leg=leg, listening=listening, at_ms=at_ms):
            return ["r", _LEGS[leg], listening, at_ms]
        case CallAnswered(at_ms=at_ms):
            return ["a", at_ms]
        case HoldChanged(on_hold=on_hold, at_ms=at_ms):
            return ["h", on_hold, at_ms]
        case MuteChanged(leg=leg, muted=muted, at_ms=at_ms):
            return ["m", _LEGS[leg], muted, at_ms]
        case CallTransferred(at_ms=at_ms):
            return ["t", at_ms]
        case HangUpReported(party=party, at_ms=at_ms):
            return ["u", party.value, at_ms]
        case CallOver(at_ms=at_ms, final=final):
            return ["o", at_ms, final]
        case _:
            return None


def words_entry(heard: WordsHeard, hits: Sequence[RuleHit], with_text: bool) -> Entry:
    """A final as it is kept: with its text only where that may be."""
    sure = round(100 * sum(word.confidence for word in heard.words) / len(heard.words)) if heard.words else None
    found: list[Value] = [[hit.rule, hit.start_ms, hit.end_ms] for hit in hits]
    entry: Entry = ["w", _LEGS[heard.leg], heard.utterance, heard.start_ms, heard.end_ms, sure, found]
    if with_text:
        words: list[Value] = []
        for word in heard.words:
            words += [
                word.text,
                word.start_ms - heard.start_ms,
                word.end_ms - word.start_ms,
                round(word.confidence * 100),
            ]
        entry += [heard.text, words]
    return entry


def finding_entry(finding: Finding) -> Entry:
    """What a detector found, as far as conditions ask for it."""
    leg = _LEGS[finding.leg] if finding.leg is not None else None
    stage, severity = finding.stage.value, int(finding.severity)
    return [
        "f",
        finding.kind.value,
        leg,
        finding.evidence.from_ms,
        finding.audio_end_ms,
        finding.event,
        stage,
        severity,
    ]


def played_back(entries: Sequence[Entry]) -> Iterator[Observation | HeardWords | Finding]:
    """What was kept, in its order. Raises ValueError, TypeError or KeyError for what is no such entry."""
    for entry in entries:
        match entry:
            case ["w", str(leg), int(utterance), int(start_ms), int(end_ms), sure, list(found), *rest]:
                yield _words(_LEG_OF[leg], utterance, start_ms, end_ms, sure, found, rest)
            case ["s", str(leg), int(start_ms), int(known_ms)]:
                yield SpeechStarted(_LEG_OF[leg], start_ms, known_ms)
            case ["e", str(leg), int(start_ms), int(end_ms), int(known_ms)]:
                yield SpeechEnded(_LEG_OF[leg], start_ms, end_ms, known_ms)
            case ["p", str(leg), str(phrase), int(start_ms), int(end_ms), int(sure)]:
                yield PhraseSpotted(_LEG_OF[leg], phrase, start_ms, end_ms, sure / 100)
            case ["f", str(kind), leg, int(from_ms), int(end_ms), str(event), str(stage), int(severity)]:
                party = _LEG_OF[leg] if isinstance(leg, str) else None
                evidence = Evidence(from_ms, end_ms)
                yield Finding(Kind(kind), kind, event, Stage(stage), Severity(severity), party, end_ms, 0, evidence)
            case ["l", str(leg)]:
                yield LevelHeard(_LEG_OF[leg], 0, FRAME_MS, -50.0, False)
            case ["g", str(leg), int(start_ms), int(end_ms)]:
                yield GapHeard(_LEG_OF[leg], start_ms, end_ms)
            case ["k", str(leg), int(at_ms)]:
                yield LegStalled(_LEG_OF[leg], at_ms)
            case ["j", str(leg), int(at_ms)]:
                yield LegResumed(_LEG_OF[leg], at_ms)
            case ["q", str(leg), int(at_ms), bool(explicit)]:
                yield LegEnded(_LEG_OF[leg], at_ms, explicit)
            case ["b", str(leg), int(rate_hz)]:
                yield BandHeard(_LEG_OF[leg], rate_hz)
            case ["r", str(leg), bool(listening), int(at_ms)]:
                yield RecognitionChanged(_LEG_OF[leg], listening, at_ms)
            case ["a", int(at_ms)]:
                yield CallAnswered(at_ms)
            case ["h", bool(on_hold), int(at_ms)]:
                yield HoldChanged(on_hold, at_ms)
            case ["m", str(leg), bool(muted), int(at_ms)]:
                yield MuteChanged(_LEG_OF[leg], muted, at_ms)
            case ["t", int(at_ms)]:
                yield CallTransferred(at_ms)
            case ["u", str(party), int(at_ms)]:
                yield HangUpReported(Party(party), at_ms)
            case ["o", int(at_ms), bool(final)]:
                yield CallOver(at_ms, final)
            case _:
                raise ValueError("an entry of a kept call that is not understood")


def _words(
    leg: Leg, utterance: int, start_ms: int, end_ms: int, sure: Value, found: list[Value], rest: list[Value]
) -> HeardWords:
    hits = tuple(RuleHit(str(hit[0]), _number(hit[1]), _number(hit[2])) for hit in found if isinstance(hit, list))
    words: list[Word] = []
    text = ""
    if len(rest) == 2 and isinstance(rest[1], list):
        text, kept = str(rest[0]), rest[1]
        numbers = cast("list[int]", kept)  # anything else cannot be added up: TypeError
        for said, since_ms, lasting_ms, part in zip(
            kept[::4], numbers[1::4], numbers[2::4], numbers[3::4], strict=True
        ):
            from_ms = start_ms + since_ms
            words.append(Word(str(said), from_ms, from_ms + lasting_ms, part / 100))
    elif sure is not None:
        words.append(Word("", start_ms, end_ms, _number(sure) / 100))  # how sure they were, not what they were
    return HeardWords(WordsHeard(leg, utterance, 1, True, start_ms, end_ms, text, tuple(words)), hits)


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise TypeError("a number of a kept call is none")
    return value
