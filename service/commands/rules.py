"""`earshot rules`: the rules tried on their own examples, and on what was heard before."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from alerts.rules.examples import try_examples
from config.rule_packs import Places, RulePack, RulePackError, packaged_rules, read_rule_pack
from config.settings import Language
from service.commands.console import EXIT_FAILED, people, results
from service.commands.start import settings_or_exit
from service.rule_shelf import read_packs

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
        packs = _packs(folder or settings.rules_dir or packaged_rules())
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
