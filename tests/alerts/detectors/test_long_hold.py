"""How long the customer waits."""

from alerts.alert import Severity
from alerts.detectors.long_hold import LongHoldDetector
from alerts.findings import Finding, Stage
from config.detection import LongHoldSettings
from streaming.frames import Party
from tests.fakes.conversation import Conversation, measured


def told(findings: list[Finding]) -> list[tuple[Stage, Severity, int]]:
    return [(each.stage, each.severity, each.evidence.to_ms) for each in findings]


def play(conversation: Conversation) -> list[Finding]:
    return conversation.play(LongHoldDetector(LongHoldSettings()), 100)


def test_a_hold_grows_worse_and_ends_with_its_length() -> None:
    findings = play(Conversation().hold(10_000, 150_000).quiet_until(160_000))
    assert told(findings) == [
        (Stage.CERTAIN, Severity.INFO, 55_000),
        (Stage.REVISED, Severity.MINOR, 70_000),
        (Stage.REVISED, Severity.MAJOR, 130_000),
        (Stage.REVISED, Severity.MAJOR, 150_000),
    ]
    assert {each.event for each in findings} == {"long_hold:10000"}
    assert measured(findings[-1], "hold_ms") == 140_000


def test_a_short_hold_is_nothing() -> None:
    assert play(Conversation().hold(10_000, 54_900).quiet_until(60_000)) == []


def test_the_clock_ends_with_the_call() -> None:
    assert told(play(Conversation().hold(10_000).hang_up(Party.CUSTOMER, 60_000).quiet_until(200_000))) == [
        (Stage.CERTAIN, Severity.INFO, 55_000),
        (Stage.REVISED, Severity.INFO, 60_000),
    ]


def test_many_holds_add_up() -> None:
    conversation = Conversation()
    for number in range(5):
        conversation.hold(number * 60_000, number * 60_000 + 50_000)
    major = [each for each in play(conversation.quiet_until(320_000)) if each.severity is Severity.MAJOR]
    assert told(major) == [(Stage.CERTAIN, Severity.MAJOR, 280_000), (Stage.REVISED, Severity.MAJOR, 290_000)]
    assert measured(major[0], "total_ms") == 240_000


def test_hold_said_twice_is_one_hold() -> None:
    findings = play(Conversation().hold(10_000).hold(30_000, 60_000).quiet_until(70_000))
    assert [each.evidence.from_ms for each in findings] == [10_000, 10_000]
