"""Who ended a call, and how: the words in which it is said to the outside."""

from enum import StrEnum

from alerts.alert import Severity


class Verdict(StrEnum):
    """The end of a call. Only some ends are a fault of the agent."""

    CUSTOMER_ENDED = "customer ended the call"
    SYSTEM_ENDED = "system ended the call"
    TRANSFERRED = "transferred"
    LINE_FAULT = "line fault"
    CUT_OFF = "agent cut the customer off"
    AFTER_FAREWELL = "agent ended after farewell"
    AGENT_ENDED = "agent ended the call"  # how is not known, or it does not matter
    UNDECIDED = "undecided"


SEVERITY_OF_VERDICT = {
    Verdict.CUT_OFF: Severity.CRITICAL,
    Verdict.AGENT_ENDED: Severity.MAJOR,
    Verdict.AFTER_FAREWELL: Severity.MINOR,
    Verdict.UNDECIDED: Severity.INFO,
}
