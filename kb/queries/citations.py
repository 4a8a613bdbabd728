"""Who cites whom, as the citation graph and related studies read it."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.errors import UsageError

Ids: TypeAlias = NDArray[np.int64]
_PAIR: Final = np.dtype((np.int64, 2))
_LISTS: Final = 2_000  # citing works whose lists are taken apart in one go

# A node is a held article or an end of a citation.
_NAMED: Final = """(
    exists (select 1 from citation_links c where c.cited_id = w.id)
    or exists (select 1 from citation_links c where c.citing_id = w.id))"""
NODES: Final = "works w left join articles a on a.pmid = w.id"
ALL_NODES: Final = f"w.merged_into is null and (a.pmid is not null or {_NAMED})"
HELD_NODES: Final = "w.merged_into is null and a.pmid is not null"


class Having(NamedTuple):
    """What articles have, each thing with its key and name, and those that have it, one thing after the other."""

    keys: list[str]
    names: list[str]
    lengths: Ids  # how many have each
    pmids: Ids


def read_held_ids(db: sqlite3.Connection) -> Ids:
    """Return the PMIDs of the held articles, ascending."""
    return _read_ids(db, f"select w.id from {NODES} where {HELD_NODES} order by w.id")


def read_work_ids(db: sqlite3.Connection) -> Ids:
    """Return the ids of all works that this file knows, in whatever state, ascending."""
    return _read_ids(db, "select id from works order by id")


def read_own_ids(db: sqlite3.Connection) -> Ids:
    """Return the ids of the works that were not merged into others, ascending."""
    return _read_ids(db, "select id from works where merged_into is null order by id")


def read_merged_ids(db: sqlite3.Connection) -> Ids:
    """Return the ids of the works that were merged into others, ascending."""
    return _read_ids(db, "select id from works where merged_into is not null order by id")


def _read_ids(db: sqlite3.Connection, query: str) -> Ids:
    return np.fromiter(chain.from_iterable(db.execute(query)), dtype=np.int64)


def read_citation_pairs(db: sqlite3.Connection, sources: Collection[str] | None = None) -> tuple[Ids, Ids]:
    """Return the citing and the cited ids of all citations, each pair once, in ascending order.

    sources are the names of those whose assertions count; None: everybody's. Raises UsageError for a source that the
    file does not know. SQLite joins each citing work's list to a text, which numpy takes apart: half of the time of
    single rows. It reads the table itself ("not indexed"), in the order of its key, without sorting.
    """
    where = "" if sources is None else f"where {_said_by_any(db, sources)}"
    rows = db.execute(
        f"""select citing_id, count(*), group_concat(cited_id) from citation_links not indexed {where}
        group by citing_id""",
        list(sources or ()),
    )
    citing, lengths, cited = _taken_apart(rows)
    return np.repeat(np.array(citing, dtype=np.int64), lengths), cited


def _taken_apart(rows: sqlite3.Cursor) -> tuple[list[Any], Ids, Ids]:
    """Return keys, lengths of lists, and all numbers of these, from rows of (key, length, numbers joined by commas)."""
    keys: list[Any] = []
    lengths: list[int] = []
    numbers: list[Ids] = [np.empty(0, dtype=np.int64)]
    while portion := rows.fetchmany(_LISTS):
        some, counts, texts = zip(*portion, strict=True)
        keys += some
        lengths += counts
        numbers.append(np.fromstring(",".join(texts), dtype=np.int64, sep=","))
    return keys, np.array(lengths, dtype=np.int64), np.concatenate(numbers)


def _said_by_any(db: sqlite3.Connection, sources: Collection[str]) -> str:
    """Return the condition that one of so many sources says so; their names are its values."""
    known = {row[0] for row in db.execute("select name from citation_sources")}
    if unknown := sorted(set(sources) - known):
        raise UsageError(f"There is no source {unknown[0]}; those known are {', '.join(sorted(known))}.")
    return " or ".join(["instr(',' || said_by || ',', ',' || ? || ',')"] * len(sources)) or "false"


def _read_pairs(db: sqlite3.Connection, query: str) -> Ids:
    """Return the rows of a query of two columns, as an array of two columns."""
    rows: Ids = np.fromiter(db.execute(query), dtype=_PAIR).view(np.int64)
    return rows.reshape(-1, 2)


def read_has_citations(db: sqlite3.Connection, work: int) -> bool:
    """Return whether a work is a node of the citation graph: held, or an end of a citation."""
    found = db.execute(f"select 1 from {NODES} where w.id = ? and {ALL_NODES}", (work,)).fetchone()
    return found is not None


def read_article_sources(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many held articles each source gave, the most first."""
    return dict(
        db.execute("""
            select s.name, count(*) from articles a join citation_sources s on s.id = a.source_id
            group by s.id order by count(*) desc, s.id""")
    )


