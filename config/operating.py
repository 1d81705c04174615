"""Settings of running the service for years: stopping in order, TLS."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from config.section import Section


class DrainSettings(Section):
    """What a node does that is told to stop by SIGTERM or by an administrator."""

    longest_s: float = Field(
        30.0,
        ge=0,
        le=7_200,
        description="Running calls may end by themselves for this long; then they move to another node, or are ended.",
    )


class AlarmSettings(Section):
    """When Earshot raises an alert about itself."""

    latency_s: float = Field(
        1.0, ge=0.1, le=60, description="1 in 20 alerts of the sound coming later than this is an alert by itself."
    )
    no_audio_s: float = Field(
        60.0, ge=5, le=3_600, description="Calls run and nothing is heard, or a PBX is not linked, for this long."
    )
    least_free_gb: float = Field(1.0, ge=0, le=100_000, description="Less room than this on a disk we write on.")
    clock_off_s: float = Field(
        2.0, ge=0.2, le=3_600, description="The clock jumps by more than this, or differs so much from the database's."
    )


class TracingSettings(Section):
    """OpenTelemetry traces of alerts; needs `pip install earshot[otel]`."""

    endpoint: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="Where traces go (OTLP over HTTP, such as http://collector:4318/v1/traces); empty: none are made.",
    )


class TlsSettings(Section):
    """Own certificate for pages, API and WebSockets; without one they are plain HTTP, for a proxy to wrap."""

    certificate: Path | None = Field(None, description="PEM file with the certificate and those above it.")
    key: Path | None = Field(None, description="PEM file with its key.")
    key_password: SecretStr | None = Field(None, description="Password of the key file.")

    @model_validator(mode="after")
    def _both_files(self) -> Self:
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("certificate and key belong together; name both, or neither")
        for name, path in (("certificate", self.certificate), ("key", self.key)):
            if path is not None and not path.is_file():
                raise ValueError(f"{name}: {path} is no file")
        return self
