"""Who does what at the inspectors' desk, and what they may see of it."""

from collections.abc import Iterable

from web.inspection.views import CallFacts, Score, UnknownRecordError
from web.trust.rights import Right
from web.trust.who import who_asks


def actor(header: str | None) -> str:
    """The one who asks; while nobody is registered, whoever the request names, else `local`."""
    who = who_asks()
    return (header or who.acts_as) if who.is_open else who.acts_as


def sees(call: CallFacts) -> bool:
    """Whether somebody may see what was made of the call: inspectors within their scope, agents their own."""
    who = who_asks()
    if who.may(Right.SCORES):
        return who.scope.covers(call.site, call.team, call.queue)
    return who.may(Right.OWN_SCORES) and call.agent_id is not None and call.agent_id == who.acts_as


def seen(score: Score, *, round_closed: bool = False) -> Score:
    """The score, to those who may see it: agents see none that is not closed. Raises UnknownRecordError.

    Of a calibration inspectors see their own, and when the round is closed each other's.
    """
    who = who_asks()
    inspects = who.may(Right.SCORE)
    shared = round_closed and inspects
    blind = score.calibration_id is not None and score.inspector != who.acts_as and not (shared or who.is_open)
    if not sees(score.call) or (score.closed_at is None and not inspects) or blind:
        raise UnknownRecordError
    return score


def own_agent(asked: str | None) -> str | None:
    """Whose records a list is about: an agent asks for none but own ones."""
    who = who_asks()
    if who.may(Right.SCORES):
        return asked
    return who.acts_as


def within_scope(team: str | None, site: str | None) -> bool:
    """Whether a record of a team and site lies within the scope of the one who asks."""
    scope = who_asks().scope
    return scope.everywhere or scope.covers(site, team, next(iter(scope.queues), None))


def visible(scores: Iterable[Score], *, rounds_closed: bool = False) -> list[Score]:
    """Those that may be seen."""
    found = []
    for score in scores:
        try:
            found.append(seen(score, round_closed=rounds_closed))
        except UnknownRecordError:
            continue
    return found
