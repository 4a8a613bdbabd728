"""Asking about many PMIDs: batches on their way side by side, each answer kept, loaded and noted in order.

Answers are awaited in the order of their questions, so the same answers make the same archive and the same rows.
"""

import math
import sqlite3
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple

from harvest.archive import keep_answer
from harvest.client import Client
from harvest.entrez import BATCH, Answer, fetch_articles, fetch_cited_by, fetch_references, fetch_similar
from harvest.icite import SOURCE as ICITE
from harvest.icite import fetch_icite
from harvest.load import ALONE, CONFIRM, TOGETHER, Loaded, load_articles, load_icite, load_links
from kb.changes import GONE, Change, record_changes
from kb.database import transaction
from kb.errors import PermanentError, RecordError, SourceError, TransientError
from kb.queries.ledger import Task, read_resumable_run, read_settled
from kb.queries.records import read_held, read_record
from kb.records import Record
from kb.store.ledger import save_changes, save_outcomes, save_pending, save_run, save_run_end

Progress = Callable[[str, int, int], None]
"""Told after each step: what is being done, how much is done, of how much."""

SLOWEST: Final = 3.0  # seconds an answer may take without slowing the run down; NCBI needs about 0.7

PUBMED: Final = "pubmed"  # E-utilities
_FETCHERS: Final = {"cited_by": fetch_cited_by, "similar": fetch_similar, "references": fetch_references}


