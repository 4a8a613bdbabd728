"""litkb mesh."""

from contextlib import closing
from pathlib import Path

import click

from harvest.files.input_files import read_chunks
from harvest.files.mesh_tree import parse_mesh
from kb.console import kb_argument
from kb.database import open_kb, transaction
from kb.errors import RecordError, UsageError
from kb.integrity.check import REFERENCE_TABLES
from kb.queries.search.mesh import read_placed
from kb.store.mesh import save_mesh_tree


@click.command("mesh")
@kb_argument
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def mesh_command(kb: Path, path: Path) -> None:
    """Load NLM's MeSH descriptor file into DB.

    Search then knows the branches of the tree and the other names of headings.

    FILE is descYYYY.xml, plain or gzipped, from NLM's download page of MeSH. A later file replaces it.

    Example: litkb mesh kb.db desc2026.xml
    """
    if not path.is_file():
        raise UsageError(f"{path} is not there. NLM's descriptor file is called descYYYY.xml.")
    with closing(open_kb(kb)) as db:
        try:
            with transaction(db, changes=REFERENCE_TABLES):
                count = save_mesh_tree(db, parse_mesh(read_chunks(path)))
        except RecordError as error:
            raise RecordError(f"{path}: {error}") from error
        placed, all_here = read_placed(db)
    click.echo(f"{count:,} places; {placed:,} of the {all_here:,} descriptors used here stand in the tree")
