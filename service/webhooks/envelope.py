"""What is sent for one change of an alert: a CloudEvent, and the signature by which a receiver knows it is ours."""

import base64
import binascii
import hashlib
import hmac
import json

from alerts.alert import Alert, Severity
from config.webhooks import WebhookRoute
from web.alert_messages import alert_body
from web.sources import AlertChange
from web.stamps import stamp

EVENT_TYPE = "earshot.alert.changed"
_SOURCE = "/earshot"
_ENCODED_SECRET = "whsec_"  # noqa: S105  # how Standard Webhooks marks a base64 secret


def is_wanted(route: WebhookRoute, alert: Alert) -> bool:
    """Whether the route is to be told of this change."""
    return (
        (not route.kinds or alert.kind.value in route.kinds)
        and (not route.states or alert.state.value in route.states)
        and alert.severity >= Severity[route.min_severity.upper()]
        and (not route.teams or alert.team in route.teams)
        and (not route.queues or alert.queue in route.queues)
    )


def event_id_of(alert: Alert) -> str:
    """The same for every try: receivers tell repeats by it."""
    return f"{alert.alert_id}.{alert.version}"


def cloud_event(change: AlertChange) -> str:
    """The body: CloudEvents 1.0, structured JSON, the alert as in the REST interface."""
    alert = change.alert
    event = {
        "specversion": "1.0",
        "id": event_id_of(alert),
        "source": _SOURCE,
        "type": EVENT_TYPE,
        "subject": alert.alert_id,
        "time": stamp(alert.updated_at),
        "datacontenttype": "application/json",
        "sequence": str(change.sequence),
        "data": alert_body(alert).model_dump(mode="json"),
    }
    return json.dumps(event, ensure_ascii=False)


def headers_of(event_id: str, body: bytes, secret: str | None, now_s: int) -> dict[str, str]:
    """The headers of one try; signed as Standard Webhooks asks: HMAC-SHA256 over `id.timestamp.body`."""
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "Earshot",
        "webhook-id": event_id,
        "webhook-timestamp": str(now_s),
    }
    if secret is not None:
        signed = f"{event_id}.{now_s}.".encode() + body
        digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def _key(secret: str) -> bytes:
    if secret.startswith(_ENCODED_SECRET):
        try:
            return base64.b64decode(secret.removeprefix(_ENCODED_SECRET), validate=True)
        except binascii.Error:
            pass  # then it is a text that happens to begin so
    return secret.encode()
