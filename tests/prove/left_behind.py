"""Proves that nothing of ours stays behind at a PBX in any order of failures; writes the numbers down."""

import sys
import time
from collections import Counter

import structlog

from tests.prove.report import table, write_block
from tests.service.control.pbx_bench import KINDS
from tests.service.control.test_nothing_left_behind import explore

_EXAMPLES, _STEPS = 40, 30


def main() -> None:
    """`python -m tests.prove.left_behind [runs]`; about ten minutes an idle machine would halve."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else _EXAMPLES
    rows: list[list[object]] = []
    for kind in KINDS:
        began, happened = time.monotonic(), Counter[str]()
        explore(kind, examples, _STEPS, happened)  # raises what was found
        steps = sum(happened.values()) - happened["runs"]
        kinds = (f"{name.replace('_', ' ')} {number}" for name, number in happened.most_common() if name != "runs")
        rows.append([kind, happened["runs"], steps, f"{time.monotonic() - began:.0f} s", ", ".join(kinds)])
    lines = [
        "Each run: calls come and go and are handed over, supervisors ask, change, pick up and hang up, taps begin",
        "by themselves; the PBX refuses half way, answers get lost after the deed, the link breaks, the network goes",
        "for a while, Earshot is killed or restarted, in any order. A run fails, and with it this page, unless in the",
        "end every living call is tapped on both legs and talks on, whoever is in it hears its agent of now, and",
        "after the calls nothing of ours is there.",
        "",
        *table(["PBX", "runs", "steps", "took", "what happened"], rows),
    ]
    write_block("left-behind", "Nothing left behind at a PBX", "python -m tests.prove.left_behind", lines)


if __name__ == "__main__":
    main()
