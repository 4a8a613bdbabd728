"""litkb export: any choice of works of a knowledge base as a file, a network or a bibliography."""

import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from graph.files import find_targets, write_whole
from graph.networks import NETWORKS
from graph.takeaway import SUFFIXES, Taken, count_taken, files_of, find_suffix, format_taken
from kb.console import kb_argument, say
from kb.database import open_kb, snapshot
from kb.errors import UsageError
from kb.formats import BIBLIOGRAPHIES
from kb.identifiers import PMID_LIMIT, pmid_or_none
from kb.queries import choice
from kb.queries.asking import read_query

_NEIGHBOURHOOD: Final = re.compile(r"(-?\d{1,18})(?::(\d{1,3}))?")
_YEARS: Final = re.compile(r"(\d{4})?(-)?(\d{4})?")
_STDOUT: Final = "-"


class Asked(NamedTuple):
    """What a person asked for; None: not asked."""

    sql: str | None = None
    query: str | None = None
    pmids: str | None = None
    neighbourhood: str | None = None
    years: str | None = None
    community: int | None = None


@click.command("export")
@kb_argument
@click.argument("out")
@click.option("--sql", help="A select with a column pmid or id, or citing_id and cited_id.")
@click.option("--query", metavar="WORDS", help="A search, as on the site: 'Laudet A[au] recovery -alcohol year:>2000'.")
@click.option("--pmids", metavar="FILE", help="PMIDs, one a line, from a file; - reads them from stdin.")
@click.option(
    "--neighbourhood", "--neighborhood", metavar="PMID:DEPTH", help="What DEPTH citations lead to, in both directions."
)
@click.option("--years", metavar="A-B", help="Works of these years: 2000-2010, 2000-, -2010, 2005.")
@click.option("--community", type=click.IntRange(1, PMID_LIMIT), help="Works of a community, by its number.")
@click.option("--network", type=click.Choice(NETWORKS), default="citations", help="What a graph links with what.")
@click.option("--articles-only", is_flag=True, help="Leave out works whose record is not held.")
@click.option("--as", "form", type=click.Choice(SUFFIXES), help="The format, where OUT does not say it.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export_command(kb: Path, out: str, form: str | None, force: bool, **options: Any) -> None:
    """Write the works of DB to OUT, as a graph or a bibliography: the end of its name says which.

    Without a choice the whole file is taken; of several, what all of them choose. OUT may be -, for stdout, with
    --as. docs/formats.md lists the formats and who opens them.

    Example: litkb export kb.db near.graphml --neighbourhood 32448354:1
    """
    suffix = form or find_suffix(out)
    network, articles_only = options.pop("network"), options.pop("articles_only")
    if network != "citations" and suffix in BIBLIOGRAPHIES:
        raise UsageError(f"{suffix} is a bibliography, which has no network; leave --network out.")
    targets = _targets(out, suffix, force=force)
    with closing(open_kb(kb, readonly=True)) as db, snapshot(db):
        taken = _taken(db, Asked(**options), articles_only=articles_only, network=network)
        files = {path: format_taken(db, form, taken) for path, form in targets.items()}
        _print(files) if out == _STDOUT else write_whole(files)
        _account(db, taken, suffix)
    for path in () if out == _STDOUT else targets:
        click.echo(path)


def _targets(out: str, suffix: str, *, force: bool) -> dict[Path, str]:
    """Return the files to write, with their forms; raises UsageError where they cannot be written."""
    forms = files_of(suffix)
    if out != _STDOUT:
        return find_targets(Path(out), suffix, forms, force=force)
    if len(forms) > 1:
        raise UsageError(f"{suffix} is two files, and stdout only one; name a file.")
    return {Path(out): form for form in forms.values()}


def _taken(db: sqlite3.Connection, asked: Asked, *, articles_only: bool, network: str) -> Taken:
    """Put into the choice what all that was asked for has in common, and return what is to be taken."""
    pairs: set[tuple[int, int]] = set()
    given = [(read, value) for read, value in zip(_readers(pairs), asked, strict=True) if value is not None]
    if not given:
        return Taken(False, articles_only, network)
    choice.open_choice(db)
    for place, (read, value) in enumerate(given):
        (choice.narrow if place else choice.choose)(db, read(db, value))
    chosen, known = choice.read_chosen_count(db)
    if not known:
        raise UsageError("This chooses no work of this knowledge base; nothing was written.")
    if chosen > known:
        say(f"{chosen - known:,} of the chosen works are not in this knowledge base.")
    only = len(given) == 1 and pairs and not articles_only and network == "citations"
    return Taken(True, articles_only, network, pairs if only else None)


def _readers(pairs: set[tuple[int, int]]) -> tuple[Callable[[sqlite3.Connection, Any], Iterable[int]], ...]:
    """Return who reads each thing that can be asked for, in the order of Asked; linked works of SQL go into pairs."""
    return (
        lambda db, sql: _linked(db, sql, pairs),
        _read_search,
        lambda _, name: _read_pmids(name),
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
    yield from choice.read_works_of_search(db, text)


def _linked(db: sqlite3.Connection, sql: str, pairs: set[tuple[int, int]]) -> Iterator[int]:
    for first, second in choice.read_works_of_sql(db, sql):
        yield first
        if second is not None:
            pairs.add((first, second))
            yield second


def _read_pmids(name: str) -> Iterator[int]:
    """Yield the PMIDs of a file, or of stdin; raises UsageError naming the line that holds none."""
    try:
        text = sys.stdin.read() if name == _STDOUT else Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not text; PMIDs are wanted, one a line.") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(text.splitlines(), start=1):
        pmid = pmid_or_none(line.strip())
        if pmid is None and line.strip():
            raise UsageError(f"Line {number} of {name} is no PMID: {line.strip()[:40]!r}.")
        if pmid is not None:
            yield pmid


def _read_neighbourhood(db: sqlite3.Connection, text: str) -> Iterator[int]:
    match = _NEIGHBOURHOOD.fullmatch(text)
    if match is None:
        raise UsageError(f"{text} is no neighbourhood: give a PMID and how far to go, such as 32448354:2.")
    yield from choice.read_neighbourhood(db, int(match[1]), int(match[2] or 1))


def _read_years(db: sqlite3.Connection, text: str) -> Iterator[int]:
    match = _YEARS.fullmatch(text)
    if match is None or not (match[1] or match[3]) or bool(match[1] and match[3]) > bool(match[2]):
        raise UsageError(f"{text} says no years: give 2000-2010, 2000-, -2010 or 2005.")
    first, last = match[1], match[3] if match[2] else match[1]
    yield from choice.read_works_of_years(db, int(first) if first else None, int(last) if last else None)


def _read_community(db: sqlite3.Connection, community: int) -> Iterator[int]:
    yield from choice.read_works_of_community(db, community)


def _account(db: sqlite3.Connection, taken: Taken, suffix: str) -> None:
    """Say how many works were taken, and what a format had no room for."""
    total, with_pmid = count_taken(db, taken)
    say(f"works {total:,}")
    if suffix in BIBLIOGRAPHIES and not BIBLIOGRAPHIES[suffix].holds_all and total > with_pmid:
        say(f"{total - with_pmid:,} of them have no PMID and are not in a file of {suffix}.")


def _print(files: Mapping[Path, Iterator[str]]) -> None:
    [pieces] = files.values()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()
