"""A million spoilt inputs for every parser of bytes that strangers send: no exception, and memory that stays.

`python -m tests.prove.fuzz [PARSER]...`
"""

import gc
import random
import sys
import time
from pathlib import Path

from tests.prove.report import table, write_block
from tests.streaming.wire.fuzzed import PARSERS

_INPUTS = 1_000_000
_WARM = 100_000  # caches fill; from here on memory must stay
_MOST_GROWTH_KIB = 1_024  # what the allocator moves about by itself; one event kept an input is a hundred times more


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4


def fuzz(name: str) -> list[object]:
    """Name, inputs, microseconds an input, growth of objects and of memory after the first tenth. Raises at a fault."""
    chance = random.Random(name)
    once = PARSERS[name]
    began_s = time.process_time()
    objects = resident_kib = 0
    for number in range(_INPUTS):
        if number == _WARM:
            gc.collect()
            objects, resident_kib = len(gc.get_objects()), _resident_kib()
        try:
            once(chance)
        except Exception as error:
            error.add_note(f"input {number} of random.Random({name!r})")
            raise
    took_us = (time.process_time() - began_s) / _INPUTS * 1e6
    gc.collect()
    more_objects, more_kib = len(gc.get_objects()) - objects, _resident_kib() - resident_kib
    if more_objects > 100 or more_kib > _MOST_GROWTH_KIB:
        sys.exit(f"{name} grew by {more_objects} objects and {more_kib} KiB")
    return [name, f"{_INPUTS:,}", round(took_us, 1), more_objects, more_kib]


def main() -> None:
    """All parsers, or those that are named."""
    names = sys.argv[1:] or list(PARSERS)
    rows = [fuzz(name) for name in names]
    lines = [
        *table(["parser", "spoilt inputs", "µs each", "objects more", "KiB more"], rows),
        "",
        "An input is a conversation or a stream with messages left out, doubled, cut, changed or of the other kind. No "
        "exception came out of any parser; the growth is between input 100,000 and the last.",
    ]
    if len(names) == len(PARSERS):
        write_block("fuzz", "A million spoilt inputs for each parser", "python -m tests.prove.fuzz", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
