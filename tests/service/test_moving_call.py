"""A call that moves to another node goes on there: the same silence, the same alerts, the same call time."""

from datetime import UTC, datetime

import pytest

from alerts.alert import Alert
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import IngestSettings, Settings
from service.call_board import CallBoard
from service.call_view import view_of
from service.clock import PlayClock
from service.leg_stream import LegStream
from service.moving_call import HandedCall, MovingCall, handed_news, handed_of_news
from streaming.frames import Leg
from streaming.observations import Word, WordsHeard
from streaming.wire.events import AudioReceived
from tests.calls.played import recording
from tests.fakes.board import KeepingOutlet, board_of
from web.sources import Announcement, CallEvent, CallEventType

_ZERO = datetime(2026, 1, 1, tzinfo=UTC)
_SETTINGS = Settings(ingest=IngestSettings(gather_ms=0))
_SPEECH = dict(recording("dead_air").legs)
_PACK = load_rule_pack(packaged_rules() / "ko")


class _Node:
    """A board and what its calls yield."""

    def __init__(self, clock: PlayClock) -> None:
        self.outlet = KeepingOutlet()
        self.board: CallBoard = board_of(_SETTINGS, self.outlet, clock, pack=_PACK, kind=MovingCall)
        self.streams: dict[Leg, LegStream] = {}

    @property
    def call(self) -> MovingCall:
        call = self.streams[Leg.AGENT].call
        assert isinstance(call, MovingCall)
        return call

    def alerts(self, kind: str) -> list[Alert]:
        return [alert for alert in self.outlet.alerts if alert.kind.value == kind]


class _Site:
    """Two nodes and one call, which plays the recording of a dead air (8.2 s to 14.7 s)."""

    def __init__(self) -> None:
        self.clock = PlayClock(_ZERO)
        self.first, self.second = _Node(self.clock), _Node(self.clock)
        self.first.board.announce(Announcement(call_id="c"))
        self.at_ms = 0
        self.on = self.first
        self.connect()

    def connect(self) -> None:
        self.on.streams = {leg: self.on.board.claim_leg("c", leg) for leg in (Leg.AGENT, Leg.CUSTOMER)}

    def play(self, until_ms: int) -> None:
        while self.at_ms < until_ms:
            start = self.at_ms * 16
            self.at_ms += 20
            self.clock.move_to(self.at_ms)
            for leg, stream in self.on.streams.items():
                stream.hear(AudioReceived(_SPEECH[leg][start : start + 320].tobytes(), 16_000))
            if self.at_ms % 100 == 0:
                self.first.board.pulse()
                self.second.board.pulse()

    def move(self, lost_ms: int, *, news: bool = True) -> HandedCall:
        """The first node lets go; `lost_ms` of the sound later the PBX is there again."""
        handed = self.first.board.pass_on("c")
        assert handed is not None
        if news:
            self.second.board.moves.expect(handed_of_news(handed_news(handed)))
        self.first.board.hand_over("c")
        self.at_ms += lost_ms
        self.clock.move_to(self.at_ms)
        self.on = self.second
        self.connect()
        return handed


@pytest.mark.parametrize("lost_ms", [20, 100, 240])
def test_a_silence_that_began_before_the_move_is_told_behind_it(lost_ms: int) -> None:
    site = _Site()
    site.play(9_500)
    site.move(lost_ms)
    site.play(11_100)
    assert site.second.alerts("dead_air") == []
    site.play(11_600)
    (alert,) = site.second.alerts("dead_air")
    assert alert.evidence.from_ms == pytest.approx(8_156, abs=60)
    assert alert.timing.audio_end_ms == pytest.approx(11_156, abs=60)
    assert (alert.timing.detected_at - alert.timing.received_at).total_seconds() < 0.4
    assert site.second.call.now_ms == pytest.approx(11_600, abs=60)


def test_a_silence_that_was_told_before_is_the_same_alert_behind_it() -> None:
    site = _Site()
    site.play(12_000)
    (told,) = site.first.alerts("dead_air")
    site.move(100)
    site.play(16_000)
    revised = site.second.alerts("dead_air")
    assert {alert.alert_id for alert in revised} == {told.alert_id}
    assert [alert.version for alert in revised] == list(range(told.version + 1, told.version + 1 + len(revised)))
    assert revised[-1].evidence.to_ms == pytest.approx(14_656, abs=60)


