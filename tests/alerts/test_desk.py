"""Findings become alerts: opened, counted, revised, withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from alerts.alert import Alert, AlertState, Evidence, Kind, Measure, Severity
from alerts.desk import AlertDesk, CallFacts, ulid_at
from alerts.findings import Finding, Stage
from alerts.judging import Claim
from config.settings import Language
from streaming.frames import Leg

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CALL = CallFacts("c1", "1007", "billing", "east")


def desk(most_alerts: int = 500) -> AlertDesk:
    numbers = count(1)
    return AlertDesk(Language.EN, lambda at: f"a{next(numbers)}", most_alerts)


def finding(
    stage: Stage = Stage.CERTAIN,
    from_ms: int = 8_000,
    length_ms: int = 3_000,
    kind: Kind = Kind.DEAD_AIR,
    severity: Severity = Severity.MAJOR,
    event: str | None = None,
    leg: Leg | None = Leg.AGENT,
) -> Finding:
    return Finding(
        kind=kind,
        rule=kind.value,
        event=event or f"{kind}:{from_ms}",
        stage=stage,
        severity=severity,
        leg=leg,
        audio_end_ms=from_ms + length_ms,
        refractory_ms=10_000,
        evidence=Evidence(
            from_ms, from_ms + length_ms, (Measure("silence_ms", length_ms),), (Measure("limit_ms", 3_000),)
        ),
        title="said" if kind is Kind.PHRASE else "",
    )


def take(to: AlertDesk, *findings: Finding, call: CallFacts = CALL) -> list[Alert]:
    alerts: list[Alert] = []
    for each in findings:
        heard_at = BEGIN + timedelta(milliseconds=each.audio_end_ms)
        alerts += to.take(each, call, heard_at, heard_at + timedelta(milliseconds=100))
    return alerts


def test_an_alert_opens_whole() -> None:
    (alert,) = take(desk(), finding())
    assert (alert.alert_id, alert.version, alert.state, alert.count) == ("a1", 1, AlertState.OPEN, 1)
    assert (alert.call_id, alert.agent_id, alert.queue, alert.team) == ("c1", "1007", "billing", "east")
    assert (alert.title, alert.clause) == ("No answer to the customer for 3.0 s", "002 话务空白")
    assert alert.advice
    assert alert.opened_at == alert.updated_at == BEGIN + timedelta(milliseconds=11_100)
    assert (alert.timing.audio_end_ms, alert.timing.received_at) == (11_000, BEGIN + timedelta(milliseconds=11_000))
    assert alert.timing.published_at is None


def test_it_is_revised_in_new_versions_and_keeps_its_count() -> None:
    opened, worse, ended = take(
        desk(),
        finding(),
        finding(Stage.REVISED, length_ms=8_000, severity=Severity.CRITICAL),
        finding(Stage.REVISED, length_ms=9_500, severity=Severity.CRITICAL),
    )
    assert [alert.version for alert in (opened, worse, ended)] == [1, 2, 3]
    assert {alert.alert_id for alert in (opened, worse, ended)} == {"a1"}
    assert (worse.severity, worse.title) == (Severity.CRITICAL, "No answer to the customer for 8.0 s")
    assert (ended.count, ended.evidence.to_ms, ended.timing.audio_end_ms) == (1, 17_500, 11_000)
    assert opened.opened_at == ended.opened_at


def test_a_revision_that_changes_nothing_is_no_version() -> None:
    assert len(take(desk(), finding(), finding(Stage.REVISED))) == 1


def test_a_repeat_within_the_refractory_time_counts_up() -> None:
    first, second, grown = take(
        desk(),
        finding(length_ms=9_000, severity=Severity.CRITICAL),
        finding(from_ms=26_000),
        finding(Stage.REVISED, from_ms=26_000, length_ms=4_000),
    )
    assert (second.alert_id, second.version, second.count) == (first.alert_id, 2, 2)
    assert (second.evidence.from_ms, second.evidence.to_ms) == (8_000, 29_000)
    assert second.severity is Severity.CRITICAL
    assert (grown.count, grown.evidence.to_ms) == (2, 30_000)


def test_a_repeat_after_it_is_a_new_alert() -> None:
    first, second = take(desk(), finding(), finding(from_ms=21_001))
    assert (first.alert_id, second.alert_id) == ("a1", "a2")


def test_another_leg_rule_or_call_is_another_alert() -> None:
    here = desk()
    take(here, finding())
    (leg,) = take(here, finding(leg=Leg.CUSTOMER, event="other leg"))
    (rule,) = take(here, replace(finding(event="other rule"), rule="strict"))
    (call,) = take(here, finding(), call=CallFacts("c2"))
    assert [leg.version, rule.version, call.version] == [1, 1, 1]


def test_a_provisional_alert_is_confirmed() -> None:
    seen, sure = take(desk(), finding(Stage.PROVISIONAL, kind=Kind.PHRASE), finding(kind=Kind.PHRASE, length_ms=2_500))
    assert (seen.state, sure.state) == (AlertState.PROVISIONAL, AlertState.OPEN)
    assert (sure.alert_id, sure.version, sure.count, sure.evidence.to_ms) == ("a1", 2, 1, 10_500)


def test_a_provisional_alert_is_withdrawn_and_forgotten() -> None:
    here = desk()
    _, gone = take(here, finding(Stage.PROVISIONAL, kind=Kind.PHRASE), finding(Stage.WITHDRAWN, kind=Kind.PHRASE))
    assert (gone.state, gone.version) == (AlertState.WITHDRAWN, 2)
    assert Claim.of([gone]) == ()
    (anew,) = take(here, finding(kind=Kind.PHRASE))
    assert (anew.alert_id, anew.count) == ("a2", 1)


def test_a_provisional_repeat_waits_for_its_confirmation() -> None:
    here = desk()
    take(here, finding(kind=Kind.PHRASE))
    assert take(here, finding(Stage.PROVISIONAL, from_ms=15_000, kind=Kind.PHRASE)) == []
    (counted,) = take(here, finding(from_ms=15_000, kind=Kind.PHRASE))
    assert counted.count == 2
    assert take(here, finding(Stage.PROVISIONAL, from_ms=19_000, kind=Kind.PHRASE)) == []
    assert take(here, finding(Stage.WITHDRAWN, from_ms=19_000, kind=Kind.PHRASE)) == []


def test_one_of_two_events_is_withdrawn() -> None:
    here = desk()
    take(here, finding(), finding(from_ms=15_000))
    (less,) = take(here, finding(Stage.WITHDRAWN, from_ms=15_000))
    assert (less.state, less.count) == (AlertState.OPEN, 1)


def test_a_resolved_alert_is_not_counted_up() -> None:
    here = desk()
    (first,) = take(here, finding())
    here.adopt(replace(first, version=2, state=AlertState.RESOLVED))
    (second,) = take(here, finding(from_ms=15_000))
    assert (second.alert_id, second.state) == ("a2", AlertState.OPEN)


def test_what_a_person_did_stays() -> None:
    here = desk()
    (first,) = take(here, finding())
    here.adopt(replace(first, version=2, state=AlertState.ACKNOWLEDGED, assignee="Li"))
    here.adopt(replace(first, version=2, state=AlertState.RESOLVED))  # a stale version
    (again,) = take(here, finding(from_ms=15_000))
    assert (again.version, again.state, again.assignee, again.count) == (3, AlertState.ACKNOWLEDGED, "Li", 2)


def test_a_long_silence_inside_a_dead_air_says_who_spoke_for_it() -> None:
    here = desk()
    take(here, finding())
    (silence,) = take(here, finding(kind=Kind.LONG_SILENCE, from_ms=8_100, length_ms=10_000, leg=None))
    assert silence.suppressed_by == "alert:a1"
    (other,) = take(here, finding(kind=Kind.LONG_SILENCE, from_ms=60_000, length_ms=10_000, leg=None))
    assert other.suppressed_by is None


def test_the_bound_of_a_call_is_counted() -> None:
    here = desk(most_alerts=2)
    take(here, *(finding(from_ms=number * 60_000) for number in range(5)))
    assert here.beyond_bound == 3
    assert take(here, finding(Stage.REVISED, from_ms=240_000)) == []
    assert here.unknown_event == 1


def test_the_end_of_the_call_withdraws_what_was_never_confirmed() -> None:
    here = desk()
    take(here, finding(), finding(Stage.PROVISIONAL, kind=Kind.PHRASE, from_ms=50_000))
    (gone,) = here.call_over("c1", BEGIN)
    assert (gone.kind, gone.state, gone.version, gone.updated_at) == (Kind.PHRASE, AlertState.WITHDRAWN, 2, BEGIN)
    assert here.call_over("c1", BEGIN) == []
    (anew,) = take(here, finding())
    assert anew.version == 1


def test_ids_sort_by_time() -> None:
    assert ulid_at(BEGIN) < ulid_at(BEGIN + timedelta(milliseconds=2))
