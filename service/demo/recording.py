"""A stereo recording with its script: what a simulated PBX plays as a live call."""

import json
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from streaming.frames import Leg, Party
from web.sources import CallEventType

_SHOWN_FIRST = ("dead_air", "agent_hangs_up", "shouting_customer", "talk_over", "agent_raises_voice", "long_calm")
_LEFT_IS_AGENT = (Leg.AGENT, Leg.CUSTOMER)


class RecordingError(Exception):
    """The file cannot be played; the text names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class ScriptEvent:
    """One event the PBX reports, at its place in the call."""

    type: CallEventType
    at_ms: int
    leg: Leg | None = None
    party: Party | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """Both legs of a call: int16 arrays (samples,) of equal length at `rate_hz`, and the script."""

    name: str
    rate_hz: int
    legs: tuple[tuple[Leg, npt.NDArray[np.int16]], ...]
    script: tuple[ScriptEvent, ...]
    language: str | None

    def at(self, rate_hz: int) -> "Recording":
        """The same at another rate."""
        if rate_hz == self.rate_hz:
            return self
        legs = tuple((leg, _resampled(samples, self.rate_hz, rate_hz)) for leg, samples in self.legs)
        return replace(self, rate_hz=rate_hz, legs=legs)

    @property
    def duration_ms(self) -> int:
        """Length of the audio."""
        return len(self.legs[0][1]) * 1000 // self.rate_hz

    @property
    def hangup(self) -> ScriptEvent | None:
        """Who ends the call and when; None: both legs end together with the file."""
        return next((event for event in self.script if event.type is CallEventType.HANGUP), None)


def _resampled(samples: npt.NDArray[np.int16], from_hz: int, to_hz: int) -> npt.NDArray[np.int16]:
    changed = soxr.resample(samples.astype(np.float32), from_hz, to_hz)
    rounded: npt.NDArray[np.int16] = np.clip(np.round(changed), -32_768, 32_767).astype(np.int16)
    return rounded


def load_recording(path: Path) -> Recording:
    """Read a sound file (left = agent; mono is a mixed leg) and the script beside it, if there is one.

    Raises RecordingError for a file that is no sound, has more than two channels, or a script that is not in form.
    """
    try:
        samples, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        raise RecordingError(f"{path}: cannot be read as a sound file") from None
    if samples.shape[1] > 2:
        raise RecordingError(
            f"{path}: has {samples.shape[1]} channels; one (mixed) or two (left = agent) can be played"
        )
    if not len(samples):
        raise RecordingError(f"{path}: holds no audio")
    legs = _LEFT_IS_AGENT if samples.shape[1] == 2 else (Leg.MIXED,)
    language, script = _read_script(path.with_suffix(".json"))
    return Recording(
        name=path.stem,
        rate_hz=int(rate_hz),
        legs=tuple((leg, np.ascontiguousarray(samples[:, channel])) for channel, leg in enumerate(legs)),
        script=script,
        language=language,
    )


def demo_recordings() -> list[Path]:
    """The recordings that come with the package; those that show most come first."""
    folder = resources.files("service.demo") / "recordings"
    paths = sorted(Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".flac"))
    return sorted(paths, key=lambda path: _SHOWN_FIRST.index(path.stem) if path.stem in _SHOWN_FIRST else len(paths))


def _read_script(path: Path) -> tuple[str | None, tuple[ScriptEvent, ...]]:
    if not path.exists():
        return None, ()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        events = tuple(_event(entry) for entry in document.get("pbx", []))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RecordingError(f"{path}: is not a script (`pbx` must list events with `type` and `at_ms`)") from None
    return document.get("language"), tuple(sorted(events, key=lambda event: event.at_ms))


def _event(entry: dict[str, object]) -> ScriptEvent:
    leg, party, cause = entry.get("leg"), entry.get("party"), entry.get("cause")
    return ScriptEvent(
        type=CallEventType(str(entry["type"])),
        at_ms=int(str(entry["at_ms"])),
        leg=Leg(str(leg)) if leg is not None else None,
        party=Party(str(party)) if party is not None else None,
        cause=str(cause) if cause is not None else None,
    )
