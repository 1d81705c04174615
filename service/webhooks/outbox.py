"""Which letters a change of an alert gives: they are written in the transaction of the change itself."""

from collections.abc import Sequence

from alerts.alert import Alert
from alerts.life.advice import becomes_advice
from config.webhooks import WebhookRoute
from service.desk.agent_tips import tip_of
from service.store.deliveries import Letter
from service.webhooks.envelope import (
    advice_event,
    advice_id_of,
    cloud_event,
    event_id_of,
    is_advice_wanted,
    is_wanted,
)
from web.sources import AlertChange


class Outbox:
    """One letter for each route that wants the change, one more for each that wants its advice to the agent."""

    def __init__(self, routes: Sequence[WebhookRoute], *, advise_agents: bool = True) -> None:
        self._routes, self._advise_agents = routes, advise_agents

    def __call__(self, change: AlertChange, before: Alert | None) -> list[Letter]:
        """The letters; a body is the same for all routes. `before` is how the alert stood until now."""
        alert, letters = change.alert, list[Letter]()
        if wanting := [route.name for route in self._routes if is_wanted(route, alert)]:
            body, event_id = cloud_event(change), event_id_of(alert)
            letters += [Letter(name, event_id, body) for name in wanting]
        if self._advise_agents and becomes_advice(alert, before):
            event_id = advice_id_of(alert)
            body = advice_event(event_id, tip_of(alert))
            letters += [Letter(route.name, event_id, body) for route in self._routes if is_advice_wanted(route, alert)]
        return letters
