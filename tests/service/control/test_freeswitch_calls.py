"""FreeSWITCH's calls, from events as its event socket sends them."""

import pytest

from config.pbx import PbxFeed
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from service.control.freeswitch_calls import FreeSwitchCalls
from streaming.frames import Party
from streaming.wire.esl import EslMessage
from tests.service.control.replays import connected, happened
from web.sources import CallEventType

_FEED = PbxFeed(name="fs", kind="freeswitch_esl", url="tcp://127.0.0.1:8021", agent_extensions=r"10\d\d")
_NAMES = {"cust": "sofia/external/13800000000@10.0.0.9", "ag": "sofia/internal/1007@10.0.0.5:5060"} | {
    "ag2": "sofia/internal/1008@10.0.0.6",
    "trunk2": "sofia/external/8055@10.0.0.9",
}


def _event(name: str, uuid: str = "", **said: str) -> EslMessage:
    fields = {"Event-Name": name, "Unique-ID": uuid, "Channel-Name": _NAMES.get(uuid, "")}
    fields |= {key.replace("_", "-"): value for key, value in said.items()}
    return EslMessage("text/event-plain", tuple(fields.items()))


def _bridge(a: str, b: str) -> EslMessage:
    return _event("CHANNEL_BRIDGE", a, Bridge_A_Unique_ID=a, Bridge_B_Unique_ID=b)


def _end(uuid: str, disposition: str = "", cause: str = "NORMAL_CLEARING", endpoint: str = "") -> EslMessage:
    fields = dict(_event("CHANNEL_HANGUP_COMPLETE", uuid, Hangup_Cause=cause).headers)
    if disposition:
        fields["variable_sip_hangup_disposition"] = disposition
    fields["variable_endpoint_disposition"] = endpoint
    return EslMessage("text/event-plain", tuple(fields.items()))


_TALKING = (
    _event("CHANNEL_CREATE", "cust", Caller_Caller_ID_Number="13800000000", Caller_Context="public"),
    _event("CHANNEL_CREATE", "ag", Other_Type="originator", Other_Leg_Unique_ID="cust", Caller_Context="public"),
    _bridge("cust", "ag"),
)


def _calls(*events: tuple[int, EslMessage]) -> tuple[FreeSwitchCalls, list[CallNews]]:
    calls = FreeSwitchCalls(_FEED)
    begun = [each for event in _TALKING for each in calls.feed(event, 0)]
    assert connected(begun) == [CallConnected("cust", "1007", "ag", "cust", "13800000000")]
    return calls, [each for at_ms, event in events for each in calls.feed(event, at_ms)]


def _party(*events: tuple[int, EslMessage]) -> tuple[Party | None, int]:
    calls, news = _calls(*events)
    news += calls.advance(100_000)
    assert calls.running == 0
    (end,) = [each for each in news if isinstance(each, CallHappened) and each.type is CallEventType.HANGUP]
    return end.party, end.at_ms


@pytest.mark.parametrize(
    ("agent", "customer", "party"),
    [
        ("recv_bye", "send_bye", Party.AGENT),
        ("send_bye", "recv_bye", Party.CUSTOMER),
        ("send_bye", "send_bye", Party.SYSTEM),
        ("recv_bye", "", Party.AGENT),  # a race may leave one unset: then the other leg says it
        ("", "recv_bye", Party.CUSTOMER),
        ("", "send_bye", Party.UNKNOWN),
        ("send_bye", "", Party.UNKNOWN),
        ("", "", Party.UNKNOWN),
        ("recv_bye", "recv_bye", Party.UNKNOWN),
    ],
)
@pytest.mark.parametrize("agent_first", [True, False])
def test_the_leg_whose_party_said_goodbye_ended_it(agent: str, customer: str, party: Party, agent_first: bool) -> None:
    ends = [(5_000, _end("ag", agent)), (5_020, _end("cust", customer))]
    assert _party(*(ends if agent_first else [(5_000, ends[1][1]), (5_020, ends[0][1])])) == (party, 5_000)


def test_verto_says_it_in_its_own_variable() -> None:
    fields = (*_end("ag").headers, ("variable_verto_hangup_disposition", "recv_bye"))
    assert _party((5_000, EslMessage("text/event-plain", fields)), (5_001, _end("cust", "send_bye")))[0] is Party.AGENT


def test_a_broken_network_is_nobodys_doing() -> None:
    assert _party((5_000, _end("ag", "recv_bye", "NETWORK_OUT_OF_ORDER")), (5_001, _end("cust", "send_bye"))) == (
        Party.SYSTEM,
        5_000,
    )


def test_an_agent_who_hangs_up_while_the_customer_stays_in_the_dialplan() -> None:
    assert _party((5_000, _end("ag", "recv_bye")))[0] is Party.AGENT
    assert _party((5_000, _end("ag", "send_bye")))[0] is Party.UNKNOWN


