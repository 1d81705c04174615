"""Settings of several nodes that work as one."""

from pydantic import Field

from config.section import Section


class BusSettings(Section):
    """What nodes tell each other over Redis."""

    prefix: str = Field(
        "earshot:", pattern=r"^[A-Za-z0-9:_.-]{1,64}$", description="Before all our names in Redis: one per site."
    )
    lease_s: float = Field(
        5.0, ge=1, le=60, description="A node that is silent this long has lost its calls: others may take them."
    )
    answer_s: float = Field(2.0, ge=0.1, le=30, description="A node waits this long for another one's answer.")
    stream_length: int = Field(10_000, ge=100, le=1_000_000, description="Alert changes kept on the stream in Redis.")
    queue: int = Field(
        5_000, ge=100, le=1_000_000, description="Messages waiting for Redis; beyond it the oldest is dropped."
    )
