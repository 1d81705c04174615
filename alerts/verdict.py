"""How a call ended, judged by everything that is known of its end: the words for it, and the rules."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.alert import Measure, Severity
from config.detection import HangUpSettings
from streaming.frames import Leg, Party

_CLOSED_FIRST_MS = 100  # legs closed nearer together say nothing: Asterisk closes both within 2 ms (protocols.md §1)
_DISAGREE_MS = 3_000  # the other leg was gone this long before the reported end: PBX and audio disagree
# Q.850 causes with which nobody hung up (protocols.md §3.5): out of order, congestion, recovery on a timer …
_FAULT_CAUSES = frozenset({27, 34, 38, 41, 42, 44, 102, 111})
_FAULT_NAMES = (
    "DESTINATION_OUT_OF_ORDER",
    "NETWORK_OUT_OF_ORDER",
    "TEMPORARY_FAILURE",
    "CONGESTION",
    "RECOVERY_ON_TIMER",
)


class Verdict(StrEnum):
    """The end of a call. Only some ends are a fault of the agent."""

    NORMAL = "normal"
    AFTER_FAREWELL = "agent ended after farewell"
    CUT_OFF = "agent cut the customer off"
    LEFT_ANGRY = "customer left angry"
    ALLOWED = "allowed after warnings"
    LINE_FAULT = "line fault"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class EndFacts:
    """What is known of the end of a call. Times are `…_ago_ms`, counted back from the end; None: it never was."""

    party: Party
    conflict: bool  # the PBX has named two parties for the same moment
    cause: str | None
    after_ms: int  # since the agent answered
    heard: frozenset[Leg]
    spoke: frozenset[Leg]
    closed_ago_ms: tuple[tuple[Leg, int], ...]  # legs whose streams are over; negative: after the end
    transferred: bool  # the agent who was on the line has passed the call on
    survey: bool  # the agent announced that the customer is asked about the service
    on_hold: bool
    lost_leg: Leg | None  # nothing came from it any more, and not by hanging up
    words_trusted: bool
    customer_ago_ms: int | None  # the customer's last speech
    agent_ago_ms: int | None
    customer_speaking: bool
    agent_farewell_ago_ms: int | None
    customer_farewell_ago_ms: int | None
    farewell_stands: bool  # it answered what the customer said last, or the customer answered it with one
    farewell_perhaps: bool  # the agent's last words may have been one, badly heard
    parted_quietly: bool
    warnings: int  # of late
    forbidden_ago_ms: int | None  # what the agent must not say
    trouble: str | None  # what may have made the customer angry, of late
    trouble_ago_ms: int | None

    @property
    def agent_spoke_last(self) -> bool:
        """The agent has said something after the customer's last words."""
        if self.agent_ago_ms is None:
            return False
        return self.customer_ago_ms is None or self.agent_ago_ms < self.customer_ago_ms

    @property
    def first_closed(self) -> Leg | None:
        """The leg whose stream was over clearly before the other's."""
        closed = sorted(self.closed_ago_ms, key=lambda each: each[1], reverse=True)
        if not closed or (len(closed) > 1 and closed[0][1] - closed[1][1] < _CLOSED_FIRST_MS):
            return None
        return closed[0][0]

    def gone_before(self, leg: Leg) -> bool:
        """The leg's stream was over long before the end that was reported."""
        return any(each is leg and ago_ms > _DISAGREE_MS for each, ago_ms in self.closed_ago_ms)

    @property
    def can_blame(self) -> bool:
        """Both parties were heard on legs of their own, and the customer has spoken."""
        return self.heard >= {Leg.AGENT, Leg.CUSTOMER} and Leg.CUSTOMER in self.spoke

    def measures(self) -> tuple[Measure, ...]:
        """The facts as they are shown, those that are known."""
        first = self.first_closed
        named: tuple[tuple[str, int | str | bool | None], ...] = (
            ("party", self.party.value),
            ("conflict", self.conflict or None),
            ("cause", self.cause or None),
            ("after_ms", self.after_ms),
            ("first_closed", first.value if first is not None else None),
            ("transferred", self.transferred or None),
            ("survey", self.survey or None),
            ("on_hold", self.on_hold or None),
            ("lost_leg", self.lost_leg.value if self.lost_leg is not None else None),
            ("words_trusted", self.words_trusted),
            ("customer_spoke_before_ms", self.customer_ago_ms),
            ("agent_spoke_before_ms", self.agent_ago_ms),
            ("customer_speaking", self.customer_speaking),
            ("closing_before_ms", self.agent_farewell_ago_ms),
            ("customer_farewell_before_ms", self.customer_farewell_ago_ms),
            ("warnings", self.warnings or None),
            ("forbidden_before_ms", self.forbidden_ago_ms),
            ("trouble", self.trouble),
            ("trouble_before_ms", self.trouble_ago_ms),
        )
        return tuple(Measure(name, value) for name, value in named if value is not None)


