"""litkb demo: the demonstration, built offline by the real commands, checked, and looked at over loopback."""

import os
import re
import shlex
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import click

from graph.run import compute_graph
from harvest.commands.harvest import harvest_command
from harvest.commands.resolve import resolve_command
from harvest.files.mesh_tree import parse_mesh
from harvest.http.transport import is_loopback
from harvest.pubmed.record_splitter import split_records
from harvest.pubmed.write_article import format_article_set, format_record
from harvest.rehearsal.demonstration import SEED_PMID, read_demonstration
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.mesh_branches import format_mesh, synthetic_places
from harvest.rehearsal.server import Rehearsal
from harvest.rehearsal.synthetic import synthetic_records
from kb.console import say, shown_progress
from kb.database import open_kb, transaction
from kb.errors import LitkbError, UsageError
from kb.full_texts import BODY, NO_MARKS
from kb.integrity.check import REFERENCE_TABLES, check_kb
from kb.queries.archive import archive_path
from kb.queries.full_texts import (
    FULL_TEXT,
    read_count_of_sentences,
    read_most_cited_in_texts,
    read_text_sources,
    read_texts_due,
)
from kb.queries.harvest_log import read_commands, read_status
from kb.queries.works.pages import read_related, read_standings
from kb.queries.works.records import read_held_pmids, read_record
from kb.reasons import reason_of
from kb.records import DEMONSTRATION, SYNTHETIC, Record
from kb.site.server.serve import served
from kb.store.mesh import save_mesh_tree
from kb.text import counted

SYNTHETIC_ARTICLES: Final = 2_000
_HELD_FOR_ONE: Final = 200  # articles of the made-up field that are held for one that is left out
_MOST_SHOWN: Final = 20  # words of a command; of a longer one the first are shown
_FIRST: Final = 3
_ASKED_TWICE: Final = 30  # articles of the made-up field, from its middle, of which a third are in PMC
_FULL_TEXTS: Final = 100  # articles of the made-up field, the oldest in PMC, whose full texts are harvested
_RATE: Final = 100  # requests a second to this machine, which need not be spared
_FAULTS: Final = (Fault("server error", endpoint="efetch"), Fault("cut off", endpoint="efetch"))
_OWN_FILE: Final = re.compile(r"--file synthetic-\d+\.xml\b")
_LIVE: Final = f"harvest kb.db {SEED_PMID} --references --cited-by --similar"


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path(path_type=Path))
@click.option(
    "--synthetic",
    "articles",
    default=SYNTHETIC_ARTICLES,
    show_default=True,
    metavar="N",
    type=click.IntRange(0, 1_000_000),
    help="Articles of the made-up field; 0 makes none.",
)
@click.option("--faults", is_flag=True, help="Let the rehearsed PubMed fail twice, to see a harvest recover.")
@click.pass_context
def demo_command(ctx: click.Context, folder: Path, articles: int, *, faults: bool) -> None:
    """Build DIR/kb.db (bundled facts on self-help groups) and DIR/synthetic.db (a made-up field), offline.

    The real harvest runs against a rehearsed PubMed on this machine. Safe to repeat; files of these names that hold
    anything else are left alone.

    Example: litkb demo demo
    """
    kb, made_up = folder / "kb.db", folder / "synthetic.db"
    _refuse_foreign(kb, DEMONSTRATION)
    if articles:
        _refuse_foreign(made_up, SYNTHETIC)
    folder.mkdir(parents=True, exist_ok=True)
    _harvest_demonstration(ctx, kb, faults=faults)
    if articles:
        _harvest_synthetic(ctx, made_up, articles)
    held = {path: _checked(path) for path in ([kb, made_up] if articles else [kb])}
    _look_at(kb)
    if articles:
        _look_at_sentences(made_up)
    _show(kb, held)


def _refuse_foreign(kb: Path, source: str) -> None:
    """Raise UsageError where a file or its archive is there that a demonstration of this source did not make."""
    archive, others = archive_path(kb), "Nothing was changed; name another folder."
    if not os.path.lexists(kb):
        if os.path.lexists(archive):
            raise UsageError(
                f"{archive} is there, and {kb.name} is not: whose answers it keeps cannot be known. {others}"
            )
        return
    with closing(open_kb(kb, readonly=True)) as db:
        sources = set(read_status(db)["sources"])
        is_begun = not sources and all(_is_own(*run) for run in read_commands(db))
    if sources != {source} and not is_begun:
        held = f"records from {', '.join(sorted(sources - {source}))}" if sources else "no records"
        raise UsageError(f"{kb} is not the demonstration: it holds {held}. {others}")


def _is_own(command: str, server: str | None) -> bool:
    """Return whether a demonstration ran a command: one that was interrupted may have stored no record yet."""
    return is_loopback(server or "") or _OWN_FILE.search(command) is not None


