"""CPU per leg and second of audio, stage by stage, for calls in simulated time without recognition; prints JSON."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from alerts.desk import AlertDesk
from alerts.findings import Finding
from alerts.watch import CallWatch
from config.settings import Settings
from service.call_record import CallRecord
from service.clock import PlayClock
from service.demo.recording import Recording, demo_recordings, load_recording
from service.leg_stream import LegStream
from service.live_call import LiveCall
from service.playback import PlaybackOutlet
from service.recognition.leg_recognition import LegRecognition
from streaming.frames import Leg
from streaming.leg import LegEar
from streaming.leg_timeline import LegTimeline, PlacedAudio
from streaming.observations import Observation
from streaming.resample import Resampler
from streaming.silero import SileroVoice
from streaming.voicing import VoiceModel
from streaming.wire.audiosocket import AudioSocketParser, encode_audio, encode_uuid
from streaming.wire.events import AudioReceived
from web.sources import Announcement

_SETTINGS = Settings()
_RATE_HZ = 8_000
_BLOCK_BYTES = _RATE_HZ // 50 * 2
_BLOCK_MS = 20
_PULSE_BLOCKS = 5
_UUID = "11111111-2222-4333-8444-555555555555"

_Legs = dict[Leg, list[bytes]]


class _TimedVoice:
    """The voice model with a stop-watch."""

    spent_ns = 0

    def __init__(self, model: VoiceModel) -> None:
        self._model = model

    def probabilities(self, windows: NDArray[np.float32]) -> list[float]:
        began_ns = time.thread_time_ns()
        heard = self._model.probabilities(windows)
        _TimedVoice.spent_ns += time.thread_time_ns() - began_ns
        return heard

    def reset(self) -> None:
        self._model.reset()


class _NotedWatch(CallWatch):
    """The rules, which also note what they were told and when."""

    def note_in(self, told: list[Observation | int]) -> None:
        self._told = told

    def feed(self, observation: Observation) -> list[Finding]:
        self._told.append(observation)
        return super().feed(observation)

    def advance(self, now_ms: int) -> list[Finding]:
        self._told.append(now_ms)
        return super().advance(now_ms)


def main() -> None:
    """`road_stages.py CALLS`: as many calls, made of the demo recordings in turn."""
    calls = int(sys.argv[1])
    kinds = [load_recording(path) for path in demo_recordings()]
    legs = [_packets(kinds[at % len(kinds)]) for at in range(calls)]
    seconds = sum(len(blocks) for each in legs for blocks in each.values()) * _BLOCK_MS / 1000
    _whole(legs[:2])  # once for what is only loaded at first use
    before_mb = _memory_mb()
    whole_ms, memory_mb = _whole(legs)
    _ears(legs, lambda: _TimedVoice(SileroVoice()))
    voice_ms = _TimedVoice.spent_ns / 1e6
    placing_ms = _spent(lambda: _place(legs))
    parts_ms = {
        "bytes to packets": _spent(lambda: _parse(legs)),
        "placing and resampling": placing_ms,
        "voice activity (Silero)": voice_ms,
        "framing, level, prosody, line": _spent(lambda: _ears(legs, SileroVoice)) - voice_ms - placing_ms,
        "rules": _rules(legs),
    }
    spent_ms = {"all": whole_ms, **parts_ms, "call order, ring, levels, the rest": whole_ms - sum(parts_ms.values())}
    measured = {name: each_ms / seconds for name, each_ms in spent_ms.items()}
    measured["memory_mb"] = (memory_mb - before_mb) / calls
    print(json.dumps(measured))  # noqa: T201  # stdout is the interface


def _packets(recording: Recording) -> _Legs:
    legs: _Legs = {}
    for leg, samples in recording.legs:
        narrow = soxr.resample(samples.astype(np.float32), recording.rate_hz, _RATE_HZ)
        pcm = np.clip(narrow, -32_768, 32_767).astype("<i2").tobytes()
        legs[leg] = [
            encode_audio(pcm[at : at + _BLOCK_BYTES], _RATE_HZ)
            for at in range(0, len(pcm) // _BLOCK_BYTES * _BLOCK_BYTES, _BLOCK_BYTES)
        ]
    return legs


def _spent(act: Callable[[], None]) -> float:
    began_s = time.process_time()
    act()
    return (time.process_time() - began_s) * 1000


def _parser() -> AudioSocketParser:
    parser = AudioSocketParser(None)
    parser.feed(encode_uuid(_UUID))
    return parser


def _parse(legs: list[_Legs]) -> None:
    for call in legs:
        for packets in call.values():
            parser = _parser()
            for packet in packets:
                parser.feed(packet)


def _place(legs: list[_Legs]) -> None:
    for call in legs:
        for packets in call.values():
            timeline, resampler = LegTimeline(_SETTINGS.hearing), Resampler(_RATE_HZ)
            for at, block in _gathered(packets):
                for placed in timeline.arrive(block, _RATE_HZ, at * _BLOCK_MS):
                    if isinstance(placed, PlacedAudio):
                        resampler.feed(placed.pcm_s16le)


def _gathered(packets: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """The blocks a LegStream makes of them."""
    at_once = max(1, _SETTINGS.ingest.gather_ms // _BLOCK_MS)
    for at in range(0, len(packets), at_once):
        yield at, b"".join(packet[3:] for packet in packets[at : at + at_once])


def _ears(legs: list[_Legs], new_model: Callable[[], VoiceModel]) -> None:
    for call in legs:
        for leg, packets in call.items():
            ear = LegEar(leg, _SETTINGS.hearing, new_model)
            for at, block in _gathered(packets):
                ear.hear(block, _RATE_HZ, at * _BLOCK_MS)


def _rules(legs: list[_Legs]) -> float:
    """What the rules cost: the observations of all calls once more, into fresh ones."""
    spent_ms = 0.0
    for each in legs:
        told: list[Observation | int] = []
        watch = _NotedWatch(_SETTINGS.detection, None, hearing=_SETTINGS.hearing)
        watch.note_in(told)
        call = _Call(each, watch)
        for at in range(call.blocks):
            call.play(at)
        call.end()
        spent_ms += _spent(lambda told=told: _tell(told))  # type: ignore[misc]  # a lambda that binds its loop's list
    return spent_ms


def _tell(told: list[Observation | int]) -> None:
    watch = CallWatch(_SETTINGS.detection, None, hearing=_SETTINGS.hearing)
    for each in told:
        if isinstance(each, int):
            watch.advance(each)
        else:
            watch.feed(each)


def _whole(legs: list[_Legs]) -> tuple[float, float]:
    """All calls side by side: CPU ms of the whole road, and memory before the first is let go."""
    calls = [_Call(each, CallWatch(_SETTINGS.detection, None, hearing=_SETTINGS.hearing)) for each in legs]
    began_s = time.process_time()
    for at in range(max(call.blocks for call in calls)):
        for call in calls:
            call.play(at)
    spent_ms = (time.process_time() - began_s) * 1000
    memory_mb = _memory_mb()
    for call in calls:
        call.end()
    return spent_ms, memory_mb


class _Call:
    """One call between its two sockets' parsers and an outlet that nobody reads."""

    def __init__(self, legs: _Legs, watch: CallWatch) -> None:
        began_at = datetime.now(UTC)
        self._clock = PlayClock(began_at)
        record = CallRecord(Announcement(call_id="c"), "c", "ko", began_at, _SETTINGS.listening.levels_ms)
        self._call = LiveCall(
            record=record,
            settings=_SETTINGS,
            clock=self._clock,
            recognize=lambda call_id, leg, heard: LegRecognition(leg, call_id, None, _SETTINGS.segments, heard),
            watch=watch,
            desk=AlertDesk(_SETTINGS.language),
            outlet=PlaybackOutlet(),
        )
        self._legs = [
            (packets, _parser(), LegStream(self._call, leg, self._clock, _failed, _SETTINGS.ingest.gather_ms))
            for leg, packets in legs.items()
        ]
        self.blocks = max(map(len, legs.values()))

    def play(self, at: int) -> None:
        """The packets of one 20 ms."""
        self._clock.move_to(at * _BLOCK_MS)
        for packets, parser, stream in self._legs:
            if at < len(packets):
                for event in parser.feed(packets[at]):
                    if isinstance(event, AudioReceived):
                        stream.hear(event)
        if at % _PULSE_BLOCKS == 0:
            self._call.pulse()

    def end(self) -> None:
        """Let everything go."""
        self._call.close()


def _failed(call: LiveCall, error: Exception) -> None:
    raise error


def _memory_mb() -> float:
    text = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