def test_a_new_bridge_after_the_agents_goodbye_is_a_transfer() -> None:
    calls, news = _calls(
        (5_000, _end("ag", "recv_bye")), (5_100, _event("CHANNEL_CREATE", "ag2")), (6_900, _bridge("cust", "ag2"))
    )
    assert happened(news) == [("transfer", "agent", 5_000)]
    assert [each.agent_extension for each in connected(news)] == ["1008"]
    assert calls.advance(60_000) == []
    news = [*calls.feed(_end("ag2", "send_bye"), 61_000), *calls.feed(_end("cust", "recv_bye"), 61_010)]
    (end,) = [*news, *calls.advance(64_000)]
    assert isinstance(end, CallHappened)
    assert (end.type, end.party) == (CallEventType.HANGUP, Party.CUSTOMER)


@pytest.mark.parametrize("said", [{"cause": "BLIND_TRANSFER"}, {"endpoint": "ATTENDED_TRANSFER"}])
def test_a_leg_that_ends_by_transfer_is_no_hang_up(said: dict[str, str]) -> None:
    calls, news = _calls((5_000, _end("ag", "recv_bye", **said)))
    assert happened(news) == [("transfer", "agent", 5_000)]
    assert calls.advance(60_000) == []
    assert happened(calls.feed(_bridge("cust", "trunk2"), 61_000)) == []


def test_hold_and_unhold_with_their_leg_and_no_unhold_without_a_hold() -> None:
    _, news = _calls(
        (900, _event("CHANNEL_UNHOLD", "ag")),
        (1_000, _event("CHANNEL_HOLD", "ag")),
        (1_100, _event("CHANNEL_HOLD", "cust")),
        (4_000, _event("CHANNEL_UNHOLD", "ag")),
        (5_000, _event("CHANNEL_HOLD", "cust")),
        (6_000, _bridge("cust", "ag")),
    )
    assert happened(news) == [
        ("hold", "agent", 1_000),
        ("unhold", "agent", 4_000),
        ("hold", "customer", 5_000),
        ("unhold", "customer", 6_000),
    ]


def test_mute_in_a_conference() -> None:
    muted = _event("CUSTOM", "ag", Event_Subclass="conference::maintenance", Action="mute-member")
    _, news = _calls((1_000, muted))
    assert happened(news) == [("mute", "agent", 1_000)]


def test_a_waiting_customer_who_gives_up_and_one_who_is_given_up() -> None:
    for disposition, party in (
        ("recv_bye", Party.CUSTOMER),
        ("recv_cancel", Party.CUSTOMER),
        ("send_bye", Party.SYSTEM),
    ):
        calls = FreeSwitchCalls(_FEED)
        calls.feed(_event("CHANNEL_CREATE", "cust"), 0)
        joined = _event("CUSTOM", Event_Subclass="callcenter::info", CC_Action="member-queue-start")
        joined = EslMessage(joined.kind, (*joined.headers, ("CC-Queue", "floor"), ("CC-Member-Session-UUID", "cust")))
        calls.feed(joined, 1)
        assert calls.feed(_end("cust", disposition, "ORIGINATOR_CANCEL"), 9_000) == [
            CallUnanswered("cust", 9_000, party, "floor", "ORIGINATOR_CANCEL")
        ]


def test_agents_of_a_queue_need_no_pattern() -> None:
    calls = FreeSwitchCalls(_FEED.model_copy(update={"agent_extensions": None}))
    for event in _TALKING[:2]:
        calls.feed(event, 0)
    started = _event("CUSTOM", Event_Subclass="callcenter::info", CC_Action="bridge-agent-start", CC_Agent_UUID="ag")
    calls.feed(EslMessage(started.kind, (*started.headers, ("CC-Queue", "f"), ("CC-Member-Session-UUID", "cust"))), 0)
    (made, _) = calls.feed(_bridge("cust", "ag"), 1)
    assert isinstance(made, CallConnected)
    assert (made.agent_extension, made.queue) == ("1007", "f")


def test_two_strangers_are_counted_and_no_call() -> None:
    calls = FreeSwitchCalls(_FEED)
    calls.feed(_event("CHANNEL_CREATE", "cust"), 0)
    calls.feed(_event("CHANNEL_CREATE", "trunk2"), 0)
    assert calls.feed(_bridge("cust", "trunk2"), 1) == []
    assert calls.counts.unplaced == 1


def test_a_lost_link() -> None:
    pair = [*(_event("CHANNEL_DATA", uuid) for uuid in ("cust", "ag")), _bridge("cust", "ag")]
    calls, _ = _calls()
    calls.link_lost()
    assert calls.resumed(pair, ["cust", "ag"], 4_000) == []
    calls.link_lost()
    calls.resumed([], ["cust"], 9_000)
    (end,) = calls.advance(12_000)
    assert isinstance(end, CallHappened)
    assert end.party is Party.UNKNOWN
    fresh = FreeSwitchCalls(_FEED)
    assert [type(each) for each in fresh.resumed(pair, ["cust", "ag"], 0)] == [CallConnected]
