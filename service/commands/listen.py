"""`earshot listen`: one recording through the same road, faster than real time."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from config.rule_packs import RulePackError
from config.settings import Language, Settings
from service.call_record import known_language
from service.commands.console import EXIT_FAILED, people
from service.commands.simulate import recordings_or_exit
from service.commands.start import settings_or_exit
from service.demo.recording import Recording
from service.evaluation.words import WordEars
from service.playback import PlaybackOutlet, play_through
from service.recognition.group import RecognitionStartError
from service.recognition.models import ModelMissingError
from service.rule_shelf import RuleShelf
from streaming.recognizer import ModelError
from web.alert_messages import alert_body


def listen(
    file: Annotated[Path, typer.Argument(help="Stereo recording (left = agent); FILE.json beside it is its script.")],
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    language: Annotated[Language | None, typer.Option(help="Language spoken, if the script does not say it.")] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of the speech model.")] = None,
    words: Annotated[bool, typer.Option("--words/--no-words", help="Recognise speech; without it: sound only.")] = True,
    changes: Annotated[bool, typer.Option(help="Print every version of every alert, not only the last.")] = False,
) -> None:
    """Listen to a recording as if it were live and print its alerts as JSON lines.

    Example: earshot listen call.flac --language ko
    """
    settings = settings_or_exit(config, language=language, model=model)
    recording = recordings_or_exit([file])[0]
    try:
        outlet = asyncio.run(_listen(recording, settings, words))
    except (ModelMissingError, ModelError, RecognitionStartError, RulePackError) as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    for alert in outlet.changes if changes else outlet.alerts():
        print(alert_body(alert).model_dump_json())  # noqa: T201  # stdout is the interface


async def _listen(recording: Recording, settings: Settings, words: bool) -> PlaybackOutlet:
    language = known_language(recording.language or str(settings.language))
    shelf = RuleShelf(settings)
    outlet = PlaybackOutlet()
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        bar = progress.add_task("Listening", total=recording.duration_ms)
        outlet.progress = lambda at_ms: progress.update(bar, completed=at_ms)
        async with WordEars(settings, shelf) as ears:
            wanted = words and language is not None and settings.recognition.enabled
            group = await ears.group(language) if wanted and language is not None else None
            await play_through(recording, settings, shelf.pack(language), group, outlet)
    return outlet
