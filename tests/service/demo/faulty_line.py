"""A recording played over a faulty line in call time, without sockets: what the call says of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import numpy.typing as npt

from alerts.alert import Alert, AlertState
from config.hearing import HearingSettings
from config.settings import IngestSettings, Settings
from service.call_view import view_of
from service.clock import PlayClock
from service.demo.line_faults import LineFault, read_fault
from service.demo.recording import Recording
from service.demo.sending_plan import Sending, sendings
from service.leg_stream import LegStream
from streaming.frames import FRAME_MS, Leg
from streaming.loudness import levels_and_sums
from streaming.wire.events import AudioLost, AudioReceived, WireEvent
from streaming.wire.g711 import encode_mulaw
from streaming.wire.rtp import RtpStream
from tests.calls.played import as_telephone
from tests.fakes.board import KeepingOutlet, board_of
from tests.streaming.wire.test_rtp import packet
from web.sources import Announcement, CallEvent, CallEventType, CallView

_ZERO = datetime(2026, 1, 1, tzinfo=UTC)
_RUN_OUT_MS = 12_000


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a call."""

    alerts: tuple[Alert, ...]
    call: CallView

    @property
    def kinds(self) -> list[str]:
        """The kinds of its alerts."""
        return sorted(alert.kind.value for alert in self.alerts)

    def one(self, kind: str) -> Alert:
        """The only alert of a kind."""
        (alert,) = (alert for alert in self.alerts if alert.kind.value == kind)
        return alert

    def gaps_ms(self, leg: Leg) -> int:
        """Of a leg."""
        return dict(self.call.legs)[leg].gaps_ms

    def undecided(self, leg: Leg) -> list[tuple[str, int, int]]:
        """When and why two-party rules could not see a leg: (cause, from, to)."""
        return [
            (each.cause, each.from_ms, each.to_ms)
            for each in self.call.undecided
            if each.leg is leg and "dead_air" in each.kinds
        ]


def told(
    recording: Recording, *faults: str, numbered: bool = False, suppression: bool = False, label_hz: int | None = None
) -> Told:
    """Both legs by the plan of their faults, the script's events in between; `numbered`: as RTP, else as plain PCM."""
    wrong = [read_fault(each) for each in faults]
    played = as_telephone(recording) if numbered else recording
    settings = Settings(ingest=IngestSettings(gather_ms=0), hearing=HearingSettings(silence_suppression=suppression))
    clock, outlet = PlayClock(_ZERO), KeepingOutlet()
    board = board_of(settings, outlet, clock)
    board.announce(Announcement(call_id="c"))
    streams = {leg: board.claim_leg("c", leg) for leg, _ in played.legs}
    wires = {leg: RtpStream() for leg in streams}
    samples = dict(played.legs)
    step = played.rate_hz * FRAME_MS // 1000
    due = [
        (sending.at_ms, leg, sending)
        for leg in streams
        for sending in _plan(played, samples[leg], [fault for fault in wrong if fault.on(leg)], leg)
    ]
    pulsed_ms = 0

    def move(at_ms: float) -> None:
        nonlocal pulsed_ms
        while pulsed_ms + 100 <= at_ms:
            pulsed_ms += 100
            clock.move_to(pulsed_ms)
            for leg, wire in wires.items():
                _hear(streams[leg], wire.pulse(pulsed_ms))
            board.pulse()
        clock.move_to(round(at_ms))

    events = [event for event in played.script if event.type is not CallEventType.HANGUP]
    for at_ms, leg, sending in sorted(due, key=lambda each: each[0]):
        while events and events[0].at_ms <= at_ms:
            event = events.pop(0)
            board.report("c", CallEvent(event.type, event.leg, _ZERO + timedelta(milliseconds=event.at_ms)))
        move(at_ms)
        pcm = samples[leg][sending.frame * step : (sending.frame + 1) * step].tobytes()
        if numbered:
            _hear(streams[leg], wires[leg].feed(_datagram(sending.packet, sending.frame, pcm), round(at_ms)))
        else:
            streams[leg].hear(AudioReceived(pcm, label_hz or played.rate_hz))
    call = next(iter(streams.values())).call
    move(max(played.duration_ms, pulsed_ms))
    view = view_of(call)
    if played.hangup is not None:
        at = _ZERO + timedelta(milliseconds=played.hangup.at_ms)
        board.report("c", CallEvent(CallEventType.HANGUP, party=played.hangup.party, at=at))
    for stream in streams.values():
        stream.end(explicit=False)
    move(played.duration_ms + _RUN_OUT_MS)
    newest = {alert.alert_id: alert for alert in outlet.alerts}
    standing = tuple(alert for alert in newest.values() if alert.state is not AlertState.WITHDRAWN)
    return Told(standing, view)


def _plan(played: Recording, samples: npt.NDArray[np.int16], faults: list[LineFault], leg: Leg) -> list[Sending]:
    step = played.rate_hz * FRAME_MS // 1000
    frames = len(samples) // step
    levels, _ = levels_and_sums(samples[: frames * step].reshape(frames, step))
    return sendings(frames, levels, faults, Random(f"{played.name}/{leg}"))


def _datagram(number: int, frame: int, pcm: bytes) -> bytes:
    raw = bytearray(packet(number % 65_536, payload=encode_mulaw(pcm)))
    raw[4:8] = ((0xFFFFFF00 + frame * 160) % 2**32).to_bytes(4, "big")
    return bytes(raw)


def _hear(stream: LegStream, events: list[WireEvent]) -> None:
    for event in events:
        match event:
            case AudioReceived():
                stream.hear(event)
            case AudioLost(length_ms, unsent=unsent):
                stream.lost(length_ms, unsent=unsent)
            case _:
                pass
