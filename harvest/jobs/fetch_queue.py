"""Asking about many PMIDs: batches on their way side by side, each answer kept, loaded and noted in order.

Answers are awaited in the order of their questions, so the same answers make the same archive and the same rows.
"""

import math
import sqlite3
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from harvest.archive import keep_answer, pack
from harvest.http.client import Client
from harvest.http.transport import NCBI_SITE, is_at
from harvest.jobs.changes import find_changes, read_before
from harvest.jobs.file_reader import Batch, parsing_beside
from harvest.jobs.ingest import ALONE, Loaded
from harvest.jobs.request_types import ARTICLE, Question, article_question, list_question
from harvest.sources.mirror import MIRROR, Mirror
from harvest.sources.registry import PUBMED
from harvest.sources.source import Answer
from kb.clock import now
from kb.database import transaction, unchecked_keys
from kb.errors import QuestionError, RecordError, SourceError
from kb.failure_reasons import NOT_ASKED
from kb.queries.harvest_log import MIRRORED, Task, read_followed, read_not_found, read_resumable_run, read_settled
from kb.queries.works.records import read_from_pubmed, read_held
from kb.record_diff import GONE
from kb.store.ledger import save_changes, save_outcomes, save_pending, save_run, save_run_end

Progress = Callable[[str, int, int], None]
"""Told after each step: what is being done, how much is done, of how much."""

AHEAD: Final = 3  # batches of a mirror that are saved, parsed and read at once
SLOWEST: Final = 5.0  # seconds for which an answer, or the disk, may keep the loader waiting; NCBI needs about 0.7


class Person(NamedTuple):
    """Who waits for a run: shown its progress, told what happens, asked what only a person can decide."""

    progress: Progress = lambda *_: None
    tell: Callable[[str], None] = lambda _: None
    confirm: Callable[[str], bool] = lambda _: False


NOBODY: Final = Person()


@dataclass
class Run:
    """One run under way: where it reads, keeps and writes."""

    db: sqlite3.Connection
    archive: sqlite3.Connection
    clients: Mapping[str, Client]  # by the source they ask; none: files or a mirror only, nobody is asked
    id: int
    started_at: str
    person: Person = NOBODY
    mirror: Mirror | None = None  # answers in place of all sources
    notes: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)  # what files held, whether it was new or not
    stopped: dict[str, str] = field(default_factory=dict)  # sources that are asked nothing more, and why
    heard: set[str] = field(default_factory=set)  # sources that answered a question
    doubted: set[str] = field(default_factory=set)  # articles not found before it was resumed: a server failed then

    def note(self, sentence: str) -> None:
        """Tell the person at once, and keep it for the summary."""
        self.notes.append(sentence)
        self.person.tell(sentence)

    def client(self, source: str) -> Client | None:
        """Return who asks a source; None where it is asked nothing, or nothing more."""
        return None if source in self.stopped else self.clients.get(source)

    def asked(self, source: str) -> Client | Mirror | None:
        """Return what a question to a source is asked of; None where it is asked nothing, or nothing more."""
        return self.mirror if source == MIRROR else self.client(source)

    def why_not(self, source: str) -> str:
        """Return why a source is not asked."""
        nobody = "a mirror searches nothing" if self.mirror else "no source available"
        return f"{NOT_ASKED}{self.stopped.get(source, nobody)}"


def begin(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    clients: Mapping[str, Client],
    plan: str,
    *,
    command: str,
    version: str,
    person: Person,
    mirror: Mirror | None = None,
) -> tuple[Run, bool]:
    """Return a run of plan (JSON), and whether it goes on with one that was interrupted."""
    server = f"{MIRRORED}{mirror.through}" if mirror else _server(clients)
    open_run = read_resumable_run(db, plan, server)
    if open_run:
        return Run(db, archive, clients, *open_run, person, mirror, doubted=read_not_found(db, open_run[0])), True
    started_at = now()
    with transaction(db):
        run_id = save_run(db, started_at=started_at, command=command, plan=plan, version=version, server=server)
    return Run(db, archive, clients, run_id, started_at, person, mirror), False


