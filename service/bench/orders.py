"""What the bench tells its driver to play, and what the driver reports: JSON lines between the two processes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from web.sources import Tier


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EarshotTarget(_Line):
    """An Earshot; `tier` is what its calls are to be heard in (any other one counts as shed)."""

    kind: Literal["earshot"] = "earshot"
    http: str
    audiosocket_host: str = "127.0.0.1"
    audiosocket_port: int
    tier: Tier
    language: str
    via: Literal["audiosocket", "ws"]


class PeerTarget(_Line):
    """A vosk-server."""

    kind: Literal["peer"] = "peer"
    url: str


class PlayOrder(_Line):
    """Play `calls` at once. They begin one after the other within `spread_s`, then settle; only the window counts.

    A line whose call has lasted its length (chosen between `call_s`) hangs up and begins the next; None: one call.
    """

    target: EarshotTarget | PeerTarget = Field(discriminator="kind")
    calls: int
    spread_s: float
    settle_s: float
    window_s: float
    call_s: tuple[float, float] | None = None
    block_ms: int = 200
    driver_cores: tuple[int, ...]  # the driver keeps to these
    seed: str


class WindowMark(_Line):
    """Every call is there and has settled: the window opens. Or it closes; the calls go on for a moment still."""

    event: Literal["window"] = "window"
    opens: bool


class PlayReport(_Line):
    """What was heard back within the window. Latencies in seconds, by the driver's clock unless said otherwise.

    `partial_lags_s`: from the sending of the block that completes what a partial covers (its `end_ms`) to the
    partial's arrival on the console socket; of a vosk-server: from the sending of a block to its reply, where a
    block without reply counts with the time it has been waiting at the end. `final_lags_s`: the same for finals, from
    the last word. `alert_latencies_s`: `published_at` − `received_at` of new alerts that need no words, by its own
    clock. `alert_arrivals_s`: the same alerts from the sending of the audio up to `audio_end_ms` to the console.
    `level_lags_s`: from the sending of sound to its level on the console: how far the road without words is behind.
    `driver_lates_s`: how late the driver was with the worst audio of each tenth of a second.
    """

    event: Literal["report"] = "report"
    partial_lags_s: list[float] = []
    final_lags_s: list[float] = []
    alert_latencies_s: list[float] = []
    alert_arrivals_s: list[float] = []
    level_lags_s: list[float] = []
    driver_lates_s: list[float] = []
    calls_begun: int = 0
    calls_shed: int = 0  # heard in a lower tier at some time of the window
    sockets_lost: int = 0
    faults: list[str] = []  # one line a kind of thing that went wrong
    spoken_ratio: float = 0.0  # of the legs' time


class DriverFailure(_Line):
    """The order could not be played at all."""

    event: Literal["failure"] = "failure"
    reason: str


class DriverLine(BaseModel):
    """Any line of the driver."""

    line: WindowMark | PlayReport | DriverFailure = Field(discriminator="event")
