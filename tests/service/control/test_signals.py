"""Asterisk's two interfaces as signals: both say the same of every recorded call, and bad events say nothing."""

import json
import random
from typing import Any

import pytest

from service.control.ami_signals import ami_signals
from service.control.ari_signals import ari_signals, bridge_members, known_channel
from service.control.signals import BridgeEntered, ChannelKnown, HangUpAsked, KeyPressed, SourceNamed
from streaming.wire.ami import AmiMessage
from tests.service.control.replays import CAPTURES, ENDINGS, ari_events, signals_of


@pytest.mark.parametrize("name", ENDINGS)
def test_both_interfaces_tell_of_the_same_requests(name: str) -> None:
    roads = [
        sorted(
            (each.channel, each.soft, each.cause) for _, each in signals_of(name, kind) if isinstance(each, HangUpAsked)
        )
        for kind in ("asterisk_ari", "asterisk_ami")
    ]
    assert roads[0] == roads[1]
    assert roads[0]


def test_application_and_number_are_known() -> None:
    known = [
        each
        for kind in ("asterisk_ari", "asterisk_ami")
        for _, each in signals_of("queue-agent-leaves-by-star-key", kind)
        if isinstance(each, ChannelKnown) and each.application == "Queue"
    ]
    assert {each.arguments for each in known} == {"floorh,h,,,30"}


def test_a_source_is_taken_from_the_hang_up_handler_alone() -> None:
    message = AmiMessage(
        (("Event", "UserEvent"), ("Uniqueid", "1"), ("UserEvent", "QaHangup"), ("Source", "PJSIP/1007-00000001"))
    )
    assert ami_signals(message) == [SourceNamed("1", "PJSIP/1007-00000001")]
    event: dict[str, Any] = {"type": "ChannelUserevent", "eventname": "QaHangup", "channel": {"id": "1"}}
    event["userevent"] = {"Source": "PJSIP/1007-00000001"}
    assert ari_signals(event)[1:] == [SourceNamed("1", "PJSIP/1007-00000001")]
    assert ari_signals(event | {"eventname": "Other"})[1:] == []


def test_keys_that_asterisk_sends_are_not_the_agents() -> None:
    fields = (("Event", "DTMFEnd"), ("Uniqueid", "1"), ("Digit", "*"))
    assert ami_signals(AmiMessage((*fields, ("Direction", "Sent")))) == []
    assert ami_signals(AmiMessage((*fields, ("Direction", "Received")))) == [KeyPressed("1", "*")]


def test_a_snapshot_is_channels_and_bridges() -> None:
    assert known_channel({"id": "1", "name": "PJSIP/1007-00000001"}) == ChannelKnown("1", "PJSIP/1007-00000001")
    assert bridge_members({"id": "b", "channels": ["1", "2"]}) == [BridgeEntered("b", "1"), BridgeEntered("b", "2")]
    row = (("Event", "CoreShowChannel"), ("Channel", "PJSIP/1-0"), ("Uniqueid", "1"), ("BridgeId", "b"))
    assert ami_signals(AmiMessage(row)) == [ChannelKnown("1", "PJSIP/1-0"), BridgeEntered("b", "1")]


@pytest.mark.parametrize("wrong", [None, 7, "text", [], {}, {"id": 3}, {"id": None, "name": []}])
def test_what_is_no_channel_says_nothing_wrong(wrong: object) -> None:
    for key in ("channel", "caller", "peer", "bridge", "userevent", "cause", "soft", "digit", "type"):
        for kind in ("ChannelHangupRequest", "Dial", "ChannelEnteredBridge", "ChannelUserevent", "BridgeBlindTransfer"):
            ari_signals({"type": kind, "channel": {"id": "1"}, key: wrong})
    known_channel(wrong)
    bridge_members(wrong)


def test_events_with_anything_anywhere_never_throw() -> None:
    events = [
        event for path in sorted(CAPTURES.glob("*.ari.jsonl"))[:4] for _, event in ari_events(path.name.split(".")[0])
    ]
    anything: list[object] = [None, 0, -1, True, "", "x", [], {}, [{}], {"id": 1}]
    for seed in range(3_000):
        chance = random.Random(seed)
        event = json.loads(json.dumps(chance.choice(events)))
        place = event
        while True:
            key = chance.choice(list(place))
            if isinstance(place[key], dict) and place[key] and chance.random() < 0.7:
                place = place[key]
                continue
            place[key] = chance.choice(anything)
            break
        ari_signals(event)
