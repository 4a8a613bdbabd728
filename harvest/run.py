"""A whole harvest: fetch, keep, parse, save, note; one transaction a batch; it can be interrupted and resumed."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple

from harvest.archive import keep_answer, keep_file
from harvest.client import Client
from harvest.entrez import BATCH, Answer, fetch_articles, fetch_cited_by, fetch_similar, search_pubmed
from harvest.files import PAGE_TEXT, InputFile, read_chunks, sniff
from harvest.identify import Identified, identify_online
from harvest.load import (
    ALONE,
    CONFIRM,
    TOGETHER,
    FileResult,
    Loaded,
    identify_page,
    load_articles,
    load_file,
    load_links,
    load_page,
)
from harvest.page import page_doi
from harvest.plan import Plan
from harvest.seeding import identify_seeds
from harvest.seeds import seed_of
from kb.database import transaction
from kb.errors import LitkbError, PermanentError, RecordError, SourceError, TransientError, UsageError
from kb.identifiers import Identifier
from kb.queries.ledger import (
    Task,
    read_citing_pmids,
    read_followed,
    read_outcomes,
    read_problems,
    read_reference_pmids,
    read_resumable_run,
    read_settled,
    read_similar_pmids,
)
from kb.queries.records import read_held
from kb.store.ledger import save_file_counts, save_outcomes, save_pending, save_run, save_run_end

Progress = Callable[[str, int, int], None]
"""Told after each step: what is being done, how much is done, of how much."""

_FETCHERS: Final = {"cited_by": fetch_cited_by, "similar": fetch_similar}


class Summary(NamedTuple):
    """What a run did: counts by outcome that add up to asked, the problems, and what was said of the query."""

    run_id: int
    resumed: bool
    outcomes: dict[str, int]
    problems: list[Task]
    notes: list[str]
    read: dict[str, int]

    @property
    def asked(self) -> int:
        """How many things were asked for; every one of them has exactly one outcome."""
        return sum(self.outcomes.values())

    @property
    def complete(self) -> bool:
        """Whether nothing was rejected, failed, or could not be identified."""
        return not any(self.outcomes[name] for name in ("rejected", "failed", "not identified"))


def now() -> str:
    """Return the moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass
class Run:
    """One run under way: where it reads, keeps and writes."""

    db: sqlite3.Connection
    archive: sqlite3.Connection
    client: Client | None  # None: files only, nobody is asked
    id: int
    started_at: str
    progress: Progress
    notes: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)  # what files held, whether it was new or not
    stopped: str | None = None  # why nothing more is asked: the source does not answer


def harvest(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    client: Client | None,
    plan: Plan,
    *,
    files: Sequence[InputFile] = (),
    command: str = "",
    version: str = "",
    progress: Progress = lambda *_: None,
) -> Summary:
    """Carry out plan, or go on with it where an earlier run of the same plan was interrupted.

    Raises nothing for what a source or a file does: that is in the summary. The run stays open, and the same
    plan resumes it, as long as something failed.
    """
    run, resumed = _begin(db, archive, client, plan, command=command, version=version)
    run.progress = progress
    for file in files:
        _harvest_file(run, file, plan.pmid)
    frontier = _first_articles(run, plan)
    _harvest_articles(run, frontier)
    _expand(run, plan, frontier)
    outcomes, problems = read_outcomes(db, run.id), read_problems(db, run.id)
    if not outcomes["failed"]:
        with transaction(db):
            save_run_end(db, run.id, finished_at=now())
    return Summary(run.id, resumed, outcomes, problems, run.notes, dict(run.read))


def _begin(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    client: Client | None,
    plan: Plan,
    *,
    command: str,
    version: str,
) -> tuple[Run, bool]:
    open_run = read_resumable_run(db, plan.as_json())
    if open_run:
        return Run(db, archive, client, *open_run, progress=lambda *_: None), True
    started_at = now()
    with transaction(db):
        run_id = save_run(db, started_at=started_at, command=command, plan=plan.as_json(), version=version)
    return Run(db, archive, client, run_id, started_at, progress=lambda *_: None), False


# Files


def _harvest_file(run: Run, file: InputFile, pmid: int | None) -> None:
    """Load one file unless this run has done so; what is wrong with it is noted, the next file is read."""
    if file.name in read_settled(run.db, run.id, "file"):
        return
    with transaction(run.db):
        save_pending(run.db, run.id, "file", [file.name])
    try:
        kept, result = _load(run, file, pmid)
    except LitkbError as error:
        with transaction(run.db):
            save_outcomes(run.db, run.id, [Task("file", file.name, "rejected", str(error))])
        return
    run.read.update(result.read)
    with transaction(run.db):
        save_file_counts(run.db, run.id, file.name, result.counts)
        save_outcomes(run.db, run.id, _rejections(file.name, result), answer=kept)
        save_outcomes(run.db, run.id, [Task("file", file.name, "done", None)], answer=kept)


