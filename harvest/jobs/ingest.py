"""An answer -> rows: the one way in, whether the answer came just now or is read from the archive.

Called inside the caller's transaction; nothing here asks anybody.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from harvest.files.input_files import update_file_number
from harvest.files.saved_page import page_doi, page_pmid, parse_page
from harvest.jobs.changes import find_changes, read_before
from harvest.jobs.file_reader import Batch, batch_of
from harvest.pubmed.article import parse_articles
from harvest.sources import mirror
from harvest.sources.registry import LISTS
from harvest.sources.source import Told
from kb.database import transaction, unchecked_keys
from kb.errors import RecordError, UsageError
from kb.queries.harvest_log import Task, read_identified
from kb.store.ledger import Origin, save_changes, save_origins
from kb.store.links import save_icite_metrics, save_links, save_mirror_metrics, save_source
from kb.store.records import ReadFrom, Saved, save_deletion, save_gone, save_not_found, save_prepared

# The steps by which a PMID is settled. Each answer is kept with its step, so that a rebuild decides alike.
TOGETHER: Final = "together"  # asked together with others
ALONE: Final = "alone"  # missing from a batch, asked again by itself
CONFIRM: Final = "confirm"  # another PMID came in its place: asked once more before it counts as merged

_BATCHES: Final = 8  # of a file in one transaction: a page that several of them change is written once
NO_REQUEST: Final[Mapping[str, str]] = {}


class Loaded(NamedTuple):
    """What became of the PMIDs asked for, which must be asked again, by which step; and the records saved."""

    tasks: list[Task]
    again: list[int]
    step: str
    saved: Sequence[Saved] = ()


def load_articles(
    db: sqlite3.Connection,
    body: bytes,
    asked: list[int],
    *,
    step: str,
    received_at: str,
    request: Mapping[str, str] = NO_REQUEST,
    parsed: Batch | None = None,
) -> Loaded:
    """Save the records of an EFetch answer that were asked for; say what became of each PMID.

    An answer may hold several versions of one record: save_prepared() decides which of them is held. That of a mirror
    has what the mirror has: nothing is asked again. parsed: what the answer says, where it was parsed beside.
    """
    batch = parsed or batch_of(parse_articles(body))
    those = set(asked)
    wanted = [record for record in batch.records if record.pmid in those]
    rejected = {error.pmid: error.reason for error in batch.rejected if error.pmid in those}
    outcomes: dict[int, str] = {}
    saved = save_prepared(db, wanted, received_at=received_at, files=_files(request))
    for one in saved:
        if outcomes.get(one.pmid) != "stored":
            outcomes[one.pmid] = one.outcome
    tasks = [Task("article", str(pmid), outcome, rejected.pop(pmid, None)) for pmid, outcome in outcomes.items()]
    tasks += [Task("article", str(pmid), "rejected", reason) for pmid, reason in rejected.items()]
    missing = [pmid for pmid in asked if pmid not in outcomes and pmid not in rejected]
    if through := request.get("through"):
        why = f"not in the mirror as of {through}"
        return Loaded([*tasks, *(_not_found(db, pmid, received_at, why) for pmid in missing)], [], "", saved)
    if not missing or step == TOGETHER:
        return Loaded(tasks, missing, ALONE, saved)
    if step == ALONE and (batch.records or batch.deletions or batch.rejected):
        return Loaded(tasks, missing, CONFIRM, saved)
    task, others = _settle(db, missing[0], batch, received_at)
    return Loaded([*tasks, task], [], "", [*saved, *others])


def _settle(db: sqlite3.Connection, pmid: int, batch: Batch, at: str) -> tuple[Task, list[Saved]]:
    """Save that PubMed does not know pmid, or gives one other record in its place, or one that cannot be read."""
    pmids = {record.pmid for record in batch.records}
    if batch.rejected:
        return Task("article", str(pmid), "rejected", batch.rejected[0].reason), []
    if len(pmids) != 1:
        return _not_found(db, pmid, at, "PubMed has no record of it"), []
    [into] = pmids
    saved = save_prepared(db, batch.records, received_at=at)
    save_gone(db, pmid, "merged", at=at, into=into)
    return Task("article", str(pmid), "merged", None, into), saved


def _not_found(db: sqlite3.Connection, pmid: int, at: str, why: str) -> Task:
    """Save that there is no record of pmid where it was asked for."""
    save_not_found(db, pmid, at=at)
    return Task("article", str(pmid), "not found", why)


def _files(request: Mapping[str, str]) -> dict[int, ReadFrom]:
    """Return the files in which a mirror has records, by PMID; {} for an answer of PubMed."""
    places = mirror.parse_places(request) if "records" in request else {}
    return {pmid: ReadFrom(file, update_file_number(file)) for pmid, file in places.items()}


def load_lists(
    db: sqlite3.Connection,
    body: bytes,
    asked: list[int],
    *,
    name: str,
    received_at: str,
    request: Mapping[str, str] = NO_REQUEST,
) -> Loaded:
    """Save what an answer says of the PMIDs asked for; those of which it does not speak are to be asked again.

    name is one of harvest.sources.registry.LISTS, or of harvest.sources.mirror.LISTS where a mirror answered.
    """
    answer = (mirror.LISTS[name] if "through" in request else LISTS[name][1]).parse(body, asked)
    told = [one for one in answer if isinstance(one, Told)]
    if name in LISTS:
        for assertion, what in LISTS[name][0].says.items():
            save_source(db, assertion, what)
    save_links(db, [links for one in told for links in one.lists], received_at=received_at)
    for metrics in (one.metrics for one in told if one.metrics):
        save_icite_metrics(db, metrics, received_at=received_at)
    answered = {one.pmid for one in answer}
    left = [pmid for pmid in dict.fromkeys(asked) if pmid not in answered]
    return Loaded([_list_task(name, one) for one in answer], left, ALONE)


def load_metrics(
    db: sqlite3.Connection, body: bytes, asked: list[int], *, received_at: str, request: Mapping[str, str] = NO_REQUEST
) -> Loaded:
    """Save what a mirror counts of the works asked for; one task stands for all of them."""
    save_mirror_metrics(db, mirror.parse_metrics(body, asked), received_at=received_at)
    works = f"PMID {asked[0]} to {asked[-1]}"
    return Loaded([Task("metrics", works, "done", f"{len(asked)} works as of {request.get('through')}")], [], "")


def _list_task(name: str, one: Told | RecordError) -> Task:
    if isinstance(one, RecordError):
        return Task(name, str(one.pmid), "rejected", one.reason)
    return Task(name, str(one.pmid), "done", one.note)


class File(NamedTuple):
    """A file that is being loaded, when, and the run that notes it."""

    name: str
    at: str
    run_id: int | None


class FileResult(NamedTuple):
    """What became of the records of one file, the rejected ones, and what was read, whether it was new or not."""

    counts: Mapping[str, int]
    rejected: list[RecordError]
    read: Mapping[str, int]  # articles, books, deletions, references, old references
    total: int = 0  # about how many records there are, as far as it is read; 0: not known


def load_file(
    db: sqlite3.Connection,
    batches: Iterable[Batch],
    *,
    name: str,
    received_at: str,
    run_id: int | None = None,
    size: int = 0,
) -> Iterator[FileResult]:
    """Save the records of a file, a transaction for some batches; yield the result so far after each.

    run_id is the run in whose ledger it is noted, None where it was noted before; size the bytes of the file,
    unpacked, 0 where they are not known.
    """
    counts: Counter[str] = Counter()
    read: Counter[str] = Counter()
    rejected: list[RecordError] = []
    origin = File(name, received_at, run_id)
    total = 0
    coming = iter(batches)
    for first in coming:
        with unchecked_keys(db), transaction(db):
            for batch in chain([first], islice(coming, _BATCHES - 1)):
                counts.update(save_batch(db, batch, origin))
                read.update(batch.read)
                rejected += batch.rejected
        total = round(counts.total() * max(size / batch.at, 1)) if batch.at and size else 0
        yield FileResult(counts, rejected, read, total)
    yield FileResult(counts, rejected, read, total)


def save_batch(db: sqlite3.Connection, batch: Batch, file: File) -> list[str]:
    """Save records and deletions in the order of the file; return the outcome of each item."""
    pmids = [record.pmid for record in batch.records]
    before = None if file.run_id is None else read_before(db, {*pmids, *batch.deletions})
    number = update_file_number(file.name)
    read_from = ReadFrom(file.name, number)
    saved = save_prepared(db, batch.records, received_at=file.at, files=dict.fromkeys(pmids, read_from))
    deleted = [pmid for pmid in batch.deletions if save_deletion(db, pmid, at=file.at, update_file=number)]
    if file.run_id is not None and before is not None:
        gone = dict.fromkeys(deleted, ("deleted", None))
        save_changes(db, file.run_id, list(find_changes(db, file.run_id, before, saved, gone)))
        save_origins(db, file.run_id, (Origin(pmid, 0, "file", None, pmid, None, None) for pmid in pmids))
    return [
        *(one.outcome for one in saved),
        *["deleted"] * len(deleted),
        *["unchanged"] * (len(batch.deletions) - len(deleted)),
        *["rejected"] * len(batch.rejected),
    ]


def load_page(
    db: sqlite3.Connection, text: str, pmid: int, *, name: str, received_at: str, run_id: int | None = None
) -> FileResult:
    """Save the article of a saved PubMed page in a transaction of its own; run_id as in load_file()."""
    try:
        page = parse_page(text, pmid=pmid)
    except RecordError as error:
        return FileResult({"rejected": 1}, [error], {})
    batch = batch_of([page])
    with transaction(db):
        [outcome] = save_batch(db, batch, File(name, received_at, run_id))
    return FileResult({outcome: 1}, [], batch.read)


def identify_page(db: sqlite3.Connection, text: str, pmid: int | None) -> int:
    """Return whose page this is: the PMID given, printed, or of the held article with its DOI.

    Raises UsageError with a sentence where nobody knows, or where what is given contradicts what is printed.
    """
    printed, doi = page_pmid(text), page_doi(text)
    if pmid is not None:
        if printed not in (None, pmid):
            raise UsageError(f"The page is of PMID {printed}, but --pmid says {pmid}.")
        return pmid
    if printed is not None:
        return printed
    held = read_identified(db, "doi", doi) if doi else []
    if len(held) != 1:
        named = f" Its DOI {doi} is of no article in this library." if doi else ""
        raise UsageError(f"The page does not name its PMID.{named} Say it with --pmid, for example --pmid 32448354.")
    return held[0]


def asked_pmids(request: Mapping[str, Any]) -> list[int]:
    """Return the PMIDs that a kept request asked for."""
    return [int(part) for part in str(request.get("pmids") or request["id"]).split(",")]
