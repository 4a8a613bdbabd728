"""litkb graph communities, main-path, path, rpys, retractions: the structure of a field at the terminal."""

from collections.abc import Iterable
from contextlib import closing
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import click

from graph.measures.main_path import KEYS, main_path_step
from graph.measures.retractions import retractions_step
from graph.measures.rpys import reference_years_step
from graph.run import compute_graph
from kb.console import json_option, kb_argument, renamed_option, say, tell
from kb.database import open_kb, snapshot
from kb.errors import UsageError
from kb.queries import structure
from kb.queries.citations import read_computed, read_has_citations, read_labels
from kb.queries.works.notices import Sign, read_signs
from kb.queries.works.shortest_paths import SHOWN, ShortestPaths, read_shortest_paths
from kb.text import counted

_RPYS_HEAD: Final = "year  references  above the median of five years"
_LEAST: Final = 0.0001  # of all paths: what is less is shown as less
_PEAKS: Final = 10
_CITING: Final = 10  # works that cite one retracted article are shown, the newest


@click.command("communities")
@kb_argument
@json_option
def communities_command(kb: Path, as_json: bool) -> None:
    """List the communities of DB with topics, number of works and most cited works.

    Example: litkb graph communities kb.db
    """
    with closing(open_kb(kb, readonly=True)) as db:
        found = list(structure.read_communities(db))
        computed = read_computed(db)
    if as_json:
        tell([row._asdict() | {"top_works": [work._asdict() for work in row.top_works]} for row in found])
        return
    for row in found:
        click.echo(f"{row.community}. {row.label}: {counted(row.works, 'work')}, {row.held:,} in this library")
        for work in row.top_works:
            click.echo(f"     {work.label} (cited by {work.citation_count:,})")
    if not computed:
        say(f"The communities are not computed yet: `litkb graph compute {kb}` does it.")


@click.command("main-path")
@kb_argument
@click.option(
    "--limit", default=KEYS, show_default=True, type=click.IntRange(0, 1000), help="How many key routes to list."
)
@renamed_option("--keys", "--limit")
@json_option
def main_path_command(kb: Path, limit: int, as_json: bool) -> None:
    """Find the main path of DB: the chain of citations that most paths through the field use.

    It goes from the oldest work to the newest: each work cites the one before. Works that cite each other in
    a circle count as one, and are listed. Key routes lead through the citations that most paths use.

    Example: litkb graph main-path kb.db
    """
    with closing(open_kb(kb)) as db:
        run = compute_graph(db, steps=[partial(main_path_step, keys=limit)])
        steps, cycles = list(structure.read_main_path(db)), list(structure.read_cycles(db))
    if as_json:
        tell({"graph_run_id": run.run_id, "citations": _rows(steps), "cycles": _rows(cycles)})
        return
    routes = [list(of_route) for _, of_route in groupby(steps, key=lambda step: (step.path, step.route))]
    for route in routes:
        _show_route(route, routes[0])
    if not steps:
        click.echo("No path: no work of this file cites another that does not, by others, cite it back.")
    for cycle in cycles[:_CITING]:
        click.echo(f"Cycle {cycle.cycle}: {cycle.works:,} works cite each other in a circle, {cycle.label} among them")
    if len(cycles) > _CITING:
        click.echo(f"{len(cycles) - _CITING:,} more cycles; --json lists them.")


def _show_route(steps: list[structure.Step], main: list[structure.Step]) -> None:
    """Print a path, one work a line, with the share of all paths that run through its citation of the one before."""
    name = "Main path" if steps is main else f"Key route {steps[0].route}"
    if steps is not main and [step[2:] for step in steps] == [step[2:] for step in main]:
        click.echo(f"{name}: the main path")
        return
    click.echo(f"{name}: citations {len(steps):,}, and the part of all paths that runs through each")
    at = None
    for step in steps:
        if step.cited_id != at:
            click.echo(f"{'circle' if at else '':>8}  {_named(step.cited_id, step.cited)}")
        click.echo(f"{_percent(step.share):>8}  {_named(step.citing_id, step.citing)}")
        at = step.citing_id


def _percent(share: float) -> str:
    """Return a share in percent; one that is not 0 is not shown as 0."""
    return f"{share:.2%}" if share >= _LEAST else f"<{_LEAST:.2%}"


@click.command("path")
@kb_argument
@click.argument("work_a", metavar="A")
@click.argument("work_b", metavar="B")
@click.option("--both-ways", is_flag=True, help="Let a path follow citations in both directions.")
@click.option(
    "--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 10_000), help="How many paths to list each way."
)
@renamed_option("--most", "--limit")
@json_option
def path_command(kb: Path, work_a: str, work_b: str, both_ways: bool, limit: int, as_json: bool) -> None:
    """Find the shortest chains of citations from A to B, and from B to A.

    A and B are a PMID, DOI, PMCID, or the name of a work in exports, such as ref:moos-1999-0123456789.

    Example: litkb graph path kb.db 32448354 10.1186/1471-244x-6-35
    """
    with closing(open_kb(kb, readonly=True)) as db, snapshot(db):
        ends = [structure.read_work_named(db, name) for name in (work_a, work_b)]
        for name, work in zip((work_a, work_b), ends, strict=True):
            if not read_has_citations(db, work):
                raise UsageError(f"No citation in this knowledge base leads from or to {name}.")
        ways = [ends] if both_ways or ends[0] == ends[1] else [ends, ends[::-1]]
        found = [read_shortest_paths(db, *way, most=limit, both_ways=both_ways) for way in ways]
        works = {work for paths in found for path in paths.paths for work in path} | set(ends)
        labels = read_labels(db, sorted(works))
    if as_json:
        tell([_way_as_json(way, paths, labels) for way, paths in zip(ways, found, strict=True)])
        return
    for way, paths in zip(ways, found, strict=True):
        _show_way([_named(work, labels[work]) for work in way], paths, labels, both_ways=both_ways)


