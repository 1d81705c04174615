"""Each part that is watched: late alerts, disks, clocks, sound that does not come, models that do not work."""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.alert import Kind
from service.alarms.full_disk import FullDisk
from service.alarms.late_alerts import LateAlerts
from service.alarms.lost_audio import LostAudio
from service.alarms.sick_model import SickModel
from service.alarms.wrong_clock import WrongClock
from service.clock import PlayClock
from tests.service.store.examples import BEGAN_AT, an_alert


def _told(late: LateAlerts, late_s: float, times: int, kind: Kind = Kind.DEAD_AIR) -> None:
    alert = replace(an_alert("A", 1, "call"), kind=kind)
    for _ in range(times):
        late.note(alert, alert.timing.received_at + timedelta(seconds=late_s))


def test_a_few_late_alerts_in_a_hundred_are_none() -> None:
    late, now_at = LateAlerts(), an_alert("A", 1, "call").timing.received_at + timedelta(seconds=40)
    _told(late, 30.0, 7)
    assert late.p95_s(now_at) is None
    _told(late, 0.2, 200)
    assert late.p95_s(now_at) == 0.2
    _told(late, 9.0, 500, Kind.PHRASE)  # words come when they come
    assert late.p95_s(now_at) == 0.2
    _told(late, 3.0, 40)
    assert late.p95_s(now_at) == 3.0
    assert late.p95_s(now_at + timedelta(minutes=6)) is None


def test_a_disk_without_room_is_wrong(tmp_path: Path) -> None:
    free_gb = shutil.disk_usage(tmp_path).free / 1e9
    for least_gb, wrong in ((free_gb / 2, False), (free_gb * 2, True)):
        disk = FullDisk([tmp_path / "not" / "there" / "yet"], least_gb)
        assert disk.look() is None
        disk.measure()
        assert (disk.look() is not None) is wrong


class _Wall:
    """A clock whose two hands are moved apart."""

    def __init__(self) -> None:
        self.ms, self.at = 0, BEGAN_AT

    def monotonic_ms(self) -> int:
        return self.ms

    def now_at(self) -> datetime:
        return self.at

    def passes(self, ms: int, jump_s: float = 0.0) -> None:
        self.ms += ms
        self.at += timedelta(milliseconds=ms, seconds=jump_s)


@pytest.mark.parametrize(("ms", "jump_s", "wrong"), [(500, 0.0, False), (500, 3.0, True), (500, -3.0, True)])
def test_a_clock_that_jumps_is_wrong(ms: int, jump_s: float, wrong: bool) -> None:
    wall = _Wall()
    clock = WrongClock(wall, 2.0)
    assert clock.look() is None
    wall.passes(ms, jump_s)
    assert (clock.look() is not None) is wrong
    wall.passes(500)
    assert clock.look() is None


async def test_a_machine_that_stood_still_is_no_wrong_clock() -> None:
    wall = _Wall()
    clock = WrongClock(wall, 2.0)
    clock.look()
    wall.passes(60_000, jump_s=30.0)
    assert clock.look() is None
    await clock.run()  # without a database there is nothing to ask


@pytest.mark.parametrize(
    ("ahead_s", "takes_s", "wrong"), [(0.0, 0, False), (9.0, 0, True), (-9.0, 0, True), (5, 8, False)]
)
async def test_a_clock_that_differs_from_the_databases_is_wrong(ahead_s: float, takes_s: int, wrong: bool) -> None:
    wall = _Wall()
    clock = WrongClock(wall, 2.0)

    async def there() -> datetime:
        there_at = wall.at + timedelta(seconds=ahead_s)
        wall.passes(takes_s * 1000)
        return there_at

    await clock.ask(there)
    assert (clock.look() is not None) is wrong


@dataclass
class _Feeds:
    """A node's sound and the PBX it follows."""

    clock: PlayClock
    audio_ms: int = 0
    calls_here: int = 0
    linked: bool = True
    calls_there: int = 0

    def watched(self, *, alone: bool = True) -> LostAudio:
        return LostAudio(
            self.clock,
            10,
            lambda: self.audio_ms,
            lambda: self.calls_here,
            lambda: [("east", self.linked, self.calls_there)],
            alone=alone,
        )

    def passes(self, audio: LostAudio, seconds: int, *, sound: bool) -> str | None:
        said = None
        for _ in range(seconds):
            self.clock.move_to(self.clock.monotonic_ms() + 1_000)
            self.audio_ms += 1_000 * sound
            said = audio.look()
        return said


def test_calls_without_any_sound_are_wrong() -> None:
    feeds = _Feeds(PlayClock(BEGAN_AT))
    audio = feeds.watched()
    assert feeds.passes(audio, 60, sound=False) is None  # no calls, no sound
    feeds.calls_here = 2
    assert feeds.passes(audio, 60, sound=True) is None
    assert feeds.passes(audio, 9, sound=False) is None
    assert feeds.passes(audio, 3, sound=False) == "2 calls run and nothing is heard"
    assert feeds.passes(audio, 1, sound=True) is None


def test_calls_of_the_pbx_count_where_nobody_else_may_hear_them() -> None:
    feeds = _Feeds(PlayClock(BEGAN_AT), calls_there=3)
    assert feeds.passes(feeds.watched(alone=False), 30, sound=False) is None
    assert feeds.passes(feeds.watched(alone=True), 30, sound=False) == "3 calls run and nothing is heard"


def test_a_link_that_stays_broken_is_wrong() -> None:
    feeds = _Feeds(PlayClock(BEGAN_AT), linked=False)
    audio = feeds.watched()
    assert feeds.passes(audio, 9, sound=False) is None
    assert feeds.passes(audio, 5, sound=False) == "east is not linked"
    feeds.linked = True
    assert feeds.passes(audio, 1, sound=False) is None


def test_a_model_that_is_missing_or_kills_its_workers_is_wrong() -> None:
    clock, lost = PlayClock(BEGAN_AT), 0
    readiness = (False, "no model")
    model = SickModel(clock, lambda: readiness, lambda: lost)
    assert model.look() == "no model"
    readiness = (True, "")
    for seen in (0, 1, 2):
        lost = seen
        clock.move_to(clock.monotonic_ms() + 1_000)
        assert model.look() is None
    lost = 3
    assert model.look() == "workers die again and again"
    clock.move_to(clock.monotonic_ms() + 301_000)
    assert model.look() is None
