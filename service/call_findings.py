"""What the rules find in one call becomes its alerts: masked, timed by when its audio came in, weighed, told."""

from collections.abc import Collection, Iterable

from alerts.alert import Alert, Kind
from alerts.desk import AlertDesk, CallAlerts
from alerts.findings import Finding
from alerts.watch import CallWatch
from service.arrivals import ArrivalLog
from service.call_outlet import CallOutlet
from service.call_record import CallRecord
from service.call_words import CallWords
from service.clock import Clock
from streaming.frames import Leg

_TWO_PARTY_KINDS = frozenset({Kind.DEAD_AIR, Kind.LONG_SILENCE, Kind.TALK_OVER, Kind.INTERRUPTION, Kind.ONE_WAY_AUDIO})


class CallFindings:
    """Findings in; the call's alerts, in their newest versions, out and in `alerts`. `legs`: those that have come."""

    def __init__(
        self,
        record: CallRecord,
        clock: Clock,
        watch: CallWatch,
        desk: AlertDesk,
        words: CallWords,
        outlet: CallOutlet,
        legs: Collection[Leg],
    ) -> None:
        self.alerts: dict[str, Alert] = {}
        self.arrivals = ArrivalLog()
        self._record, self._clock, self._watch, self._desk = record, clock, watch, desk
        self._words, self._outlet, self._legs = words, outlet, legs

    def take(self, findings: Iterable[Finding]) -> None:
        """Make alerts of what was found just now."""
        detected_at = self._clock.now_at()
        facts = self._record.facts()
        for finding in findings:
            leg = None if finding.kind in _TWO_PARTY_KINDS else finding.leg
            received_at = self.arrivals.received_at(finding.audio_end_ms, leg) or detected_at
            if self._record.hung_up_at is not None and finding.kind is Kind.AGENT_HANGUP:
                received_at = max(received_at, self._record.hung_up_at)
            self._keep(self._desk.take(self._words.masked(finding), facts, received_at, detected_at))

    def adopt(self, alert: Alert) -> None:
        """An alert of this call as people have left it: what is found next is laid on that."""
        known = self.alerts.get(alert.alert_id)
        if known is None or alert.version > known.version:
            self.alerts[alert.alert_id] = self._desk.adopt(alert)
            self.weigh()

    def leave(self) -> CallAlerts:
        """What another node needs to go on with them."""
        return self._desk.alerts_of(self._record.call_id)

    def take_up(self, handed: CallAlerts) -> None:
        """Go on with those of another node."""
        self._desk.take_up(self._record.call_id, handed)
        self.alerts = {running.alert.alert_id: running.alert for running in handed.running.values()}

    def call_over(self) -> None:
        """The call is over: what is still provisional is settled, and no more audio comes."""
        self._keep(self._desk.call_over(self._record.call_id, self._clock.now_at()))
        self.arrivals = ArrivalLog()

    def weigh(self) -> bool:
        """What they and the tensest voice make of the call's risk; whether that is news."""
        tone = max((self._watch.tone(leg) for leg in self._legs), default=0.0)
        return self._record.weigh(self.alerts.values(), tone)

    def _keep(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            self.alerts[alert.alert_id] = alert
            self._outlet.alert(alert)
        self.weigh()
