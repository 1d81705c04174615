"""The sound of a call with numbers in it: as it is for some ears, covered for others and for every file."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from config.keeping import ClipSettings, RecordingSettings
from config.privacy import Consent, Keeping, PrivacySettings
from config.settings import IngestSettings, Language, Settings
from service.call_view import timeline_of, view_of
from service.clips.clip_maker import ClipMaker
from service.clips.flac import cut_of_file
from service.clips.recorder import Recorder
from streaming.frames import AudioFrame, Leg
from tests.fakes.said_call import BEGAN_AT, LEGS, SaidCall, spoken
from tests.service.clips.test_clip_maker import Kept
from tests.service.store.examples import an_alert
from web.sources import Announcement, CallEvent, CallEventType

_NUMBER = spoken("it is four one one one thanks", 3_000)
_HIDDEN = [(word.start_ms, word.end_ms) for word in _NUMBER[2:6]]


def _settings(**privacy: object) -> Settings:
    return Settings(
        language=Language.EN,
        ingest=IngestSettings(gather_ms=0),
        privacy=PrivacySettings.model_validate(privacy),
    )


def _covered_ms(one: bytes, other: bytes, from_ms: int = 0) -> list[tuple[int, int]]:
    """The stretches in which two sounds differ, to the sample: each must begin and end with a millisecond."""
    samples = [np.frombuffer(each, "<i2").reshape(-1, 16) for each in (one, other)]
    differing = (samples[0] != samples[1]).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], differing.astype(np.int8), [0]))))
    return [(from_ms + int(start), from_ms + int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_ring_and_ear_of_who_may_hear_numbers_get_the_sound_as_it_is() -> None:
    said = SaidCall()
    said.outlet.somebody_listens = True
    said.hear(6_000)
    said.say(Leg.CUSTOMER, _NUMBER)
    said.hear(12_000)
    _, (agent, customer) = said.board.audio("c", 0, 12_000, LEGS)
    assert (agent, customer) == (said.sound(Leg.AGENT, 0, 12_000), said.sound(Leg.CUSTOMER, 0, 12_000))
    live = b"".join(frame.pcm_s16le for _, frame in said.outlet.frames if frame is not None)
    assert live == said.sound(Leg.CUSTOMER, 0, len(live) // 32)


def test_who_may_not_hear_numbers_hears_a_tone_on_their_words_and_nothing_too_new() -> None:
    said = SaidCall()
    said.hear(6_000)
    said.say(Leg.CUSTOMER, _NUMBER)
    from_ms, (agent, customer) = said.board.audio("c", 0, 99_000, LEGS, bleeped=True)
    assert (from_ms, len(customer)) == (0, 3_000 * 32)  # three seconds behind
    said.hear(9_000)
    _, (agent, customer) = said.board.audio("c", 0, 99_000, LEGS, bleeped=True)
    assert agent == said.sound(Leg.AGENT, 0, 6_000)
    assert _covered_ms(customer, said.sound(Leg.CUSTOMER, 0, 6_000)) == _HIDDEN
    said.end()
    _, (_, customer) = said.board.audio("c", 2_000, 9_000, LEGS, bleeped=True)
    assert len(customer) == 7_000 * 32


def test_the_live_stream_of_such_an_ear_is_late_and_covered() -> None:
    said = SaidCall()
    said.outlet.somebody_listens = True
    said.hear(3_800)
    said.say(Leg.CUSTOMER, _NUMBER[:6], final=False)  # the number is being said
    said.hear(5_700)
    said.say(Leg.CUSTOMER, _NUMBER)
    said.hear(12_000)
    frames = [frame for _, frame in said.outlet.covered if isinstance(frame, AudioFrame)]
    assert frames[-1].end_ms == pytest.approx(9_000, abs=40)
    heard = b"".join(frame.pcm_s16le for frame in frames)
    assert _covered_ms(heard, said.sound(Leg.CUSTOMER, 0, len(heard) // 32)) == _HIDDEN


def test_while_the_word_times_are_not_known_all_of_the_utterance_is_covered() -> None:
    said = SaidCall(_settings(listen_delay_s=1))
    said.outlet.somebody_listens = True
    said.hear(4_600)
    said.say(Leg.CUSTOMER, _NUMBER[:5], final=False)
    said.hear(6_000)
    heard = b"".join(frame.pcm_s16le for _, frame in said.outlet.covered if frame is not None)
    assert _covered_ms(heard, said.sound(Leg.CUSTOMER, 0, len(heard) // 32)) == [(3_600, len(heard) // 32)]


async def test_clips_never_hold_a_number(tmp_path: Path) -> None:
    said, kept = SaidCall(), Kept(an_alert("01M8C6HQHQ", call_id="c"))
    maker = ClipMaker(ClipSettings(before_s=8, after_s=4), tmp_path, said.board, kept.amend, said.clock, 5)
    said.hear(11_320)
    maker.want(kept.alert)
    said.say(Leg.CUSTOMER, spoken("call me on one three eight zero zero one", 14_000), final=False)
    said.hear(15_400)
    await maker.look()
    assert maker.made == 0  # somebody says a number: when is to be told
    words = spoken("call me on one three eight zero zero one", 14_000)
    said.say(Leg.CUSTOMER, words)
    await maker.look()
    assert maker.made == 1
    from_ms, to_ms = 120, 15_320
    channels = cut_of_file(tmp_path / "01M8" / "01M8C6HQHQ.flac", 0, 60_000)
    assert channels is not None
    assert channels[0] == said.sound(Leg.AGENT, from_ms, to_ms)
    hidden = [(word.start_ms, min(word.end_ms, to_ms)) for word in words[3:] if word.start_ms < to_ms]
    assert _covered_ms(channels[1], said.sound(Leg.CUSTOMER, from_ms, to_ms), from_ms) == hidden


async def test_a_clip_does_not_wait_for_ever(tmp_path: Path) -> None:
    said, kept = SaidCall(), Kept(an_alert("01M8C6HQHQ", call_id="c"))
    maker = ClipMaker(ClipSettings(before_s=8, after_s=4), tmp_path, said.board, kept.amend, said.clock, 5)
    said.hear(11_320)
    maker.want(kept.alert)
    said.say(Leg.CUSTOMER, spoken("one three eight zero", 14_000), final=False)
    said.hear(20_400)
    await maker.look()
    channels = cut_of_file(tmp_path / "01M8" / "01M8C6HQHQ.flac", 0, 60_000)
    assert channels is not None
    assert _covered_ms(channels[1], said.sound(Leg.CUSTOMER, 120, 15_320), 120) == [(14_000, 15_320)]


async def test_recordings_never_hold_a_number(tmp_path: Path) -> None:
    said = SaidCall()
    recorder = Recorder(RecordingSettings(keep_calls=True), tmp_path, said.board, said.settings.hearing.ring_s)
    for second in range(1, 16):
        said.hear(second * 1_000)
        if second == 6:
            said.say(Leg.CUSTOMER, _NUMBER)
        await recorder.look()
    said.end()
    await recorder.look()
    channels = cut_of_file(tmp_path / "call-c.flac", 0, 60_000)
    assert channels is not None
    length_ms = len(channels[1]) // 32
    assert length_ms >= 15_000
    assert channels[0][: 15_000 * 32] == said.sound(Leg.AGENT, 0, 15_000)
    assert _covered_ms(channels[1][: 15_000 * 32], said.sound(Leg.CUSTOMER, 0, 15_000)) == _HIDDEN


async def test_one_pause_stops_everything_and_resume_takes_it_up(tmp_path: Path) -> None:
    said = SaidCall()
    recorder = Recorder(RecordingSettings(keep_calls=True), tmp_path, said.board, said.settings.hearing.ring_s)
    said.outlet.somebody_listens = True
    said.hear(4_000)
    at = BEGAN_AT + timedelta(milliseconds=3_500)  # the PBX is late with the news
    said.board.report("c", CallEvent(CallEventType.PAUSE, at=at))
    heard_frames = len(said.outlet.frames)
    said.hear(9_000)
    assert view_of(said.call).paused
    assert "pause" in {span.kind for span in timeline_of(said.call).spans}
    assert len(said.outlet.frames) == heard_frames
    said.board.report("c", CallEvent(CallEventType.RESUME))
    said.hear(20_000)
    assert not view_of(said.call).paused
    (span,) = [each for each in timeline_of(said.call).spans if each.kind == "pause"]
    assert (span.leg, span.from_ms, span.to_ms) == (None, 3_500, 9_000)
    await recorder.look()
    said.end()
    await recorder.look()
    channels = cut_of_file(tmp_path / "call-c.flac", 3_500, 8_980)
    _, ring = said.board.audio("c", 3_500, 8_980, LEGS)
    for silent in (channels, ring):
        assert silent is not None
        assert [each.strip(b"\0") for each in silent] == [b"", b""]
    _, (after,) = said.board.audio("c", 9_100, 10_000, [Leg.AGENT])
    assert after.strip(b"\0") != b""


@pytest.mark.parametrize("keeping", list(Keeping))
async def test_without_consent_as_much_is_kept_as_the_setting_says(keeping: Keeping, tmp_path: Path) -> None:
    settings = _settings(without_consent=keeping)
    said = SaidCall(settings, Announcement(call_id="c", consent=Consent.REFUSED))
    kept = Kept(an_alert("01M8C6HQHQ", call_id="c"))
    maker = ClipMaker(ClipSettings(before_s=8, after_s=4), tmp_path, said.board, kept.amend, said.clock)
    recorder = Recorder(RecordingSettings(keep_calls=True), tmp_path, said.board, said.settings.hearing.ring_s)
    said.hear(11_320)
    maker.want(kept.alert)
    said.hear(16_000)
    await maker.look()
    await recorder.look()
    said.end()
    await recorder.look()
    assert _files(tmp_path) == (["01M8C6HQHQ.flac", "call-c.flac"] if keeping is Keeping.ALL else [])
    assert bool(said.call.sound.rings) is (keeping is not Keeping.NOTHING_HEARD)
    assert said.board.keeping("c") is keeping
    assert view_of(said.call).consent is Consent.REFUSED


async def test_consent_that_is_taken_back_takes_the_recording_with_it(tmp_path: Path) -> None:
    said = SaidCall()
    recorder = Recorder(RecordingSettings(keep_calls=True), tmp_path, said.board, said.settings.hearing.ring_s)
    said.hear(12_000)
    await recorder.look()
    (begun,) = _files(tmp_path)
    assert begun.startswith("call-c%-")
    assert begun.endswith(".part")
    said.board.amend("c", Announcement(consent=Consent.REFUSED))
    await recorder.look()
    assert _files(tmp_path) == []


def test_the_default_consent_is_the_settings() -> None:
    said = SaidCall(_settings(consent_default="unknown"))
    said.hear(100)
    assert view_of(said.call).consent is Consent.UNKNOWN
    assert said.board.keeping("c") is Keeping.NO_SOUND
