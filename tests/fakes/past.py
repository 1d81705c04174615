"""A past of a few calls and alerts: remembers what it was asked for."""

from alerts.alert import Alert
from streaming.frames import Leg
from tests.fakes.desk import a_call, an_alert
from web.history_sources import FoundAlerts, FoundCalls, HistoryFilter, PastAlert, PastCall, Said
from web.sources import CallState, CallView


class FakeHistory:
    """Fills `web.history_sources.History`; every call and alert fits whatever is asked, pages are kept."""

    def __init__(self) -> None:
        self.calls: list[CallView] = []
        self.alerts: list[Alert] = []
        self.said: tuple[Said, ...] = ()
        self.asked: list[HistoryFilter] = []

    async def past_calls(self, wanted: HistoryFilter, limit: int, before: str | None) -> FoundCalls:
        self.asked.append(wanted)
        ids = [call.call_id for call in self.calls]
        start = 0 if before is None else ids.index(before) + 1
        page = self.calls[start : start + limit]
        return FoundCalls(tuple(PastCall(call, {"major": 2}, self.said) for call in page))

    async def past_alerts(self, wanted: HistoryFilter, limit: int, before: str | None) -> FoundAlerts:
        self.asked.append(wanted)
        ids = [alert.alert_id for alert in self.alerts]
        start = 0 if before is None else ids.index(before) + 1
        page = self.alerts[start : start + limit]
        return FoundAlerts(tuple(PastAlert(alert, self.said) for alert in page), self.alerts[0].opened_at)


def a_past() -> FakeHistory:
    """Two calls and an alert in which somebody complained."""
    past = FakeHistory()
    past.calls = [a_call(f"call-{number}", CallState.ENDED) for number in (2, 1)]
    past.alerts = [an_alert()]
    past.said = (Said(Leg.CUSTOMER, 1_500, 2_000, "我要 投诉", ((3, 5),)),)
    return past
