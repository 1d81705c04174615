"""Which parts of a node are watched, and how patiently."""

import socket
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from alerts.alert import Kind, Severity
from config.settings import Settings
from service.alarms.full_disk import FullDisk
from service.alarms.lost_audio import LostAudio
from service.alarms.service_alarms import Part, ServiceAlarms
from service.alarms.sick_model import SickModel
from service.alarms.wrong_clock import WrongClock
from service.call_board import CallBoard
from service.clock import Clock
from service.control.feeds import PbxFeeds
from service.ingest.counts import IngestCounts
from service.node_counts import NodeCounts
from service.pulse import Pulse
from service.recognition.groups import RecognitionGroups
from service.store.database import database_url
from service.store.store import Store
from web.audience import Audience
from web.sources import CallState


def node_alarms(
    settings: Settings,
    registry: CollectorRegistry,
    store: Store,
    audience: Audience,
    clock: Clock,
    counts: NodeCounts,
    pulse: Pulse,
    board: CallBoard,
    ingest: IngestCounts,
    feeds: PbxFeeds,
    groups: RecognitionGroups,
    folders: Sequence[Path],
) -> ServiceAlarms:
    """The alarms of this node, not running yet."""
    wanted = settings.alarms
    alone = database_url(settings).get_backend_name() == "sqlite"
    disk = FullDisk([settings.data_dir, *folders], wanted.least_free_gb)
    wall = WrongClock(clock, wanted.clock_off_s, None if alone else store.now_there)
    audio = LostAudio(
        clock,
        wanted.no_audio_s,
        audio_ms=lambda: sum(ingest.audio_ms.values()),
        calls_to_hear=lambda: sum(
            call.record.state is CallState.LIVE and bool(call.ears) and not (call.closed or call.paused)
            for call in board.live_calls()
        ),
        links=lambda: [(name, each.linked, each.link.calls.running) for name, each in feeds.followers.items()],
        alone=alone,
    )
    model = SickModel(
        clock,
        lambda: groups.readiness(settings.language),
        lambda: sum(group.workers_lost for group in groups.running().values()),
    )

    def late() -> str | None:
        p95_s = counts.late.p95_s(clock.now_at())
        if p95_s is not None and p95_s > wanted.latency_s:
            return f"1 in 20 comes after {p95_s:.1f} s"
        return f"the service waits {pulse.lateness_s:.1f} s" if pulse.lateness_s > wanted.latency_s else None

    parts = (
        Part(
            Kind.SERVICE_STORE,
            Severity.CRITICAL,
            patience_s=2,  # a hiccup is no alert
            calm_s=0,
            look=lambda: store.status().failing,
            told=lambda active: audience.publish_banner("store", active=active),
        ),
        Part(Kind.SERVICE_LATENCY, Severity.MAJOR, patience_s=10, calm_s=60, look=late),
        Part(Kind.SERVICE_AUDIO, Severity.CRITICAL, patience_s=0, calm_s=5, look=audio.look),
        Part(Kind.SERVICE_MODEL, Severity.MAJOR, patience_s=60, calm_s=5, look=model.look),  # models load long
        Part(Kind.SERVICE_DISK, Severity.CRITICAL, patience_s=5, calm_s=30, look=disk.look),
        Part(Kind.SERVICE_CLOCK, Severity.MAJOR, patience_s=0, calm_s=60, look=wall.look),
    )
    node = f"{socket.gethostname()}:{settings.http_port}"
    return ServiceAlarms(registry, parts, store, clock, settings.language, node, (disk.run, wall.run))
