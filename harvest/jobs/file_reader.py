"""Files -> batches of rows, made here or in a process beside this one, which saves those that are made.

The process beside writes batches to its standard output, marshalled, each with its length before it, and ends with this
one, since nobody reads them any more.
"""

import json
import marshal
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
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
_LENGTH: Final = 8  # bytes of the length before a batch
_CODE: Final = "import json, sys; sys.path = json.loads(sys.argv[1]); from harvest.jobs.file_reader import main; main()"

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
    command = [sys.executable, "-P", "-c", _CODE, json.dumps(sys.path), str(path), kind]
    with subprocess.Popen(  # noqa: S603  # of litkb itself; of its own group, so that Ctrl-C is for its parent alone
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0
    ) as process:
        assert process.stdout is not None
        try:
            while (values := _received(process.stdout)) is not None:
                yield _as_batch(values)
        finally:
            process.kill()  # it has ended, or nobody wants the rest


def is_worth_a_process(size: int) -> bool:
    """Return whether a file of this many bytes, unpacked, is read faster beside than here."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return size >= BESIDE_FROM and cores > 1 and bool(sys.executable)


def _received(stream: IO[bytes]) -> Any:
    """Return what was sent next, None at the end; LitkbError where the process ended before."""
    length = int.from_bytes(stream.read(_LENGTH), "big")
    sent = stream.read(length)
    if not length or len(sent) < length:
        raise LitkbError("The process that reads the file ended before the file did. Run the command again.")
    return marshal.loads(sent)  # noqa: S302  # of litkb itself


def _as_batch(values: Any) -> Batch:
    if isinstance(values, str):
        raise LitkbError(values)
    records, deletions, rejected, read, at = values
    errors = [RecordError(reason, pmid=pmid, offset=offset) for reason, pmid, offset in rejected]
    return Batch(list(map(Prepared._make, records)), deletions, errors, Counter(read), at)


def _send(values: Any) -> None:
    sent = marshal.dumps(values)
    sys.stdout.buffer.write(len(sent).to_bytes(_LENGTH, "big") + sent)
    sys.stdout.buffer.flush()


def main() -> None:
    """Send the batches of the file that the command line names, then None."""
    path, kind = sys.argv[2:]
    try:
        with collecting_seldom():
            for records, deletions, rejected, read, at in parse_batches(read_chunks(Path(path)), kind):
                errors = [(error.reason, error.pmid, error.offset) for error in rejected]
                _send((list(map(tuple, records)), deletions, errors, dict(read), at))
        _send(None)
    except LitkbError as error:
        _send(str(error))
    except BrokenPipeError:  # the other process has ended
        os._exit(1)
