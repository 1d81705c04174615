"""The alert that a rule has gone silent: it is about Earshot itself, and ends when the rule speaks again."""

from alerts.alert import Alert, AlertState, ByLanguage, Evidence, Kind, Measure, Severity, Timing
from alerts.desk import ulid_at
from alerts.reader import Reader
from service.alarms.own_alert import OWN_CALL
from service.clock import Clock
from web.desk_sources import RulePrecision

_TITLES = {
    Reader.EN: "The rule {rule} is silent: people marked it wrong too often",
    Reader.ZH: "规则 {rule} 已静默：被标记为误报过多",
}
_ADVICE = {
    Reader.EN: "Look at its false alarms, change the rule, then let it speak again.",
    Reader.ZH: "请查看其误报，修改规则后重新启用。",
}


def own_rule(rule: str) -> str:
    """By which name the alert about a rule is found again."""
    return f"service.rule.{rule}"[:200]


def silent_rule_alert(rule: RulePrecision, reader: Reader, clock: Clock) -> Alert:
    """Open from now on, with what the marks say."""
    now_at = clock.now_at()
    marks = rule.right + rule.wrong
    values = (Measure("rule", rule.rule), Measure("marks", marks), Measure("right", rule.right))
    return Alert(
        alert_id=ulid_at(now_at),
        version=1,
        kind=Kind.SERVICE_RULE,
        rule=own_rule(rule.rule),
        severity=Severity.MINOR,
        state=AlertState.OPEN,
        call_id=OWN_CALL,
        leg=None,
        agent_id=None,
        queue=None,
        team=None,
        title=_TITLES[reader].format(rule=rule.rule),
        advice=_ADVICE[reader],
        advice_by_language=ByLanguage(_ADVICE[Reader.ZH], _ADVICE[Reader.EN]),
        title_by_language=ByLanguage(*(_TITLES[each].format(rule=rule.rule) for each in (Reader.ZH, Reader.EN))),
        clause=None,
        evidence=Evidence(0, 0, (*values, Measure("upper_ratio", round(rule.upper, 3)))),
        opened_at=now_at,
        updated_at=now_at,
        timing=Timing(0, now_at, now_at),
    )
