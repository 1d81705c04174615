"""A board of live calls without recognition, store or consoles: everything a call yields is kept for looking at."""

from dataclasses import dataclass, field

from alerts.alert import Alert
from alerts.desk import AlertDesk
from alerts.watch import CallWatch
from config.rule_packs import RulePack
from config.settings import Language, Settings
from service.call_board import CallBoard
from service.call_record import CallRecord
from service.call_view import view_of
from service.clock import Clock, SystemClock
from service.live_call import LiveCall
from service.recognition.leg_recognition import LegRecognition, SegmentTaker
from streaming.frames import AudioFrame
from web.sources import CallLevels, CallState, CallView, TranscriptLine


@dataclass(slots=True)
class KeepingOutlet:
    """Keeps what calls yield."""

    alerts: list[Alert] = field(default_factory=list)
    lines: list[TranscriptLine] = field(default_factory=list)
    batches: list[CallLevels] = field(default_factory=list)
    changes: list[CallState] = field(default_factory=list)
    shown: dict[str, CallView] = field(default_factory=dict)  # each call as it was when it changed last
    frames: list[tuple[AudioFrame | None, AudioFrame | None]] = field(default_factory=list)
    somebody_listens: bool = False
    covered: list[tuple[AudioFrame | None, AudioFrame | None]] = field(default_factory=list)

    def alert(self, alert: Alert) -> None:
        self.alerts.append(alert)

    def transcript(self, line: TranscriptLine) -> None:
        self.lines.append(line)

    def levels(self, levels: CallLevels) -> None:
        self.batches.append(levels)

    def changed(self, call: LiveCall) -> None:
        self.changes.append(call.record.state)
        self.shown[call.record.call_id] = view_of(call)

    def listened(self, name: str) -> bool:
        return self.somebody_listens

    def sound(self, name: str, agent: AudioFrame | None, customer: AudioFrame | None) -> None:
        (self.covered if name.startswith("~") else self.frames).append((agent, customer))


@dataclass(slots=True)
class KeepingCalls:
    """A store of calls in a dictionary."""

    kept: dict[str, CallView] = field(default_factory=dict)

    def save_call(self, call: CallView) -> None:
        self.kept[call.call_id] = call

    async def calls(self, state: CallState | None, queue: str | None, limit: int, before: str | None) -> list[CallView]:
        return [view for view in self.kept.values() if state in (None, view.state) and queue in (None, view.queue)]

    async def call(self, call_id: str) -> CallView | None:
        return self.kept.get(call_id)


def board_of(
    settings: Settings,
    outlet: KeepingOutlet,
    clock: Clock | None = None,
    calls: KeepingCalls | None = None,
    group: SegmentTaker | None = None,
    pack: RulePack | None = None,
    kind: type[LiveCall] = LiveCall,
) -> CallBoard:
    """A board whose calls are heard by sound alone, or by `group`."""
    clock = clock if clock is not None else SystemClock()

    def new_call(record: CallRecord) -> LiveCall:
        return kind(
            record=record,
            settings=settings,
            clock=clock,
            recognize=lambda call_id, leg, heard: LegRecognition(leg, call_id, group, settings.segments, heard),
            watch=CallWatch(settings.detection, pack),
            desk=AlertDesk(Language.EN),
            outlet=outlet,
        )

    return CallBoard(settings, clock, new_call, calls if calls is not None else KeepingCalls())
