"""Every kind that is heard without words, in calls made for it: one where it is, one where it nearly is."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from alerts.alert import Kind
from alerts.judging import Claim, judge
from config.settings import Settings
from service.evaluation.trunk import at_rate
from service.playback import PlaybackOutlet, play_through
from streaming.frames import Party
from tests.calls.made_calls import AGENT, CUSTOMER, MadeCall
from web.sources import CallEventType

pytestmark = [pytest.mark.calls, pytest.mark.timeout(240)]

_SETTINGS = Settings(detection={"off_call_talk": {"enabled": True}})


def begun() -> MadeCall:
    return MadeCall().talk(4)


def closed(call: MadeCall, party: Party = Party.CUSTOMER) -> MadeCall:
    """Two more turns, then the end."""
    return call.talk(2).ends(party)


def dead_air(silence_ms: int, told: bool) -> MadeCall:
    call = begun()
    at_ms = call.now_ms
    call.quiet(silence_ms)
    if told:
        call.true(Kind.DEAD_AIR, AGENT, at_ms, call.now_ms)
    return closed(call)


def long_silence(silence_ms: int, told: bool) -> MadeCall:
    call = begun().talk(1)  # the agent has spoken last: nobody owes an answer
    at_ms = call.now_ms
    call.quiet(silence_ms)
    if told:
        call.true(Kind.LONG_SILENCE, None, at_ms, call.now_ms)
    return closed(call.talk(1))


def talk_over(told: bool) -> MadeCall:
    call = begun().says(CUSTOMER, "talk_over", 2)
    at_ms = call.now_ms
    call.says(AGENT, "talk_over", 3, gap_ms=-8_000 if told else 300)
    if told:
        call.true(Kind.TALK_OVER, None, at_ms - 8_000, at_ms)
    return closed(call)


def interruptions(times: int) -> MadeCall:
    call = begun()
    for _ in range(times):
        call.says(CUSTOMER, "long_calm", 1)
        at_ms = call.now_ms
        call.says(AGENT, "talk_over", 3, gap_ms=-900)
        call.true(Kind.INTERRUPTION, AGENT, at_ms - 900, at_ms)
    return closed(call)


def raised(leg_of: str, number: int, again: int) -> MadeCall:
    call = MadeCall()
    leg = CUSTOMER if leg_of == "shouting_customer" else AGENT
    quiet = (1, 3, 4) if leg is CUSTOMER else (0, 2, 4)
    for each in quiet:
        call.says(leg, leg_of, each).says(AGENT if leg is CUSTOMER else CUSTOMER, "calm", 0 if leg is CUSTOMER else 1)
    at_ms = call.now_ms + 500
    call.says(leg, leg_of, number).says(leg, leg_of, again, gap_ms=200)
    call.true(Kind.VOLUME_RISE, leg, at_ms, call.now_ms).true(Kind.HOSTILE_TONE, leg, at_ms, call.now_ms)
    return closed(call)


def louder(gain_db: float) -> MadeCall:
    """The line is turned up, nobody shouts."""
    call = begun()
    for number in (4, 6, 8):
        call.says(CUSTOMER, "long_calm", number, gain_db=gain_db).talk(1)
    return closed(call)


def pace(name: str, numbers: range, told: bool) -> MadeCall:
    call = MadeCall().says(AGENT, name, 0).says(CUSTOMER, name, 1)
    at_ms = call.now_ms + 500
    for number in numbers:
        call.says(AGENT, name, number, gap_ms=150)
    if told:
        call.true(Kind.FAST_SPEECH, AGENT, at_ms, call.now_ms)
    return closed(call)


def monologue(leg_ms: int, told: bool) -> MadeCall:
    call = MadeCall().talk(2)
    at_ms, numbers = call.now_ms + 500, (2, 3, 5, 7, 9, 11, 13)
    while call.now_ms - at_ms < leg_ms:
        call.says(AGENT, "long_calm", numbers[len(numbers) and (call.now_ms // 997) % len(numbers)], gap_ms=300)
    if told:
        call.true(Kind.LONG_MONOLOGUE, AGENT, at_ms, call.now_ms)
    return closed(call)


def held(length_ms: int, told: bool) -> MadeCall:
    call = begun().pbx(CallEventType.HOLD, AGENT)
    at_ms = call.now_ms
    call.quiet(length_ms).pbx(CallEventType.UNHOLD, AGENT)
    if told:
        call.true(Kind.LONG_HOLD, AGENT, at_ms, call.now_ms)
    return closed(call)


def one_way(told: bool) -> MadeCall:
    call = begun()
    at_ms = call.now_ms
    call.says(AGENT, "long_calm", 5, gap_ms=2_000).says(AGENT, "long_calm", 7, gap_ms=2_500).quiet(3_000)
    if told:
        call.soundless(CUSTOMER, at_ms, call.now_ms).true(Kind.ONE_WAY_AUDIO, CUSTOMER, at_ms, call.now_ms)
    return closed(call)


def no_audio(told: bool) -> MadeCall:
    call = begun().talk(1)
    at_ms = call.now_ms
    call.quiet(9_500)
    if told:
        for leg in (AGENT, CUSTOMER):
            call.soundless(leg, at_ms, call.now_ms)
        call.true(Kind.NO_AUDIO, None, at_ms, call.now_ms)
    return closed(call.talk(1))


def noise(dbfs: float, told: bool) -> MadeCall:
    call = begun().talk(8).noisy(CUSTOMER, dbfs)
    if told:
        call.true(Kind.BACKGROUND_NOISE, CUSTOMER, 0, call.now_ms)
    return closed(call)


def clipped(told: bool) -> MadeCall:
    call = begun().talk(6)
    if told:
        call.clipped(CUSTOMER).true(Kind.BAD_MEDIA, CUSTOMER, 0, call.now_ms)
    return closed(call)


def off_call(told: bool) -> MadeCall:
    call = begun().pbx(CallEventType.HOLD, AGENT)
    at_ms = call.now_ms
    call.quiet(1_000)
    if told:
        call.says(AGENT, "long_calm", 5).says(AGENT, "long_calm", 7).says(AGENT, "long_calm", 9)
        call.true(Kind.OFF_CALL_TALK, AGENT, at_ms, call.now_ms)
    return closed(call.quiet(4_000).pbx(CallEventType.UNHOLD, AGENT))


def abandoned_early() -> MadeCall:
    call = MadeCall().says(CUSTOMER, "calm", 1, gap_ms=4_000).quiet(2_500).ends(Party.CUSTOMER)
    return call.true(Kind.CUSTOMER_ABANDONED, CUSTOMER, call.now_ms, call.now_ms)


def abandoned_on_hold() -> MadeCall:
    call = begun().pbx(CallEventType.HOLD, AGENT).quiet(20_000).ends(Party.CUSTOMER)
    return call.true(Kind.CUSTOMER_ABANDONED, CUSTOMER, call.now_ms, call.now_ms)


def cut_off(party: Party) -> MadeCall:
    call = begun().talk(3).says(CUSTOMER, "talk_over", 2)
    call.now_ms -= 2_000  # in the middle of a sentence
    call.ends(party, after_ms=0)
    if party is Party.AGENT:
        call.true(Kind.AGENT_HANGUP, AGENT, call.now_ms, call.now_ms)
    return call


@dataclass(frozen=True)
class Case:
    name: str
    kinds: tuple[Kind, ...]
    make: Callable[[], MadeCall]


CASES = [
    Case("5 s without an answer", (Kind.DEAD_AIR,), lambda: dead_air(5_000, True)),
    Case("2.5 s without an answer", (Kind.DEAD_AIR,), lambda: dead_air(2_000, False)),
    Case("12 s of silence", (Kind.LONG_SILENCE,), lambda: long_silence(12_000, True)),
    Case("8 s of silence", (Kind.LONG_SILENCE,), lambda: long_silence(8_000, False)),
    Case("both at once", (Kind.TALK_OVER,), lambda: talk_over(True)),
    Case("one after the other", (Kind.TALK_OVER, Kind.INTERRUPTION), lambda: talk_over(False)),
    Case("three interruptions", (Kind.INTERRUPTION,), lambda: interruptions(3)),
    Case("a shout of the customer", (Kind.VOLUME_RISE, Kind.HOSTILE_TONE), lambda: raised("shouting_customer", 6, 7)),
    Case("a shout of the agent", (Kind.VOLUME_RISE, Kind.HOSTILE_TONE), lambda: raised("agent_raises_voice", 6, 7)),
    Case("turned up", (Kind.VOLUME_RISE, Kind.HOSTILE_TONE), lambda: louder(12.0)),
    Case("in a hurry", (Kind.FAST_SPEECH, Kind.SLOW_SPEECH), lambda: pace("fast_speech", range(2, 14), True)),
    Case("at ease", (Kind.FAST_SPEECH, Kind.SLOW_SPEECH), lambda: MadeCall().talk(16).ends(Party.CUSTOMER)),
    Case("on and on", (Kind.LONG_MONOLOGUE,), lambda: monologue(66_000, True)),
    Case("for a while", (Kind.LONG_MONOLOGUE,), lambda: monologue(40_000, False)),
    Case("held for two minutes", (Kind.LONG_HOLD, Kind.DEAD_AIR, Kind.LONG_SILENCE), lambda: held(125_000, True)),
    Case("held for 40 s", (Kind.LONG_HOLD, Kind.DEAD_AIR, Kind.LONG_SILENCE), lambda: held(40_000, False)),
    Case("the customer is not heard", (Kind.ONE_WAY_AUDIO, Kind.NO_AUDIO), lambda: one_way(True)),
    Case("the customer says nothing", (Kind.ONE_WAY_AUDIO, Kind.NO_AUDIO), lambda: one_way(False)),
    Case("nobody is heard", (Kind.NO_AUDIO, Kind.ONE_WAY_AUDIO), lambda: no_audio(True)),
    Case("nobody says anything", (Kind.NO_AUDIO, Kind.ONE_WAY_AUDIO), lambda: no_audio(False)),
    Case("a loud place", (Kind.BACKGROUND_NOISE,), lambda: noise(-36.0, True)),
    Case("an office", (Kind.BACKGROUND_NOISE,), lambda: noise(-55.0, False)),
    Case("clipped", (Kind.BAD_MEDIA,), lambda: clipped(True)),
    Case("not clipped", (Kind.BAD_MEDIA,), lambda: clipped(False)),
    Case("talk while the customer waits", (Kind.OFF_CALL_TALK,), lambda: off_call(True)),
    Case("silence while the customer waits", (Kind.OFF_CALL_TALK,), lambda: off_call(False)),
    Case("nobody answers the customer", (Kind.CUSTOMER_ABANDONED,), abandoned_early),
    Case("the customer gives up waiting", (Kind.CUSTOMER_ABANDONED,), abandoned_on_hold),
    Case("the customer just ends", (Kind.CUSTOMER_ABANDONED, Kind.AGENT_HANGUP), lambda: closed(begun())),
    Case("cut off", (Kind.AGENT_HANGUP,), lambda: cut_off(Party.AGENT)),
    Case("the customer leaves in mid-speech", (Kind.AGENT_HANGUP,), lambda: cut_off(Party.CUSTOMER)),
]


@pytest.mark.parametrize("rate_hz", [16_000, 8_000])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_it_is_found_where_it_is_and_nowhere_else(case: Case, rate_hz: int) -> None:
    call, outlet = case.make(), PlaybackOutlet()
    await play_through(at_rate(call.recording(), rate_hz), _SETTINGS, None, None, outlet)
    scores = judge(Claim.of(outlet.changes), call.truth(*case.kinds))
    for kind, score in scores.items():
        assert (score.found, score.false_alarms) == (score.events, 0), (kind, score)
