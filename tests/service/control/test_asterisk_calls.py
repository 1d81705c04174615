"""Every recorded ending of a real Asterisk by either of its interfaces, and what the recordings do not hold."""

import pytest

from service.control.asterisk_calls import AsteriskCalls
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from service.control.signals import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelKnown,
    Dialled,
    HangUpAsked,
    HoldPressed,
    MuteSet,
    QueueCompleted,
    QueueOffered,
    Signal,
    SourceNamed,
    TransferDone,
)
from streaming.frames import Party
from tests.service.control.replays import (
    CAPTURES,
    ENDINGS,
    connected,
    feed_of,
    happened,
    news_of,
    signals_of,
    verdict_in,
)
from web.sources import CallEventType

_ROADS = ("asterisk_ari", "asterisk_ami")
_MACHINES = sorted(path.name for pattern in ("as-*", "ws-*") for path in CAPTURES.glob(pattern))


@pytest.mark.parametrize("kind", _ROADS)
@pytest.mark.parametrize("name", ENDINGS)
def test_every_recorded_ending_has_its_true_party(name: str, kind: str) -> None:
    news = news_of(name, kind)
    assert verdict_in(news) == ENDINGS[name]["ended_by"]
    if "legs" in ENDINGS[name]:
        legs = ENDINGS[name]["legs"]
        first = connected(news)[0]
        assert first.agent_channel == legs["agent"]["uniqueid"]
        assert first.customer_channel == first.call_id == legs["customer"]["uniqueid"]
        assert sum(kind == "hangup" for kind, _, _ in happened(news)) == 1
        assert sum(kind == "answered" for kind, _, _ in happened(news)) == 1
    else:
        assert [type(each) for each in news] == [CallUnanswered]


@pytest.mark.parametrize("name", _MACHINES)
def test_machines_are_no_parties(name: str) -> None:
    kind = "asterisk_ari" if ".ari." in name else "asterisk_ami"
    assert news_of(name.split(".")[0], kind) == []


def test_a_call_that_is_whispered_into_goes_on() -> None:
    calls, news = AsteriskCalls(feed_of("asterisk_ami", agent_extensions="nobody")), list[CallNews]()
    for at_ms, signal in signals_of("whisper", "asterisk_ami"):
        news += calls.feed(signal, at_ms)
    assert news == []


def test_members_of_a_queue_are_agents_without_further_settings() -> None:
    for kind in _ROADS:
        news = news_of("queue-agent-hangs-up", kind, agent_extensions=None)
        assert verdict_in(news) == "agent"
        assert connected(news)[0].queue == "floor"
        assert news_of("queue-agent-hangs-up", kind, agent_extensions=None, queue_members=False) == []


def test_agents_are_known_by_their_context() -> None:
    for kind in _ROADS:
        contexts = {"agent_extensions": None, "agent_contexts": ("qphones",), "queue_members": False}
        assert verdict_in(news_of("queue-caller-hangs-up", kind, **contexts)) == "customer"


def test_a_hold_is_bracketed_by_the_music_of_the_agents_far_half() -> None:
    events = happened(news_of("ari-dial-hold-unhold-agent-hangs-up", "asterisk_ami"))
    assert events[1:3] == [("hold", "agent", 2605), ("unhold", "agent", 5607)]


@pytest.mark.parametrize("kind", _ROADS)
def test_an_attended_transfer_holds_then_hands_over_and_the_call_goes_on(kind: str) -> None:
    news = news_of("ari-dial-attended-transfer-by-agent", kind)
    assert [each[0] for each in happened(news)] == ["answered", "hold", "unhold", "transfer", "hangup"]
    assert [each.agent_extension for each in connected(news)] == ["agenthup10", None]
    assert happened(news)[-1][2] > 14_000


