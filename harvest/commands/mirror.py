"""litkb mirror: all of PubMed in a folder, built from the files that NLM publishes."""

from collections.abc import Callable
from typing import Any, Final

import click

from kb.console import LazyGroup, json_option, say, shown_progress, tell
from kb.errors import UsageError
from kb.mirror.folder import Folder
from kb.mirror.layout import RANK, Manifest, read_manifest
from kb.text import counted

_NAMED: Final = 20  # missing files that are named
_SHOWN: Final = ("name", "md5", "size", "records", "deletions", "references", "links")  # of a file, as JSON
_folder = click.argument("address", metavar="DIR")
_files = click.argument("paths", metavar="FILES...", nargs=-1)


def _engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command with the options that say who carries out its tasks."""
    workers = click.option(
        "--workers", type=click.IntRange(1), metavar="N", help="Processes on this machine; one a core without it."
    )
    scheduler = click.option("--scheduler", metavar="ADDRESS", help="A running Dask scheduler: tcp://host:8786.")
    return workers(scheduler(command))


_occ = click.option(
    "--occ",
    multiple=True,
    metavar="FILE",
    help="NIH's Open Citation Collection: its CSV, or the zip of it.",
)


_COMMANDS: Final = {
    "build": ("harvest.commands.mirror:build_command", "Build a mirror in DIR from FILES."),
    "update": ("harvest.commands.mirror:update_command", "Add FILES to the mirror in DIR."),
    "status": ("harvest.commands.mirror:status_command", "Print what is in the mirror in DIR."),
    "check": ("harvest.commands.mirror:check_command", "Check the mirror in DIR."),
    "measure": ("graph.commands.mirror:measure_command", "Compute counts, percentiles and PageRank of the whole."),
    "export": ("harvest.commands.mirror:export_command", "Write the records of the mirror in DIR as tables into OUT."),
}


@click.group("mirror", cls=LazyGroup, sections={"Commands": _COMMANDS})
def mirror_commands() -> None:
    """Build a mirror of all of PubMed: a folder of all records, an index and the citation graph.

    DIR is a path, or an address that fsspec opens (s3://…). docs/scale.md says what it takes.
    """


@click.command("build")
@_folder
@_files
@_occ
@_engine_options
def build_command(address: str, paths: tuple[str, ...], occ: tuple[str, ...], **engine: Any) -> int:
    """Build a mirror in DIR from FILES: pubmedYYnNNNN.xml.gz of one baseline and its update files, or folders of them.

    The .md5 beside a file is checked. Repeated, it goes on where it stopped.

    Example: litkb mirror build pubmed2026 baseline/ updatefiles/
    """
    return _build(address, paths, occ, engine)


@click.command("update")
@_folder
@_files
@_occ
@_engine_options
def update_command(address: str, paths: tuple[str, ...], occ: tuple[str, ...], **engine: Any) -> int:
    """Add FILES to the mirror in DIR; who reads it has the old one until the new one is finished.

    Example: litkb mirror update pubmed2026 updatefiles/
    """
    _held(address)
    return _build(address, paths, occ, engine)


@click.command("status")
@_folder
@json_option
def status_command(address: str, as_json: bool) -> None:
    """Print what is in the mirror in DIR: files, records, links; through which file, and which are missing or damaged.

    Example: litkb mirror status pubmed2026
    """
    manifest = _held(address)
    if as_json:
        tell(_as_json(manifest))
        return
    _show(address, manifest)


@click.command("check")
@_folder
@_engine_options
def check_command(address: str, **engine: Any) -> int:
    """Check the mirror in DIR: the digest of every file, and that index and links follow from the records' arrays.

    Example: litkb mirror check pubmed2026
    """
    _held(address)
    from harvest.mirror.engine import dask_engine

    with dask_engine(**engine) as run, shown_progress() as progress:
        from harvest.mirror.check import check_mirror

        broken = check_mirror(address, run, progress)
    for sentence in broken:
        say(f"Broken: {sentence}")
    if not broken:
        click.echo(f"{address}: sound")
    return 1 if broken else 0


@click.command("export")
@_folder
@click.argument("out", metavar="OUT")
@click.option("--parquet", is_flag=True, required=True, help="As Parquet, the one form there is.")
@_engine_options
def export_command(address: str, out: str, parquet: bool, **engine: Any) -> None:
    """Write the current records of the mirror in DIR as Parquet tables into OUT, a new folder; docs/tables.md has them.

    Example: litkb mirror export pubmed2026 tables --parquet
    """
    assert parquet  # required
    _held(address)
    from harvest.mirror.engine import dask_engine

    with dask_engine(**engine) as run, shown_progress() as progress:
        from harvest.mirror.parquet import export_parquet

        rows = export_parquet(address, out, run, progress=progress)
    click.echo(f"{out}: " + ", ".join(f"{count:,} {table}" for table, count in rows.items()))


def _held(address: str) -> Manifest:
    manifest = read_manifest(Folder(address))
    if manifest is None:
        raise UsageError(f"There is no finished mirror in {address}. `litkb mirror build` makes one.")
    return manifest


def _build(address: str, paths: tuple[str, ...], occ: tuple[str, ...], engine: dict[str, Any]) -> int:
    from harvest.mirror.engine import dask_engine  # of the extra, as is what follows

    with dask_engine(**engine) as run, shown_progress() as progress:
        from harvest.mirror.build import build_mirror

        manifest = build_mirror(address, paths, run, occ=occ, progress=progress)
    return _show(address, manifest)


def _show(address: str, manifest: Manifest) -> int:
    """Print what is in a mirror, and to stderr what is not; return the exit code."""
    files = counted(len(manifest.segments), "file")
    sizes = f"{counted(manifest.records, 'record')}, {counted(manifest.links, 'link')}"
    click.echo(f"{address}: {files}, {sizes}, through {manifest.segments[-1].name}")
    if manifest.occ_links is not None:
        click.echo(f"Open Citation Collection: {counted(manifest.occ_links, 'link')}")
    if RANK in manifest.chunks:
        click.echo("Measured: counts, percentiles and PageRank")
    for fault in manifest.faults:
        say(f"Not in it: {fault.name}: {fault.reason}")
    missing = [name for name in manifest.missing if name not in {fault.name for fault in manifest.faults}]
    if missing:
        more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
        say(f"Missing: {', '.join(missing[:_NAMED])}{more}. `litkb mirror update` adds them.")
    return 1 if missing or manifest.faults else 0


def _as_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "generation": manifest.generation,
        "files": [
            {
                name: getattr(one, name)
                for name in ("name", "md5", "size", "records", "deletions", "references", "links")
            }
            for one in manifest.segments
        ],
        "records": manifest.records,
        "links": manifest.links,
        "occ_links": manifest.occ_links,
        "measured": RANK in manifest.chunks,
        "missing": manifest.missing,
        "faults": [fault._asdict() for fault in manifest.faults],
    }
