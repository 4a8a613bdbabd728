"""litkb rehearse."""

import errno
import signal
from pathlib import Path
from threading import Event

import click

from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from kb.console import say
from kb.errors import LitkbError, UsageError
from kb.text import counted


@click.command("rehearse")
@click.argument("source", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@click.option("--port", default=8002, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--unlimited", is_flag=True, help="Do not refuse more requests a second than NCBI allows.")
def rehearse_command(source: Path, port: int, *, unlimited: bool) -> None:
    """Run a local PubMed that has only these records, until Ctrl-C: for practice, teaching and tests offline.

    The records are those of a litkb file, of a PubMed XML file, or of a folder of such files. The line that is printed
    makes other commands ask this server in place of NCBI; nothing leaves this machine.

    Example: litkb rehearse kb.db
    """
    records = open_shelf(source)
    if not records.records:
        raise UsageError(f"{source} holds no PubMed record.")
    try:
        rehearsal = Rehearsal(records, limited=not unlimited, port=port)
    except OSError as error:
        raise LitkbError(_why_not(port, error)) from error
    with rehearsal:
        click.echo("export " + " ".join(f"{name}={address}" for name, address in rehearsal.addresses.items()))
        held = counted(len(records.records), "record")
        say(f"Answers come from {held}; give that line to another terminal. Ctrl-C ends it.")
        _wait_for_a_stop()


def _wait_for_a_stop() -> None:
    """Return at Ctrl-C or SIGTERM, also where a script that started the command had Ctrl-C ignored."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _why_not(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program; try --port 0, which picks a free one."
    return f"Port {port} cannot be listened on: {error.strerror}."