@pytest.mark.parametrize("kind", _ROADS)
def test_after_a_blind_transfer_the_call_lasts_until_the_customer_is_gone(kind: str) -> None:
    news = news_of("ari-dial-blind-transfer-by-agent", kind)
    assert [(each[0], each[2] // 1000) for each in happened(news)] == [("answered", 0), ("transfer", 2), ("hangup", 9)]


@pytest.mark.parametrize(("star", "party"), [("nothing", "system"), ("ends", "agent"), ("as_dialplan", "agent")])
def test_the_star_key_counts_where_the_queue_allows_it(star: str, party: str) -> None:
    assert verdict_in(news_of("queue-agent-leaves-by-star-key", "asterisk_ari", star_key=star)) == party


# --- scripted ----------------------------------------------------------------------------------------------------


def _known(*names: str) -> list[Signal]:
    return [ChannelKnown(name.split("/")[1].split("-")[0], name) for name in names]


_TALKING: list[Signal] = [
    *_known("PJSIP/trunk-00000001", "PJSIP/1007-00000002", "PJSIP/1008-00000003"),
    Dialled("trunk", "1007"),
    BridgeEntered("b", "1007"),
    BridgeEntered("b", "trunk"),
]


def _calls(*signals: tuple[int, Signal]) -> tuple[AsteriskCalls, list[CallNews]]:
    """A call between 1007 and a customer on a trunk from 0 ms on, then these signals."""
    calls = AsteriskCalls(feed_of("asterisk_ami", agent_extensions=r"10\d\d", call_id_prefix="east:"))
    news = [each for signal in _TALKING for each in calls.feed(signal, 0)]
    assert [type(each) for each in news] == [CallConnected, CallHappened]
    return calls, [each for at_ms, signal in signals for each in calls.feed(signal, at_ms)]


def _party(*signals: tuple[int, Signal]) -> Party | None:
    calls, news = _calls(*signals)
    news += calls.advance(100_000)
    assert calls.running == 0
    (end,) = [each for each in news if isinstance(each, CallHappened) and each.type is CallEventType.HANGUP]
    assert end.call_id == "east:trunk"
    return end.party


def test_of_two_requests_the_first_counts() -> None:
    agent, customer = HangUpAsked("1007", False, 16), HangUpAsked("trunk", False, 16)
    assert _party((1000, agent), (1040, customer)) is Party.AGENT
    assert _party((1000, customer), (1000, agent)) is Party.CUSTOMER


def test_a_soft_request_before_the_genuine_one_is_the_systems_doing() -> None:
    assert _party((1000, HangUpAsked("1007", True, 32)), (1001, HangUpAsked("1007", False, 16))) is Party.SYSTEM


@pytest.mark.parametrize(
    ("cause", "party"),
    [
        (16, Party.AGENT),
        (31, Party.AGENT),
        (None, Party.AGENT),
        (38, Party.SYSTEM),
        (111, Party.SYSTEM),
        (17, Party.UNKNOWN),
        (0, Party.UNKNOWN),
        (127, Party.UNKNOWN),
    ],
)
def test_the_cause_must_fit(cause: int | None, party: Party) -> None:
    assert _party((1000, HangUpAsked("1007", False, cause))) is party


def test_a_missing_cause_is_taken_from_the_end_of_the_channel() -> None:
    assert _party((1000, HangUpAsked("1007", False)), (1001, ChannelGone("1007", 38))) is Party.SYSTEM


def test_queue_and_source_may_contradict_but_never_decide() -> None:
    genuine, soft = (1000, HangUpAsked("1007", False, 16)), (1000, HangUpAsked("1007", True, 32))
    assert _party(genuine, (1001, QueueCompleted("trunk", "customer"))) is Party.UNKNOWN
    assert _party(genuine, (1001, QueueCompleted("trunk", "agent"))) is Party.AGENT
    assert _party(soft, (1001, QueueCompleted("trunk", "agent"))) is Party.SYSTEM
    assert _party(genuine, (1001, SourceNamed("1007", "PJSIP/trunk-00000001"))) is Party.UNKNOWN
    assert _party(genuine, (1001, SourceNamed("1007", "PJSIP/1007-00000002"))) is Party.AGENT
    assert _party(genuine, (1001, SourceNamed("trunk", "dialplan/builtin"))) is Party.AGENT


def test_the_verdict_waits_two_seconds_for_a_transfer() -> None:
    asked = (1000, HangUpAsked("1007", False, 16))
    calls, news = _calls(asked)
    assert news + calls.advance(2_999) == []
    assert [type(each) for each in calls.advance(3_000)] == [CallHappened]
    _, transferred = _calls(asked, (2_900, TransferDone("1007", "trunk")))
    assert happened(transferred) == [("transfer", "agent", 1000)]


def test_a_customer_who_is_taken_elsewhere_ends_another_call() -> None:
    away = (1000, BridgeLeft("b", "trunk")), (1000, BridgeLeft("b", "1007")), (1001, ChannelGone("1007", 16))
    assert _party(*away, (2_500, HangUpAsked("trunk", False, 16))) is Party.SYSTEM
    assert _party(*away, (1_900, HangUpAsked("trunk", False, 16))) is Party.CUSTOMER


def test_a_customer_who_is_taken_to_another_agent_makes_a_further_call() -> None:
    calls, _ = _calls((1000, BridgeLeft("b", "trunk")), (1000, BridgeLeft("b", "1007")), (1001, ChannelGone("1007")))
    calls.feed(BridgeEntered("c", "1008"), 5_000)
    news = calls.feed(BridgeEntered("c", "trunk"), 5_000)
    assert connected(news) == [CallConnected("east:trunk-2", "1008", "1008", "trunk")]


def test_an_unhold_without_a_hold_is_none_and_meeting_again_ends_a_hold() -> None:
    _, news = _calls(
        (500, HoldPressed("1007", False)),
        (1000, HoldPressed("1007", True)),
        (1100, HoldPressed("1007", True)),
        (2000, BridgeLeft("b", "1007")),
        (9000, BridgeEntered("b", "1007")),
    )
    assert happened(news) == [("hold", "agent", 1000), ("unhold", "agent", 9000)]


def test_a_consultation_is_no_end() -> None:
    calls, news = _calls((1000, BridgeLeft("b", "1007")), (1010, BridgeEntered("x", "1007")))
    assert news + calls.advance(60_000) == []
    assert _party((1000, BridgeLeft("b", "1007")), (1010, BridgeEntered("x", "1007")), (9000, ChannelGone("1007")))


def test_mute_is_told_with_its_leg() -> None:
    _, news = _calls((1000, MuteSet("1007", True)), (2000, MuteSet("1007", False)), (3000, MuteSet("1008", True)))
    assert happened(news) == [("mute", "agent", 1000), ("unmute", "agent", 2000)]


# --- a link that was lost ----------------------------------------------------------------------------------------

_STILL_THERE: list[Signal] = [
    *_known("PJSIP/trunk-00000001", "PJSIP/1007-00000002"),
    BridgeEntered("b", "1007"),
    BridgeEntered("b", "trunk"),
]


def test_a_call_that_survives_a_lost_link_keeps_its_verdict() -> None:
    calls, _ = _calls()
    calls.link_lost()
    assert calls.resumed(_STILL_THERE, 5_000) == []
    calls.feed(HangUpAsked("trunk", False, 16), 9_000)
    (end,) = calls.advance(12_000)
    assert isinstance(end, CallHappened)
    assert end.party is Party.CUSTOMER


def test_what_ended_unseen_has_no_party() -> None:
    calls, _ = _calls()
    calls.link_lost()
    calls.resumed(_known("PJSIP/trunk-00000001"), 5_000)
    (end,) = calls.advance(8_000)
    assert isinstance(end, CallHappened)
    assert end.party is Party.UNKNOWN


def test_a_request_whose_transfer_may_have_been_missed_has_no_party() -> None:
    calls, _ = _calls((1_000, HangUpAsked("1007", False, 16)))
    calls.link_lost()
    (end,) = calls.advance(4_000)
    assert isinstance(end, CallHappened)
    assert end.party is Party.UNKNOWN


def test_calls_that_were_there_before_us_are_connected_but_were_answered_nobody_knows_when() -> None:
    calls = AsteriskCalls(feed_of("asterisk_ami", agent_extensions=r"10\d\d"))
    assert calls.resumed(_STILL_THERE, 0) == [CallConnected("trunk", "1007", "1007", "trunk")]
    assert calls.resumed(_STILL_THERE, 10) == []
    calls.feed(HangUpAsked("1007", False, 16), 9_000)
    (end,) = calls.advance(12_000)
    assert isinstance(end, CallHappened)
    assert end.party is Party.AGENT


def test_two_strangers_are_counted_and_no_call() -> None:
    calls = AsteriskCalls(feed_of("asterisk_ami", agent_extensions="none"))
    assert [each for signal in _TALKING for each in calls.feed(signal, 0)] == []
    assert calls.counts.unplaced == 1


# --- Local channels ----------------------------------------------------------------------------------------------

_BEHIND_LOCAL: list[Signal] = [
    ChannelKnown("cust", "PJSIP/trunk-00000001", application="Queue", arguments="floor"),
    ChannelKnown("near", "Local/9007@from-queue-00000002;1"),
    ChannelKnown("far", "Local/9007@from-queue-00000002;2"),
    ChannelKnown("phone", "PJSIP/1007-00000003"),
]


@pytest.mark.parametrize("how", [{"agent_extensions": r"1\d{3}"}, {"agent_contexts": ("from-queue",)}, {}])
def test_a_phone_behind_a_local_channel_is_one_call(how: dict[str, object]) -> None:
    calls = AsteriskCalls(feed_of("asterisk_ami", **{"agent_extensions": None, **how}))
    news = [each for signal in _BEHIND_LOCAL for each in calls.feed(signal, 0)]
    for signal in (
        QueueOffered("cust", "near", "floor"),
        Dialled("far", "phone"),
        BridgeEntered("b2", "phone"),
        BridgeEntered("b2", "far"),
        BridgeEntered("b1", "near"),
        BridgeEntered("b1", "cust"),
    ):
        news += calls.feed(signal, 10)
    assert [(each.call_id, each.agent_channel) for each in connected(news)] == [("cust", "near")]
    assert calls.running == 1


def test_a_local_channel_that_takes_itself_out_of_the_way_ends_nothing() -> None:
    calls, news = _calls(
        (1_000, ChannelKnown("1009", "PJSIP/1009-00000004")),
        (1_000, BridgeEntered("b", "1009")),
        (1_000, BridgeLeft("b", "1007")),
        (1_001, ChannelGone("1007", 16)),
    )
    news += calls.advance(4_000)
    assert happened(news) == []
    assert [each.agent_channel for each in connected(news)] == ["1009"]
    calls.feed(HangUpAsked("1009", False, 16), 9_000)
    assert verdict_in(calls.advance(12_000)) == "agent"


def test_a_customer_who_speaks_with_another_after_the_agents_hang_up_was_transferred() -> None:
    calls, news = _calls(
        (1_000, HangUpAsked("1007", False, 16)),
        (1_001, BridgeLeft("b", "1007")),
        (1_001, ChannelGone("1007", 16)),
        (1_500, BridgeEntered("b", "1008")),
    )
    assert happened([*news, *calls.advance(4_000)]) == [("transfer", "agent", 1_000)]
    assert calls.running == 1
