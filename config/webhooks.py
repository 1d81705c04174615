"""Settings of web hooks: who is told of alerts by HTTP, of which, and how long it is tried."""

from typing import Literal

from pydantic import Field, SecretStr

from config.section import Section


class WebhookRoute(Section):
    """One receiver. Empty lists mean everything."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="How the route is called in lists.")
    url: str = Field(pattern=r"^https?://[^\s@]+$", max_length=2_000, description="Where alerts are posted to.")
    secret: SecretStr | None = Field(
        None, description="Signs what is sent (Standard Webhooks): `whsec_` and base64, or any text."
    )
    events: tuple[Literal["alerts", "agent_messages"], ...] = Field(
        ("alerts",),
        min_length=1,
        description="alerts: every change of an alert; agent_messages: advice to agents (of any state).",
    )
    kinds: tuple[str, ...] = Field((), description="Only these kinds of alert.")
    states: tuple[str, ...] = Field((), description="Only changes into these states.")
    min_severity: Literal["info", "minor", "major", "critical"] = Field("info", description="Only from here on.")
    teams: tuple[str, ...] = Field((), description="Only alerts of these teams.")
    queues: tuple[str, ...] = Field((), description="Only alerts of these queues.")


class WebhookSettings(Section):
    """Web hooks."""

    routes: tuple[WebhookRoute, ...] = Field((), description="Who is told of alerts.")
    allow_private: bool = Field(
        False, description="Receivers may have private addresses (10.0.0.0/8, 127.0.0.1 and so on)."
    )
    answer_s: float = Field(10.0, ge=0.1, le=120, description="A receiver must have answered within this time.")
    attempts: int = Field(10, ge=1, le=50, description="After so many failures a delivery is dead: kept and listed.")
    first_back_off_s: float = Field(
        2.0, ge=0.01, le=600, description="The second try comes within this time, each further one within the double."
    )
    longest_back_off_s: float = Field(3_600.0, ge=0.01, le=86_400, description="But never later than this.")
    at_once: int = Field(4, ge=1, le=50, description="Deliveries under way to one receiver.")
