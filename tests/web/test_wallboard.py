"""The board: worst first, nobody's customer named, places kept apart, an hour minute by minute."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import AlertState, Kind, Severity
from tests.fakes.desk import NOON, a_call, an_alert
from web.desk_sources import AlertFigures
from web.floor import AgentCount, AgentState, QueueNews
from web.sources import AgentView, CallState, Tier
from web.wallboard import MOST_CALLS, Begun, FloorNow, WallboardMessage, build_wallboard, per_minute


def a_floor(**changed: object) -> FloorNow:
    floor = FloorNow(
        now_at=NOON + timedelta(minutes=10),
        alerts_at=NOON + timedelta(minutes=10),
        calls=(a_call(),),
        begun=(),
        open_alerts=(),
        recent_alerts=(),
        agents=AgentCount((), 0),
        queues=(),
        figures=None,
    )
    return replace(floor, **changed)  # type: ignore[arg-type]  # a test names the fields it changes


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_calls_stand_worst_first_with_their_gravest_alert() -> None:
    calls = [
        a_call("calm", risk=0, open_alerts=0),
        a_call("bad", risk=80),
        a_call("worse", risk=90, state=CallState.HELD),
        a_call("over", CallState.ENDED, risk=100),
        a_call("not yet", CallState.RINGING),
    ]
    open_alerts = [
        an_alert("a1", call_id="bad", severity=Severity.CRITICAL, kind=Kind.HOSTILE_TONE),
        an_alert("a2", call_id="bad", severity=Severity.MINOR, opened_at=after(1)),
    ]
    board = build_wallboard(a_floor(calls=calls, open_alerts=open_alerts)).calls

    assert [(call.risk, call.severity, call.kind) for call in board.worst] == [
        (90, None, None),
        (80, "critical", Kind.HOSTILE_TONE),
        (0, None, None),
    ]
    assert (board.live, board.held) == (3, 1)


def test_a_call_of_equal_risk_with_a_graver_alert_is_worse() -> None:
    calls = [a_call("one"), a_call("two")]
    board = build_wallboard(a_floor(calls=calls, open_alerts=[an_alert(call_id="two")]))

    assert [call.severity for call in board.calls.worst] == ["major", None]


def test_no_customer_and_no_call_id_is_on_the_board() -> None:
    call = a_call("13800138000", customer_number="+8613800138000", metadata=(("name", "Zhao Customer"),))
    alert = an_alert(call_id="13800138000", title="said 13800138000", advice="secret words")
    text = build_wallboard(a_floor(calls=[call], open_alerts=[alert], recent_alerts=[alert])).model_dump_json()

    for hidden in ("13800138000", "Zhao", "secret words", "said"):
        assert hidden not in text
    assert '"agent_name":"Li"' in text


def test_an_alert_names_its_agent_as_the_calls_do() -> None:
    alert = an_alert(agent_id="1007")

    named = build_wallboard(a_floor(recent_alerts=[alert], names={"1007": "Li"})).alerts.last
    unknown = build_wallboard(a_floor(recent_alerts=[alert])).alerts.last

    assert [(each.agent_id, each.agent_name) for each in (*named, *unknown)] == [("1007", "Li"), ("1007", None)]


def test_only_so_many_calls_are_told_and_the_count_says_the_rest() -> None:
    calls = [a_call(f"c{number}", risk=number) for number in range(30)]
    board = build_wallboard(a_floor(calls=calls)).calls

    assert (board.live, len(board.worst), board.worst[0].risk) == (30, MOST_CALLS, 29)


def test_coverage_counts_calls_that_are_heard_by_tier() -> None:
    deaf = a_call("deaf", legs=(), coverage=0.0)
    board = build_wallboard(
        a_floor(calls=[a_call("a", coverage=0.9), a_call("b", tier=Tier.ACOUSTIC, coverage=0.5), deaf])
    ).calls

    assert (board.analysed, board.live, board.coverage_ratio) == (2, 3, 0.7)
    assert board.by_tier == {Tier.FULL: 1, Tier.SPOTTING: 0, Tier.ACOUSTIC: 1}
    assert build_wallboard(a_floor(calls=[])).calls.coverage_ratio is None


def test_an_agent_in_two_calls_talks_once_and_unnamed_ones_each() -> None:
    calls = [a_call("a"), a_call("b"), a_call("c", agent=None), a_call("d", agent=AgentView(name="?"))]

    assert build_wallboard(a_floor(calls=calls)).calls.agents_talking == 3


def test_open_criticals_and_the_oldest_nobody_claimed() -> None:
    critical = Severity.CRITICAL
    alerts = [
        an_alert("taken", severity=critical, state=AlertState.ACKNOWLEDGED, opened_at=after(0)),
        an_alert("new", severity=critical, opened_at=after(2)),
        an_alert("older", severity=critical, opened_at=after(1)),
        an_alert("again", opened_at=after(0), waiting_since=after(3)),
        an_alert("info", severity=Severity.INFO, opened_at=after(0)),
        an_alert("muted", severity=critical, opened_at=after(0), suppressed_by="mute:1"),
    ]
    board = build_wallboard(a_floor(open_alerts=alerts)).alerts

    assert (board.open, board.critical, board.unclaimed, board.critical_unclaimed) == (5, 3, 3, 2)
    assert board.oldest_unclaimed_at == board.oldest_critical_unclaimed_at == after(1)


def test_last_alerts_come_newest_first_without_what_nobody_was_told() -> None:
    alerts = [an_alert(f"a{number}", opened_at=after(number / 10)) for number in range(10)]
    kept_back = [
        an_alert("info", severity=Severity.INFO, opened_at=after(5)),
        an_alert("muted", suppressed_by="mute:1", opened_at=after(5)),
        an_alert("withdrawn", state=AlertState.WITHDRAWN, opened_at=after(5)),
        an_alert("wrong", state=AlertState.FALSE_POSITIVE, opened_at=after(5)),
    ]
    last = build_wallboard(a_floor(recent_alerts=[*alerts, *kept_back])).alerts.last

    assert [alert.key for alert in last] == [f"a{number}" for number in range(9, 1, -1)]


def test_a_minute_is_counted_once_and_the_running_one_stands_last() -> None:
    now_at = after(0.5)
    trend = per_minute([after(0.1), after(0.2), after(-1), after(-59), after(-60), after(1)], now_at)

    assert len(trend) == 60
    assert (trend[-1], trend[-2], trend[0], sum(trend)) == (2, 1, 1, 4)


def test_teams_and_queues_keep_their_own_board() -> None:
    floor = a_floor(
        calls=[a_call("a"), a_call("b", team="west")],
        begun=[Begun(after(9), "east", "billing"), Begun(after(9), "west", "billing")],
        open_alerts=[an_alert("a1"), an_alert("a2", team="west")],
        recent_alerts=[an_alert("a1"), an_alert("a2", team="west", queue="sales")],
        queues=[(QueueNews("billing", NOON, waiting=1), False), (QueueNews("sales", NOON, waiting=2), True)],
    )

    def sizes(board: WallboardMessage) -> tuple[int, int, int, int, list[str]]:
        names = [queue.queue for queue in board.queues]
        return board.calls.live, board.alerts.open, sum(board.trend.alerts), sum(board.trend.calls), names

    assert sizes(build_wallboard(floor)) == (2, 2, 2, 2, ["billing", "sales"])
    assert sizes(build_wallboard(floor, (frozenset({"west"}), frozenset()))) == (1, 1, 1, 1, ["billing", "sales"])
    assert sizes(build_wallboard(floor, (frozenset(), frozenset({"sales"})))) == (0, 0, 1, 0, ["sales"])


def test_agents_queues_and_figures_stand_there_only_where_somebody_tells_them() -> None:
    empty = build_wallboard(a_floor())
    assert (empty.agents, empty.queues, empty.figures) == (None, [], None)

    figures = AlertFigures(NOON, 3, 1, 4, 5.5, 9.0, 0, ())
    stats = QueueNews("billing", NOON, 4, 12.0, 80, 20, ((20, 60),), 200.0)
    agents = AgentCount(((AgentState.IDLE, 2), (AgentState.BUSY, 3)), 1)
    board = build_wallboard(a_floor(agents=agents, queues=[(stats, True)], figures=figures))

    assert board.agents is not None
    assert (board.agents.logged_in, board.agents.states[AgentState.BUSY], board.agents.stale) == (5, 3, 1)
    (queue,) = board.queues
    assert (queue.waiting, queue.service_level_ratio, queue.abandoned_ratio, queue.stale) == (4, 0.6, 0.2, True)
    assert board.figures is not None
    assert (board.figures.reached_in_time_ratio, board.figures.claim_p50_s) == (0.75, 5.5)


def test_queues_beyond_what_fits_are_counted() -> None:
    queues = [(QueueNews(f"q{number:02}", NOON, waiting=1), False) for number in range(20)]
    board = build_wallboard(a_floor(queues=queues))

    assert (len(board.queues), board.more_queues) == (12, 8)
