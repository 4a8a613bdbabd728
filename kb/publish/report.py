"""The provenance and search report of a published file, as Markdown: from where, when, how, and what is missing."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from kb.failure_reasons import group_reasons, reason_of
from kb.publish.files import MARK
from kb.publish.markdown import cell, code, folded, table
from kb.queries.full_texts import read_text_sources
from kb.queries.harvest_log import read_answered, read_mirrors, read_servers, read_status
from kb.queries.publishing import (
    RunRow,
    read_asked,
    read_assertions,
    read_gaps,
    read_gone,
    read_last_computed,
    read_last_received,
    read_list_sources,
    read_never_asked,
    read_omissions,
    read_record_sources,
    read_run_counts,
    read_runs,
    read_seed_label,
)
from kb.queries.search_log import SearchRow, read_searches
from kb.queries.works.totals import read_work_totals, work_totals_sentence
from kb.records import DEMONSTRATION, NBIB, PAGE, PUBMED, SYNTHETIC
from kb.searches import Search
from kb.sentences import text_of
from kb.text import counted

FAILED: Final = "Failed or not found"
COMPLETENESS: Final = "Completeness of the lists"
SHOWN_REASONS: Final = 500  # of requests that failed or found nothing; the table harvest_tasks has all
_NAMED: Final = 10  # files or seeds of a run that are named in a line; more are a list that unfolds
_LISTS: Final = {"references": "what it cites", "cited_by": "what cites it", "similar": "similar articles"}
_DIRECTIONS: Final = {"references": "what they cite", "cited_by": "what cites them", "similar": "similar articles"}
_NOTICE: Final = """\
Records of the source `pubmed` come from PubMed, a service of the U.S. National Library of Medicine (NLM). NLM did not
make, review or endorse this file. The data are those of the days named above: PubMed has corrected, added and withdrawn
records since, so ask PubMed for the present state before relying on one. Abstracts, where they are included, may belong
to their publishers or authors; the column `articles.copyright` repeats what PubMed says of it. NLM's terms:
<https://www.nlm.nih.gov/databases/download/terms_and_conditions.html>.
"""
_TEXT_NOTICE: Final = """
Full texts were requested of PubMed Central, a service of the NLM. Each has the licence that `full_texts.license` names;
NLM claims no copyright in them and endorses nothing made of them.
"""
TEXT_ORIGINS: Final = {
    "efetch": "PubMed Central, by EFetch", "s3": "PubMed Central, by its bucket at Amazon S3",
    "europepmc": "Europe PMC", "file": "files in JATS",
}  # fmt: skip
_NO_NOTICE: Final = "No record in this file comes from PubMed or another service of the NLM.\n"
_LOUD: Final = {
    SYNTHETIC: "**THIS FIELD IS MADE UP. None of these articles, people or citations exists. Nothing may be "
    "concluded from it.**",
    DEMONSTRATION: "**THIS IS THE DEMONSTRATION. Its records are bibliographic facts read from public pages, not "
    "records of NCBI; they are few and incomplete by design. It is no literature search.**",
}
_MARKS: Final = {SYNTHETIC: "[Made-up field] ", DEMONSTRATION: "[Demonstration] "}


class Publication(NamedTuple):
    """The file that is published, and what its publisher calls it."""

    name: str
    sha256: str
    size: int
    logical_hash: str
    title: str | None
    authors: tuple[str, ...]


def title_of(db: sqlite3.Connection, publication: Publication) -> str:
    """Return the title as given, else one that names the one article the file began with; what is not real says so."""
    seed, sources = read_seed_label(db), read_status(db)["sources"]
    plain = "A literature and citation knowledge base" if sources else "An empty knowledge base"
    title = publication.title or (f"The literature around {seed}" if seed else plain)
    return "".join(mark for name, mark in _MARKS.items() if name in sources) + title


def format_report(db: sqlite3.Connection, publication: Publication) -> str:
    """Return the report; nothing in it but the title is not in the file itself."""
    sections = (
        ("", _format_head(db, publication)),
        ("Contents", format_content(db)),
        ("Left out", _format_omissions(db)),
        ("Sources", format_sources(db)),
        ("Searches", format_runs(db)),
        (FAILED, format_gaps(db)),
        (COMPLETENESS, format_lists(db)),
        ("Computed", format_computed(db)),
        ("Rights", _format_rights(db)),
        ("To check it, and to make it again", _format_remaking(db, publication)),
    )
    return "\n".join((f"## {title}\n\n" if title else "") + text for title, text in sections)


def _format_rights(db: sqlite3.Connection) -> str:
    is_of_nlm = read_status(db)["sources"].keys() & {PUBMED, NBIB, PAGE}
    is_of_pmc = any(one.origin in ("efetch", "s3") for one in read_text_sources(db))
    return (_NOTICE if is_of_nlm else _NO_NOTICE) + (_TEXT_NOTICE if is_of_pmc else "")


def _format_head(db: sqlite3.Connection, publication: Publication) -> str:
    sources = read_status(db)["sources"]
    loud = "".join(f"{_LOUD[name]}\n\n" for name in _LOUD if name in sources)
    rows = [
        ("file", code(publication.name)),
        ("bytes", publication.size),
        ("SHA-256", code(publication.sha256)),
        ("fingerprint of the content", code(publication.logical_hash)),
        ("data received until", read_last_received(db) or "never"),
    ]
    title = cell(title_of(db, publication))
    return f"<!-- {MARK}; the next one replaces it. -->\n# {title}\n\n{loud}" + table(("what", "value"), rows)


def format_content(db: sqlite3.Connection) -> str:
    """Return how much the file holds."""
    status = read_status(db)
    rows = [
        ("records in this library: articles and books", status["records"]),
        ("articles", status["articles"]),
        ("books and chapters", status["books"]),
        ("works cited only, with a PMID", status["named_by_pmid"]),
        ("works cited only, no PMID known", status["cited_without_pmid"]),
        *((f"PMIDs {state} at PubMed", count) for state, count in read_gone(db)),
        ("printed references", status["references"]),
        ("of them identified: their PMID is given, printed or found", status["references_identified"]),
        ("citations, each once, from all sources", status["citations"]),
    ]
    return table(("", "number"), rows) + f"\nWorks: {text_of(work_totals_sentence(read_work_totals(db)))}.\n"


def _format_omissions(db: sqlite3.Connection) -> str:
    omissions = read_omissions(db)
    if not omissions:
        return "Nothing: all rows of the knowledge base are in the file.\n"
    words = "".join(f"- {what}: left out of {counted(articles, 'article')}\n" for what, articles in omissions.items())
    return f"{words}\nTheir `content_hash` is that of what is left; the knowledge base itself has the whole.\n"


def format_sources(db: sqlite3.Connection) -> str:
    """Return from where records and assertions come."""
    records = [
        (f"{s.name}, read from files" if s.from_files else s.name, s.articles, s.first, s.last)
        for s in read_record_sources(db)
    ]
    said = [(name, cell(description), count) for name, description, count in read_assertions(db)]
    return (
        table(("source of records", "records", "first received", "last received"), records)
        + "\n"
        + table(("source of citations", "what it is", "citations asserted"), said)
        + _full_texts(db)
        + _not_only_ncbi(db)
    )


def _full_texts(db: sqlite3.Connection) -> str:
    """Return from where full texts are; "" where there is none."""
    rows = [(TEXT_ORIGINS[one.origin], *one[1:]) for one in read_text_sources(db)]
    head = ("source of full texts", "outcome", "articles", "first received", "last received")
    return "\n" + table(head, rows) if rows else ""


def _not_only_ncbi(db: sqlite3.Connection) -> str:
    servers, mirrors = (", ".join(map(code, found)) for found in (read_servers(db), read_mirrors(db)))
    by_mirror = f"\nIn place of requests to NCBI a mirror was read that has {mirrors}.\n" if mirrors else ""
    if not servers:
        return by_mirror
    return (
        f"\nNot only from NCBI: {servers} answered requests in place of PubMed and its services. Records and citations "
        f"named as theirs may be what that server gave.\n{by_mirror}"
    )


def format_runs(db: sqlite3.Connection) -> str:
    """Return every run: its command, its plan, its result."""
    runs = [_format_run(db, run) for run in read_runs(db)]
    return "\n".join(runs) if runs else "No run is recorded.\n"


def _format_run(db: sqlite3.Connection, run: RunRow) -> str:
    ended = f"ended {run.finished_at}" if run.finished_at else "**not complete: interrupted, or something failed**"
    is_other = run.server and read_answered(db, run.id).some
    server = f" {cell(run.server)} answered in place of PubMed." if is_other else ""
    lines = [
        f"### Run {run.id}\n",
        f"{code(run.command)}\n",
        f"Begun {run.started_at}, {ended}, litkb {run.litkb_version}.{server}\n",
    ]
    lines += [f"- {line}" for line in _plan_lines(db, run)]
    counts = [(task, cell(outcome), count) for task, outcome, count in read_run_counts(db, run.id)]
    result = table(("request", "outcome", "number"), counts) if counts else "No requests.\n"
    return "\n".join(lines) + "\n\n" + result


def _plan_lines(db: sqlite3.Connection, run: RunRow) -> Iterator[str]:
    """Yield what a run was to do: seeds, searches as asked and as PubMed read them, files, rounds."""
    plan = plan_of(run)
    seeds = list(map(code, read_asked(db, run.id, "seed")))
    if seeds:
        yield f"requested {folded(seeds, counted(len(seeds), 'entry', 'entries'), _NAMED)}"
    for search in read_searches(db, run.id):
        who = code(run.server) if run.server else "PubMed"
        asked = f"searched {who} for" if search.task == "search" else f"checked in {who} the limits of links to follow,"
        yield f"{asked} {code(search.asked)}: {_answer(search, who)}"
    files = list(map(code, read_asked(db, run.id, "file")))
    if files:
        yield f"read {folded(files, counted(len(files), 'file'), _NAMED)}"
    followed = [words for name, words in _DIRECTIONS.items() if plan.get(name)]
    if followed:
        rounds = int(plan.get("depth", 1))
        until = f"{rounds} round{'s' if rounds > 1 else ''}" if rounds else "until nothing new appeared"
        yield f"followed {', '.join(followed)}, {until}"
    if plan.get("full_text"):
        most = plan.pop("most", None) if is_limit_of_texts(plan) else None
        yield f"requested full texts of articles with a PMCID{'' if most is None else f', {most:,} at most'}"
    limits = {"most": "at most {:,} articles", "years": "of {}", "matching": "that {} finds"}
    for name, words in limits.items():
        if plan.get(name) is not None:
            told = plan[name] if isinstance(plan[name], int) else code(plan[name])
            yield f"followed only to articles: {words.format(told)}"
    if plan.get("branches"):
        headings = (f"{heading} ({number})" for number, heading in plan["branches"])
        yield f"followed only to articles of the MeSH branches {', '.join(map(code, headings))}"
    if plan.get("types"):
        yield f"followed only to articles of the types {', '.join(map(code, plan['types']))}"


def is_limit_of_texts(plan: dict[str, Any]) -> bool:
    """Return whether the limit of a plan is how many full texts it requests: it follows nothing."""
    return bool(plan.get("full_text")) and not any(plan.get(name) for name in (*_DIRECTIONS, "frontier"))


def plan_of(run: RunRow) -> dict[str, Any]:
    """Return what a run was to do; empty where that cannot be read."""
    try:
        plan = json.loads(run.plan)
    except ValueError:
        return {}
    return plan if isinstance(plan, dict) else {}


def _answer(search: SearchRow, who: str) -> str:
    """Return what came of a search: hits, the query as ``who`` read it, its warnings; and why it was not used."""
    parts = [] if search.outcome == "done" else [f"**{search.outcome or 'not asked'}**"]
    parts[:0] = [] if search.found is None else list(_found(search.found, who, of_limits=search.task == "limits"))
    return "; ".join(parts) + (f" ({cell(search.detail)})" if search.detail else "")


def _found(found: Search, who: str, *, of_limits: bool) -> Iterator[str]:
    yield f"{found.hits:,} hits" if of_limits else f"{found.received:,} of {found.hits:,} hits"
    if found.translation:
        yield f"{who} read it as {code(found.translation)}"
    yield from (f"**{cell(str(warning))}**" for warning in found.warnings)


def format_gaps(db: sqlite3.Connection) -> str:
    """Return the requests that failed or found nothing, a row for each reason."""
    runs: dict[tuple[str, str], dict[int, None]] = {}
    tasks = []
    for run_id, task in read_gaps(db):
        tasks.append(task)
        runs.setdefault(reason_of(task), {})[run_id] = None
    if not tasks:
        return "None: every request succeeded.\n" if read_runs(db) else "No requests.\n"
    reasons = group_reasons(tasks)
    counts = Counter(task.outcome for task in tasks)
    summary = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(counts.items(), key=str))
    rows = [
        (one.outcome, one.what, cell(one.why), ", ".join(map(code, one.examples)), ", ".join(map(str, runs[one[:2]])))
        for one in reasons[:SHOWN_REASONS]
    ]
    left = len(reasons) - len(rows)
    rest = f"\n{counted(left, 'further reason')} in the table `harvest_tasks`, which has all.\n" if left else ""
    head = ("outcome", "number", "reason, or into what", "examples", "runs")
    return f"In all: {summary}.\n\n{table(head, rows)}{rest}"


def format_lists(db: sqlite3.Connection) -> str:
    """Return of how many articles each source knows a list."""
    lists, never = read_status(db)["reference_lists"], read_never_asked(db)
    rows = [(_LISTS[s.list], s.source, s.known, s.none, s.no_data, s.last) for s in read_list_sources(db)]
    unasked = "; ".join(f"{_LISTS[name]}: {count:,}" for name, count in never.items())
    return (
        "The number of records in this library of which each source has a list. “No data” is not “none”.\n\n"
        + table(("list", "source", "known", "none", "no data", "last answer"), rows)
        + f"\nLists not looked up yet, or not answered: {unasked}.\n"
        + f"Reference lists: complete {lists['complete']:,}, partial {lists['partial']:,}, "
        + f"unknown {lists['unknown']:,}.\n"
        + "A citation that is not here may exist: only these lists were looked up.\n"
    )


def format_computed(db: sqlite3.Connection) -> str:
    """Return when the citation graph was computed, and by which parameters."""
    run = read_last_computed(db)
    if run is None:
        return "The citation graph was not computed.\n"
    rows = [
        (name, code(json.dumps(parameters, sort_keys=True))) for name, parameters in json.loads(run.measures).items()
    ]
    over = f"{counted(run.works, 'work')} and {counted(run.citations, 'citation')}"
    head = f"{run.finished_at}, over {over}, with {code(run.versions)}.\n\n"
    return head + table(("measure", "parameters"), rows)


def _format_remaking(db: sqlite3.Connection, publication: Publication) -> str:
    commands = "".join(f"    {' '.join(run.command.split())}\n" for run in read_runs(db)) or "    (none is recorded)\n"
    return f"""\
    sha256sum -c SHA256SUMS             # the bytes
    litkb check {publication.name}         # the content
    litkb check --hash {publication.name}  # the fingerprint above

From the raw responses that were stored at the harvest (`kb.sqlar` beside the knowledge base), without the network:

    litkb rebuild kb.db

From PubMed as it is today, by the same commands in this order:

{commands}"""