def now() -> str:
    """Return the moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass
class Run:
    """One run under way: where it reads, keeps and writes."""

    db: sqlite3.Connection
    archive: sqlite3.Connection
    clients: Mapping[str, Client]  # by the source they ask; none: files only, nobody is asked
    id: int
    started_at: str
    progress: Progress
    notes: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)  # what files held, whether it was new or not
    stopped: dict[str, str] = field(default_factory=dict)  # sources that are asked nothing more, and why

    def client(self, source: str) -> Client | None:
        """Return who asks a source; None where it is asked nothing, or nothing more."""
        return None if source in self.stopped else self.clients.get(source)

    def why_not(self, source: str) -> str:
        """Return why a source is not asked."""
        return f"not asked: {self.stopped.get(source, 'nobody could be asked')}"


def begin(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    clients: Mapping[str, Client],
    plan: str,
    *,
    command: str,
    version: str,
) -> tuple[Run, bool]:
    """Return a run of plan (JSON), and whether it goes on with one that was interrupted."""
    open_run = read_resumable_run(db, plan)
    if open_run:
        return Run(db, archive, clients, *open_run, progress=lambda *_: None), True
    started_at = now()
    with transaction(db):
        run_id = save_run(db, started_at=started_at, command=command, plan=plan, version=version)
    return Run(db, archive, clients, run_id, started_at, progress=lambda *_: None), False


def end(run: Run, *, is_complete: bool) -> None:
    """Note that a run has done all that it was to do; else it stays open, and the same plan resumes it."""
    if is_complete:
        with transaction(run.db):
            save_run_end(run.db, run.id, finished_at=now())


class Question(NamedTuple):
    """What is asked of E-utilities about PMIDs, and how its answer is loaded."""

    task: str
    label: str  # what a person is shown meanwhile
    source: str  # who is asked
    fetch: Callable[[Client, Sequence[int]], Answer]
    note: dict[str, str]  # kept with the request, so that a rebuild loads the answer alike
    load: Callable[..., Loaded]


class _Batch(NamedTuple):
    """PMIDs that are asked about in one request."""

    question: Question
    pmids: list[int]


def article_question(step: str) -> Question:
    """Return the question for records."""
    return Question("article", "articles", PUBMED, fetch_articles, {"step": step}, partial(load_articles, step=step))


def list_question(list_name: str) -> Question:
    """Return the question for who cites an article (cited_by), or what is similar to it."""
    load = partial(load_links, list_name=list_name)
    return Question(list_name, list_name.replace("_", " "), PUBMED, _FETCHERS[list_name], {"list": list_name}, load)


def icite_question() -> Question:
    """Return the question for what iCite says of articles."""
    return Question(ICITE, "iCite", ICITE, fetch_icite, {}, load_icite)


def harvest_articles(run: Run, pmids: Iterable[int]) -> None:
    """Fetch and save the records of pmids that this run has not settled."""
    left = list(pmids)
    for step, size in ((TOGETHER, BATCH), (ALONE, 1), (CONFIRM, 1)):
        left = _ask_all(run, [article_question(step)], left, size=size)["article"]


def harvest_lists(run: Run, names: Sequence[str], pmids: Sequence[int]) -> None:
    """Ask for the lists that are named of each article, unless this run has done so.

    cited_by, similar and references are ELink's; icite: what iCite says.
    """
    questions = {name: icite_question() if name == ICITE else list_question(name) for name in names}
    again = _ask_all(run, list(questions.values()), pmids)
    for name, left in again.items():
        left_out = _ask_all(run, [questions[name]], left, size=1)[name]
        note_failure(run, name, left_out, "the answers leave it out")


def _ask_all(
    run: Run, questions: Sequence[Question], pmids: Sequence[int], *, size: int = BATCH
) -> dict[str, list[int]]:
    """Ask each question about pmids, less those that this run has settled; return by task what to ask again."""
    batches = [batch for question in questions for batch in _batches(run, question, pmids, size)]
    label = " and ".join(dict.fromkeys(batch.question.label for batch in batches))
    again: dict[str, list[int]] = {question.task: [] for question in questions}
    done, total = 0, sum(len(batch.pmids) for batch in batches)
    for batch, answer in _under_way(run, batches):
        again[batch.question.task] += _settle(run, batch, answer)
        done += len(batch.pmids)
        run.progress(label, done, total)
    return again


def _batches(run: Run, question: Question, pmids: Sequence[int], size: int) -> Iterator[_Batch]:
    """Yield the requests to make, all noted as pending before the first is sent."""
    settled = read_settled(run.db, run.id, question.task)
    todo = [pmid for pmid in pmids if str(pmid) not in settled]
    with transaction(run.db):
        save_pending(run.db, run.id, question.task, todo)
    for start in range(0, len(todo), size):
        yield _Batch(question, todo[start : start + size])


def _under_way(run: Run, batches: Iterable[_Batch]) -> Iterator[tuple[_Batch, "Future[Answer] | None"]]:
    """Yield batches with their answers to come, as many on their way as the rate allows while one is slow."""
    most = math.ceil(SLOWEST * max((client.settings.rate for client in run.clients.values()), default=1))
    waiting: deque[tuple[_Batch, Future[Answer] | None]] = deque()
    for batch in batches:
        waiting.append((batch, _sent(run, batch)))
        if len(waiting) >= most:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def _sent(run: Run, batch: _Batch) -> "Future[Answer] | None":
    """Return the answer to come; None where nobody is asked any more.

    The thread is a daemon: an interrupted harvest does not wait for answers that it will not read.
    """
    client = run.client(batch.question.source)
    if client is None:
        return None
    answer: Future[Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(batch.question.fetch(client, batch.pmids))
        except Exception as error:  # noqa: BLE001 - it is raised again where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer


def _settle(run: Run, batch: _Batch, answer: "Future[Answer] | None") -> list[int]:
    """Keep an answer, then load and note it in one transaction; return what must be asked again.

    A failure is noted for each PMID. Where a request is refused for good, the PMID that spoils it is found
    by halves.
    """
    task, pmids = batch.question.task, batch.pmids
    if answer is None:
        note_failure(run, task, pmids, run.why_not(batch.question.source))
        return []
    try:
        return _load(run, batch, answer.result())
    except PermanentError as error:
        if len(pmids) > 1:
            middle = len(pmids) // 2
            halves = (batch._replace(pmids=pmids[:middle]), batch._replace(pmids=pmids[middle:]))
            return [pmid for half in halves for pmid in _settle(run, half, _sent(run, half))]
        _note_refusal(run, task, pmids[0], error)
    except TransientError as error:
        stop(run, batch.question.source, error)
        note_failure(run, task, pmids, str(error))
    except RecordError as error:
        note_failure(run, task, pmids, str(error))
    return []


def _load(run: Run, batch: _Batch, answer: Answer) -> list[int]:
    kept = keep(run, answer, batch.question.note)
    with transaction(run.db):
        held = _held_records(run.db, batch)
        loaded = batch.question.load(run.db, answer.body, batch.pmids, received_at=answer.received_at)
        save_outcomes(run.db, run.id, loaded.tasks, answer=kept)
        save_changes(run.db, run.id, _changes(run.db, held, loaded.tasks))
    return loaded.again


def _held_records(db: sqlite3.Connection, batch: _Batch) -> dict[int, Record | None]:
    """Return the records, held until now, of the articles that a batch asks for; none where it asks for lists."""
    if batch.question.task != "article":
        return {}
    return {pmid: read_record(db, pmid) for pmid in read_held(db, batch.pmids)}


def _changes(db: sqlite3.Connection, held: Mapping[int, Record | None], tasks: Iterable[Task]) -> Iterator[Change]:
    """Yield what changed in records that were held."""
    for task in tasks if held else ():
        pmid = int(task.asked)
        before, after = held.get(pmid), read_record(db, pmid) if task.outcome == "stored" else None
        if before and after:
            yield from record_changes(before, after)
        elif before and task.outcome in GONE:
            yield Change(pmid, task.outcome, "state", "held", task.detail)


def keep(run: Run, answer: Answer, note: Mapping[str, str]) -> str:
    """Keep an answer in the archive, with what a rebuild must know of it; return its name there."""
    return keep_answer(
        run.archive,
        answer.body,
        endpoint=answer.endpoint,
        request={**answer.request, **note},
        received_at=answer.received_at,
    )


def _note_refusal(run: Run, task: str, pmid: int, error: PermanentError) -> None:
    """NCBI refuses a PMID that it does not know with "ID list is empty"; other refusals are failures."""
    unknown = task == "article" and "id list is empty" in str(error).lower()
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, str(pmid), "not found" if unknown else "failed", str(error))])


def note_failure(run: Run, task: str, asked: Iterable[int | str], why: str) -> None:
    """Note that what was asked got no answer, and why."""
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, str(one), "failed", why) for one in asked])


def stop(run: Run, source: str, error: SourceError) -> None:
    """Ask a source nothing more in this run: all of its time for one request was used up in vain."""
    run.stopped[source] = str(error)