def _way_as_json(way: list[int], found: ShortestPaths, labels: dict[int, str]) -> dict[str, Any]:
    paths = [[{"id": work, "label": labels[work]} for work in path] for path in found.paths]
    start, end = way
    return {"from": start, "to": end, "citations": found.length, "shortest_paths": found.total, "paths": paths}


def _show_way(ends: list[str], found: ShortestPaths, labels: dict[int, str], *, both_ways: bool) -> None:
    start, end = ends
    if found.length is None:
        how = "No chain of citations links" if both_ways else "No chain of references leads from"
        click.echo(f"{how} {start} {'and' if both_ways else 'to'} {end} in this file.")
        return
    shown = "" if found.total == len(found.paths) else f", {len(found.paths)} of them shown"
    click.echo(f"{start} to {end}: citations {found.length:,}, shortest paths {found.total:,}{shown}")
    for path in found.paths:
        click.echo("  " + (" - " if both_ways else " -> ").join(_named(work, labels[work]) for work in path))


@click.command("rpys")
@kb_argument
@click.option(
    "--limit", default=_PEAKS, show_default=True, type=click.IntRange(1), help="Peaks to show, the largest first."
)
@json_option
def rpys_command(kb: Path, limit: int, *, as_json: bool) -> None:
    """List the peaks of cited years (RPYS), the largest first: reference publication year spectroscopy.

    References of the articles in this library by year of the cited work, and the distance of each year from the
    median of five. The works below a peak have most references. --json gives all years.

    Example: litkb graph rpys kb.db
    """
    with closing(open_kb(kb)) as db:
        run = compute_graph(db, steps=[reference_years_step])
        years, behind = list(structure.read_reference_years(db)), list(structure.read_peak_works(db))
    if as_json:
        tell({"graph_run_id": run.run_id, "years": _rows(years), "behind": _rows(behind)})
        return
    peaks = sorted(
        (year for year in years if year.is_peak),
        key=lambda year: (year.deviation or 0, year.reference_count),
        reverse=True,
    )
    click.echo(_RPYS_HEAD if peaks else "No article in this library cites a work with a known year.")
    for year in peaks[:limit]:
        click.echo(f"{year.year:4}{year.reference_count:12,}{year.deviation:12,.0f}")
        for work in (work for work in behind if work.year == year.year):
            click.echo(f"{'':4}{work.reference_count:12,}  {_named(work.id, work.label)}")
    if len(peaks) > limit:
        say(f"Smaller peaks that are not shown: {len(peaks) - limit:,}. --limit shows more, --json all years.")
    for year in years:
        if year.year is None:
            say(f"References to works with an unknown year: {year.reference_count:,}; works: {year.works:,}.")


@click.command("retractions")
@kb_argument
@json_option
def retractions_command(kb: Path, as_json: bool) -> None:
    """List the retracted articles of DB and the works that cite them, before or after the notice.

    Years are compared: a work of the same year as the notice may be older or newer than it. Where the year of the
    work or of the notice is not known, that is said. --json gives all works, those of two steps too.

    Example: litkb graph retractions kb.db
    """
    with closing(open_kb(kb)) as db:
        run = compute_graph(db, steps=[retractions_step])
        articles = list(structure.read_retractions(db))
        signs = read_signs(db)
        exposed = [row for steps in (1, 2) for row in structure.read_exposed(db, steps)]
    if as_json:
        parts: dict[str, Iterable[Any]] = {"retractions": articles, "signs": signs, "exposure": exposed}
        tell({"graph_run_id": run.run_id, **{name: _rows(rows) for name, rows in parts.items()}})
        return
    if not articles:
        click.echo("No record in this file says that an article is retracted.")
    for article in articles:
        said = [sign for sign in signs if sign.id == article.id]
        citing = [row for row in exposed if row.retracted_id == article.id and row.steps == 1]
        _show_retraction(article, said, citing)


def _show_retraction(article: structure.RetractedRow, signs: list[Sign], citing: list[structure.ExposedRow]) -> None:
    notice = f"notice of {article.notice_year}" if article.notice_year else "year of the notice unknown"
    click.echo(f"{_named(article.id, article.label)}: {notice}")
    said = (f"{one.sign} ({'its own record' if one.said_by == one.id else f'PMID {one.said_by}'})" for one in signs)
    click.echo(f"  source: {', '.join(said)}")
    click.echo(
        f"  cited by {article.citing:,}: before {article.citing_before:,}, same year {article.citing_same_year:,}, "
        f"after {article.citing_after:,}, unknown {article.citing_unknown:,}; two steps away {article.two_steps:,}"
    )
    for row in citing[:_CITING]:
        click.echo(f"  {row.timing:<10}{_named(row.id, row.label)}")
    if len(citing) > _CITING:
        click.echo(f"  and {len(citing) - _CITING:,} older ones")


def _named(work: int, label: str) -> str:
    """Return how a work is shown: its label, and its PMID where one is known."""
    return f"{label} (PMID {work})" if work > 0 else label


def _rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [row._asdict() for row in rows]