def _server(clients: Mapping[str, Client]) -> str | None:
    """Return the address of E-utilities where it is not NCBI's."""
    client = clients.get(PUBMED)
    return None if client is None or is_at(client.settings.base_url, NCBI_SITE) else client.settings.base_url


def end(run: Run, *, is_complete: bool) -> None:
    """Note that a run has done all that it was to do; else it stays open, and the same plan resumes it."""
    if is_complete:
        with transaction(run.db):
            save_run_end(run.db, run.id, finished_at=now())


class _Batch(NamedTuple):
    """PMIDs that are asked about in one request."""

    question: Question
    pmids: list[int]


class _Came(NamedTuple):
    """A part of an answer, its bytes packed for the archive, and what it says where it was parsed beside."""

    answer: Answer
    pmids: list[int]
    packed: bytes
    parsed: Batch | None


def harvest_articles(run: Run, pmids: Iterable[int], lists: Sequence[str] = (), *, here: Collection[int] = ()) -> None:
    """Fetch and save the records of pmids that this run has not settled, and ask for the lists of those held.

    Those of here need no asking where PubMed's record of them is held.

    Lists are asked for while further records still come, as soon as enough for a whole request are held.
    """
    asked = list(dict.fromkeys(pmids))
    queue = _Queue(run, _list_questions(run, lists), len(asked))
    question = article_question(of_mirror=run.mirror is not None)
    _note_here(run, asked, here)
    settled = read_settled(run.db, run.id, question.task) - run.doubted
    run.doubted.difference_update(map(str, asked))
    queue.ask(_batches(question, [pmid for pmid in asked if str(pmid) not in settled]))
    queue.offer(held_of(run, [pmid for pmid in asked if str(pmid) in settled]))
    with parsing_beside(len(asked) if run.mirror else 0) as parse:
        queue.work_off(parse)


def _note_here(run: Run, pmids: Sequence[int], here: Collection[int]) -> None:
    """Note which of pmids this run need not ask for: held from PubMed already, and not asked for before."""
    done = read_settled(run.db, run.id, ARTICLE)
    held = read_from_pubmed(run.db, [pmid for pmid in pmids if pmid in here and str(pmid) not in done])
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(ARTICLE, str(pmid), "already here", None) for pmid in sorted(held)])


def harvest_lists(run: Run, names: Sequence[str], pmids: Iterable[int]) -> None:
    """Ask for the lists that are named of each article, unless this run has done so."""
    harvest_questions(run, _list_questions(run, names), pmids)


def _list_questions(run: Run, names: Sequence[str]) -> list[Question]:
    return [list_question(name, of_mirror=run.mirror is not None) for name in names]


def harvest_questions(run: Run, questions: Sequence[Question], pmids: Iterable[int]) -> None:
    """Ask questions about held articles, unless this run has done so."""
    asked = list(dict.fromkeys(pmids))
    queue = _Queue(run, questions, len(asked))
    queue.offer(asked)
    queue.work_off()


def held_of(run: Run, pmids: Iterable[int]) -> list[int]:
    """Return the articles that are held of those asked for, under their own PMIDs."""
    return sorted(read_held(run.db, read_followed(run.db, list(pmids))))


def _batches(question: Question, pmids: Sequence[int]) -> list[_Batch]:
    most = question.together
    return [_Batch(question, list(pmids[start : start + most])) for start in range(0, len(pmids), most)]