def read_computed(db: sqlite3.Connection) -> tuple[str, int, int] | None:
    """Return when the stored numbers were computed, from how many works and citations; None: they never were."""
    row: tuple[str, int, int] | None = db.execute("""
        select finished_at, works, citations from field_runs order by id desc limit 1""").fetchone()
    return row


def read_years(db: sqlite3.Connection, ids: Ids) -> NDArray[np.float64]:
    """Return the years of works, in the order of ids, which ascend; NaN: nobody said."""
    rows = _read_pairs(
        db,
        """
        select w.id, coalesce(a.year, w.year) from works w left join articles a on a.pmid = w.id
        where w.merged_into is null and coalesce(a.year, w.year) is not null""",
    )
    years = np.full(len(ids), np.nan)
    if len(ids):
        places = np.minimum(np.searchsorted(ids, rows[:, 0]), len(ids) - 1)
        known = ids[places] == rows[:, 0]
        years[places[known]] = rows[known, 1]
    return years


def read_labels(db: sqlite3.Connection, works: Iterable[int]) -> dict[int, str]:
    """Return the labels of works; time grows with their number alone."""
    wanted = "select id, label from works where id = ?"
    return dict(db.execute(wanted, (work,)).fetchone() for work in works)


def read_citing_labels(db: sqlite3.Connection) -> Iterator[tuple[int, str, int | None]]:
    """Yield (id, label, year) of the works that cite something."""
    yield from db.execute("""
        select id, label, year from works w
        where exists (select 1 from citation_links c where c.citing_id = w.id)""")


def read_author_names(db: sqlite3.Connection) -> Having:
    """Return who has which name_key; of names with one key the smallest stands."""
    names = "select name_key, min(name) from authorships group by +name_key"  # +: else a look-up for each row
    return _having(db, "name_key", "authorships", names)


def read_keywords(db: sqlite3.Connection) -> Having:
    """Return who has which keyword_key; of keywords with one key the smallest stands."""
    names = "select keyword_key, min(keyword) from keywords group by +keyword_key"
    return _having(db, "keyword_key", "keywords", names)


def read_mesh_names(db: sqlite3.Connection) -> Having:
    """Return who has which MeSH descriptor; one with several qualifiers comes several times."""
    return _having(db, "descriptor_ui", "mesh_headings", "select descriptor_ui, name from mesh_descriptors")


def _having(db: sqlite3.Connection, key: str, table: str, names: str) -> Having:
    name_of = dict(db.execute(names))
    lists = db.execute(f"select {key}, count(*), group_concat(pmid) from {table} where {key} <> '' group by {key}")
    keys, lengths, pmids = _taken_apart(lists)
    return Having(keys, [name_of[one] for one in keys], lengths, pmids)


def read_abstracts(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield (pmid, folded abstract) of the held articles that have an abstract."""
    yield from db.execute("""
        select pmid, fold(abstract) from article_texts
        where pmid in (select pmid from abstract_sections union all select pmid from other_abstract_sections)""")


def read_similar_pairs(db: sqlite3.Connection, deepest: int) -> Iterator[tuple[int, int, int]]:
    """Yield (pmid, similar pmid, rank) of the first ``deepest`` articles of each of PubMed's lists.

    Merged works are followed; where two were merged into one, the better rank stands.
    """
    yield from db.execute(
        """select coalesce(v.merged_into, v.id) as pmid, coalesce(w.merged_into, w.id) as similar, min(s.rank)
        from similar_articles s join works v on v.id = s.pmid join works w on w.id = s.similar_pmid
        where s.rank <= ? and coalesce(v.merged_into, v.id) <> coalesce(w.merged_into, w.id)
        group by 1, 2 order by 1, 2""",
        (deepest,),
    )


def read_titles(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield (pmid, title) of the held articles that have a title."""
    yield from db.execute("select pmid, title from articles where title is not null")