def test_a_long_gap_makes_the_silence_unknown() -> None:
    site = _Site()
    site.play(9_500)
    site.move(800)
    site.play(13_000)
    assert site.second.alerts("dead_air") == []


def test_without_the_news_the_call_begins_anew() -> None:
    site = _Site()
    site.play(9_500)
    site.move(100, news=False)
    site.play(10_500)
    assert site.second.call.now_ms == pytest.approx(900, abs=60)


def test_what_is_known_of_the_call_goes_along() -> None:
    site = _Site()
    site.first.board.report("c", CallEvent(CallEventType.ANSWERED))
    site.play(3_000)
    said = WordsHeard(Leg.AGENT, 0, 1, True, 700, 2_000, "안녕하세요", (Word("안녕하세요", 700, 2_000, 0.9),))
    site.first.call._words(said)
    before = view_of(site.first.call)
    handed = site.move(100)
    site.play(4_000)
    after = view_of(site.second.call)
    assert (after.state, after.started_at) == (before.state, before.started_at)
    assert [line.heard.text for line in site.second.call.record.transcript.lines()] == ["안녕하세요"]
    assert site.second.call.recognitions[Leg.AGENT].utterances > 0
    assert {each.leg for each in handed.legs} == {Leg.AGENT, Leg.CUSTOMER}
    levels = dict(site.second.board.timeline("c").legs)
    assert max(levels[Leg.AGENT].dbfs[10:25]) > -50, "the levels of before the move"
    assert not site.first.board.hears("c")


def test_words_on_their_way_still_come_out_of_the_node_that_is_left() -> None:
    site = _Site()
    site.play(3_900)
    left = site.first.call
    site.move(100)
    changes = len(site.first.outlet.changes)
    left._words(WordsHeard(Leg.AGENT, 0, 1, True, 700, 3_700, "고객님", (Word("고객님", 700, 3_700, 0.9),)))
    assert [line.heard.text for line in site.first.outlet.lines] == ["고객님"]
    assert len(site.first.outlet.changes) == changes, "the call is the other node's now"
    site.play(7_500)
    assert site.first.board.moves.leaving == 0
    assert left.closed


def test_a_call_that_is_about_to_end_does_not_move() -> None:
    site = _Site()
    site.play(5_000)
    site.first.board.report("c", CallEvent(CallEventType.HANGUP))
    assert site.first.board.is_ending("c")
    assert site.first.board.pass_on("c") is None


def test_news_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="not a call"):
        handed_of_news(b"nothing")


def test_sound_of_before_the_move_is_silence_here_and_no_fault() -> None:
    site = _Site()
    site.play(9_500)
    site.move(100)
    legs = (Leg.AGENT, Leg.CUSTOMER)
    for until_ms in (9_500, 11_000):
        site.play(until_ms)
        for from_ms, to_ms in ((1_000, 3_000), (9_000, 10_500)):
            _, channels = site.second.board.sound_to_keep("c", from_ms, to_ms, legs)
            assert len({len(each) for each in channels}) == 1


def test_a_leg_that_ended_long_ago_has_no_sound_now() -> None:
    site = _Site()
    site.play(4_000)
    site.first.streams.pop(Leg.AGENT).end(explicit=True)
    site.play(9_000)
    _, (agent, customer) = site.first.board.sound_to_keep("c", 6_000, 8_000, (Leg.AGENT, Leg.CUSTOMER))
    assert len(agent) == len(customer) == 2_000 * 32
    assert not any(agent)


def test_a_call_that_was_away_for_a_while_and_came_back_moves_too() -> None:
    site = _Site()
    site.play(3_000)
    for stream in site.first.streams.values():
        stream.end(explicit=False)
    site.first.streams = {}
    site.play(7_000)
    assert site.first.outlet.changes
    site.connect()
    site.play(9_000)
    assert not site.first.board.is_ending("c")
    assert site.first.board.pass_on("c") is not None
