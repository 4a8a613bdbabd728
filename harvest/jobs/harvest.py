"""A whole harvest: fetch, keep, parse, save, note; one transaction a batch; it can be interrupted and resumed."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from typing import Final, NamedTuple

from harvest.archive import file_entry, keep_file
from harvest.files.input_files import JATS_XML, PAGE_TEXT, InputFile, check_packed, read_chunks, sniff
from harvest.files.saved_page import page_doi
from harvest.http.client import Client
from harvest.identify.identify import Identified, identify_online
from harvest.identify.seed import seed_of
from harvest.jobs.asked_texts import harvest_full_texts
from harvest.jobs.fetch_queue import NOBODY, Person, Run, begin, end, stop
from harvest.jobs.file_reader import RECORD, is_worth_a_process, parse_batches, parse_beside
from harvest.jobs.full_texts import load_full_texts
from harvest.jobs.ingest import File, FileResult, identify_page, load_file, load_page
from harvest.jobs.mirror_metrics import harvest_metrics
from harvest.jobs.plan import Plan
from harvest.jobs.searching import check_limits, search
from harvest.jobs.seed_resolution import identify_seeds
from harvest.jobs.snowball import harvest_rounds
from harvest.sources.mirror import Mirror
from harvest.sources.registry import PUBMED
from kb.database import indexes_made_last, transaction
from kb.errors import LitkbError, SourceError, UsageError
from kb.garbage import collecting_seldom
from kb.identifiers import Identifier
from kb.queries.harvest_log import Task, read_answer_name, read_outcomes, read_problems
from kb.queries.snowball import read_frontier
from kb.queries.updates import read_changes
from kb.record_diff import Change
from kb.store.ledger import save_file_counts, save_outcomes, save_pending

_PACKED: Final = 1_500  # bytes of a record in a packed file of PubMed
_MANY: Final = 1_000  # records


class Summary(NamedTuple):
    """What a run did: counts by outcome that add up to asked, the problems, and what was said of the query."""

    run_id: int
    resumed: bool
    outcomes: dict[str, int]
    problems: list[Task]
    notes: list[str]
    read: dict[str, int]
    changes: list[Change]  # in records that were held

    @property
    def asked(self) -> int:
        """How many things were asked for; every one of them has exactly one outcome."""
        return sum(self.outcomes.values())

    @property
    def complete(self) -> bool:
        """Whether nothing was rejected, failed, or could not be identified."""
        return not any(self.outcomes[name] for name in ("rejected", "failed", "not identified"))


def harvest(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    clients: Mapping[str, Client],
    plan: Plan,
    *,
    files: Sequence[InputFile] = (),
    command: str = "",
    version: str = "",
    person: Person = NOBODY,
    mirror: Mirror | None = None,
) -> Summary:
    """Carry out plan, or go on with it where an earlier run of the same plan was interrupted.

    A mirror answers in place of all clients, of which there are none then; check_mirrored() says whether it can.

    What a source or a file does is in the summary. Raises QuestionError, before anything is harvested, where PubMed
    would search for something else than the plan says, and nobody wants that. The run stays open, and the same plan
    resumes it, as long as something failed.
    """
    run, resumed = begin(
        db, archive, clients, plan.as_json(), command=command, version=version, person=person, mirror=mirror
    )
    if mirror and plan.cited_by:
        run.note(
            f"Lists of citing articles are complete as far as the reference lists in PubMed's files go, "
            f"through {mirror.through}."
        )
    if plan.limits and not mirror:
        check_limits(run, plan.limits)
    hits = search(run, plan.query) if plan.query else []
    with indexes_made_last(db) if _is_large(db, files) else nullcontext():
        for file in files:
            _harvest_file(run, file, plan.pmid)
    first, listed = _first_articles(run, plan, hits)
    harvest_rounds(run, plan, first, here=listed)
    harvest_metrics(run)
    if plan.full_text:
        harvest_full_texts(run, most=plan.most_texts)
    outcomes, problems = read_outcomes(db, run.id), read_problems(db, run.id)
    end(run, is_complete=not outcomes["failed"])
    return Summary(run.id, resumed, outcomes, problems, run.notes, dict(run.read), read_changes(db, run.id))


# Files


def _is_large(db: sqlite3.Connection, files: Sequence[InputFile]) -> bool:
    """Return whether files have more than a tenth of the records held, as far as their sizes tell.

    From there on, to make indexes anew costs less than to keep them up record by record.
    """
    there = (file.path for file in files if file.path.is_file())
    records = sum(path.stat().st_size / (_PACKED if path.suffix == ".gz" else RECORD) for path in there)
    held: int = db.execute("select count(*) from articles").fetchone()[0]
    return records > max(_MANY, held / 10)


def _harvest_file(run: Run, file: InputFile, pmid: int | None) -> None:
    """Load one file unless this run has done so; what is wrong with it is noted, the next file is read."""
    if _is_loaded(run, file):
        return
    with transaction(run.db):
        save_pending(run.db, run.id, "file", [file.name])
    try:
        with collecting_seldom():
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


def _is_loaded(run: Run, file: InputFile) -> bool:
    """Return whether this run has loaded these very bytes: another file may have the name, or its damage be mended."""
    answer = read_answer_name(run.db, run.id, "file", file.name)
    return answer is not None and answer == file_entry(file.path, file.name)


def _load(run: Run, file: InputFile, pmid: int | None) -> tuple[str, FileResult]:
    size = check_packed(file.path)
    kind = sniff(file.path)
    if kind == PAGE_TEXT:
        text = b"".join(read_chunks(file.path)).decode("utf-8-sig", "replace")
        pmid = _page_pmid(run, text, pmid)
        kept = _keep_file(run, file, {"file": file.name, "kind": "page", "pmid": pmid})
        return kept, load_page(run.db, text, pmid, name=file.name, received_at=run.started_at, run_id=run.id)
    kept = _keep_file(run, file, {"file": file.name, "kind": kind})
    result = FileResult({}, [], {})
    if kind == JATS_XML:
        for result in load_full_texts(run.db, read_chunks(file.path), File(file.name, run.started_at, run.id)):
            run.person.progress(file.name, sum(result.counts.values()), 0)
        return kept, result
    batches = parse_beside(file.path, kind) if is_worth_a_process(size) else parse_batches(read_chunks(file.path), kind)
    with closing(batches):
        for result in load_file(run.db, batches, name=file.name, received_at=run.started_at, run_id=run.id, size=size):
            label = f"{file.name} (total estimated)" if size else file.name
            run.person.progress(label, sum(result.counts.values()), result.total)
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
    client = run.client(PUBMED)
    if client is None:
        return Identified(None, run.why_not(PUBMED))
    try:
        return identify_online(client, identifier)
    except SourceError as error:
        stop(run, PUBMED, error)
        return Identified(None, str(error))


def _keep_file(run: Run, file: InputFile, request: dict[str, object]) -> str:
    return keep_file(run.archive, file.path, request=request, received_at=run.started_at)


def _rejections(name: str, result: FileResult) -> Iterator[Task]:
    for error in result.rejected:
        pmid = "" if error.pmid is None else f"PMID {error.pmid}: "
        yield Task("record", f"{name} at byte {error.offset or 0}", "rejected", f"{pmid}{error.reason}")


# The first articles


def _first_articles(run: Run, plan: Plan, hits: list[int]) -> tuple[dict[int, str], set[int]]:
    """Return the PMIDs of the seeds, of the query's hits and of the frontier, in this order, and which they are.

    And which of them only files of references or titles name: who has these already need not ask for them again.
    """
    named_alone = identify_seeds(run, list(map(seed_of, plan.identifiers)))
    listed = identify_seeds(run, plan.listed)
    seeds = [*named_alone, *listed]
    frontier = read_frontier(run.db, plan.most) if plan.frontier else []
    named = {"seed": seeds, "query": hits, "frontier": frontier}
    found: dict[int, str] = {}
    for origin, pmids in named.items():
        for pmid in pmids:
            found.setdefault(pmid, origin)
    return found, set(listed) - {*named_alone, *hits}
