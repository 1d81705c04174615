"""What is said about an alert before anybody sees it: repeated, muted, of a silent rule, and who is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import Alert
from alerts.life.repetition import Repetitions, raised
from alerts.life.routing import route_of
from alerts.life.suppression import Cause, Suppression
from config.life import DeskSettings
from config.roster import Roster
from web.desk_sources import Mute

MUTE, RULE, ALERT = "mute:", "rule:", "alert:"


class Rulings:
    """Roster, mutes and silent rules as this node knows them, in memory: an alert never waits for the store."""

    def __init__(
        self, settings: DeskSettings, now_at: Callable[[], datetime], suppressed: Callable[[Suppression], None]
    ) -> None:
        self.roster = Roster()
        self.mutes: Sequence[Mute] = ()
        self.silent: dict[str, datetime] = {}  # rules that may not speak, since when
        self.repetitions = Repetitions(timedelta(hours=settings.repeat_window_h))
        self._settings, self._now_at, self._suppressed = settings, now_at, suppressed

    def born(self, alert: Alert) -> Alert:
        """A new alert as it will be stored and told."""
        if self._settings.repeat_raises:
            alert = raised(alert, self.repetitions.earlier(alert))
        alert = replace(alert, route=route_of(alert, self.roster, self._now_at()))
        if alert.suppressed_by is None and (suppression := self.silenced(alert)) is not None:
            self._suppressed(suppression)
            alert = replace(alert, suppressed_by=self._silencer(alert))
        return alert

    def also_told(self, alert: Alert) -> tuple[str, ...]:
        """Who joins when the alert escalates by one level."""
        return route_of(alert, self.roster, self._now_at(), alert.escalation_level + 1)

    def silenced(self, alert: Alert) -> Suppression | None:
        """Why nobody is told of the alert now, if a mute or a silent rule is the cause."""
        mute = self.mute_of(alert)
        if mute is not None:
            until = mute.until.isoformat(timespec="seconds")
            return _suppression(alert, Cause.MUTED, f"Muted until {until}: {mute.reason}", self._now_at(), mute.by)
        if alert.rule in self.silent:
            since = self.silent[alert.rule].isoformat(timespec="seconds")
            reason = f"The rule is silent since {since}: people marked it wrong too often."
            return _suppression(alert, Cause.SILENT_RULE, reason, self._now_at(), None)
        return None

    def mute_of(self, alert: Alert) -> Mute | None:
        """The mute that covers the alert now."""
        now_at = self._now_at()
        return next((mute for mute in self.mutes if mute.until > now_at and covers(mute, alert)), None)

    def _silencer(self, alert: Alert) -> str:
        mute = self.mute_of(alert)
        return f"{MUTE}{mute.mute_id}" if mute is not None else f"{RULE}{alert.rule}"


def covers(mute: Mute, alert: Alert) -> bool:
    """Whether everything the mute names is so of the alert."""
    named = (
        (mute.rule, alert.rule),
        (mute.queue, alert.queue),
        (mute.team, alert.team),
        (mute.agent_id, alert.agent_id),
    )
    return all(wanted is None or wanted == there for wanted, there in named)


def _suppression(alert: Alert, cause: Cause, reason: str, at: datetime, by: str | None) -> Suppression:
    return Suppression(
        call_id=alert.call_id,
        alert_id=alert.alert_id,
        rule=alert.rule,
        kind=alert.kind.value,
        cause=cause,
        reason=reason,
        at_ms=alert.timing.audio_end_ms,
        at=at,
        by=by,
    )
