"""A link that is away for any part of a recorded call: never a wrong party, and no call that stays for ever."""

import random

import pytest

from service.control.asterisk_calls import AsteriskCalls
from service.control.call_news import CallNews
from service.control.signals import BridgeEntered, BridgeLeft, ChannelGone, ChannelKnown, Signal
from tests.service.control.replays import ENDINGS, feed_of, happened, signals_of, verdict_in

_TRIES = 60


def _there(signals: list[Signal]) -> list[Signal]:
    """What a PBX lists after these signals."""
    known: dict[str, ChannelKnown] = {}
    bridge_of: dict[str, str] = {}
    gone: set[str] = set()  # some events name a channel after its end
    for signal in signals:
        match signal:
            case ChannelKnown() if signal.channel not in gone:
                known[signal.channel] = signal
            case BridgeEntered(bridge, channel):
                bridge_of[channel] = bridge
            case BridgeLeft(bridge, channel) if bridge_of.get(channel) == bridge:
                del bridge_of[channel]
            case ChannelGone(channel):
                gone.add(channel)
                known.pop(channel, None)
                bridge_of.pop(channel, None)
            case _:
                pass
    return [*known.values(), *(BridgeEntered(bridge, channel) for channel, bridge in bridge_of.items())]


@pytest.mark.parametrize("kind", ["asterisk_ari", "asterisk_ami"])
@pytest.mark.parametrize("name", ENDINGS)
def test_whatever_part_of_a_call_is_not_seen_nobody_is_blamed_wrongly(name: str, kind: str) -> None:
    played, truth = list(signals_of(name, kind)), ENDINGS[name]["ended_by"]
    for seed in range(_TRIES):
        chance = random.Random(seed)
        lost, back = sorted(chance.sample(range(len(played) + 1), 2))
        calls, news = AsteriskCalls(feed_of(kind)), list[CallNews]()
        for at_ms, signal in played[:lost]:
            news += calls.feed(signal, at_ms)
        calls.link_lost()
        at_ms = played[back - 1][0]
        news += calls.advance(at_ms)
        news += calls.resumed(_there([signal for _, signal in played[:back]]), at_ms)
        for at_ms, signal in played[back:]:
            news += calls.feed(signal, at_ms)
        news += calls.resumed(_there([signal for _, signal in played]), at_ms + 1)
        news += calls.advance(at_ms + 60_000)
        assert calls.running == 0, (lost, back)
        assert verdict_in(news) in (truth, "unknown", None, *(("system",) if truth == "transfer" else ())), (lost, back)
        assert sum(kind == "hangup" for kind, _, _ in happened(news)) <= 1, (lost, back)