def _harvest_demonstration(ctx: click.Context, kb: Path, *, faults: bool) -> None:
    """Harvest the seed and what it cites, then the rest of the bundled field, as a user would."""
    sets = enumerate(read_demonstration())
    records = {number: raw.xml for number, xml in sets for raw in split_records([xml])}
    with Rehearsal(records, faults=_FAULTS if faults else (), limited=False) as rehearsal:
        pmids = sorted(rehearsal.shelf.records)
        say(f"The rehearsed PubMed serves {len(pmids)} bundled records: bibliographic facts, no abstracts, not NCBI's.")
        others = [str(pmid) for pmid in pmids if pmid != SEED_PMID]
        _harvest(ctx, kb, [str(SEED_PMID), "--references", "--no-graph"], rehearsal)
        _harvest(ctx, kb, others, rehearsal)


def _harvest_synthetic(ctx: click.Context, kb: Path, articles: int) -> None:
    """Load a made-up field from a file of PubMed XML; one of this size that is there stays, another is replaced."""
    if _holds(kb, articles):
        say(f"{kb} is there already.")
        return
    for path in (archive_path(kb), kb):  # the file last: it tells whose both are
        for suffix in ("-wal", "-shm", ""):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as work:
        xml = Path(work) / f"synthetic-{articles}.xml"
        with xml.open("wb") as file, shown_progress() as progress:
            file.writelines(format_article_set(_counted(_made_up(articles), articles, progress)))
        _harvest(ctx, kb, ["--file", str(xml), "--no-graph"])
    _ask_second_source(ctx, kb)
    _harvest_full_texts(ctx, kb)
    with closing(open_kb(kb)) as db, transaction(db, changes=REFERENCE_TABLES):
        save_mesh_tree(db, parse_mesh(format_mesh(synthetic_places())))
    _resolve(ctx, kb)  # computes the graph, by which the field is seen to be whole
    with closing(open_kb(kb)) as db:
        if read_status(db)["graph_computed_at"] is None:
            say(f"$ litkb graph compute {kb}")
            compute_graph(db)


