"""Whether a condition holds at a moment of the call."""

from collections.abc import Callable
from dataclasses import dataclass

from alerts.rules.call_so_far import CallSoFar, Time
from alerts.rules.judgement import Answer, Judgement, all_of, any_of, contrary
from config.conditions import Condition, Count, Happening, NotSaidBy, Silence, Window
from streaming.frames import Leg

WORDS_LATE_MS = 3_000  # finals and spotted phrases have come by then, unless recognition is behind (and says so)
_SOUND_LATE_MS = 500  # so late it is known that speech began
_GIVE_UP_MS = 30_000  # words that have not come by then will not come
_LOOK_AGAIN_MS = 500
_BEGINNING_MS = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """What is asked about: something heard (`fixed`), or the call as it stands at `now_ms`."""

    rule_id: str
    start_ms: int
    end_ms: int
    now_ms: int
    fixed: bool


@dataclass(frozen=True, slots=True)
class Witness:
    """The call so far, and of each rule what its times are called, who says it, and since when it is listened for."""

    so_far: CallSoFar
    times_of: Callable[[str], str]
    leg_of: Callable[[str], Leg]
    watched_since_ms: Callable[[str], int]


def judge(condition: Condition, moment: Moment, witness: Witness) -> Judgement:
    """The answer at this moment, and until when it stands if nothing happens."""
    parts: list[Judgement] = []
    if condition.all is not None:
        parts.append(all_of(judge(each, moment, witness) for each in condition.all))
    if condition.any is not None:
        parts.append(any_of(judge(each, moment, witness) for each in condition.any))
    if condition.not_ is not None:
        parts.append(contrary(judge(condition.not_, moment, witness)))
    if condition.after is not None:
        parts.append(_after(condition.after, moment, witness))
    if condition.followed_by is not None:
        parts.append(_followed_by(condition.followed_by, moment, witness))
    if condition.count is not None:
        parts.append(_count(condition.count, moment, witness))
    if condition.window is not None:
        parts.append(_window(condition.window, moment, witness.so_far))
    if condition.hold is not None:
        parts.append(_plain(witness.so_far.on_hold(moment.end_ms) is condition.hold))
    if condition.queue is not None:
        parts.append(_plain(witness.so_far.whose.queue in condition.queue))
    if condition.team is not None:
        parts.append(_plain(witness.so_far.whose.team in condition.team))
    if condition.not_said_by_s is not None:
        parts.append(_not_said_by(condition.not_said_by_s, moment, witness))
    if condition.silence is not None:
        parts.append(_silence(condition.silence, moment, witness.so_far))
    return parts[0] if len(parts) == 1 else all_of(parts)


def _plain(holds: bool) -> Judgement:
    return Judgement(Answer.YES if holds else Answer.NO)


def _ms(seconds: float) -> int:
    return round(seconds * 1_000)


def _times(asked: Happening, witness: Witness) -> list[Time]:
    so_far = witness.so_far
    if asked.kind is not None:
        return list(so_far.found(asked.kind, Leg(asked.leg) if asked.leg is not None else None))
    if asked.event is not None:
        return list(so_far.events(asked.event))
    return [time for rule in asked.named_rules for time in so_far.said(witness.times_of(rule))]


def _seen(rules: tuple[str, ...], from_ms: int, until_ms: int, witness: Witness) -> bool:
    """Whether these rules would have been heard in this time."""
    return all(
        witness.watched_since_ms(rule) <= from_ms
        and witness.so_far.hears_words(witness.leg_of(rule), from_ms, until_ms)
        for rule in rules
    )


def _after(asked: Happening, moment: Moment, witness: Witness) -> Judgement:
    from_ms = _BEGINNING_MS if asked.within_s is None else moment.end_ms - _ms(asked.within_s)
    ends = sorted(time.end_ms for time in _times(asked, witness) if from_ms <= time.end_ms <= moment.end_ms)
    if len(ends) >= asked.at_least:
        if moment.fixed or asked.within_s is None:
            return Judgement(Answer.YES)
        return Judgement(Answer.YES, ends[-asked.at_least] + _ms(asked.within_s) + 1)
    seen = _seen(asked.named_rules, max(from_ms, _BEGINNING_MS), moment.end_ms, witness)
    return Judgement(Answer.NO if seen else Answer.UNSEEN)