class _Queue:
    """Batches to be asked about, and articles whose lists are asked for once a batch of them is together.

    Records go first until as many batches for lists wait as can be on their way at once: these fill the time in which
    the last records are settled.
    """

    def __init__(self, run: Run, lists: Sequence[Question], articles: int) -> None:
        self._run = run
        self._lists = lists
        self._settled = {each.task: read_settled(run.db, run.id, each.task) for each in self._lists}
        self._ready: dict[str, list[int]] = {each.task: [] for each in self._lists}
        self._offered: set[int] = set()
        self._for_records: deque[_Batch] = deque()
        self._for_lists: deque[_Batch] = deque()
        self._open_records = 0  # batches for records that are not yet settled
        asked = [run.clients[name] for name in {PUBMED, *(each.source for each in lists)} if name in run.clients]
        rate = max((client.settings.rate for client in asked), default=1)
        most = AHEAD if run.mirror else math.ceil(SLOWEST * rate)  # batches on their way while one is slow
        self._most = min([most, *(each.ahead for each in lists if each.ahead)])
        self._bars = {ARTICLE: _Bar("articles", articles)}
        bar = _Bar(" and ".join(each.label for each in self._lists), articles * len(lists))
        self._bars |= {each.task: bar for each in self._lists}

    def ask(self, batches: Sequence[_Batch]) -> None:
        """Take batches, all noted as pending before any of them is sent; records asked for again go first."""
        with transaction(self._run.db):
            for question, pmids in batches:
                save_pending(self._run.db, self._run.id, question.task, pmids)
        records = [batch for batch in batches if batch.question.task == ARTICLE]
        self._open_records += len(records)
        self._for_records.extendleft(reversed(records))
        self._for_lists.extend(batch for batch in batches if batch.question.task != ARTICLE)

    def offer(self, pmids: Iterable[int]) -> None:
        """Take articles that are held; ask for their lists in whole batches, and in smaller ones after all records."""
        new = [pmid for pmid in pmids if pmid not in self._offered]
        self._offered.update(new)
        batches = []
        for question in self._lists:
            ready = self._ready[question.task]
            ready += [pmid for pmid in new if str(pmid) not in self._settled[question.task]]
            whole = len(ready) // question.together * question.together if self._open_records else len(ready)
            batches += _batches(question, ready[:whole])
            del ready[:whole]
        if batches:
            self.ask(batches)

    def work_off(self, parse: Callable[[bytes], Batch | None] = lambda _: None) -> None:
        """Ask until nothing is left, with as many batches on their way as the rate allows while one is slow.

        The first question to a source goes alone: one that refuses it would refuse all. parse parses records beside.
        """
        waiting: deque[tuple[_Batch, Future[list[_Came]] | None]] = deque()
        while waiting or self._for_records or self._for_lists:
            while len(waiting) < self._most and (batch := self._next()):
                waiting.append((batch, _sent(self._run, batch, parse)))
                if batch.question.source not in self._run.heard:
                    break
            self._finish(*waiting.popleft())

    def _next(self) -> _Batch | None:
        """Return the batch to be sent now; None where all are on their way."""
        lists_first = len(self._for_lists) >= self._most or not self._for_records
        batches = self._for_lists if lists_first else self._for_records
        return batches.popleft() if batches else None

    def _finish(self, batch: _Batch, answer: "Future[list[_Came]] | None") -> None:
        """Settle a batch; ask again what it left open, and for the lists of what it brought."""
        again = _settle(self._run, batch, answer)
        bar = self._bars[batch.question.task]
        bar.done += len(batch.pmids) - sum(len(each.pmids) for each in again)
        self._run.person.progress(bar.label, bar.done, bar.total)
        if again:
            self.ask(again)
        if batch.question.task == ARTICLE:
            self._open_records -= 1
            self.offer(held_of(self._run, batch.pmids))


@dataclass
class _Bar:
    """What a person is shown of the progress of records, or of lists."""

    label: str
    total: int
    done: int = 0


def _sent(run: Run, batch: _Batch, parse: Callable[[bytes], Batch | None]) -> "Future[list[_Came]] | None":
    """Return the answer to come; None where nobody is asked any more.

    The thread is a daemon: an interrupted harvest does not wait for answers that it will not read.
    """
    source = run.asked(batch.question.source)
    if source is None:
        return None
    answer: Future[list[_Came]] = Future()

    def ask() -> None:
        try:
            came = batch.question.fetch(source, batch.pmids)
            parsed = parse(came.body) if batch.question.task == ARTICLE else None
            parts = batch.question.split(came, batch.pmids)
            answer.set_result([_Came(part, list(pmids), pack(part.body), parsed) for part, pmids in parts])
        except Exception as error:  # noqa: BLE001 - it is raised again where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer


