"""litkb export: any choice of works of a knowledge base as a file, a network or a bibliography."""

import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from graph.export.export_request import (
    SUFFIXES,
    Selection,
    count_selected,
    files_of,
    find_suffix,
    format_selection,
    format_suffix,
    is_computed,
    write_export,
)
from graph.export.networks import NETWORKS
from kb.console import kb_argument, read_listed, say, seeds_option
from kb.database import open_kb, snapshot
from kb.errors import UsageError
from kb.formats.registry import BIBLIOGRAPHIES
from kb.identifiers import PMID_LIMIT
from kb.queries.export import selection
from kb.queries.search.query import read_query
from kb.queries.works.bibliography import PARTS

_NEIGHBOURHOOD: Final = re.compile(r"(-?\d{1,18})(?::(\d{1,3}))?")
_YEARS: Final = re.compile(r"(\d{4})?(-)?(\d{4})?")
_STDOUT: Final = "-"


class ExportOptions(NamedTuple):
    """What a person asked for; None: not asked."""

    sql: str | None = None
    query: str | None = None
    lists: tuple[Path, ...] | None = None
    references_of: str | None = None
    neighbourhood: str | None = None
    years: str | None = None
    community: int | None = None


@click.command("export")
@kb_argument
@click.argument("out")
@click.option("--sql", help="A select with a column pmid or id, or citing_id and cited_id.")
@click.option("--query", metavar="WORDS", help="A search, as on the site: 'Laudet A[au] recovery -alcohol year:>2000'.")
@seeds_option
@click.option("--references-of", metavar="ARTICLE", help="What an article cites, in the order of its reference list.")
@click.option(
    "--neighbourhood", "--neighborhood", metavar="PMID:DEPTH", help="What DEPTH citations lead to, in both directions."
)
@click.option("--years", metavar="A-B", help="Works of these years: 2000-2010, 2000-, -2010, 2005.")
@click.option("--community", type=click.IntRange(1, PMID_LIMIT), help="Works of a community, by its number.")
@click.option("--network", type=click.Choice(NETWORKS), default="citations", help="What a graph links with what.")
@click.option("--articles-only", is_flag=True, help="Leave out works cited only.")
@click.option("--no-mesh", is_flag=True, help="Leave the MeSH headings out of a bibliography.")
@click.option("--format", "form", metavar="FORMAT", help="The format, such as ris, where OUT does not say it.")
@click.option("--as", "form_too", hidden=True)
@click.option("--pmids", type=click.Path(path_type=Path, allow_dash=True), hidden=True)
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export_command(kb: Path, out: str, *, force: bool, **options: Any) -> None:
    """Write the works of DB to OUT, as a graph or a bibliography: the end of its name says which.

    Without a choice the whole file is taken; of several, what all of them choose. OUT may be -, for stdout, with
    --format. docs/formats.md lists the formats and who opens them.

    Example: litkb export kb.db near.graphml --neighbourhood 32448354:1
    """
    form, form_too, pmids = (options.pop(name) for name in ("form", "form_too", "pmids"))
    suffix = _suffix(out, form or form_too)
    options["lists"] = (*options["lists"], *([pmids] if pmids else [])) or None
    network, articles_only, no_mesh = (options.pop(name) for name in ("network", "articles_only", "no_mesh"))
    if network != "citations" and suffix in BIBLIOGRAPHIES:
        raise UsageError(f"{suffix} is a bibliography, which has no network; leave --network out.")
    if no_mesh and suffix not in BIBLIOGRAPHIES:
        raise UsageError(f"{suffix} is a graph, which has no MeSH headings; leave --no-mesh out.")
    with closing(open_kb(kb, readonly=True)) as db, snapshot(db):
        parts = [part for part in PARTS if not (no_mesh and part == "mesh")]
        wanted = Selection(articles_only=articles_only, network=network, parts=parts)
        selected = _selected(db, ExportOptions(**options), wanted, is_list=suffix in BIBLIOGRAPHIES)
        if out == _STDOUT:
            _print(db, suffix, selected)
        else:
            for path in write_export(db, out, selected, suffix=suffix, force=force):
                click.echo(path)
        _account(db, selected, suffix)
        if suffix not in BIBLIOGRAPHIES and not is_computed(db):
            say(f"The computed numbers are missing or old: `litkb graph compute {kb}` brings them up to date.")


def _suffix(out: str, form: str | None) -> str:
    """Return the suffix of the format asked for, else of the file's name; raises UsageError where it is none."""
    if form is None:
        return find_suffix(out)
    suffix = format_suffix(form)
    if suffix is None:
        raise UsageError(f"{form!r} is no format: give one of {', '.join(one[1:] for one in SUFFIXES)}.")
    return suffix


