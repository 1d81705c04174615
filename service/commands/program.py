"""The command `earshot`: every subcommand in one place."""

import logging
import sys

import structlog
import typer

from service.commands.bench import bench
from service.commands.demo import demo
from service.commands.doctor import doctor
from service.commands.erase import erase
from service.commands.evaluate import evaluate_app
from service.commands.keys import keys_app
from service.commands.lasting_log import LastingLog
from service.commands.ledger import ledger_app
from service.commands.listen import listen
from service.commands.models import models_app
from service.commands.roster import roster_app
from service.commands.rules import rules_app
from service.commands.serve import serve
from service.commands.sheets import sheets_app
from service.commands.simulate import simulate
from service.commands.users import users_app

app = typer.Typer(
    help="Earshot hears every call while it runs and tells supervisors which ones are going wrong, and why.",
    epilog="First steps: earshot demo · earshot serve --help · earshot simulate --help",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve)
app.command()(demo)
app.command()(simulate)
app.command()(listen)
app.command()(doctor)
app.command()(bench)
app.command()(erase)
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(models_app, name="models")
app.add_typer(rules_app, name="rules")
app.add_typer(roster_app, name="roster")
app.add_typer(sheets_app, name="sheets")
app.add_typer(users_app, name="users")
app.add_typer(keys_app, name="keys")
app.add_typer(ledger_app, name="ledger")


def main() -> None:
    """Run the command line."""
    configure_logging()
    app()


def configure_logging() -> None:
    """One JSON line per event on stderr, or coloured lines on a terminal; times in UTC."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: LastingLog(sys.stderr),
        cache_logger_on_first_use=True,
    )


if __name__ == "__main__":
    main()
