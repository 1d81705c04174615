"""What is sent for a change of an alert or to advise an agent: a CloudEvent, with the signature that proves it ours."""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime

from alerts.alert import Alert, Severity
from config.webhooks import WebhookRoute
from web.agent_messages import agent_message_body
from web.alert_messages import alert_body
from web.desk_sources import AgentTip
from web.sources import AlertChange
from web.stamps import stamp

EVENT_TYPE = "earshot.alert.changed"
ADVICE_TYPE = "earshot.agent.message"
_SOURCE = "/earshot"
_ENCODED_SECRET = "whsec_"  # noqa: S105  # how Standard Webhooks marks a base64 secret


def is_wanted(route: WebhookRoute, alert: Alert) -> bool:
    """Whether the route is to be told of this change."""
    return (
        "alerts" in route.events
        and (not route.states or alert.state.value in route.states)
        and alert.severity >= Severity[route.min_severity.upper()]
        and _is_of_route(route, alert)
    )


def is_advice_wanted(route: WebhookRoute, alert: Alert) -> bool:
    """Whether the route is to be told of the alert's advice."""
    return "agent_messages" in route.events and _is_of_route(route, alert)


def _is_of_route(route: WebhookRoute, alert: Alert) -> bool:
    return (
        (not route.kinds or alert.kind.value in route.kinds)
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
        **_attributes(event_id_of(alert), EVENT_TYPE, alert.alert_id, alert.updated_at),
        "sequence": str(change.sequence),
        "data": alert_body(alert).model_dump(mode="json"),
    }
    return json.dumps(event, ensure_ascii=False)


def advice_id_of(alert: Alert) -> str:
    """The same for every try, and should it be told once more."""
    return f"{alert.alert_id}.advice"


def advice_event(event_id: str, tip: AgentTip) -> str:
    """The body: CloudEvents 1.0, structured JSON, the message as in the REST interface, about its agent."""
    data = agent_message_body(tip).model_dump(mode="json")
    return json.dumps({**_attributes(event_id, ADVICE_TYPE, tip.agent_id, tip.at), "data": data}, ensure_ascii=False)


def _attributes(event_id: str, event_type: str, subject: str, at: datetime) -> dict[str, str]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": _SOURCE,
        "type": event_type,
        "subject": subject,
        "time": stamp(at),
        "datacontenttype": "application/json",
    }


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
