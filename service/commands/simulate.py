"""`earshot simulate`: recordings played as live calls to any Earshot."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer
from websockets.exceptions import WebSocketException

from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.commands.key import ShownKey, refusal_of
from service.demo.line_faults import (
    LineFaultError,
    LineFaults,
    check_faults,
    forms_table,
    read_fault,
    read_faults,
)
from service.demo.recording import Recording, RecordingError, demo_recordings, load_recording
from service.demo.roads import bearer
from service.demo.simulated_pbx import Played, SimulatedPbx
from service.demo.switchboard import Target, Via


def simulate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Stereo recordings (left = agent), FILE.json beside each its script; none: the demo's."),
    ] = None,
    via: Annotated[Via, typer.Option(help="The road the audio takes.")] = Via.AUDIOSOCKET,
    to: Annotated[str, typer.Option(help="Where Earshot is.")] = "http://127.0.0.1:8000",
    audiosocket: Annotated[str, typer.Option(help="HOST:PORT of its AudioSocket door.")] = "127.0.0.1:9092",
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="1 is real time.")] = 1.0,
    loop: Annotated[bool, typer.Option(help="Play again and again until stopped.")] = False,
    calls: Annotated[int, typer.Option(min=1, max=1000, help="Calls at once.")] = 1,
    key: ShownKey = None,
    prefix: Annotated[str, typer.Option(help="What every call id begins with, as the key may ask for.")] = "demo-",
    fault: Annotated[
        list[str] | None,
        typer.Option(help="What goes wrong: KIND=VALUE@FROM-TO:LEG, times in ms; may be given again.", metavar="FAULT"),
    ] = None,
    faults: Annotated[
        Path | None,
        typer.Option(help="YAML file `faults: [{kind, value, from_ms, to_ms, leg}, …]`.", exists=True, dir_okay=False),
    ] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Show every kind of fault and stop.")] = False,
) -> None:
    """Play recordings as live calls, as a PBX would send them: announced, both legs in real time, events by the script.

    Prints one JSON line per finished call. A call goes on whatever Earshot does with it: `lost_ms` is audio that was
    not taken, `breaks` and `returns` are connections that broke and were made again, `latest_ms` is how late this
    machine was. What goes wrong with faults goes wrong at the same places each time.

    Example: earshot simulate calls/*.flac --via audiosocket --calls 6 --loop

    Example: earshot simulate --via rtp --fault loss=8@4000-9000:customer --fault jitter=120
    """
    if list_faults:
        for written, meaning in forms_table():
            results.print(f"{written:<22} {meaning}", markup=False)
        return
    recordings = recordings_or_exit(files or demo_recordings())
    host, _, port = audiosocket.rpartition(":")
    if not port.isdigit() or not urlsplit(to).netloc:
        people.print("--audiosocket needs HOST:PORT and --to needs a URL like http://127.0.0.1:8000", style="red")
        raise typer.Exit(EXIT_USAGE)
    target = Target(to.rstrip("/"), host.strip("[]"), int(port), key)
    wrong = _faults_or_exit(fault or [], faults, via)
    try:
        asyncio.run(_play(recordings, target, via, speed, calls, wrong, prefix, rounds=None if loop else 1))
    except* httpx.HTTPStatusError as errors:
        people.print(_status_of(errors, to), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    except* (httpx.HTTPError, OSError, WebSocketException) as errors:
        people.print(f"Earshot at {to} did not take the call: {_first(errors)}", style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    except* KeyboardInterrupt:
        pass


def recordings_or_exit(files: list[Path]) -> list[Recording]:
    """Every recording, or exit 2 naming the first that cannot be played."""
    try:
        return [load_recording(path) for path in files]
    except RecordingError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None


def _faults_or_exit(said: list[str], file: Path | None, via: Via) -> LineFaults:
    """All that is to go wrong, or exit 2 naming the first that cannot."""
    try:
        declared = read_faults(file) if file is not None else []
        return check_faults([*declared, *map(read_fault, said)], via)
    except LineFaultError as error:
        people.print(f"{error}   (earshot simulate --list-faults shows them all)", style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None


async def _play(
    recordings: list[Recording],
    target: Target,
    via: Via,
    speed: float,
    calls: int,
    faults: LineFaults,
    prefix: str,
    rounds: int | None,
) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(headers=bearer(target.key), timeout=10, limits=limits, trust_env=False) as client:
        await SimulatedPbx(client, target, via, speed, faults, prefix).play_all(
            recordings, calls, rounds, _print_played
        )


def _print_played(played: Played) -> None:
    line = {name: round(value) for name, value in asdict(played.line).items()}
    document = {"call_id": played.call_id, "recording": played.recording, "began_at": played.began_at.isoformat()}
    results.print_json(data={**document, **line, "events_lost": played.events_lost}, indent=None)


def _status_of(errors: BaseException, to: str) -> str:
    error = _innermost(errors)
    key = refusal_of(error, "ingest") if isinstance(error, httpx.HTTPStatusError) else None
    return key or f"Earshot at {to} did not take the call: {_first(error)}"


def _first(errors: BaseException) -> str:
    """The kind and short reason of the first real error in a group."""
    error = _innermost(errors)
    return f"{type(error).__name__} {error}".strip()


def _innermost(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
