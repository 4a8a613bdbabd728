"""Checking a litkb file: the invariants that no constraint can say, and the hash of its logical content."""

import hashlib
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from kb.database import open_kb, snapshot
from kb.identifiers import node_name, work_id
from kb.integrity.seals import read_altered
from kb.migrations.word_index import WORD_INDEXES
from kb.printed.reference import cited_work
from kb.queries.computed_tables import read_computed_tables
from kb.queries.invariants import (
    Violation,
    read_cited_keys,
    read_content_hashes,
    read_damage,
    read_identified,
    read_keyword_keys,
    read_logical_rows,
    read_name_keys,
    read_resolution_keys,
    read_tables,
    read_violations,
)
from kb.queries.search.facet_index import (
    INDEXED,
    ORDERED,
    count_having,
    places_among,
    read_indexed,
    read_ordered,
    read_places,
    read_values,
)
from kb.queries.works.records import read_held_pmids, read_records
from kb.records import content_hash
from kb.text import fold, name_key

RUN_TABLES: Final = frozenset(
    {
        "harvest_runs", "harvest_tasks", "searches", "search_warnings", "harvest_origins",
        "harvest_changes", "harvest_counts", "graph_runs", "metric_runs", "resolution_runs",
    }
)  # fmt: skip
FACET_TABLES: Final = frozenset({"facet_orders", "facet_values"})
INDEX_TABLES: Final = FACET_TABLES | {"seals", "citation_links"}  # they follow from other tables
REFERENCE_TABLES: Final = frozenset({"mesh_tree", "mesh_entry_terms"})  # a person adds them from a file of NLM's
MOMENTS: Final = frozenset({"since", "checked_at", "received_at", "read_from", "state_at", "decided_at", "run_id"})


def check_kb(db: sqlite3.Connection) -> list[Violation]:
    """Return every rule that the file breaks; an empty list for a sound file. Time grows with its size.

    What SQLite looks through by itself is looked through beside the rest: on two cores it takes half of the time.
    """
    kb = Path(db.execute("pragma database_list").fetchone()[2])
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(_look_beside, kb).result if kb.is_file() else partial(_by_sqlite, db)
        altered = list(_altered_tables(db))
        broken = [] if altered and beside()[0] else _readable(_broken_rules(db))  # of a damaged file: not read
        damage, against_rules = beside()
    return [*(damage or [*against_rules, *broken]), *altered]


def _look_beside(kb: Path) -> tuple[list[Violation], list[Violation]]:
    with closing(open_kb(kb, readonly=True)) as db:
        return _by_sqlite(db)


def _by_sqlite(db: sqlite3.Connection) -> tuple[list[Violation], list[Violation]]:
    """Return the damage to the pages of a file, and the rules broken that SQL alone can tell."""
    return list(read_damage(db)), _readable(read_violations(db))


def _readable(rules: Iterator[Violation]) -> list[Violation]:
    """Return the rules that are broken; another one where words cannot be read any more."""
    found: list[Violation] = []
    try:
        found.extend(rules)
    except (sqlite3.DatabaseError, ValueError, TypeError, AttributeError) as error:  # the last: bytes in place of words
        found.append(Violation("every row can be read", 1, [str(error)]))
    return found


def _altered_tables(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield one violation if anything in the file is not what it was when litkb closed it."""
    try:
        with snapshot(db):  # somebody may be writing
            altered = list(read_altered(db))
    except sqlite3.DatabaseError as error:  # the seals themselves cannot be read
        altered = [str(error)]
    if altered:
        yield Violation("every table holds what litkb wrote", len(altered), altered)


def _broken_rules(db: sqlite3.Connection) -> Iterator[Violation]:
    yield from _altered_records(db)
    yield from _wrong_keys(db)
    yield from _misnamed_works(db)
    yield from _search_damage(db)
    yield from _facet_damage(db)


def _altered_records(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield one violation if rows of an article are not those that were stored."""
    stored = dict(read_content_hashes(db))
    sound = {pmid for record in read_records(db) if stored[pmid := record.article.pmid] == content_hash(record)}
    altered = [str(pmid) for pmid in stored if pmid not in sound]
    if altered:
        yield Violation("the rows of an article are as they were stored", len(altered), altered[:5])


def _wrong_keys(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield one violation if keys of names or ids of cited works do not follow from what was stored."""
    wrong = [pmid for pmid, name, key in read_name_keys(db) if key != name_key(name)]
    wrong += [pmid for pmid, keyword, key in read_keyword_keys(db) if key != fold(keyword)]
    wrong += [citing for citing, work, pmid, doi in read_identified(db) if work != cited_work(pmid, doi, None)[0]]
    if wrong:
        yield Violation("keys and cited works follow from the words of the record", len(wrong), [*map(str, wrong[:5])])


def _misnamed_works(db: sqlite3.Connection) -> Iterator[Violation]:
    keys = ((work, node_name(work, doi, key)) for work, doi, key in read_cited_keys(db))
    wrong = [str(work) for work, key in chain(keys, read_resolution_keys(db)) if work != work_id(key)]
    if wrong:
        yield Violation("the id of a cited work is the hash of its key", len(wrong), wrong[:5])


def _search_damage(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield a violation for each index that does not hold the words of its texts; unknown where read-only."""
    if db.execute("pragma query_only").fetchone()[0]:
        return
    for texts, index in WORD_INDEXES.items():
        try:
            for statement in index.compared:
                db.execute(statement)
            db.execute("insert into compared (compared, rank) values ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            yield Violation(f"the search index holds the words of the {texts}", 1, [str(error)])
        finally:
            db.execute("drop table if exists temp.compared")
            db.execute("drop view if exists temp.folded")


def _facet_damage(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield one violation if the index of facets, where there is one, is not that of the articles."""
    held = read_indexed(db)
    if not len(held):
        return
    wrong = [] if held.tolist() == [*read_held_pmids(db)] else ["articles"]
    everything = np.ones(len(held), dtype=np.bool_)
    wrong += [
        one for one in ORDERED if not np.array_equal(read_ordered(db, one, everything), read_places(db, held, one))
    ]
    for facet in INDEXED:
        stored = dict(count_having(db, facet, everything, {}))
        counted = {value: len(places_among(held, pmids)) for value, pmids in read_values(db, facet)}
        if stored != {value: articles for value, articles in counted.items() if articles}:
            wrong.append(facet)
    if wrong:
        yield Violation("the index of facets is that of the articles", len(wrong), wrong)


def logical_hash(db: sqlite3.Connection) -> str:
    """Return the SHA-256 of the logical content, as hexadecimal.

    All rows of all tables in key order, without run tables, computed tables, the indexes of words and facets and the
    moments and files of receipt: loading the same answers in any order, or again, gives the same hash.
    """
    digest = hashlib.sha256()
    left_out = RUN_TABLES | INDEX_TABLES | REFERENCE_TABLES | read_computed_tables(db)
    for table in read_tables(db):
        if table in left_out:
            continue
        digest.update(f"{table}\n".encode())
        for row in read_logical_rows(db, table, MOMENTS):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
