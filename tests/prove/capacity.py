"""Writes what `earshot bench --json > FILE` found to docs/: `python -m tests.prove.capacity FILE COMMAND...`."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.prove.report import table, write_block

_ROWS = (
    ("calls", "calls"),
    ("calls per core", "calls_per_core"),
    ("memory per call, MB", "memory_per_call_mb"),
    ("models and recognisers, MB", "recognition_mb"),
    ("processor, cores", "cpu_cores"),
)
_STAGES = ("service", "full_decode", "spotting", "workers_rest")
_LAGS = (
    ("partial (peer: reply) lag, s", "partial_lag"),
    ("final lag, s", "final_lag"),
    ("acoustic alert: published − received, s", "alert_latency"),
    ("the same: sent − on the console, s", "alert_arrival"),
    ("level: sent − on the console, s", "level_lag"),
)


def lines_of(found: dict[str, Any]) -> list[str]:
    """The Markdown of one bench: a column a tier, a row a figure."""
    peer = found["peer"]
    columns = dict(found["tiers"])
    if peer is not None:
        columns["vosk-server"] = {key.replace("reply_lag", "partial_lag"): value for key, value in peer.items()}
    rows: list[list[object]] = [
        [label, *(_shown(figures.get(key)) for figures in columns.values())] for label, key in _ROWS
    ]
    rows += [
        [f"of it {stage}", *(_shown(each.get("cpu_share", {}).get(stage)) for each in columns.values())]
        for stage in _STAGES
    ]
    for label, key in _LAGS:
        cells = [[each.get(f"{key}_p{share}_s") for share in (50, 95, 99)] for each in columns.values()]
        rows.append([f"{label}: p50 / p95 / p99", *(" / ".join(map(_shown, cell)) for cell in cells)])
    lines = table(["", *columns], rows)
    for name, figures in columns.items():
        if figures["limited_by"]:
            lines += ["", f"{name}: one more fails by {'; '.join(figures['limited_by'])}."]
    if peer is not None and peer["calls"]:
        ratios = [f"{tier} {figures['calls'] / peer['calls']:.1f}" for tier, figures in found["tiers"].items()]
        lines += ["", f"Calls over the peer's, on the cores each had: {', '.join(ratios)}."]
    outside = found["cpu_share"].get("outside_vosk_to_vosk")
    machine = found["machine"]
    lines += [
        "",
        f"Processor time outside Vosk over that in it, full tier: {_shown(outside)}. {machine['cpu']}, "
        f"{machine['memory_mb']} MB, {machine['system']}; load before: {machine['load_1min_before']}; other programs "
        f"meanwhile, cores: {', '.join(_shown(each.get('others_cpu_cores')) for each in found['tiers'].values())}.",
        "",
        *(f"- {name}: {text}." for name, text in found["method"].items()),
    ]
    return lines


def _shown(value: object) -> str:
    return "–" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Read the file, write the block."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tests.prove.capacity FILE [COMMAND...]")
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = lines_of(found)
    write_block("capacity", "Calls this machine carries", " ".join(sys.argv[2:]) or "earshot bench --json", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
