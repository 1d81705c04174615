"""The bench's findings as a table for people."""

from rich.table import Table

from service.bench.outcome import Capacity, Outcome, Plain, cpu_share

_STAGES = {"service": "service", "full_decode": "Vosk, words", "spotting": "Vosk, phrases", "workers_rest": "workers"}


def table_of(outcome: Outcome) -> Table:
    """A column a tier (and the peer), a row a figure."""
    plain = outcome.plain()
    columns = [*outcome.tiers.items(), *([("vosk-server", outcome.peer)] if outcome.peer is not None else [])]
    table = Table(title="Live calls this machine carries" + (" (rough)" if outcome.quick else ""))
    table.add_column("", no_wrap=True)
    for name, _ in columns:
        table.add_column(name, justify="right")
    figures = [_figures(plain, name) for name, _ in columns]
    for label, key in (
        ("calls", "calls"),
        ("calls per core", "calls_per_core"),
        ("memory per call, MB", "memory_per_call_mb"),
        ("processor, cores", "cpu_cores"),
    ):
        table.add_row(label, *(_cell(each.get(key)) for each in figures))
    for stage, label in _STAGES.items():
        table.add_row(f"  of it {label}", *(_share(capacity, stage) for _, capacity in columns))
    table.add_section()
    table.add_row("seconds, p50/p95/p99")
    for label, key in (
        ("  partial (reply) lag", "partial_lag"),
        ("  final lag", "final_lag"),
        ("  acoustic alert", "alert_latency"),
        ("  its way to the console", "alert_arrival"),
        ("  level, to the console", "level_lag"),
    ):
        table.add_row(label, *(_lags(each, key) for each in figures))
    return table


def limits_of(outcome: Outcome) -> list[str]:
    """One line a tier: what the next larger number that was tried failed by."""
    every = {**outcome.tiers, **({"vosk-server": outcome.peer} if outcome.peer is not None else {})}
    lines = [
        f"{name}: {capacity.reason or 'more fails by ' + '; '.join(capacity.limit)}"
        for name, capacity in every.items()
        if capacity.reason or capacity.limit
    ]
    full, peer = outcome.tiers.get("full"), outcome.peer
    if full is not None and peer is not None and peer.calls:
        lines.append(f"Earshot carries {full.calls / peer.calls:.1f} times the peer's calls in the full tier.")
    if not outcome.composed:
        lines.append(
            "Words came from the model's graph as it ships; composed (earshot models compose) they cost a quarter."
        )
    return lines


def _figures(plain: Plain, name: str) -> Plain:
    tiers, peer = plain["tiers"], plain["peer"]
    if isinstance(tiers, dict) and name in tiers:
        return dict(tiers[name])
    return (
        {key.replace("reply_lag", "partial_lag"): value for key, value in peer.items()}
        if isinstance(peer, dict)
        else {}
    )


def _lags(figures: Plain, key: str) -> str:
    values = [figures.get(f"{key}_p{share}_s") for share in (50, 95, 99)]
    return "/".join(_cell(value) for value in values) if any(value is not None for value in values) else "–"


def _share(capacity: Capacity, stage: str) -> str:
    share = cpu_share([trial.cpu for trial in capacity.trials]).get(stage)
    return f"{share:.0%}" if isinstance(share, float) else "–"


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "–" if value is None else str(value)
