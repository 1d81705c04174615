"""Settings of running the service for years: stopping, limits, TLS, alerts about itself, traces."""

from pathlib import Path

from pydantic import Field, SecretStr

from config.section import Section


class DrainSettings(Section):
    """What a node does that is told to stop by SIGTERM or by an administrator."""

    longest_s: float = Field(
        30.0,
        ge=0,
        le=7_200,
        description="Running calls may end by themselves for this long; then they move to another node, or are ended.",
    )


class LimitSettings(Section):
    """How much one address may ask for; what is more is refused with 429 or closed. 0 switches a limit off."""

    requests_per_s: float = Field(
        100.0, ge=0, le=100_000, description="Requests and new sockets of one address a second, as a lasting average."
    )
    burst: int = Field(400, ge=1, le=100_000, description="So many may come at once.")
    connections_per_address: int = Field(
        2_000, ge=0, le=100_000, description="Open connections of one address: a PBX has two or three a call."
    )
    addresses: int = Field(10_000, ge=100, le=1_000_000, description="Addresses remembered; the oldest are forgotten.")
    header_s: float = Field(
        10.0, ge=1, le=120, description="A connection must have sent its whole request head within this time."
    )
    idle_s: float = Field(75.0, ge=1, le=600, description="A connection between two requests is closed after this.")


class TlsSettings(Section):
    """Own certificate for pages, API and WebSockets; without one they are plain HTTP, for a proxy to wrap."""

    certificate: Path | None = Field(None, description="PEM file with the certificate and those above it.")
    key: Path | None = Field(None, description="PEM file with its key.")
    key_password: SecretStr | None = Field(None, description="Password of the key file.")


class WatchSettings(Section):
    """Alerts about Earshot itself: they open on every console and end when it is well again."""

    look_s: float = Field(5.0, ge=0.5, le=300, description="How often it looks after itself.")
    latency_budget_ms: int = Field(
        2_000, ge=100, le=60_000, description="Alerts later than this, 1 in 20 of the last minutes, are an alert."
    )
    latency_window_s: float = Field(300.0, ge=10, le=3_600, description="Over so long alert latencies are looked at.")
    no_audio_s: float = Field(
        60.0, ge=5, le=3_600, description="Calls run at a PBX and nothing of any of them is heard for this long."
    )
    disk_free_mb: int = Field(1_024, ge=0, le=1_000_000, description="Less free space in the data folder is an alert.")
    clock_drift_ms: int = Field(
        2_000, ge=100, le=600_000, description="A clock that jumps by more, or is so far off the database's, is one."
    )


class TraceSettings(Section):
    """OpenTelemetry; needs the extra `traces`. Never in a trace: words, numbers, names, ids of calls."""

    endpoint: str | None = Field(
        None, description="OTLP over HTTP, e.g. http://collector:4318/v1/traces; empty: nothing is traced."
    )
    share_ratio: float = Field(1.0, ge=0, le=1, description="Share of alerts that are traced.")
