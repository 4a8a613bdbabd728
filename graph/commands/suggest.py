"""litkb suggest: what to read next, for a whole knowledge base, a list of articles, or one article."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from graph.citation_graph import build_citation_graph
from graph.similarity.suggest import LIMIT, Advice, SuggestionScope, suggestions_for, suggestions_for_file
from kb.console import json_option, kb_argument, read_listed, say, seeds_option, tell
from kb.database import open_kb, snapshot
from kb.errors import UsageError
from kb.queries.citations import read_held_ids
from kb.queries.works.local_neighbourhood import WorkSummary, read_standings
from kb.text import counted


@click.command("suggest")
@kb_argument
@click.argument("named", metavar="[ARTICLE]...", nargs=-1)
@seeds_option
@click.option("--limit", type=click.IntRange(1, 200), default=LIMIT, show_default=True, help="How many, 200 at most.")
@click.option("--in-library/--cited-only", default=None, help="Only works whose record is here, or only others.")
@json_option
def suggest_command(
    kb: Path, *, named: tuple[str, ...], lists: tuple[Path, ...], limit: int, in_library: bool | None, as_json: bool
) -> None:
    """Say what to read next: works that fit all of DB, or the articles given, and why.

    ARTICLE is a PMID, DOI, PMCID, or an address of PubMed, PMC or doi.org; - reads a list from stdin. What DB does not
    know is named and left out, not looked up. For one article, what it cites counts as yours too. For all of DB only
    works cited only are suggested. docs/measures.md describes the ranking, and how well it finds hidden references.

    Example: litkb suggest kb.db --seeds zotero.ris
    """
    with closing(open_kb(kb, readonly=True)) as db, snapshot(db):
        if named or lists:
            advice = suggestions_for(db, read_listed(db, named, lists), SuggestionScope(limit, in_library))
        elif in_library:
            raise UsageError("The whole library is the list itself: name articles with --in-library.")
        else:
            ids = read_held_ids(db)
            found = suggestions_for_file(db, build_citation_graph(db), ids)
            advice = Advice([], ids.tolist(), found[:limit])
        shown = read_standings(db, [*advice.asked, *(row.id for row in advice.found)])
    tell(_as_json(advice, shown)) if as_json else _print(advice, shown)
    if any(shown[work].retracted for work in advice.asked):
        retracted = ", ".join(shown[work].label for work in advice.asked if shown[work].retracted)
        say(f"Retracted, among those you gave: {retracted}.")


def _print(advice: Advice, shown: dict[int, WorkSummary]) -> None:
    for row in advice.found:
        work = shown[row.id]
        state = "in this library" if work.held else "cited only"
        name = f"PMID {row.id}" if row.id > 0 else f"doi:{work.doi}" if work.doi else "no PMID known"
        click.echo(f"{row.rank:>3}. {work.label} ({name}, {state})")
        if work.title:
            click.echo(f"     {work.title}")
        click.echo(f"     {row.reason}")
    say(_summary(advice, shown))


def _summary(advice: Advice, shown: dict[int, WorkSummary]) -> str:
    if not advice.found:
        return (
            "Nothing to suggest: no citation, no list of similar articles and no words lead from yours to other works."
        )
    if len(advice.asked) == 1:
        cited = len(advice.yours) - 1
        label = shown[advice.asked[0]].label
        if not cited:
            return f"Yours: {label}; no work that it cites is known here."
        return f"Yours: {label} and the {counted(cited, 'work')} that it cites here."
    return f"Yours: {len(advice.yours):,} " + ("works." if advice.asked else "articles, the whole library.")


def _as_json(advice: Advice, shown: dict[int, WorkSummary]) -> dict[str, Any]:
    return {
        "asked": [shown[work]._asdict() for work in advice.asked],
        "yours": len(advice.yours),
        "suggestions": [
            row._asdict() | {"named": json.loads(row.named), "reason": row.reason} | shown[row.id]._asdict()
            for row in advice.found
        ],
    }