def _settle(run: Run, batch: _Batch, answer: "Future[list[_Came]] | None") -> list[_Batch]:
    """Keep an answer, then load and note each part in one transaction; return what must be asked again.

    A failure is noted for each PMID. Where a request is refused for what it asks about, the PMID that spoils it is
    found by halves; after any other failure of a source it is asked nothing more.
    """
    task, pmids = batch.question.task, batch.pmids
    if answer is None:
        note_failure(run, task, pmids, run.why_not(batch.question.source))
        return []
    try:
        parts = answer.result()
        run.heard.add(batch.question.source)
        again = [one for part in parts for one in _left_out(run, batch, _load(run, batch, part))]
        given = {pmid for part in parts for pmid in part.pmids}
        left = [pmid for pmid in pmids if pmid not in given]
        return again + _left_out(run, batch, Loaded([], left, ALONE))
    except QuestionError as error:
        if len(pmids) > 1:
            middle = len(pmids) // 2
            return [batch._replace(pmids=pmids[:middle]), batch._replace(pmids=pmids[middle:])]
        _note_refusal(run, task, pmids[0], error)
    except SourceError as error:
        stop(run, batch.question.source, error)
        note_failure(run, task, pmids, str(error))
    except RecordError as error:
        note_failure(run, task, pmids, str(error))
    return []


def _left_out(run: Run, batch: _Batch, loaded: Loaded) -> list[_Batch]:
    """Return how to ask for what an answer leaves out, each by itself; note what has been asked for often enough."""
    if not loaded.again:
        return []
    question = batch.question.again(loaded.step)
    if question is None:
        note_failure(run, batch.question.task, loaded.again, "the answers leave it out")
        return []
    return [_Batch(question, [pmid]) for pmid in loaded.again]


def _load(run: Run, batch: _Batch, came: _Came) -> Loaded:
    answer, task = came.answer, batch.question.task
    parsed = {"parsed": came.parsed} if task == ARTICLE else {}
    kept = keep(run, answer, batch.question.note, packed=came.packed)
    with unchecked_keys(run.db) if run.mirror else nullcontext(), transaction(run.db):
        before = read_before(run.db, came.pmids) if task == ARTICLE else None
        loaded = batch.question.load(
            run.db, answer.body, came.pmids, received_at=answer.received_at, request=answer.request, **parsed
        )
        save_outcomes(run.db, run.id, loaded.tasks, answer=kept)
        if before:
            gone = {int(one.asked): (one.outcome, one.pmid) for one in loaded.tasks if one.outcome in GONE}
            save_changes(run.db, run.id, list(find_changes(run.db, run.id, before, loaded.saved, gone)))
    return loaded


def keep(run: Run, answer: Answer, note: Mapping[str, str], *, packed: bytes | None = None) -> str:
    """Keep an answer in the archive, with what a rebuild must know of it; return its name there."""
    return keep_answer(
        run.archive,
        answer.body,
        endpoint=answer.endpoint,
        request={**answer.request, **note},
        received_at=answer.received_at,
        packed=packed,
    )


def _note_refusal(run: Run, task: str, pmid: int, error: QuestionError) -> None:
    """NCBI refuses a PMID that it does not know with "ID list is empty"; other refusals are failures."""
    unknown = task == ARTICLE and "id list is empty" in str(error).lower()
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, str(pmid), "not found" if unknown else "failed", str(error))])


def note_failure(run: Run, task: str, asked: Iterable[int | str], why: str) -> None:
    """Note that what was asked got no answer, and why."""
    with transaction(run.db):
        save_outcomes(run.db, run.id, [Task(task, str(one), "failed", why) for one in asked])


def stop(run: Run, source: str, error: SourceError) -> None:
    """Ask a source nothing more in this run, unless the question alone was at fault."""
    if not isinstance(error, QuestionError):
        run.stopped[source] = str(error)
