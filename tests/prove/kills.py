"""All recordings at once with workers killed at random moments, and without: alerts, words, how soon all is well."""

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from alerts.spotting_list import spotting_list
from config.recognition import RecognitionSettings
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language, Settings
from service.demo.recording import demo_recordings, load_recording
from service.playback import PlaybackOutlet, play_through
from service.recognition.group import RecognitionGroup
from service.recognition.models import find_model
from tests.prove.report import table, write_block

_LOOK_S = 0.02


@dataclass(slots=True)
class Play:
    """What came of one play of all recordings."""

    alerts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  # recording, kind, rule, leg
    words: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # by recording and leg, in order
    kills: int = 0
    open_at_kills: int = 0  # segments that were open on the worker killed
    reruns: int = 0
    lost_segments: int = 0
    decoded_ms: int = 0
    recovery_s: list[float] = field(default_factory=list)


async def play_all(kills: int = 0, over_ms: int = 0, seed: int = 1, files: Sequence[Path] = ()) -> Play:
    """Play every recording, or these, through one group; kill `kills` times while `over_ms` of speech is decoded."""
    play = Play()
    settings = Settings(language=Language.KO, recognition=RecognitionSettings(workers=2))
    pack = load_rule_pack(packaged_rules() / "ko")
    group = RecognitionGroup("ko", find_model(Language.KO, settings), settings.recognition, phrases=spotting_list(pack))
    running = asyncio.create_task(group.run())
    await group.wait_ready()
    killing = asyncio.create_task(_kill(group, play, kills, over_ms, random.Random(seed)))
    files = files or demo_recordings()
    outlets = {path.stem: PlaybackOutlet() for path in files}
    await asyncio.gather(
        *(play_through(load_recording(path), settings, pack, group, outlets[path.stem]) for path in files)
    )
    killing.cancel()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await killing
    with suppress(asyncio.CancelledError):
        await running
    for name, outlet in outlets.items():
        for alert in outlet.alerts():
            play.alerts[name, alert.kind.value, alert.rule, str(alert.leg)] += 1
        for line in sorted(outlet.lines, key=lambda line: line.heard.start_ms):
            said = play.words.setdefault((name, str(line.heard.leg)), [])
            said += line.heard.text.split()
    play.reruns, play.lost_segments = group.counts.reruns, group.counts.lost_segments
    play.decoded_ms = group.decoded_ms
    return play


async def _kill(group: RecognitionGroup, play: Play, kills: int, over_ms: int, dice: random.Random) -> None:
    moments = sorted(dice.uniform(0.05, 0.9) * over_ms for _ in range(kills))
    while True:
        await asyncio.sleep(_LOOK_S)
        if play.kills < kills and group.decoded_ms >= moments[play.kills] and group.ready:
            pid = dice.choice(sorted(group.worker_pids().values()))
            play.open_at_kills += group.open_on(pid)
            os.kill(pid, signal.SIGKILL)
            killed_s = time.monotonic()
            while pid in group.worker_pids().values() or not group.ready:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(_LOOK_S)
            play.recovery_s.append(time.monotonic() - killed_s)
            play.kills += 1


def missing_words(whole: Play, harmed: Play) -> tuple[int, int]:
    """How many words of the undisturbed play the other has not, and how many there are."""
    missing = total = 0
    for key, said in whole.words.items():
        heard = harmed.words.get(key, [])
        same = sum(block.size for block in SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks())
        missing += len(said) - same
        total += len(said)
    return missing, total


def main() -> None:
    """The long form: twenty kills; beside it two undisturbed plays, which differ a little as well."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    whole = asyncio.run(play_all())
    again = asyncio.run(play_all())
    harmed = asyncio.run(play_all(kills, whole.decoded_ms))
    rows: list[list[object]] = []
    for name, play in (("again, undisturbed", again), (f"{harmed.kills} kills", harmed)):
        missing, total = missing_words(whole, play)
        differing = (whole.alerts - play.alerts) + (play.alerts - whole.alerts)
        rows.append(
            [
                name,
                f"{sum(play.alerts.values())} of {sum(whole.alerts.values())}",
                sum(differing.values()),
                f"{missing} of {total}",
                play.open_at_kills,
                play.reruns,
                play.lost_segments,
                f"{max(play.recovery_s, default=0):.2f}",
            ]
        )
    lines = table(
        [
            "play",
            "alerts",
            "alerts that differ",
            "words not as in the first play",
            "segments open at kills",
            "run again",
            "lost",
            "longest recovery, s",
        ],
        rows,
    )
    lines += [
        "",
        "All recordings at once as fast as they go, two workers, real model; kills at random moments (seed 1).",
    ]
    write_block(
        "kills", "Workers killed during a play of all recordings", f"python -m tests.prove.kills {kills}", lines
    )
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
