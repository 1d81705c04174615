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
