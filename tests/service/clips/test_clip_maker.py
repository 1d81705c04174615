"""Every alert gets the sound around it, as one file and one more version."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from alerts.alert import Alert, AlertState
from config.keeping import ClipSettings
from service.clips.clip_maker import ClipMaker
from service.clips.flac import delete_older, flac_of, write_whole
from streaming.frames import Leg
from tests.service.clips.heard_call import HeardCall, pitch_hz
from tests.service.store.examples import an_alert
from web.sources import AlertChange, StoreUnavailableError


class Kept:
    """A store of one alert that may be away."""

    def __init__(self, alert: Alert) -> None:
        self.alert, self.away = alert, False

    async def amend(self, alert_id: str, change: Callable[[Alert], Alert | None]) -> AlertChange | None:
        if self.away:
            raise StoreUnavailableError("away")
        assert alert_id == self.alert.alert_id
        changed = change(self.alert)
        if changed is None:
            return None
        self.alert = replace(changed, version=self.alert.version + 1)
        return AlertChange(1, self.alert)


def at_the_alert(until_ms: int = 15_000, *legs: Leg) -> tuple[HeardCall, Kept]:
    """A call heard up to 11.32 s, where its alert (8.12 to 11.32 s) is."""
    heard = HeardCall(*legs)
    heard.hear(11_320)
    return heard, Kept(an_alert("01M8C6HQHQ", call_id="c"))


def _files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def test_a_clip_is_both_legs_from_before_to_after(tmp_path: Path) -> None:
    heard, kept = at_the_alert()
    maker = ClipMaker(ClipSettings(before_s=5, after_s=4), tmp_path, heard.board, kept.amend, heard.clock)
    maker.want(kept.alert)
    heard.hear(15_000)
    await maker.look()
    assert (maker.made, await maker.clip("01M8C6HQHQ", as_wav=False)) == (0, None)
    heard.hear(15_700)
    await maker.look()
    flac = await maker.clip("01M8C6HQHQ", as_wav=False)
    assert flac is not None
    assert (kept.alert.version, kept.alert.evidence.clip_sha256) == (2, hashlib.sha256(flac).hexdigest())
    samples, rate_hz = soundfile.read(io.BytesIO(flac), dtype="int16")
    assert rate_hz == 16_000
    assert len(samples) / 16 == pytest.approx(15_320 - 3_120, abs=1)
    assert [pitch_hz(np.ascontiguousarray(samples[:, number]).tobytes()) for number in (0, 1)] == [440, 700]
    wav = await maker.clip("01M8C6HQHQ", as_wav=True)
    assert wav is not None
    assert (soundfile.read(io.BytesIO(wav), dtype="int16")[0] == samples).all()
    assert _files(tmp_path) == ["01M8C6HQHQ.flac"]


async def test_at_the_end_of_a_call_the_clip_ends_too(tmp_path: Path) -> None:
    heard, kept = at_the_alert()
    maker = ClipMaker(ClipSettings(), tmp_path, heard.board, kept.amend, heard.clock)
    maker.want(kept.alert)
    heard.end()
    await maker.look()
    assert kept.alert.evidence.clip_sha256 is not None


async def test_a_mixed_leg_is_heard_on_both_sides(tmp_path: Path) -> None:
    heard, kept = at_the_alert(15_000, Leg.MIXED)
    maker = ClipMaker(ClipSettings(after_s=0), tmp_path, heard.board, kept.amend, heard.clock)
    maker.want(kept.alert)
    await maker.look()
    flac = await maker.clip("01M8C6HQHQ", as_wav=False)
    assert flac is not None
    samples = soundfile.read(io.BytesIO(flac), dtype="int16")[0]
    assert (samples[:, 0] == samples[:, 1]).all()
    assert samples.any()


async def test_while_the_store_is_away_the_clip_waits_to_be_named(tmp_path: Path) -> None:
    heard, kept = at_the_alert()
    maker = ClipMaker(ClipSettings(after_s=0), tmp_path, heard.board, kept.amend, heard.clock)
    maker.want(kept.alert)
    kept.away = True
    await maker.look()
    assert (maker.made, kept.alert.version) == (1, 1)
    kept.away = False
    await maker.look()
    assert kept.alert.version == 1  # not at every look
    heard.clock.move_to(heard.at_ms + 3_000)
    await maker.look()
    await maker.look()
    assert (maker.made, kept.alert.version) == (1, 2)


async def test_nothing_is_kept_of_an_alert_that_was_withdrawn(tmp_path: Path) -> None:
    heard, kept = at_the_alert()
    maker = ClipMaker(ClipSettings(after_s=0), tmp_path, heard.board, kept.amend, heard.clock)
    maker.want(kept.alert)
    kept.alert = replace(kept.alert, state=AlertState.WITHDRAWN)
    await maker.look()
    assert await maker.clip("01M8C6HQHQ", as_wav=False) is None
    assert kept.alert.version == 1


async def test_a_disk_that_is_full_costs_the_clip_and_nothing_else(tmp_path: Path) -> None:
    heard, kept = at_the_alert()
    (tmp_path / "clips").write_text("in the way")
    maker = ClipMaker(ClipSettings(after_s=0), tmp_path / "clips", heard.board, kept.amend, heard.clock)
    maker.want(kept.alert)
    await maker.look()
    assert (maker.failed, kept.alert.version) == (1, 1)


def test_old_files_are_deleted(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "old.flac", flac_of([bytes(320), bytes(320)]))
    written_s = (tmp_path / "a" / "old.flac").stat().st_mtime
    assert delete_older(tmp_path, written_s) == 0
    assert delete_older(tmp_path, written_s + 1) == 1
    assert delete_older(tmp_path / "nowhere", written_s) == 0