def _made_up(articles: int) -> Iterator[Record]:
    """Yield so many records; a few old ones between them are left out: works to harvest next."""
    left_out = range(2, 2 + max(articles // _HELD_FOR_ONE, 1))
    for number, record in enumerate(synthetic_records(articles + len(left_out)), start=1):
        if number not in left_out:
            yield record


def _counted(records: Iterator[Record], total: int, progress: Callable[[str, int, int], None]) -> Iterator[Record]:
    for count, record in enumerate(records, start=1):
        progress("written", count, total)
        yield record


def _ask_second_source(ctx: click.Context, kb: Path) -> None:
    """Ask ELink, rehearsed, what a few articles cite: it has no reference without a PMID, so sources disagree."""
    with closing(open_kb(kb, readonly=True)) as db:
        pmids = list(read_held_pmids(db))
        middle = pmids[len(pmids) // 2 :][:_ASKED_TWICE]
        some = [record for pmid in middle if (record := read_record(db, pmid))]
    in_pmc = [str(record.article.pmid) for record in some if record.article.pmcid]
    if in_pmc:
        with _rehearsed(some) as rehearsal:
            _harvest(ctx, kb, [*in_pmc, "--ask", "references", "--no-graph"], rehearsal)


def _harvest_full_texts(ctx: click.Context, kb: Path) -> None:
    """Ask PubMed Central, rehearsed, for made-up full texts of the oldest articles: these cite one another."""
    with closing(open_kb(kb, readonly=True)) as db:
        due = list(read_texts_due(db, FULL_TEXT))[:_FULL_TEXTS]
        some = [record for pmid in due if (record := read_record(db, pmid))]
    if some:
        say("The rehearsed PubMed Central serves texts made up for this field; none is PubMed Central's.")
        with _rehearsed(some) as rehearsal:
            _harvest(ctx, kb, ["--full-text", "--limit", str(_FULL_TEXTS), "--no-graph"], rehearsal)


def _rehearsed(records: list[Record]) -> Rehearsal:
    return Rehearsal({record.article.pmid: format_record(record).encode() for record in records}, limited=False)


def _resolve(ctx: click.Context, kb: Path) -> None:
    """Match the printed references without a PMID; what stays uncertain waits for a person."""
    say(f"$ litkb resolve {kb}")
    resolve_command.main([str(kb)], standalone_mode=False, obj=ctx.obj)


def _holds(kb: Path, articles: int) -> bool:
    """Return whether kb is there with so many records and its graph."""
    if not kb.exists():
        return False
    with closing(open_kb(kb, create=True)) as db:
        status = read_status(db)
    return status["articles"] + status["books"] == articles and status["graph_computed_at"] is not None


def _harvest(ctx: click.Context, kb: Path, arguments: list[str], rehearsal: Rehearsal | None = None) -> None:
    """Run the harvest command, and show it as a person would have typed it; of many words the first."""
    shown = [Path(word).name if Path(word).is_absolute() else word for word in arguments]
    more = f" … and {len(shown) - _FIRST} more" if len(shown) > _MOST_SHOWN else ""
    say(f"$ litkb harvest {kb} {shlex.join(shown[:_FIRST] if more else shown)}{more}")
    words = [str(kb), *arguments, *(["--email", "rehearsal@localhost"] if rehearsal else [])]
    rate = {"requests_per_second": _RATE} if rehearsal else {}
    with _environment(rehearsal.addresses if rehearsal else {}):
        if harvest_command.main(words, standalone_mode=False, obj={**(ctx.obj or {}), **rate}):
            raise LitkbError("The demonstration could not be built; the lines above say why.")


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for as long as the context lasts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _checked(kb: Path) -> dict[str, int]:
    """Return how much kb holds, after checking that it is sound."""
    say(f"$ litkb check {kb}")
    with closing(open_kb(kb)) as db:
        if violations := check_kb(db):
            raise LitkbError(f"{kb} is not sound: {violations[0].rule}.")
        status = read_status(db)
        texts = sum(one.articles for one in read_text_sources(db) if one.outcome in (BODY, NO_MARKS))
        sentences = read_count_of_sentences(db)
    held = {name: status[name] for name in ("articles", "books", "references", "citations")}
    return held | {"full texts": texts, "citing sentences": sentences}


def _look_at(kb: Path) -> None:
    """Fetch the home page and the page of the seed over loopback, as a browser would."""
    with closing(open_kb(kb, readonly=True)) as db:
        seed = read_record(db, SEED_PMID)
    _fetch_pages(kb, {"": "litkb", f"article/{SEED_PMID}": (seed and seed.article.title) or ""})


def _look_at_sentences(kb: Path) -> None:
    """Fetch the page that shows in which sentences an article is cited, if one is."""
    with closing(open_kb(kb, readonly=True)) as db:
        most = read_most_cited_in_texts(db)
    if most:
        _fetch_pages(kb, {f"article/{most[0]}": "Why it is cited"})


def _fetch_pages(kb: Path, pages: Mapping[str, str]) -> None:
    """Fetch pages over loopback; raise LitkbError for one that does not have its words, up to a colon."""
    with served(kb) as address:
        for page, words in pages.items():
            with urllib.request.urlopen(address + page, timeout=60) as answer:  # noqa: S310  # our own address
                text = answer.read().decode()
            if words.split(":")[0].replace("'", "&#39;") not in text:
                raise LitkbError(f"The page {address}{page} does not show what it should.")
            say(f"{address}{page} answers, {len(text):,} characters")


def _show(kb: Path, held: dict[Path, dict[str, int]]) -> None:
    """Print the contents, the seed's references, related studies and why, and what to do next."""
    for path, counts in held.items():
        click.echo(f"{path}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items() if count))
    with closing(open_kb(kb, readonly=True)) as db:
        record = read_record(db, SEED_PMID)
        standings = read_standings(db, SEED_PMID)
        related = read_related(db, SEED_PMID, 3)
    if record is None:
        raise LitkbError("The demonstration lacks its seed; remove the folder and run this again.")
    click.echo(f"\nPMID {SEED_PMID} cites {record.stated_reference_count} works; the demonstration has these of them:")
    for position, standing in standings.items():
        state = "in this library" if standing.state == "held" else "cited only"
        click.echo(f"  {position}. {standing.label} ({state})")
    click.echo("\nRelated studies:")
    for study, row in related:
        click.echo(f"  {study.label}: {reason_of(row)}")
    for path in held:
        _show_cited_in_texts(path)
    commands = (*(f"serve {path}" for path in held), f"status {kb}", f"export {kb} {kb.parent}/field.graphml", _LIVE)
    click.echo("\nNext:")
    for command in commands:
        click.echo(f"  {_program()} {command}")
    click.echo("The last one harvests the live records, from NCBI.")


def _show_cited_in_texts(kb: Path) -> None:
    """Print on which page to see why an article is cited: that of the one that most full texts cite."""
    with closing(open_kb(kb, readonly=True)) as db:
        if most := read_most_cited_in_texts(db):
            pmid, texts = most
            click.echo(
                f"\nPMID {pmid} in {kb} is cited in the sentences of {counted(texts, 'full text')}, made up like the "
                f"field:\n  /article/{pmid}, where that file is served"
            )


def _program() -> str:
    """Return how this program is called: by its path where no litkb is on the PATH, as in a checkout."""
    called = sys.argv[0]
    return called if Path(called).name == "litkb" and not shutil.which("litkb") else "litkb"
