"""Where a live call's output goes: alerts through the store to the consoles, the rest straight to the audience."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from alerts.alert import Alert
from config.privacy import Keeping
from service.bus.bus import Bus
from service.bus.on_the_wire import LEVELS, LINE, call_news, sound_news
from service.call_view import view_of
from service.clock import Clock
from service.live_call import LiveCall
from service.node_counts import NodeCounts
from service.store.store import Store
from streaming.frames import AudioFrame
from web.audience import Audience
from web.sources import AlertChange, CallLevels, CallState, CallView, TranscriptLine

_REMEMBERED = 20_000  # far more alerts than change at once on one node


class NodeOutlet:
    """Fills `CallOutlet`. An alert is published when it is committed: the store's sequence is the console's cursor."""

    def __init__(
        self,
        store: Store,
        audience: Audience,
        bus: Bus,
        clock: Clock,
        counts: NodeCounts,
        call_ended: Callable[[str, datetime], None],
    ) -> None:
        self._store, self._audience, self._bus = store, audience, bus
        self._clock, self._counts = clock, counts
        self.when_closed: Callable[[LiveCall], None] = lambda _call: None
        self.keeping: Callable[[str], Keeping] = lambda _call_id: Keeping.ALL
        self._call_ended = call_ended
        self._ended: set[str] = set()
        self._first_published_at: OrderedDict[str, datetime] = OrderedDict()

    def alert(self, alert: Alert) -> None:
        """To the store; `published` brings it back. Later versions keep the first one's stamp."""
        first_at = self._first_published_at.get(alert.alert_id)
        if first_at is not None:
            alert = replace(alert, timing=replace(alert.timing, published_at=first_at))
        self._store.save_alert(alert)

    def published(self, change: AlertChange, *, told_before: bool) -> None:
        """The store has (or cannot have) the change, of this node or another: to everybody who watches."""
        alert = change.alert
        if not told_before:
            self._counts.alert_published(alert, self._clock.now_at())
        if alert.version == 1 and alert.timing.published_at is not None:
            self._first_published_at[alert.alert_id] = alert.timing.published_at
            while len(self._first_published_at) > _REMEMBERED:
                self._first_published_at.popitem(last=False)
        self._audience.publish_alert(change, told_before=told_before)

    def transcript(self, line: TranscriptLine) -> None:
        """To those who follow this call's words."""
        if line.heard.final and line.heard.text and self.keeping(line.call_id) in (Keeping.ALL, Keeping.NO_SOUND):
            self._store.save_line(line)
        self._audience.publish_transcript(line)
        if self._bus.is_followed(topic := f"transcript:{line.call_id}"):
            self._bus.tell(topic, LINE.dump_json(line))

    def levels(self, levels: CallLevels) -> None:
        """To those who watch levels."""
        self._audience.publish_levels(levels)
        if self._bus.is_followed("levels"):
            self._bus.tell("levels", LEVELS.dump_json(levels))

    def changed(self, call: LiveCall) -> None:
        """The call as it stands, kept and shown."""
        view = view_of(call)
        self._store.save_call(view)
        ended = view.state is CallState.ENDED and view.call_id not in self._ended
        if ended:
            self._ended.add(view.call_id)
            self._call_ended(view.call_id, view.ended_at or self._clock.now_at())
        self.shown(view, ended)
        if call.closed:
            self._ended.discard(view.call_id)
            self.when_closed(call)

    def shown(self, view: CallView, ended: bool) -> None:
        """A call as it stands, or as it ended, to everybody who follows calls."""
        if ended:
            self._audience.publish_call_ended(view)
        else:
            self._audience.publish_call(view)
        if self._bus.is_followed("calls"):
            self._bus.tell("calls", call_news(view, ended=ended))

    def listened(self, name: str) -> bool:
        """Whether anybody hears the sound that goes by this name."""
        return self._audience.hears(name) or self._bus.is_followed(f"sound:{name}")

    def sound(self, name: str, agent: AudioFrame | None, customer: AudioFrame | None) -> None:
        """To those who hear it."""
        self._audience.hear(name, agent, customer)
        if self._bus.is_followed(topic := f"sound:{name}"):
            self._bus.tell(topic, sound_news(agent, customer))
