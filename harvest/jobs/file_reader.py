"""Files and answers -> batches of rows, made here or in a process beside this one, which saves those that are made.

The process beside writes batches to its standard output, marshalled, each with its length before it, and ends with this
one, since nobody reads them any more.
"""

import json
import marshal
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from harvest.files.input_files import read_chunks
from harvest.files.nbib import parse_nbib
from harvest.pubmed.article import parse_articles
from kb.errors import DamagedFileError, LitkbError, RecordError
from kb.garbage import collecting_seldom
from kb.records import Deletion, Record
from kb.store.prepared import Prepared, prepare

FILE_BATCH: Final = 500  # records of a file in one transaction: each looks through all of the indexes once
BESIDE_FROM: Final = 16 << 20  # bytes of a file, unpacked, from which a second process is worth its start
RECORD: Final = 9_000  # bytes of a record of PubMed
_LENGTH: Final = 8  # bytes of the length before a batch
_CODE: Final = "import json, sys; sys.path = json.loads(sys.argv[1]); from harvest.jobs.file_reader import {0}; {0}()"

PARSERS: Final[Mapping[str, Callable[[Iterable[bytes]], Iterator[Record | Deletion | RecordError]]]] = {
    # by the kind of a file, as harvest.files.input_files.sniff() tells it
    "pubmed-xml": parse_articles,
    "nbib": parse_nbib,
}


class Batch(NamedTuple):
    """Some records of a file, what was read in them, and how many bytes of the file, unpacked, were read so far."""

    records: list[Prepared]
    deletions: list[int]  # PMIDs
    rejected: list[RecordError]
    read: Counter[str]  # articles, books, deletions, references, old references
    at: int


def parse_batches(chunks: Iterable[bytes], kind: str) -> Generator[Batch, None, None]:
    """Yield the records of a file, whose kind is a key of PARSERS, in batches; memory does not grow with the file."""
    damage: list[RecordError] = []
    at = 0

    def until_damage() -> Iterator[bytes]:
        nonlocal at
        try:
            for chunk in chunks:
                at += len(chunk)
                yield chunk
        except DamagedFileError as error:
            damage.append(RecordError(str(error)))

    items = iter(chain(PARSERS[kind](until_damage()), damage))
    while some := list(islice(items, FILE_BATCH)):
        yield batch_of(some, at)


def batch_of(items: Iterable[Record | Deletion | RecordError], at: int = 0) -> Batch:
    """Return records, deletions and errors as a batch."""
    batch = Batch([], [], [], Counter(), at)
    for item in items:
        if isinstance(item, Record):
            batch.records.append(prepare(item))
            _count(batch.read, item)
        elif isinstance(item, Deletion):
            batch.deletions.append(item.pmid)
        else:
            batch.rejected.append(item)
    if batch.deletions:
        batch.read["deletions"] = len(batch.deletions)
    return batch


def _count(read: Counter[str], record: Record) -> None:
    """Count a record by its kind, and the references in it, by the form of their list."""
    read["articles" if record.article.record_type == "article" else "books"] += 1
    old = sum(reference.listed_in == "CommentsCorrectionsList" for reference in record.references)
    read["old references"] += old
    read["references"] += len(record.references) - old


def parse_beside(path: Path, kind: str) -> Generator[Batch, None, None]:
    """Yield the same of the file at path, read in a process of its own while the caller saves."""
    with _beside("main", str(path), kind) as process:
        assert process.stdout is not None
        while (values := _received(process.stdout)) is not None:
            yield _as_batch(values)


@contextmanager
def _beside(function: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that carries out a function of this module; it ends with the context."""
    command = [sys.executable, "-P", "-c", _CODE.format(function), json.dumps(sys.path), *arguments]
    with subprocess.Popen(  # noqa: S603  # of litkb itself; of its own group, so that Ctrl-C is for its parent alone
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # it has ended, or nobody wants the rest


@contextmanager
def parsing_beside(articles: int) -> Iterator[Callable[[bytes], Batch | None]]:
    """Give what makes a batch of an answer of EFetch, in a process beside, by threads one after the other.

    It gives None, and the answer is parsed where it is saved, where so few articles come that it is not worth one.
    """
    if not is_worth_a_process(articles * RECORD):
        yield lambda _: None
        return
    turn = threading.Lock()
    with _beside("parse_answers") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, back = process.stdin, process.stdout

        def parse(body: bytes) -> Batch:
            with turn:
                _send(body, to)
                return _as_batch(_received(back))

        yield parse


def is_worth_a_process(size: int) -> bool:
    """Return whether a file of this many bytes, unpacked, is read faster beside than here."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return size >= BESIDE_FROM and cores > 1 and bool(sys.executable)


def _received(stream: IO[bytes]) -> Any:
    """Return what was sent next, None at the end; LitkbError where the process ended before."""
    length = int.from_bytes(stream.read(_LENGTH), "big")
    sent = stream.read(length)
    if not length or len(sent) < length:
        raise LitkbError("The process that reads records ended before it had read all. Run the command again.")
    return marshal.loads(sent)  # noqa: S302  # of litkb itself


def _as_batch(values: Any) -> Batch:
    if isinstance(values, str):
        raise LitkbError(values)
    records, deletions, rejected, read, at = values
    errors = [RecordError(reason, pmid=pmid, offset=offset) for reason, pmid, offset in rejected]
    return Batch(list(map(Prepared._make, records)), deletions, errors, Counter(read), at)


def _send(values: Any, stream: IO[bytes]) -> None:
    sent = marshal.dumps(values)
    stream.write(len(sent).to_bytes(_LENGTH, "big") + sent)
    stream.flush()


def _as_values(batch: Batch) -> tuple[Any, ...]:
    records, deletions, rejected, read, at = batch
    return list(map(tuple, records)), deletions, [(e.reason, e.pmid, e.offset) for e in rejected], dict(read), at


def main() -> None:
    """Send the batches of the file that the command line names, then None."""
    path, kind = sys.argv[2:]
    try:
        with collecting_seldom():
            for batch in parse_batches(read_chunks(Path(path)), kind):
                _send(_as_values(batch), sys.stdout.buffer)
        _send(None, sys.stdout.buffer)
    except LitkbError as error:
        _send(str(error), sys.stdout.buffer)
    except BrokenPipeError:  # the other process has ended
        os._exit(1)


def parse_answers() -> None:
    """Send a batch of each answer of EFetch that comes, until no more come."""
    with collecting_seldom(), suppress(BrokenPipeError):
        while length := int.from_bytes(sys.stdin.buffer.read(_LENGTH), "big"):
            body = marshal.loads(sys.stdin.buffer.read(length))  # noqa: S302  # of litkb itself
            try:
                _send(_as_values(batch_of(parse_articles(body))), sys.stdout.buffer)
            except LitkbError as error:
                _send(str(error), sys.stdout.buffer)