def _load(run: Run, file: InputFile, pmid: int | None) -> tuple[str, FileResult]:
    kind = sniff(file.path)
    if kind == PAGE_TEXT:
        text = b"".join(read_chunks(file.path)).decode("utf-8-sig", "replace")
        pmid = _page_pmid(run, text, pmid)
        kept = _keep_file(run, file, {"file": file.name, "kind": "page", "pmid": pmid})
        return kept, load_page(run.db, text, pmid, received_at=run.started_at)
    kept = _keep_file(run, file, {"file": file.name, "kind": kind})
    result = FileResult({}, [], {})
    chunks = read_chunks(file.path)
    for result in load_file(run.db, chunks, name=file.name, kind=kind, received_at=run.started_at):
        run.progress(file.name, sum(result.counts.values()), 0)
    return kept, result


def _page_pmid(run: Run, text: str, pmid: int | None) -> int:
    """Return whose page this is; asked of PubMed by its DOI only where neither page nor file knows."""
    try:
        return identify_page(run.db, text, pmid)
    except UsageError as unknown:
        doi = page_doi(text)
        if doi is None or pmid is not None:
            raise
        found = _identify_online(run, Identifier("doi", doi))
        if found.pmid is None:
            raise UsageError(f"{unknown} ({found.why})") from unknown
        return found.pmid


def _identify_online(run: Run, identifier: Identifier) -> Identified:
    if run.client is None or run.stopped:
        return Identified(None, f"not asked: {run.stopped or 'nobody could be asked'}")
    try:
        return identify_online(run.client, identifier)
    except SourceError as error:
        _stop(run, error)
        return Identified(None, str(error))


def _keep_file(run: Run, file: InputFile, request: dict[str, object]) -> str:
    return keep_file(run.archive, file.path, request=request, received_at=run.started_at)


def _rejections(name: str, result: FileResult) -> Iterator[Task]:
    for error in result.rejected:
        pmid = "" if error.pmid is None else f"PMID {error.pmid}: "
        yield Task("record", f"{name} at byte {error.offset or 0}", "rejected", f"{pmid}{error.reason}")


# The first articles


def _first_articles(run: Run, plan: Plan) -> list[int]:
    """Return the PMIDs of the seeds and of the query's hits, in the order given."""
    seeds = [*map(seed_of, plan.identifiers), *plan.listed]
    pmids, run.stopped = identify_seeds(run.db, run.client, seeds, run_id=run.id, stopped=run.stopped)
    if plan.query:
        pmids += _search(run, plan.query)
    return list(dict.fromkeys(pmids))


def _search(run: Run, query: str) -> list[int]:
    """Return the hits of query; its translation and warnings become notes of the run."""
    if run.client is None or run.stopped:
        _note_failure(run, "search", [query], f"not asked: {run.stopped or 'nobody could be asked'}")
        return []
    try:
        result = search_pubmed(run.client, query)
    except SourceError as error:
        _stop(run, error)
        _note_failure(run, "search", [query], str(error))
        return []
    kept = _keep(run, result.answer, {})
    run.notes += [f"PubMed read the query as: {result.translation}"] if result.translation else []
    run.notes += result.warnings
    run.notes.append(f"PubMed has {result.count:,} hit{'' if result.count == 1 else 's'}.")
    with transaction(run.db):
        task = Task("search", query, "done", f"{len(result.pmids)} of {result.count} hits; {result.translation}")
        save_outcomes(run.db, run.id, [task], answer=kept)
    return list(result.pmids)


# Articles and lists


class Question(NamedTuple):
    """What is asked of E-utilities about PMIDs, and how its answer is loaded."""

    task: str
    fetch: Callable[[Client, Sequence[int]], Answer]
    note: dict[str, str]  # kept with the request, so that a rebuild loads the answer alike
    load: Callable[..., Loaded]


def article_question(step: str) -> Question:
    """Return the question for records."""
    return Question("article", fetch_articles, {"step": step}, partial(load_articles, step=step))


def list_question(list_name: str) -> Question:
    """Return the question for who cites an article (cited_by), or what is similar to it."""
    return Question(list_name, _FETCHERS[list_name], {"list": list_name}, partial(load_links, list_name=list_name))


