"""The contract of all dialects: one telephone recording through every one of them gives the same alerts."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.demo.switchboard import Via
from tests.calls.played import as_telephone, recording, truth
from tests.prove.node import Node, play_to_the_end, running_node
from tests.prove.watching_console import WatchingConsole, watching

pytestmark = [pytest.mark.calls, pytest.mark.timeout(300)]

_LASTS_S = {"dead_air": 16, "agent_hangs_up": 18}  # the beginning of the one, all of the other
_AT_ONCE = 5
_ARRIVAL_MS = 250  # a leg begins when its first packet comes: on a busy machine that shifts it against the other leg


def telephone_files(folder: Path) -> list[Path]:
    """The recordings as an 8 kHz µ-law trunk brings them: samples that every dialect carries unchanged."""
    files = []
    for name, lasts_s in _LASTS_S.items():
        narrow = as_telephone(recording(name))
        both = np.stack([samples for _, samples in narrow.legs], axis=1)[: lasts_s * narrow.rate_hz]
        path = folder / f"{name}.flac"
        soundfile.write(path, both, narrow.rate_hz, subtype="PCM_16")
        script = [event for event in truth(name)["pbx"] if event["at_ms"] < lasts_s * 1000]
        path.with_suffix(".json").write_text(json.dumps({"pbx": script}), encoding="utf-8")
        files.append(path)
    return files


async def told(node: Node, console: WatchingConsole, files: list[Path], via: Via) -> dict[tuple[str, str], list[int]]:
    """What was alerted in the calls that came this way: its place in the call, by recording and kind."""
    played = await play_to_the_end(node, files, "--via", via, "--calls", "2")
    await asyncio.sleep(3)
    names = {call["call_id"]: call["recording"] for call in played}
    return {
        (names[alert["call_id"]], alert["kind"]): [alert["evidence"]["from_ms"], alert["evidence"]["to_ms"]]
        for alert in console.alerts().values()
        if alert["call_id"] in names
    }


async def test_every_dialect_gives_the_same_alerts(tmp_path: Path) -> None:
    files = telephone_files(tmp_path)
    async with (
        running_node(tmp_path / "data", EARSHOT_RECOGNITION__ENABLED="false") as node,
        watching(node.websocket, "alerts", "calls") as console,
    ):
        by_road: dict[Via, dict[tuple[str, str], list[int]]] = {}
        every = list(Via)
        for some in (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)):
            heard = await asyncio.gather(*(told(node, console, files, via) for via in some))
            by_road.update(zip(some, heard, strict=True))
        assert node.failures() == []
    for via, places in by_road.items():
        print(f"{via:12}", sorted(places.items()))  # noqa: T201  # the matrix, shown when the test fails
    expected = by_road[Via.AUDIOSOCKET]
    assert set(expected) == {("dead_air", "dead_air"), ("agent_hangs_up", "agent_hangup")}
    for via, places in by_road.items():
        assert set(places) == set(expected), via
        for which, place in places.items():
            assert place == pytest.approx(expected[which], abs=_ARRIVAL_MS), (via, which)
