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
from typing import Any, Final, NamedTuple

import click

from kb.database import explain_sqlite
from kb.errors import LitkbError, UsageError

Command = Callable[..., Any]
_NAMED: Final = 5  # entries that a sentence names
LONG: Final = 5_000  # things to do from which progress is said where no bar can be shown

kb_argument = click.argument("kb", metavar="DB", type=click.Path(path_type=Path))
seeds_option = click.option(
    "--seeds",
    "lists",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A file of references: RIS, BibTeX, CSL-JSON, NBIB, CSV, Excel …, or a PMID, DOI or PMCID a line; - is stdin.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


Lazy = Mapping[str, tuple[str, str]]  # name of a command -> module:attribute, summary


class LazyGroup(click.Group):
    """A group of commands, each imported when it is run; help lists them by section: title -> commands."""

    def __init__(self, *arguments: Any, sections: Mapping[str, Lazy], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sections = sections
        self.lazy = {name: command for commands in sections.values() for name, command in commands.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names, in the order of the sections."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, its module imported; else one that was added and is not listed; None without either."""
        if cmd_name not in self.lazy:
            return self.commands.get(cmd_name)
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of commands without importing them."""
        width = max(map(len, self.list_commands(ctx)))
        for title, commands in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), summary) for name, (_, summary) in commands.items()])


def renamed_option(old: str, new: str, **options: Any) -> Callable[[Command], Command]:
    """Return a hidden option, the former name of option new: its value becomes that of new, and a line says so."""

    def pass_on(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            say(f"{old} is now {new}.")
            name = next(one.name for one in ctx.command.params if new in one.opts)
            ctx.default_map = {**(ctx.default_map or {}), name: value}

    name = f"former_{old.strip('-').replace('-', '_')}"
    return click.option(old, name, hidden=True, expose_value=False, callback=pass_on, **options)


def litkb_version() -> str:
    """Return the version of litkb that runs; "unknown" where it is not installed."""
    try:
        return version("litkb")
    except PackageNotFoundError:
        return "unknown"


def say(text: str) -> None:
    """Print a line for the person at the terminal: to stderr, so that stdout holds results only."""
    click.echo(text, err=True)


class Listed(NamedTuple):
    """What a person's list names: works of this file, entries that are not known here, and sentences on others."""

    works: list[int]
    unknown: list[str]
    doubts: list[str]


def read_listed(db: sqlite3.Connection, words: Sequence[str], paths: Sequence[Path]) -> list[int]:
    """Return the works that identifiers and files of references name, and say what of them is not known here.

    find_listed, which reads them, comes from kb.cli, since graph does not import harvest. Raises UsageError where
    no work is known.
    """
    listed: Listed = click.get_current_context().obj["find_listed"](db, words, paths)
    for doubt in listed.doubts:
        say(doubt)
    count, names = len(listed.unknown), ", ".join(listed.unknown[:_NAMED])
    names += f" and {count - _NAMED:,} more" if count > _NAMED else ""
    if not listed.works:
        raise UsageError(f"None of yours is known here: {names}." if names else "None of yours is known here.")
    if count:
        say(f"{count:,} of yours {'is' if count == 1 else 'are'} not known here: {names}.")
    return listed.works


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
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    known: dict[str, TaskID] = {}

    def show(what: str, done: int, total: int) -> None:
        bars.start()  # only now, so that a question before it stays readable
        if what not in known:
            known[what] = bars.add_task(what, total=total or None, rate="")
        speed = next(task.speed for task in bars.tasks if task.id == known[what])
        rate = f"{speed:,.0f} a second" if speed else ""
        bars.update(known[what], completed=done, total=total or None, rate=rate)

    try:
        yield show
    finally:
        bars.stop()


def _progress_lines() -> Callable[[str, int, int], None]:
    """Return a function that says at each tenth of a long task, or each LONG things of unknown many, how far it is."""
    told: dict[str, int] = {}

    def show(what: str, done: int, total: int) -> None:
        step = total / 10 if total >= LONG else LONG
        if done // step > told.get(what, 0):
            told[what] = int(done // step)
            say(f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}")

    return show


def run_command(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 failed, 2 misuse, 130 interrupted. No traceback."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        for word in words:
            _check_text(word)
        result = command.main(args=words, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted. What was done is kept; the same command goes on from there.")
        return 130
    except (LitkbError, sqlite3.Error, OSError, MemoryError) as error:
        return _report(error)
    return result if isinstance(result, int) else 0


def _check_text(word: str) -> None:
    """Raise UsageError for bytes that are no text: no file of SQLite's can hold them, and no address."""
    if not word.isprintable() and any("\ud800" <= c <= "\udfff" for c in word):
        raise UsageError(f"{word[:80]!r} is no text in UTF-8; rename the file, or type it anew.")


def _report(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()  # the reader of our output has gone; there is nobody to tell
        return 1
    say(f"Error: {_sentence(error)}")
    return error.exit_code if isinstance(error, LitkbError) else 1


def _sentence(error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        return str(explain_sqlite(error, "The knowledge base"))
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. What was done is kept."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. What was done is kept; make room and run the same command again."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    return str(error)
