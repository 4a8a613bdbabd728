"""Full texts of files -> rows: the text of each article, and a record of one that PubMed gave none of."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from harvest.jobs.file_reader import batch_of
from harvest.jobs.ingest import File, FileResult, save_batch
from harvest.pmc.article import ParsedArticle, parse_full_texts
from kb.database import transaction
from kb.errors import DamagedFileError, RecordError
from kb.full_texts import FullText
from kb.queries.harvest_log import read_identified
from kb.store.full_texts import Origin, save_full_text

_NAMELESS: Final = (
    "The article names no PMID, by which litkb holds articles{}. Where PubMed has a record of it, harvest that first."
)


def load_full_texts(db: sqlite3.Connection, chunks: Iterable[bytes], file: File) -> Iterator[FileResult]:
    """Save the articles of a file of JATS, a transaction for each; yield the result so far after each."""
    counts: Counter[str] = Counter()
    read: Counter[str] = Counter()
    rejected: list[RecordError] = []
    for item in _until_damage(chunks):
        try:
            if isinstance(item, RecordError):
                raise item
            with transaction(db):
                counts[_save(db, item, file)] += 1
            read.update(_contents(item.full_text))
        except RecordError as error:
            counts["rejected"] += 1
            rejected.append(error)
        yield FileResult(counts, rejected, read)


def _until_damage(chunks: Iterable[bytes]) -> Iterator[ParsedArticle | RecordError]:
    """Yield the articles of a file; damage of a packed one is told after those that are whole."""
    damage: list[RecordError] = []

    def whole() -> Iterator[bytes]:
        try:
            yield from chunks
        except DamagedFileError as error:
            damage.append(RecordError(str(error)))

    yield from parse_full_texts(whole())
    yield from damage


def _save(db: sqlite3.Connection, article: ParsedArticle, file: File) -> str:
    """Save an article; return stored where its text or its record is new or better than what was held."""
    text = article.full_text
    pmid = text.pmid or _held(db, text)
    outcomes = set(save_batch(db, batch_of([article.record]), file)) if article.record else set()
    if outcomes & {"deleted", "merged"}:
        return outcomes.pop()
    outcomes.add(save_full_text(db, pmid, text, Origin("file", file.at, file.name)))
    return "stored" if "stored" in outcomes else "unchanged"


def _held(db: sqlite3.Connection, text: FullText) -> int:
    """Return the held article that has the identifiers of a text without a PMID. Raises RecordError for none."""
    known = [(kind, value) for kind, value in (("pmcid", text.pmcid), ("doi", text.doi)) if value]
    for kind, value in known:
        if len(held := read_identified(db, kind, value)) == 1:
            return held[0]
    named = " or ".join(value for _, value in known)
    raise RecordError(_NAMELESS.format(f", and no article here is {named}" if named else ""))


def _contents(text: FullText) -> dict[str, int]:
    """Return what was read, by kind."""
    return {"full texts": 1, "marks": len(text.mentions), "references": len({one.position for one in text.references})}
