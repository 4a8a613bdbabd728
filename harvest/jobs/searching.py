"""The searches of a run: asked, kept and noted; hits of another query than the one asked are not taken unasked."""

from collections.abc import Callable
from typing import Final

from harvest.http.client import Client
from harvest.jobs.fetch_queue import Run, keep, note_failure, stop
from harvest.sources.entrez import SearchResult, count_hits, search_pubmed
from harvest.sources.registry import PUBMED
from kb.database import transaction
from kb.errors import QuestionError, SourceError
from kb.queries.harvest_log import Task
from kb.queries.search_log import read_accepted_warnings
from kb.searches import Search, SearchWarning, format_warnings
from kb.store.ledger import save_outcomes, save_search
from kb.text import counted

SEARCH: Final = "search"
LIMITS: Final = "limits"


def search(run: Run, query: str) -> list[int]:
    """Return the hits of query; none where it could not be asked.

    Raises QuestionError where PubMed warns that it searched for something else, unless a person, or an earlier run of
    this query, takes these hits.
    """
    result = _asked(run, SEARCH, query, search_pubmed)
    if result is None:
        return []
    _tell(run, result)
    doubts = _doubts(result)
    known = read_accepted_warnings(run.db, query)
    why = None
    if result.count and not known.issuperset(doubts) and not run.person.confirm(_question(result.count)):
        why = (
            f"{format_warnings(doubts)}; its {_hits(result.count)} were not harvested: "
            "correct the query, or add --yes to harvest them all the same"
        )
    _note(run, SEARCH, query, result, why)
    if why:
        raise QuestionError(f"{why}.")
    return list(result.pmids)


def check_limits(run: Run, limits: str) -> None:
    """Ask PubMed how it reads the limits of what is followed. Raises QuestionError where it would not keep to them."""
    result = _asked(run, LIMITS, limits, count_hits)
    if result is None:
        return
    doubts = _doubts(result)
    _note(run, LIMITS, limits, result, f"{format_warnings(doubts)}; nothing was harvested" if doubts else None)
    if doubts:
        raise QuestionError(
            f"Nothing was harvested, for PubMed would not keep to the limits {limits}: {format_warnings(doubts)}; "
            "correct --years, --type, --branch or --matching."
        )


def _asked(run: Run, task: str, query: str, ask: Callable[[Client, str], SearchResult]) -> SearchResult | None:
    """Return PubMed's answer to a query; None, which the ledger says, where none can be had."""
    client = run.client(PUBMED)
    if client is None:
        note_failure(run, task, [query], run.why_not(PUBMED))
        return None
    try:
        return ask(client, query)
    except SourceError as error:
        stop(run, PUBMED, error)
        note_failure(run, task, [query], str(error))
        return None


def _doubts(result: SearchResult) -> tuple[SearchWarning, ...]:
    return tuple(warning for warning in result.warnings if warning.changes_search)


def _tell(run: Run, result: SearchResult) -> None:
    """Say what PubMed answered, before anything is done with it."""
    if result.translation:
        run.note(f"PubMed read the query as: {result.translation}")
    for warning in result.warnings:
        run.note(f"{warning}.")
    run.note(f"PubMed has {_hits(result.count)}.")
    if len(result.pmids) != result.count:
        run.note(f"By ranges of PMIDs it gave {len(result.pmids):,}.")


def _question(hits: int) -> str:
    return f"PubMed did not search for the query as it was written. Harvest its {_hits(hits)} all the same?"


def _hits(count: int) -> str:
    return counted(count, "hit")


def _note(run: Run, task: str, query: str, result: SearchResult, why: str | None) -> None:
    """Keep the answers to a query and note what they say; why: for what reason it failed."""
    kept, *_ = [keep(run, answer, {}) for answer in result.answers]
    found = Search(result.count, len(result.pmids), result.translation, result.warnings)
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, query, "failed" if why else "done", why)], answer=kept)
        save_search(run.db, run.id, task, query, found)
