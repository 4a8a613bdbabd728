"""The report of a search, as Markdown: the items of PRISMA-S as far as the file knows them, and the log behind them.

PRISMA-S: Rethlefsen et al. (2021), Syst Rev 10, 39. What only the searcher knows is left to be filled in, and said so.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kb.full_texts import NOT_GIVEN
from kb.publish.flow import FLOW
from kb.publish.markdown import cell, code, table
from kb.publish.report import (
    COMPLETENESS,
    FAILED,
    TEXT_ORIGINS,
    format_content,
    format_gaps,
    format_lists,
    format_runs,
    format_sources,
    is_limit_of_texts,
    plan_of,
)
from kb.queries.full_texts import read_text_sources
from kb.queries.harvest_log import is_mirror, read_answered
from kb.queries.publishing import RunRow, read_record_sources, read_runs, read_seed_label
from kb.queries.search_log import ORIGINS, SearchFlow, SearchRow, read_search_flow, read_searches
from kb.text import counted

_YOURS: Final = "*(not recorded by litkb: to be filled in)*"
_SOURCES: Final = {  # source, whether its records were read from files
    ("pubmed", False): "PubMed, by NCBI's E-utilities",
    ("pubmed", True): "PubMed's records in files",
    ("page", True): "saved pages of PubMed",
    ("nbib", True): "files in NBIB form",
    ("pmc", True): "front matter of full texts in JATS",
    ("demonstration", False): "**none: this is the demonstration**",
    ("synthetic", False): "**none: this field is made up**",
}


def format_search_report(db: sqlite3.Connection, drawing: str | None = None) -> str:
    """Return the report; drawing: the name of the file with the flow drawing, None where there is none."""
    flow = read_search_flow(db)
    seed = read_seed_label(db)
    title = f"# Search report: the literature around {cell(seed)}\n" if seed else "# Search report\n"
    picture = f"![{FLOW}]({drawing})\n\n" if drawing else ""
    sections = (
        (FLOW, picture + _format_flow_table(flow)),
        ("PRISMA-S", table(("item", "", "what was done"), _items(db, flow))),
        ("Runs", format_runs(db)),
        (FAILED, format_gaps(db)),
        ("Sources", format_sources(db)),
        (COMPLETENESS, format_lists(db)),
        ("Contents", format_content(db)),
    )
    return title + "".join(f"\n## {heading}\n\n{text}" for heading, text in sections)


def _format_flow_table(flow: SearchFlow) -> str:
    rows = [(f"identified: {ORIGINS.get(one.origin, cell(one.origin))}", one.articles) for one in flow.named]
    rows += [(f"left out: {cell(why)}", count) for why, count in flow.excluded]
    rows += [("different articles requested, or read from files", flow.asked)]
    rows += [(f"not in this library: {cell(outcome)}", count) for outcome, count in flow.lost]
    return table(("step", "articles"), [*rows, ("in this library", flow.held)])


def _items(db: sqlite3.Connection, flow: SearchFlow) -> Iterator[tuple[int, str, str]]:
    """Yield number, name and answer of each item."""
    runs = read_runs(db)
    plans = [plan_of(run) for run in runs]
    named = {one.origin: one.articles for one in flow.named}
    followed = [name for name in ("references", "cited_by") if any(plan.get(name) for plan in plans)]
    citation_search = "; ".join(f"{ORIGINS[name]}: {named.get(name, 0):,}" for name in followed)
    limits = [limit for plan in plans for limit in _limits(plan)]
    searches = [(run, one) for run in runs for one in read_searches(db, run.id, "search")]
    yield 1, "Database name", "; ".join(_sources(db, runs)) or "none yet"
    yield 2, "Multi-database searching", "each source by itself; see Sources"
    yield 3, "Study registries", f"none by litkb; {_YOURS}"
    yield 4, "Online resources and browsing", f"{counted(named.get('file', 0), 'record')} read from files; {_YOURS}"
    yield 5, "Citation searching", citation_search or "none"
    yield 6, "Contacts", _YOURS
    yield 7, "Other methods", f"{ORIGINS['similar']}: {named['similar']:,}" if "similar" in named else "none by litkb"
    yield 8, "Full search strategies", _strategies(searches, named)
    yield 9, "Limits and restrictions", "; ".join(dict.fromkeys(limits)) or "none"
    yield 10, "Search filters", _YOURS
    yield 11, "Prior work", _YOURS
    yield 12, "Updates", ", ".join(dict.fromkeys(_updates(db, runs))) or "none yet; `litkb update` makes one"
    yield 13, "Dates of searches", ", ".join(dict.fromkeys(_dates(searches))) or "none: no search was made"
    yield 14, "Peer review", _YOURS
    yield 15, "Total records", f"{flow.asked:,} requested or read from files, {flow.held:,} in this library"
    yield (
        16,
        "Deduplication",
        "one record per PMID; merged PMIDs followed; one cited work per DOI, else per printed reference",
    )


def _sources(db: sqlite3.Connection, runs: Sequence[RunRow]) -> Iterator[str]:
    answered_runs = [run for run in runs if read_answered(db, run.id).some and not is_mirror(run.server)]
    servers = dict.fromkeys(code(run.server) for run in answered_runs if run.server)
    some = "some" if any(run.server is None for run in answered_runs) else "all"
    in_place = f" (in {some} runs {', '.join(servers)} answered in place of PubMed)"
    for source in read_record_sources(db):
        words = _SOURCES.get((source.name, source.from_files)) or _SOURCES.get((source.name, not source.from_files))
        answered = in_place if servers and source.name == "pubmed" and not source.from_files else ""
        yield f"{words or source.name}{answered}: {counted(source.articles, 'record')}"
    texts = [one for one in read_text_sources(db) if one.origin != "file" and one.outcome != NOT_GIVEN]
    for origin in dict.fromkeys(one.origin for one in texts):
        found = sum(one.articles for one in texts if one.origin == origin)
        answered = in_place.replace("PubMed", "NCBI") if servers else ""
        yield f"full texts of {TEXT_ORIGINS[origin]}{answered}: {counted(found, 'article')}"


def _strategies(searches: Sequence[tuple[RunRow, SearchRow]], named: Mapping[str, int]) -> str:
    """Return the searches, each once and failed only where no run of it was answered; without any, what was done."""
    outcomes: dict[str, set[str]] = {}
    for _, one in searches:
        outcomes.setdefault(one.asked, set()).add(one.outcome or "not asked")
    if outcomes:
        return "; ".join(
            code(asked) + ("" if "done" in found else f" ({', '.join(sorted(found))})")
            for asked, found in outcomes.items()
        )
    ways = [f"{words}: {named[origin]:,}" for origin, words in ORIGINS.items() if origin in named]
    return f"no search was made; {'; '.join(ways)}" if ways else "no search was made"


def _dates(searches: Sequence[tuple[RunRow, SearchRow]]) -> Iterator[str]:
    """Yield the days of searches that were answered; of others that they were tried."""
    answered = {_days(run) for run, one in searches if one.outcome == "done"}
    for days in sorted({_days(run) for run, _ in searches}):
        yield days if days in answered else f"tried {days}, failed"


def _days(run: RunRow) -> str:
    """Return the day of a run; first and last day of one that was resumed on another."""
    first, last = run.started_at[:10], (run.finished_at or run.started_at)[:10]
    return first if first == last else f"{first} to {last}"


def _updates(db: sqlite3.Connection, runs: Sequence[RunRow]) -> Iterator[str]:
    """Yield the days of updates, and of how much nobody answered."""
    for run in runs:
        if "update" not in plan_of(run):
            continue
        day, answered = _days(run), read_answered(db, run.id)
        if answered.nothing:
            yield f"tried {day}, failed"
        elif answered.unanswered:
            yield f"{day} ({answered.unanswered:,} of {answered.asked:,} not answered)"
        else:
            yield day if answered.asked else f"{day} (nothing was due)"


def _limits(plan: dict[str, Any]) -> Iterator[str]:
    """Yield the limits of one run."""
    names = {"years": "years", "types": "publication types", "matching": "matching", "most": "at most"}
    for name, words in names.items():
        if (value := plan.get(name)) and not (name == "most" and is_limit_of_texts(plan)):
            yield f"{words} {code(', '.join(value) if isinstance(value, list) else value)}"
    for number, heading in plan.get("branches") or ():
        yield f"MeSH branch {code(f'{number} {heading}')}"
