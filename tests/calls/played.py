"""Recordings through the whole acoustic road, in call time, without sockets; the truth beside them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from alerts.alert import Alert
from config.settings import Settings
from service.demo.recording import Recording, demo_recordings, load_recording
from service.playback import PlaybackOutlet, play_through
from streaming.wire.g711 import decode_mulaw, encode_mulaw

SETTINGS = Settings()


def recording(name: str) -> Recording:
    """A recording of the package."""
    return load_recording(path_of(name))


def path_of(name: str) -> Path:
    """Its file."""
    return next(path for path in demo_recordings() if path.stem == name)


def truth(name: str) -> dict[str, Any]:
    """What is in it."""
    document: dict[str, Any] = json.loads(path_of(name).with_suffix(".json").read_text(encoding="utf-8"))
    return document


def as_telephone(played: Recording) -> Recording:
    """The same call over a narrow-band trunk: 8 kHz, µ-law."""
    legs = []
    for leg, samples in played.legs:
        narrow = soxr.resample(samples.astype(np.float32), played.rate_hz, 8_000)
        pcm = np.clip(narrow, -32_768, 32_767).astype("<i2").tobytes()
        legs.append((leg, np.frombuffer(decode_mulaw(encode_mulaw(pcm)), "<i2")))
    return replace(played, rate_hz=8_000, legs=tuple(legs))


def telephone_call(name: str, folder: Path, lasts_s: int | None = None) -> Recording:
    """A recording, or its beginning, as an 8 kHz µ-law trunk brings it: samples that every dialect carries whole."""
    narrow = as_telephone(recording(name))
    both = np.stack([samples for _, samples in narrow.legs], axis=1)
    both = both[: (lasts_s or len(both)) * narrow.rate_hz]
    path, until_ms = folder / f"{name}.flac", len(both) * 1000 // narrow.rate_hz
    soundfile.write(path, both, narrow.rate_hz, subtype="PCM_16")
    script = [event for event in truth(name)["pbx"] if event["at_ms"] <= until_ms]
    document = {"language": narrow.language, "pbx": script}
    path.with_suffix(".json").write_text(json.dumps(document), encoding="utf-8")
    return load_recording(path)


async def sound_alerts(played: Recording, block_ms: float = 20) -> list[Alert]:
    """Alerts from sound alone, each in its last version."""
    outlet = PlaybackOutlet()
    await play_through(played, SETTINGS, None, None, outlet, block_ms)
    return outlet.alerts()


def in_short(alerts: list[Alert]) -> list[tuple[str, str | None, int, int]]:
    """(kind, leg, from_ms, to_ms) of each."""
    return [(alert.kind.value, alert.leg, alert.evidence.from_ms, alert.evidence.to_ms) for alert in alerts]
