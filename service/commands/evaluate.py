"""`earshot evaluate`: how well the product hears, judged on labelled recordings."""

import json
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from config.rule_packs import RulePackError
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.commands.start import settings_or_exit
from service.evaluation.calls import judge_calls
from service.evaluation.emotion import judge_emotion
from service.evaluation.page import page_of
from service.evaluation.phrases import judge_phrases
from service.evaluation.scorecard import EvaluationError, Scorecard
from service.evaluation.transcripts import judge_transcripts
from service.recognition.group import RecognitionStartError
from service.recognition.models import ModelMissingError
from streaming.recognizer import ModelError
from streaming.silero import SileroVoice

evaluate_app = typer.Typer(
    help="How well Earshot hears, judged on labelled recordings, played through its own ears.",
    epilog="Example: earshot evaluate phrases speech/ --rate 8000 --json",
    no_args_is_help=True,
)


_PHRASES = 60  # as many as a pack of forbidden expressions has


class WireRate(IntEnum):
    """At which rate the material comes in: as it is, or over a telephone line."""

    NARROW = 8_000
    WIDE = 16_000


Folder = Annotated[Path, typer.Argument(help="Folder with labels.csv (file, speaker, language, text) and its sounds.")]
Rate = Annotated[
    int, typer.Option("--rate", help="16000: as recorded; 8000: over a telephone line (300-3400 Hz, µ-law).")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write the tables and plots as a page to this file.")]
ConfigFile = Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")]
Model = Annotated[Path | None, typer.Option(help="Folder of the speech model.")]


@evaluate_app.command("phrases")
def phrases(
    folder: Folder,
    rate_hz: Rate = WireRate.WIDE,
    count: Annotated[
        int, typer.Option("--phrases", min=0, help="Phrases drawn by lot and listened for at once; 0: all, in packs.")
    ] = _PHRASES,
    more_phrases: Annotated[
        int, typer.Option(min=0, max=5_000, help="Listen for this many further phrases of the rules at the same time.")
    ] = 0,
    config: ConfigFile = None,
    model: Model = None,
    as_json: AsJson = False,
    html: Html = None,
) -> None:
    """How many phrases are found where they are said, and how many where nobody said them.

    Phrases are three words of five to ten syllables in the labels' texts. Each is listened for in every recording; the
    same sentence in another room is another chance, every other sentence must stay silent.

    Example: earshot evaluate phrases speech/ --rate 8000 --json
    """
    settings = settings_or_exit(config, model=model)
    show(
        lambda tell: judge_phrases(folder, settings, checked_rate(rate_hz), count, more_phrases, tell),
        as_json=as_json,
        html=html,
    )


@evaluate_app.command("transcripts")
def transcripts(
    folder: Folder,
    rate_hz: Rate = WireRate.WIDE,
    config: ConfigFile = None,
    model: Model = None,
    as_json: AsJson = False,
    html: Html = None,
) -> None:
    """The transcript's share of wrong characters, spaces not counted; at 8 kHz also without the filled band.

    Example: earshot evaluate transcripts speech/ --rate 8000
    """
    settings = settings_or_exit(config, model=model)
    show(lambda tell: judge_transcripts(folder, settings, checked_rate(rate_hz), tell), as_json=as_json, html=html)


@evaluate_app.command("calls")
def calls(
    folder: Annotated[
        Path, typer.Argument(help="Folder of two-leg recordings (left = agent), NAME.json beside each its truth.")
    ],
    rate_hz: Annotated[int, typer.Option("--rate", help="16000: wide band; 8000: as over a trunk (µ-law).")] = (
        WireRate.WIDE
    ),
    words: Annotated[bool, typer.Option("--words/--no-words", help="Recognise speech; without it: sound only.")] = True,
    config: ConfigFile = None,
    model: Model = None,
    as_json: AsJson = False,
    html: Html = None,
) -> None:
    """What of the truth of whole calls is found, what is missed, what is false, and how late alerts come.

    Every recording goes through the whole road, as fast as recognition follows.

    Example: earshot evaluate calls calls/ --rate 8000 --html calls.html
    """
    settings = settings_or_exit(config, model=model)
    show(lambda tell: judge_calls(folder, settings, checked_rate(rate_hz), words, tell), as_json=as_json, html=html)


@evaluate_app.command("emotion")
def emotion(
    folder: Annotated[Path, typer.Argument(help="Folder with labels.csv (file, corpus, speaker, emotion).")],
    config: ConfigFile = None,
    as_json: AsJson = False,
    html: Html = None,
) -> None:
    """How well the tone of a voice tells angry from neutral and from happy speech, over a telephone (8 kHz µ-law).

    Each speaker's first five neutral utterances are the own beginning and are not judged.

    Example: earshot evaluate emotion emotion/ --json
    """
    settings = settings_or_exit(config)
    show(lambda tell: judge_emotion(folder, settings, SileroVoice(), tell), as_json=as_json, html=html)


def checked_rate(rate_hz: int) -> WireRate:
    """The rate, or exit 2."""
    if rate_hz not in set(WireRate):
        people.print("--rate must be 8000 or 16000", style="red")
        raise typer.Exit(EXIT_USAGE)
    return WireRate(rate_hz)


def show(judge: Callable[[Callable[[float], None]], Scorecard], *, as_json: bool, html: Path | None) -> None:
    """Run an evaluation (it tells its progress, 0 to 1) and print it; exit 1 naming what cannot be judged."""
    try:
        with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
            bar = progress.add_task("Listening", total=1.0)
            card = judge(lambda done: progress.update(bar, completed=done))
        if html is not None:
            html.write_text(page_of(card), encoding="utf-8")
    except (EvaluationError, ModelMissingError, ModelError, RecognitionStartError, RulePackError) as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    except OSError as error:
        people.print(f"{html}: cannot be written: {error.strerror}", style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    if as_json:
        print(json.dumps(card.document, ensure_ascii=False))  # noqa: T201  # stdout is the interface
        return
    for told in card.tables:
        table = Table(*told.head, title=told.title, title_justify="left", box=None)
        for row in told.rows:
            table.add_row(*row)
        results.print(table)
