"""`earshot serve`: one node."""

from pathlib import Path
from typing import Annotated

import typer

from config.settings import Language
from service.commands.console import people
from service.commands.start import print_ready, run_node, settings_or_exit
from service.listening_sockets import Ports


def serve(
    config: Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")] = None,
    language: Annotated[Language | None, typer.Option(help="Language of calls that do not say one.")] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of the speech model for that language.")] = None,
    host: Annotated[str | None, typer.Option(help="Address of pages, API, WebSockets and AudioSocket.")] = None,
    http_port: Annotated[int | None, typer.Option(help="0 picks a free port.")] = None,
    audiosocket_port: Annotated[int | None, typer.Option(help="0 picks a free port.")] = None,
    vosk_port: Annotated[
        int | None, typer.Option(help="Port for clients of vosk-server (2700 is built into many).", min=0, max=65_535)
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the store and pulled models are kept.")] = None,
) -> None:
    """Run Earshot: take audio from PBXes, listen, alert, serve the console.

    Prints one JSON line with its addresses on stdout when every door is open.

    Example: earshot serve --language ko --http-port 8000 --data-dir /var/lib/earshot
    """
    settings = settings_or_exit(
        config,
        language=language,
        model=model,
        http_host=host,
        audiosocket_host=host,
        http_port=http_port,
        audiosocket_port=audiosocket_port,
        data_dir=data_dir,
        dialects={"vosk_port": vosk_port} if vosk_port is not None else None,
    )

    def ready(ports: Ports) -> None:
        print_ready(ports)
        people.print(
            f"Console: {ports.http_url}/   API: {ports.http_url}/docs   AudioSocket: port {ports.audiosocket_port}"
            + ("" if ports.first_link is None else "   (no users are configured: this machine only)")
        )
        if ports.first_link is not None:
            people.print(f"Make the first admin, once: {ports.first_link}", soft_wrap=True)

    run_node(settings, ready)
