"""The answer to a condition, and how answers are put together: yes, no, not to be seen, not known yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto


class Answer(Enum):
    """Whether a condition holds. What cannot be seen is neither yes nor no, and its contrary is not either."""

    YES = auto()
    NO = auto()
    UNSEEN = auto()  # nobody could hear it: the rule abstains
    OPEN = auto()  # it depends on what is still to come


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer; `until_ms` is when it may change though nothing happens, None when it will not."""

    answer: Answer
    until_ms: int | None = None


def all_of(parts: Iterable[Judgement]) -> Judgement:
    """No where one says no, else open, else unseen; yes where all do."""
    return _ranked(parts, (Answer.NO, Answer.OPEN, Answer.UNSEEN), Answer.YES)


def any_of(parts: Iterable[Judgement]) -> Judgement:
    """Yes where one says yes, else open, else unseen; no where all do."""
    return _ranked(parts, (Answer.YES, Answer.OPEN, Answer.UNSEEN), Answer.NO)


def contrary(part: Judgement) -> Judgement:
    """Yes for no and no for yes."""
    match part.answer:
        case Answer.YES:
            return Judgement(Answer.NO, part.until_ms)
        case Answer.NO:
            return Judgement(Answer.YES, part.until_ms)
        case Answer.UNSEEN | Answer.OPEN:
            return part


def _ranked(parts: Iterable[Judgement], order: tuple[Answer, ...], otherwise: Answer) -> Judgement:
    given = list(parts)
    said = {part.answer for part in given}
    answer = next((answer for answer in order if answer in said), otherwise)
    return Judgement(answer, min((part.until_ms for part in given if part.until_ms is not None), default=None))
