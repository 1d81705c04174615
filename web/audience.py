"""Who follows what: consoles and listeners of this node, each behind its own bound. Nothing here ever waits."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from alerts.alert import Severity
from config.settings import ListeningSettings
from streaming.frames import AudioFrame
from web.agent_messages import agent_message_body
from web.alert_messages import alert_message, is_over
from web.bleeped import bleeped_name
from web.call_messages import call_message
from web.console import Console
from web.desk_sources import AgentTip
from web.ear import Ear
from web.listen_frame import FrameEncoder
from web.live_messages import banner_message, levels_message, line_message, presence_message
from web.presence import Listening, Presence
from web.requests import AGENT_TOPIC, ConsoleFilter
from web.sources import AlertChange, CallLevels, CallView, TranscriptLine
from web.trust.who import LOCAL, Principal

_Value = TypeVar("_Value")
_REMEMBERED = 20_000  # alerts and calls remembered for filtering: far more than are ever open on one node


class AudienceFullError(Exception):
    """No further console or listener is taken on this node."""


@dataclass(frozen=True, slots=True)
class AudienceCounts:
    """Figures for the metrics; all but the first two only ever rise."""

    consoles: int
    listeners: int
    messages_replaced: int
    messages_dropped: int
    consoles_overflowed: int
    frames_sent: int
    frames_dropped: int
    listeners_stuck: int
    refused: int


class Audience:
    """Everything that is told goes to whoever wants it; each message is encoded once for all.

    Alert changes must be published in the order of their sequence. All methods belong to the event loop's thread.
    """

    def __init__(self, settings: ListeningSettings, now_at: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now_at = now_at
        self._consoles: list[Console] = []
        self._ears: dict[str, list[Ear]] = {}
        self._encoders: dict[str, FrameEncoder] = {}
        self._highest: OrderedDict[str, Severity] = OrderedDict()
        self._places: OrderedDict[str, tuple[str | None, str | None, str | None]] = OrderedDict()
        self._banners: set[str] = set()
        self._presence = Presence()
        self._gone = AudienceCounts(0, 0, 0, 0, 0, 0, 0, 0, 0)

    def publish_alert(self, change: AlertChange, *, told_before: bool = False) -> None:
        """A new or changed alert; one told before without its sequence only moves the cursors."""
        alert = change.alert
        highest = max(alert.severity, self._highest.pop(alert.alert_id, alert.severity))
        if not is_over(alert):
            _remember(self._highest, alert.alert_id, highest)
        text = alert_message(change) if self._consoles and not told_before else ""
        for console in self._consoles:
            console.tell_alert(change, text, wanted=not told_before and console.wants(alert, highest))

    def publish_call(self, call: CallView) -> None:
        """A call began or changed."""
        _remember(self._places, call.call_id, (call.team, call.queue, call.site))
        self._tell_call(call, ended=False)

    def publish_call_ended(self, call: CallView) -> None:
        """A call is over; who listened is told so."""
        self._tell_call(call, ended=True)
        self._places.pop(call.call_id, None)
        for name in (call.call_id, bleeped_name(call.call_id)):
            self._encoders.pop(name, None)
            for ear in self._ears.get(name, []):
                ear.end("call_ended")

    def publish_transcript(self, line: TranscriptLine) -> None:
        """A new revision of an utterance, for those who follow the call."""
        place = self._places.get(line.call_id, (None, None, None))
        followers = [
            console for console in self._consoles if console.follows_call(line.call_id) and console.reads(line, *place)
        ]
        text = line_message(line) if followers else ""
        for console in followers:
            console.tell_line(line, text)

    def publish_agent_message(self, tip: AgentTip) -> None:
        """Advice for an agent, for the desks that follow that agent."""
        followers = [console for console in self._consoles if f"{AGENT_TOPIC}{tip.agent_id}" in console.topics]
        text = agent_message_body(tip).model_dump_json() if followers else ""
        for console in followers:
            console.tell_agent_message(text)

    def publish_levels(self, levels: CallLevels) -> None:
        """A batch of levels of one call."""
        place = self._places.get(levels.call_id, (None, None, None))
        followers = [
            console for console in self._consoles if "levels" in console.topics and console.wants_place(*place)
        ]
        text = levels_message(levels) if followers else ""
        for console in followers:
            console.tell_levels(levels.call_id, text)

    def hear(self, name: str, agent: AudioFrame | None, customer: AudioFrame | None) -> None:
        """20 ms of a call, both legs at the same place; None where a leg has no audio. Free unless someone listens.

        `name`: the call's id, or its `bleeped_name`.
        """
        ears = self._ears.get(name)
        if not ears:
            return
        encoded = self._encoders.setdefault(name, FrameEncoder()).encode(agent, customer, self._now_ms())
        if encoded is None:
            return
        first = agent or customer
        for ear in ears:
            ear.offer(*encoded, first.start_ms if first is not None else None)

    def join(self, wanted: ConsoleFilter, topics: Iterable[str], who: Principal = LOCAL) -> Console:
        """A console comes; from now on everything it wants and may see waits for it. Raises AudienceFullError."""
        if len(self._consoles) >= self._settings.most_consoles:
            self._count(refused=1)
            raise AudienceFullError
        console = Console(wanted, topics, self._settings.console_queue, who)
        self._consoles.append(console)
        for about in sorted(self._banners):
            console.tell_banner(about, banner_message(about, active=True))
        for call_id in sorted(self._presence.calls()):
            self._tell_presence(call_id, [console])
        return console

    def leave(self, console: Console) -> None:
        """A console has gone."""
        self._consoles.remove(console)
        box = console.outbox
        self._count(
            messages_replaced=box.replaced, messages_dropped=box.dropped, consoles_overflowed=int(box.overflowed)
        )

    def listen(self, call_id: str, person: str | None = None, *, bleeped: bool = False) -> Ear:
        """Somebody begins to listen to a call, and everybody is told who. Raises AudienceFullError.

        `bleeped`: who may not hear numbers.
        """
        if sum(len(ears) for ears in self._ears.values()) >= self._settings.most_listeners:
            self._count(refused=1)
            raise AudienceFullError
        settings = self._settings
        ear = Ear(
            call_id,
            settings.listen_queue_frames,
            round(settings.behind_s * 1000),
            round(settings.stuck_s * 1000),
            person,
            bleeped=bleeped,
        )
        self._ears.setdefault(ear.name, []).append(ear)
        self._presence.come(call_id, person)
        self._tell_presence(call_id, self._consoles)
        return ear

    def stop_listening(self, ear: Ear) -> None:
        """Somebody has stopped listening."""
        self._ears[ear.name].remove(ear)
        if not self._ears[ear.name]:
            del self._ears[ear.name]
            self._encoders.pop(ear.name, None)
        self._presence.go(ear.call_id, ear.person)
        self._tell_presence(ear.call_id, self._consoles)
        self._count(frames_sent=ear.sent, frames_dropped=ear.dropped, listeners_stuck=int(ear.stuck))

    def is_listened_to(self, call_id: str) -> bool:
        """Whether anybody hears this call now: such calls keep their recogniser longest."""
        return call_id in self._ears or bleeped_name(call_id) in self._ears

    def hears(self, name: str) -> bool:
        """Whether anybody hears the sound that goes by this name: the call's id, or its `bleeped_name`."""
        return name in self._ears

    def listeners_here(self) -> dict[str, tuple[str | None, ...]]:
        """Who listens to which call on this node, for the other nodes."""
        return self._presence.here()

    def learn_listeners(self, node_id: str, calls: Listening, until_s: float) -> None:
        """Who listens on another node, as that node says it; good until then."""
        for call_id in self._presence.learn(node_id, calls, until_s):
            self._tell_presence(call_id, self._consoles)

    def forget_silent_nodes(self, now_s: float) -> None:
        """Nobody listens any more on nodes that have fallen silent."""
        for call_id in self._presence.forget_silent(now_s):
            self._tell_presence(call_id, self._consoles)

    def followed(self) -> frozenset[str]:
        """What the people on this node follow now: `calls`, `levels`, `transcript:<call_id>`, `sound:<call_id>`."""
        topics = {topic for console in self._consoles for topic in console.topics}
        return frozenset(topics | {f"sound:{name}" for name in self._ears})

    def wallboards(self) -> list[Console]:
        """The consoles that show the floor."""
        return [console for console in self._consoles if "wallboard" in console.topics]

    def publish_banner(self, about: str, *, active: bool) -> None:
        """Something every page says as long as it lasts; consoles that come later are told too."""
        if active is (about in self._banners):
            return
        (self._banners.add if active else self._banners.discard)(about)
        for console in self._consoles:
            console.tell_banner(about, banner_message(about, active=active))

    def send_away(self) -> None:
        """Every console gets what waits for it and is then told to connect anew: elsewhere, where there is a choice."""
        for console in self._consoles:
            console.outbox.finish()

    def counts(self) -> AudienceCounts:
        """The figures as they stand now, those who have gone included."""
        ears = [ear for each in self._ears.values() for ear in each]
        boxes = [console.outbox for console in self._consoles]
        gone = self._gone
        return AudienceCounts(
            consoles=len(boxes),
            listeners=len(ears),
            messages_replaced=gone.messages_replaced + sum(box.replaced for box in boxes),
            messages_dropped=gone.messages_dropped + sum(box.dropped for box in boxes),
            consoles_overflowed=gone.consoles_overflowed,
            frames_sent=gone.frames_sent + sum(ear.sent for ear in ears),
            frames_dropped=gone.frames_dropped + sum(ear.dropped for ear in ears),
            listeners_stuck=gone.listeners_stuck,
            refused=gone.refused,
        )

    def _tell_call(self, call: CallView, *, ended: bool) -> None:
        followers = [
            console
            for console in self._consoles
            if "calls" in console.topics and console.wants_place(call.team, call.queue, call.site)
        ]
        text = call_message(call, ended=ended) if followers else ""
        for console in followers:
            console.tell_call(call.call_id, text)

    def _tell_presence(self, call_id: str, consoles: Iterable[Console]) -> None:
        place = self._places.get(call_id, (None, None, None))
        followers = [each for each in consoles if "calls" in each.topics and each.wants_place(*place)]
        text = presence_message(call_id, self._presence.of(call_id)) if followers else ""
        for console in followers:
            console.tell_presence(call_id, text)

    def _now_ms(self) -> float:
        return self._now_at().timestamp() * 1000

    def _count(self, **more: int) -> None:
        self._gone = replace(self._gone, **{name: getattr(self._gone, name) + count for name, count in more.items()})


def _remember(memory: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)
