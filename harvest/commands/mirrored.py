"""What commands share that a mirror of PubMed's files answers in place of PubMed."""

from importlib.util import find_spec
from typing import Final

import click

from harvest.sources.mirror import Mirror
from kb.errors import UsageError

PLACE: Final = "the mirror (PubMed's files through {})"
mirror_option = click.option(
    "--mirror",
    metavar="DIR",
    help="A mirror of PubMed's files, which `litkb mirror build` makes, answers in place of PubMed; no requests.",
)


def open_mirror(address: str) -> Mirror:
    """Return the mirror in a folder, held until the command ends.

    Raises UsageError where there is none, MirrorError where it is damaged.
    """
    if not find_spec("zstandard"):
        raise UsageError("A mirror is read by zstandard: pip install 'litkb[mirror]'.")
    from harvest.mirror.source import MirrorSource
    from kb.mirror.reader import Mirror as Reader

    reader = Reader(address)
    click.get_current_context().call_on_close(reader.close)
    return MirrorSource(reader)
