"""A live call as the contract shows it."""

from alerts.alert import Measure
from service.call_lanes import lanes_of
from service.call_record import CallRecord
from service.level_track import STEP_MS
from service.live_call import LiveCall
from streaming.frames import Leg
from streaming.loudness import FLOOR_DBFS
from web.sources import CallView, LegView, Tier, Timeline, UndecidedView

_LESS_THAN_ALL = 0.999  # what lacks anything is never rounded up to 1


def view_of_announced(record: CallRecord) -> CallView:
    """A call that nobody has heard yet."""
    return _view(record, duration_ms=0, legs=(), tier=Tier.FULL, coverage=1.0, causes=(), verdict=None)


def view_of(call: LiveCall) -> CallView:
    """A call as it stands now."""
    record = call.record
    legs = tuple((leg, _leg_view(call, leg)) for leg in sorted(call.ears))
    coverage, causes = _coverage(call)
    return _view(
        record,
        duration_ms=call.now_ms,
        legs=legs,
        tier=_best([leg.tier for _, leg in legs]) if legs else call.tier,
        coverage=coverage,
        causes=causes,
        verdict=call.verdict,
        facts=call.watch.verdict_facts,
        undecided=tuple(
            UndecidedView(tuple(each.kinds), each.leg, each.from_ms, each.to_ms, each.cause)
            for each in call.watch.coverage.undecided(call.now_ms)
        ),
        paused=call.paused,
    )


def timeline_of(call: LiveCall) -> Timeline:
    """Levels and spans of the call so far."""
    record = call.record
    spans = [*record.spans, *record.running_spans(call.now_ms)]
    legs = record.levels.all(call.now_ms)
    return Timeline(step_ms=STEP_MS, legs=legs, spans=(*spans, *lanes_of(dict(legs), spans, STEP_MS)))


def _leg_view(call: LiveCall, leg: Leg) -> LegView:
    ear = call.ears[leg]
    connected = call.connected(leg)
    return LegView(
        received_ms=ear.received_ms,
        gaps_ms=ear.gaps_ms,
        level_dbfs=ear.level_dbfs if connected else FLOOR_DBFS,
        speaking=ear.speaking and connected,
        tier=call.recognitions[leg].tier,
        connected=connected,
        mood=call.watch.mood(leg),
    )


def _best(tiers: list[Tier]) -> Tier:
    return min(tiers, key=list(Tier).index)


def _coverage(call: LiveCall) -> tuple[float, tuple[str, ...]]:
    """Audio of all expected legs that was analysed over elapsed time off hold, and what is missing.

    Speech for which no recogniser had time is missing; where there is none at all, sound is all there is to analyse.
    """
    coverage = call.watch.coverage
    causes: list[str] = []
    for leg in coverage.expected:
        if leg not in call.ears:
            causes.append(f"{leg}_not_connected")
            continue
        recognition = call.recognitions[leg]
        causes += [f"{leg}_{lack}" for lack in coverage.lacks(leg, call.now_ms)]
        if recognition.tier is Tier.ACOUSTIC:
            causes.append(f"{leg}_recognition_off")
        if recognition.unheard_ms:
            causes.append(f"{leg}_speech_unheard")
        if recognition.unwritten_ms:
            causes.append(f"{leg}_phrases_only")
    if coverage.was_paused(call.now_ms):
        causes.append("paused")
    unheard_ms = {leg: recognition.unheard_ms for leg, recognition in call.recognitions.items()}
    ratio = coverage.ratio(call.now_ms, unheard_ms)
    if not causes or ratio == 1:  # legs that begin a packet apart lack nothing
        return 1.0, tuple(causes)
    return min(round(ratio, 3), _LESS_THAN_ALL), tuple(causes)


def _view(
    record: CallRecord,
    duration_ms: int,
    legs: tuple[tuple[Leg, LegView], ...],
    tier: Tier,
    coverage: float,
    causes: tuple[str, ...],
    verdict: str | None,
    facts: tuple[Measure, ...] = (),
    undecided: tuple[UndecidedView, ...] = (),
    paused: bool = False,
) -> CallView:
    said = record.known
    return CallView(
        call_id=record.call_id,
        state=record.state,
        direction=said.direction,
        language=record.language,
        queue=said.queue,
        team=said.team,
        site=said.site,
        agent=said.agent,
        customer_number=said.customer_number,
        started_at=record.started_at or record.known_at,
        ended_at=record.ended_at,
        duration_ms=duration_ms,
        legs=legs,
        tier=tier,
        coverage=coverage,
        coverage_causes=causes,
        risk=record.risk,
        open_alerts=record.open_alerts,
        hung_up_by=record.hung_up_by,
        verdict=verdict,
        verdict_facts=tuple((fact.name, fact.value) for fact in facts),
        metadata=said.metadata or (),
        abilities=record.abilities,
        supervisions=record.supervisions,
        undecided=undecided,
        consent=record.consent,
        paused=paused,
    )
