"""Settings of log-in, sessions, tickets and the ledger of who listened."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from config.section import Section


class GroupSettings(Section):
    """What who is in a group of the provider may do here, and where."""

    roles: tuple[Literal["agent", "wallboard", "floor_manager", "supervisor", "qa", "admin"], ...] = Field(
        (), description="Roles its people have here."
    )
    everywhere: bool = Field(False, description="Calls of all sites, teams and queues.")
    sites: tuple[str, ...] = Field((), description="Only calls of these sites.")
    teams: tuple[str, ...] = Field((), description="Only calls of these teams.")
    queues: tuple[str, ...] = Field((), description="Only calls of these queues.")


class OidcSettings(Section):
    """Log-in at another place, by OpenID Connect; off while no issuer is named."""

    issuer: str | None = Field(None, description="Address of the provider, as its discovery document says it.")
    client_id: str | None = Field(None, description="What the provider knows this Earshot by.")
    client_secret: SecretStr | None = Field(None, description="The client's secret; empty for a public client.")
    claim: Literal["sub", "preferred_username", "email"] = Field(
        "sub", description="Which of the provider's words is a user's oidc_id; an e-mail must be verified."
    )
    label: str = Field("OpenID Connect", max_length=60, description="What the button on the log-in page says.")
    address: str | None = Field(
        None, description="Own address as browsers see it (https://earshot.example); empty: as the request says."
    )
    answer_s: float = Field(10.0, ge=1, le=60, description="The provider must answer within this time.")
    log_out: bool = Field(
        True, description="Who came by the provider is logged out there too, where it has an end_session_endpoint."
    )
    after_log_out: str | None = Field(
        None,
        pattern=r"^https?://",
        max_length=500,
        description="Where the provider sends browsers after that, as registered there; empty: it shows its own page.",
    )
    groups_claim: str = Field("groups", max_length=100, description="In which of its words the provider names groups.")
    groups: dict[str, GroupSettings] = Field(
        {},
        description="Groups of the provider and what they may do here: their people need not be registered, and "
        "each log-in sets roles and scope anew; nobody else comes in by the provider. Empty: admins register people.",
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.issuer is None) != (self.client_id is None):
            raise ValueError("issuer and client_id belong together")
        return self


class TrustSettings(Section):
    """Who is let in, for how long, and what the ledger writes down."""

    session_h: float = Field(12.0, ge=0.1, le=168, description="A log-in ends after this time at the latest.")
    idle_min: float = Field(30.0, ge=1, le=1_440, description="A log-in ends when nothing is done for this time.")
    kiosk_days: float = Field(30.0, ge=1, le=400, description="A wallboard's key logs its screen in for this time.")
    ticket_s: float = Field(30.0, ge=5, le=300, description="A ticket for a socket must be used within this time.")
    check_s: float = Field(30.0, ge=1, le=60, description="Running sockets ask anew for their rights this often.")
    shortest_password: int = Field(12, ge=8, le=64, description="Letters and signs of a password, at least.")
    failures_per_name: int = Field(
        5, ge=2, le=100, description="Wrong passwords for a name from one address; then it must wait."
    )
    failures_per_address: int = Field(30, ge=5, le=10_000, description="Wrong passwords from one address.")
    failures_of_name: int = Field(50, ge=5, le=10_000, description="Wrong passwords for a name from all addresses.")
    failures_min: float = Field(15.0, ge=1, le=1_440, description="Wrong passwords are remembered for this time.")
    plain_http: bool = Field(
        False, description="Let people log in from other machines without TLS: passwords can be read on the way."
    )
    listen_row_s: float = Field(
        10.0, ge=1, le=60, description="Listening is written down in advance, for so many seconds at a time."
    )
    proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        max_length=100,
        description="Addresses and networks of our own proxies; they say who asks, and whether by TLS.",
    )
    oidc: OidcSettings = OidcSettings()
