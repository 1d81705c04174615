"""`earshot rules`: the rules tried on their own examples, and on what was heard before."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from alerts.rules.examples import try_examples
from config.rule_packs import Places, RulePack, RulePackError, read_rule_pack
from config.settings import Language
from service.commands.console import EXIT_FAILED, people, results
from service.commands.start import settings_or_exit
from service.replayed_day import ReplayedDay
from service.rule_shelf import read_packs, rules_folder
from service.store.database import StoreError, existing_store
from service.store.observations import count_calls, kept_calls, known_packs

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

rules_app = typer.Typer(
    help="Try the rules: on their own examples, and on the calls that were heard.\n\nExample: earshot rules check",
    no_args_is_help=True,
)


@dataclass(frozen=True, slots=True)
class FailedExample:
    """One example that does not come out as its rule says."""

    rule: str
    file: str
    line: int
    example: str
    wrong: str


@rules_app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of rules (zh, en, ko inside), or of one language.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Read all rules and try every example of every rule, also of those that are switched off.

    Without DIR: the rules of the settings, or those that come along. Exit 1 names what is wrong, with file and line.

    Example: earshot rules check /etc/earshot/rules
    """
    settings = settings_or_exit(config)
    try:
        packs = _packs(folder or rules_folder(settings))
    except RulePackError as error:
        _say(as_json, 0, 0, [], list(error.faults))
        raise typer.Exit(EXIT_FAILED) from None
    failed: list[FailedExample] = []
    rules = examples = 0
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        bar = progress.add_task("Trying rules", total=sum(len(pack.rules) for pack, _ in packs))
        for pack, places in packs:
            for rule, tried, faults in try_examples(pack, settings.detection):
                rules, examples = rules + 1, examples + tried
                for fault in faults:
                    file, line = places.of(rule.id, *fault.where)
                    failed.append(FailedExample(rule.id, str(file), line, fault.example, fault.wrong))
                progress.advance(bar)
    _say(as_json, rules, examples, failed, [])
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _packs(folder: Path) -> list[tuple[RulePack, Places]]:
    if folder.name in set(Language) and any(folder.glob("*.yaml")):
        return [read_rule_pack(folder)]
    return list(read_packs(folder).values())


def _say(as_json: bool, rules: int, examples: int, failed: list[FailedExample], refused: list[str]) -> None:
    if as_json:
        body = {
            "rules": rules,
            "examples": examples,
            "failed": [asdict(each) for each in failed],
            "refused": refused,
        }
        print(json.dumps(body, ensure_ascii=False))  # noqa: T201  # stdout is the interface
        return
    for fault in refused:
        people.print(fault, style="red", markup=False)
    for each in failed:
        people.print(
            f"{each.file}, line {each.line}: {each.rule} {each.wrong}: {each.example}", style="red", markup=False
        )
    if refused:
        people.print(f"{len(refused)} faults; the rules cannot be used.", style="red")
    else:
        results.print(f"{rules} rules, {examples} examples, {len(failed)} of them wrong")


@rules_app.command()
def replay(
    since: Annotated[datetime, typer.Option(formats=_MOMENTS, help="Calls that ended from then on (UTC).")],
    until: Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="And before then; left out: now.")] = None,
    rules: Annotated[Path | None, typer.Option(metavar="DIR", help="Changed rules; left out: those set.")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Play kept calls through changed rules: alerts per hour before and after, and which calls gain or lose some.

    Before are the rules of the settings (with --rules), or those that were in force when the calls were heard.

    Example: earshot rules replay --since 2026-11-25 --rules ./new-rules
    """
    settings = settings_or_exit(config, data_dir=data_dir)
    since, until = since.replace(tzinfo=UTC), (until.replace(tzinfo=UTC) if until is not None else datetime.now(UTC))
    try:
        now = {pack.language: pack for pack, _ in read_packs(rules_folder(settings)).values()}
        changed = {pack.language: pack for pack, _ in _packs(rules)} if rules is not None else None
        engine = existing_store(settings)
    except (RulePackError, StoreError) as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    day = ReplayedDay(now, changed, known_packs(engine), settings.detection)
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        bar = progress.add_task("Playing calls", total=count_calls(engine, since, until))
        for language, call in kept_calls(engine, since, until):
            day.take(language, call)
            progress.advance(bar)
    engine.dispose()
    if as_json:
        print(json.dumps(day.body(), ensure_ascii=False))  # noqa: T201  # stdout is the interface
    else:
        _show(day)


def _show(day: ReplayedDay) -> None:
    table = Table(title=f"{day.calls} calls")
    table.add_column("rule", overflow="fold", min_width=30)
    for heading in ("alerts/h before", "after", "calls gaining", "calls losing"):
        table.add_column(heading, justify="right")
    for rule in day.rules():
        style = None if rule.gaining == rule.losing == 0 else "yellow"
        before, after = f"{rule.before_per_hour:.2f}", f"{rule.after_per_hour:.2f}"
        table.add_row(rule.rule, before, after, str(rule.gaining), str(rule.losing), style=style)
    results.print(table)
    for call in day.changed:
        gained = ", ".join(f"+{count} {rule}" for rule, count in call.gained.items())
        lost = ", ".join(f"-{count} {rule}" for rule, count in call.lost.items())
        results.print(f"{call.call_id}: {', '.join(each for each in (gained, lost) if each)}", markup=False)
    if day.unlisted:
        people.print(f"and {day.unlisted} further calls")
    for blind, calls in sorted(day.blind().items()):
        people.print(f"{blind} could not be tried on {calls} calls: their words were not kept", style="yellow")
