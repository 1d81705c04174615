"""Agents and queues as their PBX tells of them: a real Asterisk's queues, its devices, and FreeSWITCH's call center."""

from datetime import UTC, datetime, timedelta
from typing import Any

from config.floor import FloorSettings
from service.control.asterisk_floor import AsteriskFloor
from service.control.floor_news import FloorNews
from service.control.freeswitch_floor import FreeSwitchFloor, names_of
from service.control.pbx_floor import PbxFloor
from streaming.wire.ami import AmiMessage, AmiParser
from streaming.wire.esl import EslMessage
from tests.service.control.replays import CAPTURES, feed_of
from web.floor import AgentNews, AgentState, Floor, QueueNews
from web.sources import AgentView, Announcement

_AT = datetime(2026, 11, 23, 5, 36, tzinfo=UTC)
_FEED = feed_of("asterisk_ami", agent_extensions=r"10\d\d")


def _recorded(name: str) -> list[FloorNews]:
    """What a recording's queue events make of the floor."""
    parser, floor, news = AmiParser(), AsteriskFloor(_FEED), list[FloorNews]()
    parser.feed(b"Asterisk Call Manager/11.0.0\r\n")
    at = _AT
    for block in (CAPTURES / f"{name}.ami.txt").read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line]
        if not lines or ">>>" in lines[0]:
            continue
        if lines[0].startswith("# t_ms="):
            at = _AT + timedelta(milliseconds=float(lines[0].split("=")[1]))
        text = "\r\n".join(line for line in lines if not line.startswith("#")) + "\r\n\r\n"
        for message in parser.feed(text.encode()):
            assert isinstance(message, AmiMessage)
            news += floor.feed(message, at)
    return news


def _states(news: list[FloorNews], agent: str) -> list[str]:
    return [str(each.state) for each in news if isinstance(each, AgentNews) and each.agent_id == agent]


def _last(news: list[FloorNews], queue: str) -> QueueNews:
    return [each for each in news if isinstance(each, QueueNews) and each.queue == queue][-1]


def test_a_call_through_a_queue() -> None:
    news = _recorded("queue-agent-hangs-up")
    queue = next(each.queue for each in news if isinstance(each, QueueNews))
    assert [each.waiting for each in news if isinstance(each, QueueNews)][:2] == [1, 0]
    last = _last(news, queue)
    assert (last.answered, last.abandoned, last.answered_within_s) == (1, 0, ((20, 1),))
    assert last.handle_time_s_mean is not None
    assert last.service_level_ratio == 1.0
    agent = next(each.agent_id for each in news if isinstance(each, AgentNews))
    assert _states(news, agent)[:2] == ["ringing", "busy"]
    assert _states(news, agent)[-1] == "idle"


def test_who_hangs_up_while_waiting_has_given_up() -> None:
    last = _last(_recorded("queue-caller-abandons"), "floor3")
    assert (last.waiting, last.answered, last.abandoned, last.abandoned_ratio) == (0, 0, 1, 1.0)


def test_whom_the_queue_gives_up_has_not() -> None:
    news = _recorded("queue-ring-no-answer-then-timeout")
    last = _last(news, "floor3")
    assert (last.waiting, last.abandoned) == (0, 0)
    assert _states(news, "noanswer") == ["ringing", "idle", "ringing", "idle", "ringing", "idle"]


def test_breaks_and_logins() -> None:
    assert _states(_recorded("queue-pause-unpause-logout-login"), "agent") == ["break", "idle"]
    floor = AsteriskFloor(_FEED)
    assert _states(floor.feed(_member(Event="QueueMemberAdded"), _AT), "1007") == ["idle"]
    assert _states(floor.feed(_member(Event="QueueMemberRemoved"), _AT), "1007") == ["logout"]


def _member(**said: Any) -> AmiMessage:
    usual = {"Event": "QueueMemberStatus", "Queue": "billing", "Interface": "PJSIP/1007", "Status": "1", "Paused": "0"}
    return AmiMessage(tuple({**usual, "InCall": "0", "LastCall": "0", "Wrapuptime": "0", **said}.items()))


