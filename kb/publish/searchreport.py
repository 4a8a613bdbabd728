"""The report of a search, as Markdown: the items of PRISMA-S as far as the file knows them, and the log behind them.

PRISMA-S: Rethlefsen et al. (2021), Syst Rev 10, 39. What only the searcher knows is left to be filled in, and said so.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from kb.publish.markdown import cell, code, table
from kb.publish.report import format_content, format_gaps, format_lists, format_runs, format_sources, plan_of
from kb.queries.publishing import read_record_sources, read_run_tasks, read_runs, read_seed_label
from kb.queries.searchlog import ORIGINS, SearchFlow, read_search_flow

_YOURS: Final = "*(not in the file: say it yourself)*"
_SOURCES: Final = {
    "pubmed": "PubMed, by NCBI's E-utilities or NLM's files",
    "page": "saved pages of PubMed",
    "nbib": "files in NBIB form",
    "demonstration": "**none: this is the demonstration**",
    "synthetic": "**none: this field is made up**",
}


def format_search_report(db: sqlite3.Connection, drawing: str | None = None) -> str:
    """Return the report; drawing: the name of the file with the flow drawing, None where there is none."""
    flow = read_search_flow(db)
    seed = read_seed_label(db)
    title = f"# Search report: the literature around {cell(seed)}\n" if seed else "# Search report\n"
    picture = f"![From what was named to what is held]({drawing})\n\n" if drawing else ""
    sections = (
        ("From what was named to what is held", picture + _format_flow_table(flow)),
        ("PRISMA-S", table(("item", "", "what was done"), _items(db, flow))),
        ("Runs", format_runs(db)),
        ("What was asked in vain", format_gaps(db)),
        ("Sources", format_sources(db)),
        ("How complete the lists are", format_lists(db)),
        ("What the file holds", format_content(db)),
    )
    return title + "".join(f"\n## {heading}\n\n{text}" for heading, text in sections)


def _format_flow_table(flow: SearchFlow) -> str:
    rows = [(f"named: {ORIGINS.get(one.origin, cell(one.origin))}", one.articles) for one in flow.named]
    rows += [(f"left out: {cell(why)}", count) for why, count in flow.excluded]
    rows += [("different articles asked for, or read from files", flow.asked)]
    rows += [(f"not held: {cell(outcome)}", count) for outcome, count in flow.lost]
    return table(("step", "articles"), [*rows, ("held", flow.held)])


def _items(db: sqlite3.Connection, flow: SearchFlow) -> Iterator[tuple[int, str, str]]:
    """Yield number, name and answer of each item."""
    runs = read_runs(db)
    plans = [plan_of(run) for run in runs]
    sources = "; ".join(_SOURCES.get(source.name, source.name) for source in read_record_sources(db))
    queries = [
        code(asked) + ("" if outcome == "done" else f" ({outcome or 'not asked'})")
        for run in runs
        for asked, outcome, _ in read_run_tasks(db, run.id, "search")
    ]
    named = {one.origin: one.articles for one in flow.named}
    followed = [name for name in ("references", "cited_by") if any(plan.get(name) for plan in plans)]
    citation_search = "; ".join(f"{ORIGINS[name]}: {named.get(name, 0):,}" for name in followed)
    updates = [run.started_at[:10] for run, plan in zip(runs, plans, strict=True) if "update" in plan]
    limits = [limit for plan in plans for limit in _limits(plan)]
    dates = sorted({run.started_at[:10] for run in runs})
    yield 1, "Database name", sources or "none yet"
    yield 2, "Multi-database searching", "each source by itself; see Sources"
    yield 3, "Study registries", f"none by litkb; {_YOURS}"
    yield 4, "Online resources and browsing", f"{named.get('file', 0):,} records from files; {_YOURS}"
    yield 5, "Citation searching", citation_search or "none"
    yield 6, "Contacts", _YOURS
    yield 7, "Other methods", f"{ORIGINS['similar']}: {named['similar']:,}" if "similar" in named else "none by litkb"
    yield 8, "Full search strategies", "; ".join(dict.fromkeys(queries)) or "no search: articles were named one by one"
    yield 9, "Limits and restrictions", "; ".join(dict.fromkeys(limits)) or "none"
    yield 10, "Search filters", _YOURS
    yield 11, "Prior work", _YOURS
    yield 12, "Updates", ", ".join(dict.fromkeys(updates)) or "none yet; `litkb update` makes one"
    yield 13, "Dates of searches", ", ".join(dates) or "none"
    yield 14, "Peer review", _YOURS
    yield 15, "Total records", f"{flow.asked:,} asked for, {flow.held:,} held"
    yield (
        16,
        "Deduplication",
        "one record a PMID; merged PMIDs followed; cited works one a DOI, else one a printed reference",
    )


def _limits(plan: dict[str, Any]) -> Iterator[str]:
    """Yield the limits of one run."""
    names = {"years": "years", "types": "publication types", "matching": "matching", "most": "at most"}
    for name, words in names.items():
        if value := plan.get(name):
            yield f"{words} {code(', '.join(value) if isinstance(value, list) else value)}"
    for number, heading in plan.get("branches") or ():
        yield f"MeSH branch {code(f'{number} {heading}')}"
