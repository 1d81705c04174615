"""Every setting of the service: unit in the name, default, bounds and one line of meaning."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from config.detection import DetectionSettings
from config.dialects import DialectSettings
from config.figures import FiguresSettings
from config.floor import FloorSettings
from config.hearing import HearingSettings, SegmentSettings
from config.inspection import InspectionSettings
from config.keeping import ClipSettings, RecordingSettings, RetentionSettings
from config.life import DeskSettings
from config.limits import LimitSettings
from config.nodes import BusSettings
from config.observing import ObservationSettings
from config.operating import AlarmSettings, DrainSettings, TlsSettings, TracingSettings
from config.pbx import PbxSettings
from config.privacy import PrivacySettings
from config.recognition import ModelSettings, RecognitionSettings
from config.section import Section
from config.trust import TrustSettings
from config.webhooks import WebhookSettings


class Language(StrEnum):
    """Languages with rule packs and a known speech model."""

    ZH = "zh"
    EN = "en"
    KO = "ko"


class IngestSettings(Section):
    """The doors for audio."""

    accept_unannounced: bool = Field(False, description="Take AudioSocket streams whose UUID nobody announced.")
    keepalive_silence: bool = Field(
        False, description="Send silence back on AudioSocket (some Asterisk versions need it)."
    )
    voice_back: bool = Field(
        True,
        description="AudioSocket and chan_websocket lead back to the party whose leg they bring, so that supervisors "
        "can speak from the browser.",
    )
    g711: Literal["ulaw", "alaw"] | None = Field(
        None, description="What AudioSocket frames of 160 bytes labelled 0x10 really hold; empty: refuse them."
    )
    hello_s: float = Field(10.0, ge=1, le=60, description="A connection must say who it is within this time.")
    return_s: float = Field(10.0, ge=1, le=120, description="A leg that drops may come back within this time.")
    takeover_s: float = Field(
        2.0, ge=0.5, le=30, description="A second socket may take a leg over that has been silent this long."
    )
    longest_message_bytes: int = Field(1_048_576, ge=65_536, le=16_777_216, description="Largest WebSocket message.")
    longest_text_bytes: int = Field(65_536, ge=1_024, le=1_048_576, description="Largest text message.")
    fastest_ratio: float = Field(
        25.0, ge=1, le=1_000, description="A leg is read at most this many times faster than real time."
    )
    gather_ms: int = Field(
        100, ge=0, le=200, description="Packets of a leg are gathered to blocks of this length and heard together."
    )
    most_calls: int = Field(500, ge=1, le=100_000, description="Live calls; one more is refused with 429.")
    ended_kept_s: float = Field(
        180.0, ge=0, le=86_400, description="An ended call stays in memory (audio, transcript) for this time."
    )
    announced_kept_s: float = Field(
        3_600.0, ge=10, le=86_400, description="An announced call without audio is forgotten after this time."
    )


class ListeningSettings(Section):
    """The consoles and the ears of supervisors."""

    heartbeat_s: float = Field(5.0, ge=1, le=60, description="Console heartbeat.")
    levels_ms: int = Field(500, ge=100, le=5_000, description="Levels are sent in batches of this length.")
    console_queue: int = Field(
        1_000,
        ge=50,
        le=100_000,
        description="Messages waiting for one console; beyond it the console is closed and resumes by cursor.",
    )
    listen_queue_frames: int = Field(
        15, ge=3, le=500, description="20 ms frames waiting for one listener; beyond it the oldest is dropped."
    )
    most_consoles: int = Field(1_000, ge=1, le=100_000, description="Consoles on this node.")
    most_listeners: int = Field(50, ge=1, le=10_000, description="Listeners on this node.")
    resume_changes: int = Field(
        10_000, ge=100, le=1_000_000, description="A console further behind than this gets a fresh snapshot."
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="Further origins (scheme, host, port) whose pages may open console sockets."
    )
    hello_s: float = Field(5.0, ge=1, le=60, description="A console or listener must say hello within this time.")
    behind_s: float = Field(
        1.0, ge=0.2, le=10, description="A listener this far behind skips to live (counted in audio it has not played)."
    )
    stuck_s: float = Field(10.0, ge=2, le=120, description="A listener that takes nothing for this long is closed.")


class StoreSettings(Section):
    """The SQL store."""

    queue: int = Field(
        10_000,
        ge=100,
        le=1_000_000,
        description="Writes waiting for the store; beyond it the oldest call update is dropped, never an alert.",
    )
    busy_ms: int = Field(
        2_000, ge=10, le=60_000, description="Another program may hold the database this long before a write fails."
    )
    patience_ms: int = Field(
        250, ge=10, le=10_000, description="An alert whose write takes longer is shown to supervisors unstored."
    )
    longest_back_off_s: float = Field(
        5.0, ge=0.01, le=300, description="After a failed write the next try comes within this time."
    )
    drain_s: float = Field(10.0, ge=0.1, le=120, description="A stopping service tries this long to write the rest.")


class Settings(Section):
    """The whole configuration of one node."""

    language: Language = Field(Language.ZH, description="Language of calls that do not say one.")
    model: Path | None = Field(
        None, description="Folder of the speech model for that language, instead of the known one."
    )
    data_dir: Path = Field(Path("earshot-data"), description="Where the store and pulled models are kept.")
    redis_url: SecretStr | None = Field(None, description="Redis for many nodes; empty: one node, in process.")
    database_url: SecretStr | None = Field(None, description="SQL database; empty: SQLite in the data folder.")
    http_host: str = Field("127.0.0.1", description="Address of pages, API and WebSockets.")
    http_port: int = Field(8000, ge=0, le=65_535, description="0 picks a free port.")
    audiosocket_host: str = Field("127.0.0.1", description="Address of the AudioSocket door.")
    audiosocket_port: int = Field(9092, ge=0, le=65_535, description="0 picks a free port.")
    rules_dir: Path | None = Field(
        None, description="Folder of rule packs (zh, en, ko inside) instead of the ones that come along."
    )
    ingest: IngestSettings = IngestSettings()
    dialects: DialectSettings = DialectSettings()
    pbx: PbxSettings = PbxSettings()
    hearing: HearingSettings = HearingSettings()
    segments: SegmentSettings = SegmentSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    models: ModelSettings = ModelSettings()
    detection: DetectionSettings = DetectionSettings()
    desk: DeskSettings = DeskSettings()
    inspection: InspectionSettings = InspectionSettings()
    listening: ListeningSettings = ListeningSettings()
    floor: FloorSettings = FloorSettings()
    figures: FiguresSettings = FiguresSettings()
    store: StoreSettings = StoreSettings()
    observations: ObservationSettings = ObservationSettings()
    clips: ClipSettings = ClipSettings()
    recording: RecordingSettings = RecordingSettings()
    retention: RetentionSettings = RetentionSettings()
    privacy: PrivacySettings = PrivacySettings()
    bus: BusSettings = BusSettings()
    drain: DrainSettings = DrainSettings()
    alarms: AlarmSettings = AlarmSettings()
    tls: TlsSettings = TlsSettings()
    tracing: TracingSettings = TracingSettings()
    webhooks: WebhookSettings = WebhookSettings()
    trust: TrustSettings = TrustSettings()
    limits: LimitSettings = LimitSettings()