def test_after_work_lasts_as_long_as_the_queue_grants() -> None:
    floor = AsteriskFloor(_FEED)
    ended = int(_AT.timestamp())
    assert _states(floor.feed(_member(LastCall=str(ended), Wrapuptime="15"), _AT), "1007") == ["wrap_up"]
    assert floor.advance(_AT + timedelta(seconds=14)) == []
    assert _states(floor.advance(_AT + timedelta(seconds=15)), "1007") == ["idle"]


def test_a_break_in_one_of_two_queues_is_none() -> None:
    floor = AsteriskFloor(_FEED)
    floor.feed(_member(), _AT)
    assert floor.feed(_member(Queue="sales", Paused="1"), _AT) == []
    assert _states(floor.feed(_member(Paused="1"), _AT), "1007") == ["break"]
    assert _states(floor.feed(_member(Status="5"), _AT), "1007") == ["idle"]  # the other queue still sees it there
    assert _states(floor.feed(_member(Queue="sales", Status="5"), _AT), "1007") == ["logout"]


def test_what_happened_while_the_link_was_away_is_made_up_for() -> None:
    floor = AsteriskFloor(_FEED)
    floor.feed(_member(), _AT)
    floor.feed(AmiMessage((("Event", "QueueCallerJoin"), ("Queue", "billing"), ("Uniqueid", "1"))), _AT)
    rows = [
        AmiMessage((("Event", "QueueParams"), ("Queue", "billing"))),
        _member(Event="QueueMember", Interface="PJSIP/1008", Status="2"),
        AmiMessage((("Event", "QueueEntry"), ("Queue", "billing"), ("Uniqueid", "2"), ("Wait", "40"))),
    ]
    news = floor.listed(rows, _AT + timedelta(seconds=60))
    assert (_states(news, "1007"), _states(news, "1008")) == (["logout"], ["busy"])
    assert (_last(news, "billing").waiting, _last(news, "billing").longest_wait_s) == (1, 40.0)


def test_figures_are_said_again_before_they_are_old_and_anew_each_day() -> None:
    floor = AsteriskFloor(_FEED)
    join = AmiMessage((("Event", "QueueCallerJoin"), ("Queue", "billing"), ("Uniqueid", "1")))
    floor.feed(join, _AT)
    connect = (("Event", "AgentConnect"), ("Queue", "billing"), ("Uniqueid", "1"), ("Interface", "PJSIP/1007"))
    floor.feed(AmiMessage((*connect, ("HoldTime", "25"))), _AT)
    assert floor.advance(_AT + timedelta(seconds=10)) == []
    (again,) = floor.advance(_AT + timedelta(seconds=30))
    assert isinstance(again, QueueNews)
    assert (again.answered, again.answered_within_s) == (1, ((20, 0),))
    (tomorrow,) = floor.advance(_AT + timedelta(days=2))
    assert isinstance(tomorrow, QueueNews)
    assert tomorrow.answered == 0


def test_devices_tell_of_agents_where_there_are_no_queues() -> None:
    floor = AsteriskFloor(_FEED)
    seen = [
        state
        for said in ("NOT_INUSE", "RINGING", "INUSE", "ONHOLD", "NOT_INUSE", "UNAVAILABLE", "nonsense")
        for state in _states(floor.device("PJSIP/1007", said, _AT), "1007")
    ]
    assert seen == ["idle", "ringing", "busy", "idle", "logout"]
    assert floor.device("PJSIP/trunk", "INUSE", _AT) == []
    assert floor.device("Queue:floor", "INUSE", _AT) == []


def _center(action: str, **said: str) -> EslMessage:
    named = {key.replace("_", "-"): value for key, value in said.items()}
    heads = {"Event-Name": "CUSTOM", "Event-Subclass": "callcenter::info", "CC-Action": action, **named}
    return EslMessage("text/event-plain", tuple(heads.items()))


