"""A week of a small centre in a real store: calls, words in three languages, alerts in every state, marks, strips."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import Alert, AlertState, ByLanguage, Evidence, Kind, Mark, Measure, Severity, Timing
from service.store.store import Store
from streaming.frames import Leg, Party
from streaming.observations import Word, WordsHeard
from web.sources import (
    AgentView,
    CallState,
    CallView,
    Hit,
    LegLevels,
    LegView,
    Span,
    Tier,
    Timeline,
    TranscriptLine,
    UndecidedView,
)

HOSTILE = "<script>alert(1)</script> \u202eevil\u202c 😀 " + "long" * 40
_PEOPLE = (
    *(("1001", "Li Na", "east", "billing"), ("1002", "王芳", "east", "billing"), ("1003", "Zhang Wei", "west", "vip")),
    *(("1004", "김민수", "west", "support"), ("1005", "Chen Jie", "east", "support")),
)
_SAID = (
    (Leg.AGENT, "您好 很高兴为您服务 请问有什么可以帮您"),
    (Leg.CUSTOMER, "我上个月的话费不对 多扣了我五十块钱"),
    (Leg.AGENT, "请您稍等 我帮您查询一下"),
    (Leg.CUSTOMER, "你们每次都这么说 我要投诉"),
    (Leg.AGENT, "这个不归我管"),
    (Leg.CUSTOMER, "I want a refund and I want to speak to your manager"),
    (Leg.AGENT, "환불은 삼일 안에 처리해 드리겠습니다"),
    (Leg.CUSTOMER, "好吧 我等你们的电话"),
)
_UNSEEN = (UndecidedView(("phrase", "dead_air"), Leg.CUSTOMER, 40_000, 46_500, "no_audio"),)
_FAULTS = (
    *(
        ("zh.forbidden.not_my_department", Kind.PHRASE, Severity.MAJOR),
        ("zh.threats.complaint", Kind.PHRASE, Severity.MAJOR),
    ),
    *(("dead_air", Kind.DEAD_AIR, Severity.MINOR), ("hostile_tone", Kind.HOSTILE_TONE, Severity.CRITICAL)),
    *(("talk_over", Kind.TALK_OVER, Severity.INFO), ("long_hold", Kind.LONG_HOLD, Severity.MAJOR)),
)


def fill(store: Store, now_at: datetime, days: int = 7, calls_a_day: int = 12) -> None:
    """Queue everything; the newest call is `call-0`, one with markup for a name is `call-1`."""
    chance = random.Random(7)
    for number in range(days * calls_a_day):
        day, place = divmod(number, calls_a_day)
        began_at = now_at - timedelta(days=day, minutes=9 * place + 12)
        call = _call(number, began_at, chance)
        store.save_call(call)
        for line in _lines(call.call_id):
            store.save_line(line)
        store.save_timeline(call.call_id, began_at, _timeline())
        for alert in _alerts(call, number, chance):
            store.save_alert(alert)


def _call(number: int, began_at: datetime, chance: random.Random) -> CallView:
    agent_id, name, team, queue = _PEOPLE[number % len(_PEOPLE)]
    legs = tuple((leg, LegView(170_000, 400, -40.0, False, Tier.FULL, False)) for leg in (Leg.AGENT, Leg.CUSTOMER))
    party = Party.AGENT if number % 7 == 0 else Party.CUSTOMER
    return CallView(
        call_id=f"call-{number}",
        state=CallState.ENDED,
        direction="inbound",
        language="zh",
        queue=queue,
        team=team,
        site="wuhan",
        agent=AgentView(agent_id, HOSTILE if number == 1 else name, agent_id),
        customer_number="+86••••••5678",
        started_at=began_at,
        ended_at=began_at + timedelta(seconds=172),
        duration_ms=90_000 + chance.randrange(240_000),
        legs=legs,
        tier=Tier.FULL,
        coverage=round(chance.uniform(0.9, 1.0), 3),
        coverage_causes=("customer_gaps",) if number % 3 == 0 else (),
        risk=0,
        open_alerts=0,
        hung_up_by=party,
        verdict="agent cut the customer off" if party is Party.AGENT else "normal",
        verdict_facts=(("party", party.value), ("sure", True), ("after_ms", 1_200)),
        undecided=(UndecidedView(("phrase", "dead_air"), Leg.CUSTOMER, 40_000, 46_500, "no_audio"),)
        if number % 3 == 0
        else (),
    )


def _lines(call_id: str) -> Iterator[TranscriptLine]:
    for number, (leg, text) in enumerate(_SAID):
        start_ms = 2_000 + number * 9_000
        words = text.split()
        step = 5_000 // len(words)
        said = tuple(
            Word(word, start_ms + step * at, start_ms + step * (at + 1), 0.5 if at == 2 else 0.95)
            for at, word in enumerate(words)
        )
        heard = WordsHeard(leg, number, 1, True, start_ms, start_ms + 5_000, text, said)
        hits: tuple[Hit, ...] = ()
        if "不归我管" in text:
            hits = (Hit("zh.forbidden.not_my_department", start_ms, start_ms + 5_000, 2, 6, provisional=False),)
        yield TranscriptLine(call_id, heard, hits)


def _timeline() -> Timeline:
    spans = (Span("hold", None, 30_000, 38_000), Span("gap", Leg.CUSTOMER, 40_000, 46_500))
    return Timeline(100, tuple((leg, _levels(side)) for side, leg in enumerate((Leg.AGENT, Leg.CUSTOMER))), spans)


def _levels(side: int) -> LegLevels:
    """Nine seconds of one, nine of the other."""
    speaking = tuple((at // 90) % 2 == side and at % 90 < 55 for at in range(900))
    return LegLevels(
        tuple(-18.0 - 14 * abs(math.sin(at / 5)) if on else -58.0 for at, on in enumerate(speaking)), speaking
    )


def _alerts(call: CallView, number: int, chance: random.Random) -> Iterator[Alert]:
    for place in range(number % 4):
        rule, kind, severity = _FAULTS[(number + place) % len(_FAULTS)]
        at = call.started_at + timedelta(seconds=20 + 15 * place)
        state = chance.choice((AlertState.RESOLVED, AlertState.RESOLVED, AlertState.FALSE_POSITIVE, AlertState.OPEN))
        mark = {AlertState.RESOLVED: Mark.RIGHT, AlertState.FALSE_POSITIVE: Mark.WRONG}.get(state)
        from_ms = 20_000 + 15_000 * place
        yield replace(
            Alert(
                alert_id=f"01J{number:020d}{place:03d}",
                version=1,
                kind=kind,
                rule=rule,
                severity=severity,
                state=state,
                call_id=call.call_id,
                leg=Leg.AGENT,
                agent_id=call.agent.id if call.agent is not None else None,
                queue=call.queue,
                team=call.team,
                site=call.site,
                title="“That is not my department”",
                advice="Connect the customer.",
                advice_by_language=ByLanguage("帮助转接。", "Connect the customer."),
                clause="002 敷衍、推诿",
                evidence=Evidence(
                    from_ms,
                    from_ms + 4_000,
                    (Measure("silence_ms", 4_000), Measure("hold_ms", 65_000), Measure("rise_db", 9.0)),
                    (Measure("limit_ms", 3_000),),
                    "这个不归我管" if kind is Kind.PHRASE else None,
                ),
                opened_at=at,
                updated_at=at,
                timing=Timing(from_ms + 4_000, at, at),
            ),
            mark=mark,
            outcome="reached_in_time" if state is AlertState.RESOLVED else "missed",
        )
