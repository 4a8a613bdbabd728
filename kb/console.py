"""What all commands share: options, progress, and how an error becomes one sentence and an exit code."""

import errno
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import click

from kb.database import explain_sqlite
from kb.errors import LitkbError

Command = Callable[..., Any]
LONG: Final = 5_000  # things to do from which progress is said where no bar can be shown

kb_argument = click.argument("kb", metavar="DB", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


class LazyGroup(click.Group):
    """A group of commands, each imported when it is run: name -> (module:attribute, how its help begins)."""

    def __init__(self, *arguments: Any, lazy: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names, in the order of the alphabet."""
        return sorted(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, its module imported; None where there is no such command."""
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.lazy[name][1]) for name in self.list_commands(ctx)])


def litkb_version() -> str:
    """Return the version of litkb that runs; "unknown" where it is not installed."""
    try:
        return version("litkb")
    except PackageNotFoundError:
        return "unknown"


def say(text: str) -> None:
    """Print a line for the person at the terminal: to stderr, so that stdout holds results only."""
    click.echo(text, err=True)


def tell(value: Any) -> None:
    """Print a result as JSON to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function (what, done, of how many; 0: unknown) that shows progress: a bar; on a pipe lines."""
    if not sys.stderr.isatty():
        yield _progress_lines()
        return
    from rich.console import Console  # only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    known: dict[str, TaskID] = {}

    def show(what: str, done: int, total: int) -> None:
        bars.start()  # only now, so that a question before it stays readable
        if what not in known:
            known[what] = bars.add_task(what, total=total or None)
        bars.update(known[what], completed=done, total=total or None)

    try:
        yield show
    finally:
        bars.stop()


def _progress_lines() -> Callable[[str, int, int], None]:
    """Return a function that says at each tenth of a long task how far it is."""
    told: dict[str, int] = {}

    def show(what: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total >= LONG else 0
        if tenth > told.get(what, 0):
            told[what] = tenth
            say(f"{what}: {done:,} of {total:,}")

    return show


def run_command(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 failed, 2 misuse, 130 interrupted. No traceback."""
    try:
        result = command.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted. What was done is kept; the same command goes on from there.")
        return 130
    except (LitkbError, sqlite3.Error, OSError) as error:
        return _report(error)
    return result if isinstance(result, int) else 0


def _report(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()  # the reader of our output has gone; there is nobody to tell
        return 1
    say(f"Error: {_sentence(error)}")
    return error.exit_code if isinstance(error, LitkbError) else 1


def _sentence(error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        return str(explain_sqlite(error, "The knowledge base"))
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. What was done is kept; make room and run the same command again."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    return str(error)