def test_a_call_center_of_freeswitch() -> None:
    floor, news = FreeSwitchFloor(), list[FloorNews]()
    joined = int(_AT.timestamp())
    waits = {"CC_Queue": "billing@default", "CC_Member_Session_UUID": "c1", "CC_Member_Joined_Time": str(joined)}
    agent = {"CC_Agent": "1007@default", "CC_Agent_UUID": "a1"}
    for after_s, event in (
        (0, _center("agent-status-change", CC_Agent_Status="Available", **agent)),
        (0, _center("agent-state-change", CC_Agent_State="Waiting", **agent)),
        (0, _center("member-queue-start", **waits)),
        (5, _center("agent-state-change", CC_Agent_State="Receiving", **agent)),
        (9, _center("agent-state-change", CC_Agent_State="In a queue call", **agent)),
        (9, _center("bridge-agent-start", **waits, **agent)),
        (9, _center("member-queue-end", CC_Cause="Terminated", **waits)),
        (
            99,
            _center(
                "bridge-agent-end",
                CC_Agent_Answered_Time=str(joined + 9),
                CC_Bridge_Terminated_Time=str(joined + 99),
                **waits,
                **agent,
            ),
        ),
        (99, _center("agent-state-change", CC_Agent_State="Waiting", **agent)),
        (99, _center("agent-status-change", CC_Agent_Status="On Break", **agent)),
        (100, _center("member-queue-start", **{**waits, "CC_Member_Session_UUID": "c2"})),
        (110, _center("member-queue-end", CC_Cause="Cancel", CC_Cancel_Reason="BREAK_OUT",
                      **{**waits, "CC_Member_Session_UUID": "c2"})),
        (110, _center("member-queue-start", **{**waits, "CC_Member_Session_UUID": "c3"})),
        (140, _center("member-queue-end", CC_Cause="Cancel", CC_Cancel_Reason="TIMEOUT",
                      **{**waits, "CC_Member_Session_UUID": "c3"})),
    ):  # fmt: skip
        news += floor.feed(event, _AT + timedelta(seconds=after_s))
    assert _states(news, "1007") == ["idle", "ringing", "busy", "idle", "break"]
    last = _last(news, "billing@default")
    assert (last.waiting, last.answered, last.abandoned) == (0, 1, 1)
    assert (last.answered_within_s, last.handle_time_s_mean) == (((20, 1),), 90.0)


def test_the_call_center_is_listed_when_the_link_is_made() -> None:
    agents = (
        "name|instance_id|uuid|type|contact|status|state|max_no_answer\n"
        "1007@default|single_box||callback|user/1007|Available|Waiting|3\n"
        "1008@default|single_box||callback|user/1008|Logged Out|Waiting|3\n+OK\n"
    )
    queues = "name|strategy|moh_sound\nbilling@default|longest-idle-agent|x\n+OK\n"
    joined = int(_AT.timestamp()) - 30
    members = (
        "queue|instance_id|uuid|session_uuid|cid_number|joined_epoch|state\n"
        f"billing@default|single_box|m1|c1|555|{joined}|Waiting\n"
        f"billing@default|single_box|m2|c2|556|{joined}|Answered\n+OK\n"
    )
    assert names_of(queues) == ["billing@default"]
    assert names_of("-ERR callcenter_config Command not found!") == []
    news = FreeSwitchFloor().listed(agents, {"billing@default": members}, _AT)
    assert (_states(news, "1007"), _states(news, "1008")) == (["idle"], ["logout"])
    last = _last(news, "billing@default")
    assert (last.waiting, last.longest_wait_s) == (1, 30.0)


def test_the_roster_says_whose_extension_it_is_and_newer_news_count() -> None:
    floor, told = Floor(FloorSettings()), list[FloorNews]()

    def complete(announcement: Announcement) -> Announcement:
        agent = announcement.agent
        known = agent is not None and agent.extension == "1007"
        return Announcement(agent=AgentView(id="li", extension="1007")) if known else announcement

    pbx = PbxFloor(floor, complete, told.append)
    pbx.tell([AgentNews("1007", AgentState.BUSY, _AT), AgentNews("1008", AgentState.IDLE, _AT)])
    pbx.tell([AgentNews("1007", AgentState.IDLE, _AT - timedelta(seconds=1)), QueueNews("billing", _AT, waiting=2)])
    assert told == [
        AgentNews("li", AgentState.BUSY, _AT),
        AgentNews("1008", AgentState.IDLE, _AT),
        QueueNews("billing", _AT, waiting=2),
    ]
