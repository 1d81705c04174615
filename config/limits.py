"""Settings of what one connection, address, key or person may take of the service."""

from pydantic import Field

from config.section import Section


class LimitSettings(Section):
    """Times for those who trickle, numbers for those who flood. While nobody is registered only the times count."""

    head_s: float = Field(10.0, ge=1, le=120, description="The head of a request must be here within this time.")
    body_s: float = Field(
        30.0, ge=1, le=600, description="The whole body of a request that is no audio must be here within this time."
    )
    audio_body_s: float = Field(
        30.0, ge=5, le=3_600, description="Audio sent as a body of HTTP may pause for this time; then its leg ends."
    )
    answer_s: float = Field(60.0, ge=5, le=600, description="Who takes nothing of an answer for this time is cut off.")
    requests_per_address: int = Field(
        60_000, ge=60, le=10_000_000, description="Requests a minute from one address; a quarter of them at once."
    )
    requests_per_key: int = Field(
        60_000, ge=60, le=10_000_000, description="Requests a minute with one key; a quarter of them at once."
    )
    requests_per_person: int = Field(
        12_000, ge=60, le=10_000_000, description="Requests a minute of one user; a quarter of them at once."
    )
    sockets_per_address: int = Field(
        4_000, ge=10, le=1_000_000, description="WebSockets open at once from one address."
    )
    sockets_per_key: int = Field(4_000, ge=2, le=1_000_000, description="WebSockets open at once with one key.")
    sockets_per_person: int = Field(40, ge=2, le=10_000, description="Consoles, ears and microphones of one user.")
