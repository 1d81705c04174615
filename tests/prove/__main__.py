"""All long runs one after the other: `python -m tests.prove [NAME]...`; the numbers go to docs/."""

import sys

from tests.prove import (
    capacity_hour,
    chaos,
    consoles,
    false_alarms,
    fuzz,
    kills,
    latency,
    listening,
    million,
    neighbours,
    overload,
    phrase_matching,
    road,
    rolling,
    rules_replay,
    rules_speed,
    soak,
    tone,
)

_RUNS = {
    "latency": latency.main,
    "listening": listening.main,
    "neighbours": neighbours.main,
    "road": road.main,
    "rolling": rolling.main,
    "soak": soak.main,
    "overload": overload.main,
    "kills": kills.main,
    "capacity_hour": capacity_hour.main,
    "false_alarms": false_alarms.main,
    "fuzz": fuzz.main,
    "tone": tone.main,
    "phrase_matching": phrase_matching.main,
    "rules_speed": rules_speed.main,
    "rules_replay": rules_replay.main,
    "consoles": consoles.main,
    "million": million.main,
    "chaos": chaos.main,
}


def main() -> None:
    """Run what is named, or everything."""
    wanted = sys.argv[1:] or list(_RUNS)
    unknown = [name for name in wanted if name not in _RUNS]
    if unknown:
        sys.exit(f"unknown run: {', '.join(unknown)}; there are {', '.join(_RUNS)}")
    sys.argv = sys.argv[:1]
    for name in wanted:
        print(f"{name} …", flush=True)  # noqa: T201  # a report for people
        _RUNS[name]()


if __name__ == "__main__":
    main()