def _harvest_articles(run: Run, pmids: Iterable[int]) -> None:
    """Fetch and save the records of pmids that this run has not settled."""
    again = _ask_all(run, article_question(TOGETHER), list(pmids), "articles")
    different = _ask_each(run, article_question(ALONE), again)
    _ask_each(run, article_question(CONFIRM), different)


def _harvest_lists(run: Run, list_name: str, pmids: Sequence[int]) -> None:
    """Ask who cites pmids, or what is similar to them, unless this run has done so."""
    question = list_question(list_name)
    again = _ask_all(run, question, list(pmids), list_name.replace("_", " "))
    left_out = _ask_each(run, question, again)
    _note_failure(run, list_name, left_out, "the answers leave it out")


def _ask_all(run: Run, question: Question, pmids: list[int], label: str) -> list[int]:
    """Ask about pmids in batches, less those that this run has settled; return what must be asked again."""
    settled = read_settled(run.db, run.id, question.task)
    todo = [pmid for pmid in pmids if str(pmid) not in settled]
    with transaction(run.db):
        save_pending(run.db, run.id, question.task, todo)
    again: list[int] = []
    for start in range(0, len(todo), BATCH):
        batch = todo[start : start + BATCH]
        again += _ask(run, question, batch)
        run.progress(label, start + len(batch), len(todo))
    return again


def _ask_each(run: Run, question: Question, pmids: Iterable[int]) -> list[int]:
    return [further for pmid in pmids for further in _ask(run, question, [pmid])]


def _ask(run: Run, question: Question, pmids: list[int]) -> list[int]:
    """Fetch, keep, then load and note in one transaction; return what must be asked again.

    A failure is noted for each PMID. Where a request is refused for good, the PMID that spoils it is found
    by halves.
    """
    if run.client is None or run.stopped:
        _note_failure(run, question.task, pmids, f"not asked: {run.stopped or 'nobody could be asked'}")
        return []
    try:
        answer = question.fetch(run.client, pmids)
        kept = _keep(run, answer, question.note)
        with transaction(run.db):
            loaded = question.load(run.db, answer.body, pmids, received_at=answer.received_at)
            save_outcomes(run.db, run.id, loaded.tasks, answer=kept)
    except PermanentError as error:
        if len(pmids) == 1:
            _note_refusal(run, question.task, pmids, error)
            return []
        half = len(pmids) // 2
        return _ask(run, question, pmids[:half]) + _ask(run, question, pmids[half:])
    except TransientError as error:
        _stop(run, error)
        _note_failure(run, question.task, pmids, str(error))
        return []
    except RecordError as error:
        _note_failure(run, question.task, pmids, str(error))
        return []
    return loaded.again


def _keep(run: Run, answer: Answer, note: dict[str, str]) -> str:
    return keep_answer(
        run.archive,
        answer.body,
        endpoint=answer.endpoint,
        request={**answer.request, **note},
        received_at=answer.received_at,
    )


def _note_refusal(run: Run, task: str, pmids: list[int], error: PermanentError) -> None:
    """NCBI refuses a PMID that it does not know with "ID list is empty"; other refusals are failures."""
    unknown = task == "article" and "id list is empty" in str(error).lower()
    outcome = "not found" if unknown else "failed"
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, str(pmid), outcome, str(error)) for pmid in pmids])


def _note_failure(run: Run, task: str, asked: Iterable[int | str], why: str) -> None:
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, str(one), "failed", why) for one in asked])


def _stop(run: Run, error: SourceError) -> None:
    """Ask nothing more in this run: all of its time for one request was used up in vain."""
    run.stopped = str(error)


# Rounds


def _expand(run: Run, plan: Plan, frontier: list[int]) -> None:
    """Follow the links that plan names from frontier, round by round; the last round is not followed."""
    seen = set(frontier)
    for _ in range(plan.depth if plan.expands else 0):
        frontier = sorted(read_held(run.db, read_followed(run.db, frontier)))
        found = _linked(run, plan, frontier) - seen
        seen |= found
        frontier = sorted(found)
        _harvest_articles(run, frontier)


def _linked(run: Run, plan: Plan, pmids: list[int]) -> set[int]:
    """Return the PMIDs to which the links that plan names lead from pmids."""
    found: set[int] = set()
    if plan.references:
        found |= read_reference_pmids(run.db, pmids)
    if plan.cited_by:
        _harvest_lists(run, "cited_by", pmids)
        found |= read_citing_pmids(run.db, pmids)
    if plan.similar:
        _harvest_lists(run, "similar", pmids)
        found |= read_similar_pmids(run.db, pmids)
    return found
