"""A process of its own that tries rules: reads one job on stdin, tells its progress line by line, ends with the result.

`python -m service.rules_trial`. The calls' process must not stand still while a day of calls is played.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from alerts.rules.examples import try_examples
from config.detection import DetectionSettings
from config.rule_packs import Places, RulePack, RulePackError, read_rule_pack
from config.settings import Language
from service.replayed_day import ReplayedDay
from service.rule_shelf import read_packs
from service.store.database import engine_at
from service.store.observations import count_calls, kept_calls, known_packs

_NICER = 10
_TELL_EVERY = 50


class CheckJob(BaseModel):
    """Read these languages' folders and try every example."""

    model_config = ConfigDict(frozen=True)

    folders: tuple[Path, ...]
    detection: DetectionSettings


class ForecastJob(BaseModel):
    """Play the calls that ended in this time through the rules of two folders."""

    model_config = ConfigDict(frozen=True)

    now: Path
    changed: Path
    database: str
    busy_ms: int
    since: datetime
    until: datetime
    detection: DetectionSettings


class Job(BaseModel):
    """One of the two."""

    model_config = ConfigDict(frozen=True)

    check: CheckJob | None = None
    forecast: ForecastJob | None = None


def check(job: CheckJob) -> dict[str, Any]:
    """Rules, examples and faults: those of the files first, else those of the examples."""
    faults: list[dict[str, Any]] = []
    packs: list[tuple[RulePack, Places]] = []
    for folder in job.folders:
        try:
            packs.append(read_rule_pack(folder))
        except RulePackError as error:
            faults += [_refused(folder.parent, each) for each in error.faults]
    rules = examples = 0
    for pack, places in packs:
        for rule, tried, wrong in try_examples(pack, job.detection):
            rules, examples = rules + 1, examples + tried
            for each in wrong:
                file, line = places.of(rule.id, *each.where)
                found = {"file": f"{file.parent.name}/{file.name}", "line": line, "text": each.wrong}
                faults.append({**found, "rule": rule.id, "example": each.example})
    return {"rules": rules, "examples": examples, "faults": faults}


def forecast(job: ForecastJob) -> dict[str, Any]:
    """The replayed days; tells how far it is on stdout."""
    now = {pack.language: pack for pack, _ in read_packs(job.now).values()}
    changed = {pack.language: pack for pack, _ in read_packs(job.changed).values()}
    engine = engine_at(job.database, job.busy_ms)
    total = count_calls(engine, job.since, job.until)
    day = ReplayedDay(now, {**now, **changed}, known_packs(engine), job.detection)
    _tell({"calls": total, "done": 0})
    for number, (language, call) in enumerate(kept_calls(engine, job.since, job.until), 1):
        day.take(Language(language), call)
        if number % _TELL_EVERY == 0:
            _tell({"calls": total, "done": number})
    engine.dispose()
    return day.body()


def _refused(root: Path, fault: str) -> dict[str, Any]:
    """`…/zh/forbidden.yaml, line 7: what is wrong` taken apart."""
    place, _, text = fault.removeprefix(f"{root}/").partition(": ")
    file, _, line = place.partition(", line ")
    return {"file": file, "line": int(line) if line.isdigit() else 1, "text": text.replace(f"{root}/", "")}


def _tell(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    """One job."""
    os.nice(_NICER)
    job = Job.model_validate_json(sys.stdin.read())
    if job.check is not None:
        _tell({"result": check(job.check)})
    elif job.forecast is not None:
        _tell({"result": forecast(job.forecast)})


if __name__ == "__main__":
    main()
