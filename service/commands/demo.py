"""`earshot demo`: the service, a simulated PBX and the console in one go."""

import subprocess  # the PBX is another process, as a real one would be
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Language
from service.commands.console import people
from service.commands.key import KEY_VARIABLE, ShownKey
from service.commands.start import print_ready, run_node, settings_or_exit
from service.listening_sockets import Ports

_CALLS = 6
_PLAN = {"plan": "demo", "sheet": "hundred_points", "per": "all", "share_ratio": 1, "risk_weight": 1}
_INSPECTION = {"plans": [{**_PLAN, "inspectors": ["local"]}], "draw_every_s": 15, "agents_see_hearing": True}
ROSTER = Path(__file__).parents[1] / "demo" / "roster.yaml"


def demo(
    speed: Annotated[float, typer.Option(min=0.1, max=20, help="1 is real time.")] = 1.0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the console in the browser.")] = True,
    http_port: Annotated[int, typer.Option(help="0 picks a free port.")] = 8000,
    audiosocket_port: Annotated[int, typer.Option(help="0 picks a free port.")] = 9092,
    data_dir: Annotated[Path | None, typer.Option(help="Keep the store here; otherwise it is forgotten.")] = None,
    key: ShownKey = None,
) -> None:
    """See it work: six Korean calls at once over real AudioSocket TCP, again and again, heard by Vosk, on the console.

    Needs no PBX, no Redis and no database server. Stop it with Ctrl-C.

    Example: earshot demo --speed 1
    """
    with tempfile.TemporaryDirectory(prefix="earshot-demo-") as forgotten:
        settings = settings_or_exit(
            None,
            language=Language.KO,
            http_port=http_port,
            audiosocket_port=audiosocket_port,
            data_dir=data_dir or Path(forgotten),
            desk={"roster_file": ROSTER},
            inspection=_INSPECTION,
            recording={"keep_calls": True},  # nobody's voice: inspectors hear calls that are over
            recognition=None if data_dir else {"graph": "shipped"},  # composing takes minutes, and would be forgotten
        )
        pbx: list[subprocess.Popen[bytes]] = []

        def ready(ports: Ports) -> None:
            print_ready(ports)
            pbx.append(_start_pbx(ports, speed, key))
            people.print(f"Earshot is running. Open the console: [bold]{ports.http_url}/[/bold]   (Ctrl-C stops it)")
            if browser:
                webbrowser.open(ports.http_url)

        try:
            run_node(settings, ready)
        finally:
            for process in pbx:
                process.terminate()
                process.wait(timeout=10)


def _start_pbx(ports: Ports, speed: float, key: str | None) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "service.commands.program", "simulate", "--via", "audiosocket", "--loop"]
    command += ["--to", ports.http_url, "--audiosocket", f"{ports.audiosocket_host}:{ports.audiosocket_port}"]
    command += ["--calls", str(_CALLS), "--speed", str(speed)]
    if key:  # not in the list of processes: env is gone when the PBX runs
        command = ["env", f"{KEY_VARIABLE}={key}", *command]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603  # our own program
