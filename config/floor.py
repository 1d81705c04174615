"""Settings of the wallboard: what the PBX says of agents and queues, and how long that counts."""

from pydantic import Field

from config.section import Section


class FloorSettings(Section):
    """The wallboard."""

    queue_stale_s: float = Field(60.0, ge=5, le=3_600, description="Figures of a queue older than this say so.")
    agent_stale_h: float = Field(
        12.0, ge=0.1, le=168, description="An agent's state older than this is no longer counted."
    )
    most_agents: int = Field(
        20_000, ge=100, le=1_000_000, description="Agents whose state is kept; beyond it the oldest goes."
    )
    most_queues: int = Field(
        1_000, ge=10, le=100_000, description="Queues whose figures are kept; beyond it the oldest goes."
    )