@dataclass(frozen=True, slots=True)
class Ending:
    """A verdict, whether it is sure, and with which severity it is told; None: no fault of the agent."""

    verdict: Verdict
    sure: bool
    severity: Severity | None


def ending_of(facts: EndFacts, settings: HangUpSettings) -> Ending:
    """The verdict that all facts together bear; where they do not agree, or are too few, it is undecided."""
    if _line_fault(facts, settings):
        return Ending(Verdict.LINE_FAULT, True, None)
    if facts.conflict:
        return _undecided(facts, settings)
    match facts.party:
        case Party.SYSTEM:
            return Ending(Verdict.NORMAL, True, None)
        case Party.CUSTOMER:
            return _customer_ended(facts, settings)
        case Party.AGENT:
            return _agent_ended(facts, settings)
        case Party.UNKNOWN:
            if facts.transferred:
                return Ending(Verdict.NORMAL, True, None)
            return _undecided(facts, settings)


def _line_fault(facts: EndFacts, settings: HangUpSettings) -> bool:
    if facts.transferred:
        return False
    if facts.lost_leg is not None and not facts.on_hold:
        return True
    if _is_fault(facts.cause):
        return True
    # Who hung up on nobody has ended nothing.
    unheard = Leg.CUSTOMER if facts.party is Party.AGENT else Leg.AGENT if facts.party is Party.CUSTOMER else None
    if unheard is None or Leg.MIXED in facts.heard or facts.after_ms < settings.answered_ms:
        return False
    return unheard not in facts.heard or (unheard is Leg.CUSTOMER and unheard not in facts.spoke)


def _customer_ended(facts: EndFacts, settings: HangUpSettings) -> Ending:
    if facts.gone_before(Leg.AGENT) and not facts.transferred:
        return Ending(Verdict.UNDECIDED, False, Severity.INFO)
    ago_ms = facts.trouble_ago_ms
    if ago_ms is None or ago_ms > settings.angry_ms:
        return Ending(Verdict.NORMAL, True, None)
    farewell_ago_ms = facts.customer_farewell_ago_ms
    if farewell_ago_ms is not None and farewell_ago_ms < ago_ms:
        return Ending(Verdict.NORMAL, False, None)
    return Ending(Verdict.LEFT_ANGRY, True, None)


def _agent_ended(facts: EndFacts, settings: HangUpSettings) -> Ending:
    if facts.transferred or facts.survey:
        return Ending(Verdict.NORMAL, True, None)
    if not facts.can_blame or facts.after_ms < settings.answered_ms:
        return Ending(Verdict.UNDECIDED, False, None)
    if facts.gone_before(Leg.CUSTOMER):
        return Ending(Verdict.UNDECIDED, False, Severity.INFO)
    if facts.warnings >= settings.warnings:
        return Ending(Verdict.ALLOWED, True, Severity.INFO)
    after_farewell = Ending(Verdict.AFTER_FAREWELL, True, Severity.MINOR)
    cut_off = Ending(Verdict.CUT_OFF, True, Severity.CRITICAL)
    farewell_ago_ms = facts.agent_farewell_ago_ms
    recent = farewell_ago_ms is not None and farewell_ago_ms <= settings.closing_ms
    if facts.parted_quietly or (recent and facts.farewell_stands):
        return after_farewell
    if facts.customer_speaking or facts.on_hold:
        return cut_off
    if not facts.words_trusted:
        return _undecided(facts, settings)
    if recent and facts.customer_ago_ms is not None and facts.customer_ago_ms > settings.customer_spoke_ms:
        return after_farewell
    forbidden_ago_ms = facts.forbidden_ago_ms
    if not facts.agent_spoke_last or (forbidden_ago_ms is not None and forbidden_ago_ms <= settings.angry_ms):
        return cut_off
    thanked_ms = facts.customer_farewell_ago_ms
    if thanked_ms is not None and facts.customer_ago_ms is not None and thanked_ms <= facts.customer_ago_ms + 1_500:
        # The customer had said farewell, and the agent answered something before hanging up.
        return Ending(Verdict.AFTER_FAREWELL, False, Severity.MINOR)
    if facts.farewell_perhaps:
        return _undecided(facts, settings)
    return Ending(Verdict.CUT_OFF, False, Severity.CRITICAL)


def _undecided(facts: EndFacts, settings: HangUpSettings) -> Ending:
    """The agent hung up, or at least went first: that is told, though nobody knows how."""
    suspect = facts.party is Party.AGENT or (facts.party is Party.UNKNOWN and facts.first_closed is Leg.AGENT)
    if facts.conflict or not suspect or not facts.can_blame or facts.after_ms < settings.answered_ms:
        return Ending(Verdict.UNDECIDED, False, None)
    return Ending(Verdict.UNDECIDED, False, Severity.MINOR if facts.party is Party.AGENT else Severity.INFO)


def _is_fault(cause: str | None) -> bool:
    if not cause:
        return False
    number = cause.split()[0]
    return (number.isdigit() and int(number) in _FAULT_CAUSES) or any(name in cause.upper() for name in _FAULT_NAMES)
