"""One supervisor's console: what it follows, what it has been told, what waits for it."""

from collections.abc import Iterable

from alerts.alert import Alert, Severity
from web.outbox import Outbox
from web.requests import ConsoleFilter, transcript_call_id
from web.sources import AlertChange, TranscriptLine
from web.trust.who import LOCAL, Principal


class Console:
    """Every alert change is told exactly once, in the order of its sequence, over the seam from past to live too.

    A console joins before the past is read. Changes that come meanwhile wait; `begin` lets through the ones
    the past did not hold.
    """

    def __init__(self, wanted: ConsoleFilter, topics: Iterable[str], most_waiting: int, who: Principal = LOCAL) -> None:
        self.who = who
        self.outbox = Outbox(most_waiting)
        self.topics: set[str] = set(topics)
        self._wanted = wanted
        self._most_waiting = most_waiting
        self._early: list[tuple[AlertChange, str, bool]] | None = []  # None once the past has been told
        self._newest = -1

    @property
    def cursor(self) -> int:
        """Everything up to this sequence has been queued or was not wanted."""
        return max(self._newest, 0)

    def follows_call(self, call_id: str) -> bool:
        """Whether it wants the call's transcript."""
        return f"transcript:{call_id}" in self.topics

    def reads(self, line: TranscriptLine, team: str | None, queue: str | None, site: str | None) -> bool:
        """Whether the words of this line, of a call of this place, may be read."""
        return self.who.scope.covers(site, team, queue) and self.who.hears(line.heard.leg)

    def followed_calls(self) -> set[str]:
        """The calls whose transcripts it wants."""
        return {call_id for topic in self.topics if (call_id := transcript_call_id(topic)) is not None}

    def wants_place(self, team: str | None, queue: str | None, site: str | None = None) -> bool:
        """Whether calls of this place are in its filter, and may be seen at all."""
        wanted = self._wanted
        if not self.who.scope.covers(site, team, queue):
            return False
        return (not wanted.teams or team in wanted.teams) and (not wanted.queues or queue in wanted.queues)

    @property
    def places(self) -> tuple[frozenset[str], frozenset[str]]:
        """The teams and queues it asked for; boards that asked for the same are told the same."""
        return self._wanted.teams, self._wanted.queues

    def wants(self, alert: Alert, highest: Severity) -> bool:
        """`highest` is the highest severity the alert ever had: whoever saw it open must also see it fall."""
        in_place = self.wants_place(alert.team, alert.queue, alert.site)
        is_told = self._wanted.person is None or not alert.route or self._wanted.person in alert.route
        return "alerts" in self.topics and in_place and is_told and highest >= self._wanted.least

    def wants_missed(self, alert: Alert) -> bool:
        """As `wants`, for a change from the past: a later version may belong to an alert that was shown."""
        return self.wants(alert, Severity.CRITICAL if alert.version > 1 else alert.severity)

    def tell_alert(self, change: AlertChange, text: str, *, wanted: bool) -> None:
        """Queue one live change, unless it has been told. `text` is the message all consoles share."""
        if self._early is not None:
            self._early.append((change, text, wanted))
            if len(self._early) > self._most_waiting:
                self.outbox.overflow()
                self._early.clear()
            return
        if change.sequence is not None:
            if change.sequence <= self._newest:
                return
            self._newest = change.sequence
        if wanted:
            self.outbox.offer(text)

    def begin(self, told_up_to: int, told_versions: dict[str, int]) -> None:
        """The past has been told up to this sequence, with these versions of alerts; go on with what came since."""
        early, self._early = self._early or [], None
        self._newest = told_up_to
        for change, text, wanted in early:
            told = change.sequence is None and told_versions.get(change.alert.alert_id, 0) >= change.alert.version
            if not told:
                self.tell_alert(change, text, wanted=wanted)

    def tell_line(self, line: TranscriptLine, text: str) -> None:
        """Queue one transcript line; it takes the place of an older revision that still waits."""
        heard = line.heard
        self.outbox.offer(text, ("line", line.call_id, heard.leg, heard.utterance), droppable=not heard.final)

    def tell_call(self, call_id: str, text: str) -> None:
        """Queue how a call stands now; it takes the place of an older message that still waits."""
        self.outbox.offer(text, ("call", call_id))

    def tell_presence(self, call_id: str, text: str) -> None:
        """Queue who listens to a call; it takes the place of an older message that still waits."""
        self.outbox.offer(text, ("presence", call_id))

    def tell_levels(self, call_id: str, text: str) -> None:
        """Queue levels; the first thing a slow console loses."""
        self.outbox.offer(text, ("levels", call_id), droppable=True)

    def tell_agent_message(self, text: str) -> None:
        """Queue advice for an agent."""
        self.outbox.offer(text)

    def tell_banner(self, about: str, text: str) -> None:
        """Queue a banner; it takes the place of an older one about the same that still waits."""
        self.outbox.offer(text, ("banner", about))

    def tell_wallboard(self, text: str) -> None:
        """Queue the floor as it stands; only the newest is worth sending."""
        self.outbox.offer(text, "wallboard", droppable=True)

    def tell_heartbeat(self, text: str) -> None:
        """Queue a heartbeat behind everything its cursor speaks of."""
        self.outbox.offer(text)
