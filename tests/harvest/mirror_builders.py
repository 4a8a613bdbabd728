"""A mirror in memory: the records of a rehearsal's shelf, as if they stood in PubMed's files, some to a file."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from harvest.rehearsal.collection import Shelf, open_shelf
from harvest.sources.mirror import Located
from kb.queries.invariants import read_tables

LAST = "pubmed26n0003.xml.gz"
BIRTHPLACE = frozenset(  # columns that say from where a row came, and when
    {"source_id", "update_file", "read_from", "received_at", "checked_at", "since", "said_by", "sources", "state_at",
     "state_file", "detail", "answer", "started_at", "finished_at", "server", "plan"}
)  # fmt: skip


class LinksInMemory:
    """Who cites whom, from pairs."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._cited: dict[int, set[int]] = defaultdict(set)
        self._citing: dict[int, set[int]] = defaultdict(set)
        for citing, cited in pairs:
            if citing == cited:
                continue
            self._cited[citing].add(cited)
            self._citing[cited].add(citing)

    def cited(self, pmid: int) -> Any:
        return np.array(sorted(self._cited[pmid]), np.int32)

    def citing(self, pmid: int) -> Any:
        return np.array(sorted(self._citing[pmid]), np.int32)


class MirrorInMemory:
    """Records in files of ``each``; ``measures`` by name and PMID."""

    def __init__(
        self,
        records: Mapping[int, bytes] | Shelf,
        *,
        each: int = 2,
        through: str = LAST,
        occ: Iterable[tuple[int, int]] | None = None,
        measures: Mapping[str, Mapping[int, float]] | None = None,
    ) -> None:
        shelf = records if isinstance(records, Shelf) else open_shelf(records)
        self.through = through
        self.pubmed = LinksInMemory((one.pmid, cited) for one in shelf.records.values() for cited in one.cited)
        self.occ = None if occ is None else LinksInMemory(occ)
        self._measures = measures or {}
        self._records = {
            one.pmid: Located(one.pmid, f"pubmed26n{place // each + 1:04}.xml.gz", place % each + 1, one.xml)
            for place, one in enumerate(shelf.records.values())
        }

    def records(self, pmids: Sequence[int]) -> Iterator[Located]:
        return (self._records[pmid] for pmid in sorted(pmids) if pmid in self._records)

    def measured(self, name: str, pmids: Sequence[int]) -> list[float | None] | None:
        found = self._measures.get(name)
        return None if found is None else [found.get(pmid) for pmid in pmids]


def content_of(kb: Path) -> dict[str, set[tuple[Any, ...]]]:
    """Return the distinct rows of each table without what tells their birthplace; a list of no data has no entries.

    Left out are the tables of the ledger's tasks, which name answers, of seals, and of what a mirror alone counts.
    """
    left_out = {"seals", "harvest_tasks", "mirror_metrics"}
    with closing(sqlite3.connect(kb)) as db:
        tables = [name for name in read_tables(db) if name not in left_out and "_search_" not in name]
        found = {table: _rows(db, table) for table in tables}
    found["article_lists"] = {(pmid, name, entries or None) for pmid, name, entries in found["article_lists"]}
    return found


def _rows(db: sqlite3.Connection, table: str) -> set[tuple[Any, ...]]:
    columns = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in BIRTHPLACE]
    return set(db.execute(f"select {', '.join(columns)} from {table}"))