def _followed_by(asked: Happening, moment: Moment, witness: Witness) -> Judgement:
    until_ms = moment.end_ms + _ms(asked.within_s or 0)
    times = [time for time in _times(asked, witness) if moment.end_ms < time.end_ms <= until_ms]
    if len(times) >= asked.at_least:
        return Judgement(Answer.YES)
    known_ms = until_ms + (WORDS_LATE_MS if asked.named_rules else _SOUND_LATE_MS)
    over_ms = witness.so_far.over_ms
    if moment.now_ms < known_ms and over_ms is None:
        return Judgement(Answer.OPEN, known_ms)
    if over_ms is not None and over_ms < until_ms:
        return Judgement(Answer.UNSEEN)  # the call ended before the time was over: nobody knows what would have come
    seen = _seen(asked.named_rules, moment.end_ms, until_ms, witness)
    return Judgement(Answer.NO if seen else Answer.UNSEEN)


def _count(asked: Count, moment: Moment, witness: Witness) -> Judgement:
    from_ms = _BEGINNING_MS if asked.within_s is None else moment.end_ms - _ms(asked.within_s)
    times = [time for time in witness.so_far.said(f"rule:{moment.rule_id}") if from_ms <= time.end_ms <= moment.end_ms]
    return _plain(len(times) >= asked.at_least)


def _window(asked: Window, moment: Moment, so_far: CallSoFar) -> Judgement:
    if asked.first_s is not None:
        end_ms = so_far.answered_ms + _ms(asked.first_s)
        inside = moment.start_ms <= end_ms
        return Judgement(Answer.YES if inside else Answer.NO, end_ms + 1 if inside and not moment.fixed else None)
    if so_far.over_ms is None:
        return Judgement(Answer.OPEN)
    return _plain(so_far.over_ms - moment.end_ms <= _ms(asked.last_s or 0))


def _not_said_by(asked: NotSaidBy, moment: Moment, witness: Witness) -> Judgement:
    so_far = witness.so_far
    begun = so_far.events(asked.since)
    if not begun and asked.since != "answered":
        return Judgement(Answer.NO)
    from_ms = begun[-1].end_ms if begun else so_far.answered_ms
    due_ms = from_ms + _ms(asked.second)
    if so_far.over_ms is not None and so_far.over_ms < due_ms:
        return Judgement(Answer.NO)
    if moment.now_ms < due_ms:
        return Judgement(Answer.NO, due_ms)
    said = [time for rule in asked.named_rules for time in so_far.said(witness.times_of(rule))]
    if any(from_ms - _SOUND_LATE_MS <= time.start_ms <= due_ms for time in said):
        return Judgement(Answer.NO)
    if any(from_ms < time.end_ms <= due_ms for time in so_far.events("transfer")):
        return Judgement(Answer.UNSEEN)  # another agent, whose words nobody asked for
    legs = {witness.leg_of(rule) for rule in asked.named_rules}
    if any(leg not in so_far.legs and Leg.MIXED not in so_far.legs for leg in legs):
        return Judgement(Answer.UNSEEN)
    late = moment.now_ms < due_ms + WORDS_LATE_MS or not all(so_far.words_cover(leg, due_ms) for leg in legs)
    if late and moment.now_ms < due_ms + _GIVE_UP_MS and so_far.over_ms is None:
        return Judgement(Answer.OPEN, max(due_ms + WORDS_LATE_MS, moment.now_ms + _LOOK_AGAIN_MS))
    if not all(so_far.words_cover(leg, due_ms) for leg in legs):
        return Judgement(Answer.UNSEEN)
    return Judgement(Answer.YES if _seen(asked.named_rules, from_ms, due_ms, witness) else Answer.UNSEEN)


def _silence(asked: Silence, moment: Moment, so_far: CallSoFar) -> Judgement:
    leg = Leg(asked.leg) if asked.leg is not None else None
    since_ms = so_far.silent_since_ms(leg)
    if since_ms is None or so_far.over_ms is not None:
        return Judgement(Answer.NO)
    due_ms = since_ms + _ms(asked.at_least_s) + _SOUND_LATE_MS
    if moment.now_ms < due_ms:
        return Judgement(Answer.NO, due_ms)
    legs = [leg] if leg is not None else sorted(so_far.legs)
    blind = not legs or any(so_far.is_blind(each, since_ms, moment.now_ms) for each in legs)
    return Judgement(Answer.UNSEEN if blind else Answer.YES)
