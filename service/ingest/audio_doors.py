"""Every way by which audio comes into a node: made together, for they share their counts and the ways back."""

from fastapi import APIRouter

from config.settings import Settings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.audiosocket_door import AudioSocketDoor
from service.ingest.counts import IngestCounts
from service.ingest.dialect_doors import dialect_doors
from service.ingest.http_door import http_door
from service.ingest.rtp_door import RtpDoor
from service.ingest.tap_doors import NodeDoors
from service.ingest.voice_paths import VoicePaths
from service.ingest.vosk_door import Room, vosk_door
from service.ingest.websocket_door import websocket_door


class AudioDoors:
    """`audiosocket` and `rtp` are to be run; `taps` opens doors for the legs that are tapped by ourselves."""

    def __init__(self, settings: Settings, board: CallBoard, clock: Clock) -> None:
        self.counts, self.voices = IngestCounts(), VoicePaths()
        self._settings, self._board, self._clock = settings, board, clock
        self.audiosocket = AudioSocketDoor(settings.ingest, board, clock, self.counts, self.voices)
        self.rtp = RtpDoor(settings.dialects, board, clock, self.counts)
        self.taps = NodeDoors(settings.ingest, board, clock, self.counts, self.rtp)

    def routers(self, room: Room) -> tuple[APIRouter, ...]:
        """The doors that stand in the web server; `room` returns when a language's recognition can take more."""
        settings, board, clock, counts = self._settings, self._board, self._clock, self.counts
        return (
            websocket_door(settings.ingest, board, clock, counts),
            dialect_doors(settings, board, clock, counts, self.voices),
            http_door(settings.ingest, board, clock, counts),
            self.rtp.router(),
            vosk_door(settings, board, clock, counts, room),
        )
