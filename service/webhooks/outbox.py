"""Which letters a change of an alert gives: they are written in the transaction of the change itself."""

from collections.abc import Sequence

from config.webhooks import WebhookRoute
from service.store.deliveries import Letter
from service.webhooks.envelope import cloud_event, event_id_of, is_wanted
from web.sources import AlertChange


class Outbox:
    """One letter for each route that wants the change."""

    def __init__(self, routes: Sequence[WebhookRoute]) -> None:
        self._routes = routes

    def __call__(self, change: AlertChange) -> list[Letter]:
        """The letters; their body is the same for all."""
        wanting = [route.name for route in self._routes if is_wanted(route, change.alert)]
        if not wanting:
            return []
        body, event_id = cloud_event(change), event_id_of(change.alert)
        return [Letter(name, event_id, body) for name in wanting]