def _selected(db: sqlite3.Connection, asked: ExportOptions, wanted: Selection, *, is_list: bool) -> Selection:
    """Put into the choice what all that was asked for has in common, and return what is to be exported."""
    pairs: set[tuple[int, int]] = set()
    order: list[int] = []
    readers = _readers(pairs, order if is_list else None)
    given = [(read, value) for read, value in zip(readers, asked, strict=True) if value is not None]
    if not given:
        return wanted
    selection.open_choice(db)
    for place, (read, value) in enumerate(given):
        (selection.narrow if place else selection.choose)(db, read(db, value))
    chosen, known = selection.read_chosen_count(db)
    if not known:
        raise UsageError("This chooses no work of this knowledge base; nothing was written.")
    if chosen > known:
        say(f"{chosen - known:,} of the chosen works are not in this knowledge base.")
    only = len(given) == 1 and pairs and not wanted.articles_only and wanted.network == "citations"
    if only:
        selection.choose_pairs(db, pairs)
    return wanted._replace(is_chosen=True, pairs=bool(only), order=order)


def _readers(
    pairs: set[tuple[int, int]], order: list[int] | None
) -> tuple[Callable[[sqlite3.Connection, Any], Iterable[int]], ...]:
    """Return who reads each thing that can be asked for, in the order of Asked.

    Linked works of SQL go into pairs, a reference list into order.
    """
    return (
        lambda db, sql: _linked(db, sql, pairs),
        _read_search,
        lambda db, lists: read_listed(db, (), lists),
        lambda db, article: _read_references(db, article, order),
        _read_neighbourhood,
        _read_years,
        _read_community,
    )


def _read_search(db: sqlite3.Connection, text: str) -> Iterator[int]:
    query = read_query(db, text)
    if query.also:
        say(f"Also searched: MeSH heading {'; '.join(query.also)}.")
    if query.absent:
        say(f"Not in this library: {', '.join(query.absent)}.")
    yield from selection.read_works_of_search(db, text)


def _linked(db: sqlite3.Connection, sql: str, pairs: set[tuple[int, int]]) -> Iterator[int]:
    for first, second in selection.read_works_of_sql(db, sql):
        yield first
        if second is not None:
            pairs.add((first, second))
            yield second


def _read_references(db: sqlite3.Connection, article: str, order: list[int] | None) -> Iterator[int]:
    """Yield what an article cites; note it as the order of a bibliography, or, for a network, yield the article too."""
    pmid, *others = read_listed(db, (article,), ())
    if others:
        raise UsageError("--references-of takes one article.")
    found = selection.read_reference_list(db, pmid)
    if not found.works:
        raise UsageError(f"Nothing that {article} cites is known here; nothing was written.")
    if found.without_work:
        say(f"Printed entries that name no work, left out: {found.without_work:,}.")
    if found.unprinted:
        say(f"Works that only other sources say it cites, put after the printed list: {len(found.unprinted):,}.")
    if order is None:
        yield pmid
    else:
        order += found.works
    yield from found.works


def _read_neighbourhood(db: sqlite3.Connection, text: str) -> Iterator[int]:
    match = _NEIGHBOURHOOD.fullmatch(text)
    if match is None:
        raise UsageError(f"{text} is no neighbourhood: give a PMID and how far to go, such as 32448354:2.")
    yield from selection.read_neighbourhood(db, int(match[1]), int(match[2] or 1))


def _read_years(db: sqlite3.Connection, text: str) -> Iterator[int]:
    match = _YEARS.fullmatch(text)
    if match is None or not (match[1] or match[3]) or bool(match[1] and match[3]) > bool(match[2]):
        raise UsageError(f"{text} says no years: give 2000-2010, 2000-, -2010 or 2005.")
    first, last = match[1], match[3] if match[2] else match[1]
    yield from selection.read_works_of_years(db, int(first) if first else None, int(last) if last else None)


def _read_community(db: sqlite3.Connection, community: int) -> Iterator[int]:
    yield from selection.read_works_of_community(db, community)


def _account(db: sqlite3.Connection, selected: Selection, suffix: str) -> None:
    """Say how many works were taken, and what a format had no room for."""
    total, with_pmid = count_selected(db, selected)
    say(f"works {total:,}")
    if suffix in BIBLIOGRAPHIES and not BIBLIOGRAPHIES[suffix].holds_all and total > with_pmid:
        say(f"{total - with_pmid:,} of them have no PMID and are not in a file of {suffix}.")


def _print(db: sqlite3.Connection, suffix: str, selected: Selection) -> None:
    forms = files_of(suffix)
    if len(forms) > 1:
        raise UsageError(f"{suffix} is two files, and stdout only one; name a file.")
    for piece in format_selection(db, forms[""], selected):
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()
