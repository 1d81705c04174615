"""What the bench found: per tier the largest number of calls and its figures; as plain data for JSON."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from service.bench.orders import PlayReport
from service.bench.quantiles import quantile
from service.bench.trial import SHARES, CpuSpent, Trial

Plain = dict[str, object]

METHOD = {
    "calls": "turns of the demo's recordings (and --material), always in new order, level and phase; both legs live",
    "calls_per_core": "largest number of calls served in time / cores; full, spotting and peer share all cores with "
    "the driver, the acoustic tier has one core for the service and the others for the driver",
    "served_in_time": "acoustic alerts p95 <= 0.5 s by the service's stamps and from the sent sound to the console, "
    "levels p95 <= 0.5 s, partial (peer: reply) and decoding lag p95 <= 1 s, no call below its tier, no segment "
    "dropped, no socket lost",
    "partial_lag": "from the sending of the block that completes what a partial covers to the partial's arrival on the "
    "console socket; of a peer: from the sending of a block to its reply; of the spotting tier, which has no partials: "
    "from the arrival of sound in the service to its being decoded",
    "memory_per_call": "growth of the service process since before its first call / calls; models and the pool of "
    "recognisers (recognition_mb) apart",
}


ROUGH = "quick: windows of three seconds, one trial a number, a few numbers: good to a third, not for comparing"


@dataclass(frozen=True, slots=True)
class Capacity:
    """The largest number of calls of one tier that was served in time, with the trials at that number.

    No trials: not even the smallest number was, or there was no time; `reason` says so. `limit`: what the next larger
    number failed by.
    """

    calls: int
    cores: int
    trials: Sequence[Trial]
    reason: str | None = None
    limit: Sequence[str] = ()
    failed: bool = False

    @property
    def calls_per_core(self) -> float | None:
        """None when nothing could be measured."""
        return round(self.calls / self.cores, 2) if self.trials or self.reason is None else None

    def quantiles(self, name: str, values: Callable[[PlayReport], Sequence[float]]) -> Plain:
        """p50, p95 and p99 of one list of the report under a name, each the median over the trials."""
        return {
            f"{name}_p{round(share * 100)}_s": _middle([quantile(values(trial.report), share) for trial in self.trials])
            for share in SHARES
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was tried."""

    tiers: dict[str, Capacity]
    peer: Capacity | None
    quick: bool
    composed: bool = False  # words came from the model's graphs composed into one

    @property
    def failed(self) -> bool:
        """Whether something could not be played, or nothing was measured at all."""
        every = [*self.tiers.values(), *([self.peer] if self.peer is not None else [])]
        return any(each.failed for each in every) or all(each.reason is not None for each in every)

    def plain(self) -> Plain:
        """For JSON (api.md)."""
        full = self.tiers.get("full")
        return {
            "tiers": {tier: _tier_figures(tier, capacity) for tier, capacity in self.tiers.items()},
            "cpu_share": cpu_share([trial.cpu for trial in full.trials]) if full is not None else {},
            "peer": _peer_figures(self.peer) if self.peer is not None else None,
            "machine": machine(),
            "graph": "composed" if self.composed else "shipped",
            "quick": self.quick,
            "method": METHOD | ({"rough": ROUGH} if self.quick else {}),
        }


def _tier_figures(tier: str, capacity: Capacity) -> Plain:
    trials = capacity.trials
    words = capacity.quantiles("partial_lag", lambda report: report.partial_lags_s)
    return {
        "calls": capacity.calls,
        "calls_per_core": capacity.calls_per_core,
        "cores": capacity.cores,
        **(_decoding_lags(trials) if tier == "spotting" else words),
        **capacity.quantiles("final_lag", lambda report: report.final_lags_s),
        **capacity.quantiles("alert_latency", lambda report: report.alert_latencies_s),
        **capacity.quantiles("alert_arrival", lambda report: report.alert_arrivals_s),
        **capacity.quantiles("level_lag", lambda report: report.level_lags_s),
        "memory_per_call_mb": _middle([trial.service_growth_mb / trial.calls for trial in trials]),
        "recognition_mb": _middle([trial.recognition_mb for trial in trials]),
        "cpu_cores": _middle([trial.cpu.total_s / trial.cpu.window_s for trial in trials]),
        "cpu_share": cpu_share([trial.cpu for trial in trials]),
        "spoken_ratio": _middle([trial.report.spoken_ratio for trial in trials]),
        "others_cpu_cores": _middle([trial.cpu.others_s / trial.cpu.window_s for trial in trials]),
        "trials": len(trials),
        "limited_by": list(capacity.limit),
        "reason": capacity.reason,
    }


def _peer_figures(capacity: Capacity) -> Plain:
    return {
        "calls": capacity.calls,
        "calls_per_core": capacity.calls_per_core,
        "cores": capacity.cores,
        **capacity.quantiles("reply_lag", lambda report: report.partial_lags_s),
        "trials": len(capacity.trials),
        "limited_by": list(capacity.limit),
        "reason": capacity.reason,
    }


def cpu_share(spent: Sequence[CpuSpent]) -> Plain:
    """Shares (0..1) of the service's and its workers' processor time, and what is outside Vosk over what is in it."""
    total_s = sum(each.total_s for each in spent)
    if total_s <= 0:
        return {}
    service_s, full_s = sum(each.service_s for each in spent), sum(each.full_decode_s for each in spent)
    spotting_s, rest_s = sum(each.spotting_s for each in spent), sum(each.workers_rest_s for each in spent)
    shares = {"service": service_s, "full_decode": full_s, "spotting": spotting_s, "workers_rest": rest_s}
    vosk_s = full_s + spotting_s
    return {
        **{stage: round(taken_s / total_s, 3) for stage, taken_s in shares.items()},
        "outside_vosk_to_vosk": round((service_s + rest_s) / vosk_s, 3) if vosk_s else None,
    }


def machine() -> Plain:
    """What this was measured on."""
    memory_kb = next(
        (line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal:")), 0
    )
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": models[0] if models else platform.machine(),
        "memory_mb": int(memory_kb) // 1024,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_1min_before": round(os.getloadavg()[0], 2),
    }


def _decoding_lags(trials: Sequence[Trial]) -> Plain:
    return {
        f"partial_lag_p{round(share * 100)}_s": _middle([trial.decoding_lags_s[place] for trial in trials])
        for place, share in enumerate(SHARES)
    }


def _middle(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if known else None
