"""A choice of works, in a temporary table of the connection: by SQL, search, PMIDs, neighbourhood, years, community."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from kb.errors import UsageError
from kb.queries.export.nodes import PAIRS
from kb.queries.search.known_works import read_named
from kb.queries.search.matches import read_all_found, read_asked
from kb.queries.search.query import read_identified, read_query
from kb.queries.works.records import read_present_id

CHOSEN: Final = "temp.chosen_works"
# cross: of a table that is temporary SQLite knows no size, and would look each work of the file up in it
CHOSEN_IDS: Final = f"select coalesce(w.merged_into, w.id) as id from {CHOSEN} c cross join works w on w.id = c.id"
_KEYS: Final = ("pmid", "citing_pmid", "similar_pmid", "id")
_PAIRS: Final = (("citing_id", "cited_id"), ("citing_pmid", "cited_id"), ("id", "related_id"), ("pmid", "similar_pmid"))
_PORTION: Final = 10_000  # rows fetched in one go
_READING: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_NEIGHBOURS: Final = """select cited_id from citation_links where citing_id in ({0})
    union select citing_id from citation_links where cited_id in ({0})"""


class Columns(NamedTuple):
    """Where a result names works: in two columns that are linked, or in one."""

    first: int
    second: int | None


def find_columns(names: Sequence[str], *, has_ids: bool) -> Columns | None:
    """Return where rows with these columns name works; None where they do not. has_ids: column id is a work."""
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    if not has_ids:
        places.pop("id", None)
    for first, second in _PAIRS:
        if first in places and second in places:
            return Columns(places[first], places[second])
    return next((Columns(places[key], None) for key in _KEYS if key in places), None)


def open_choice(db: sqlite3.Connection) -> None:
    """Make the choice empty; its table is the connection's own and no part of the file."""
    db.execute(f"create table if not exists {CHOSEN} (id integer primary key)")
    db.execute(f"create table if not exists {PAIRS} (citing_id, cited_id, primary key (citing_id, cited_id))")
    db.execute(f"delete from {CHOSEN}")
    db.execute(f"delete from {PAIRS}")


def choose(db: sqlite3.Connection, works: Iterable[int]) -> None:
    """Add works to the choice."""
    left = iter(works)
    while portion := list(islice(left, _PORTION)):
        db.executemany(f"insert or ignore into {CHOSEN} values (?)", ((work,) for work in portion))


def choose_pairs(db: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Add the citations between pairs of works to the choice, merged works followed."""
    db.executemany(
        f"""insert or ignore into {PAIRS} select coalesce(a.merged_into, a.id), coalesce(b.merged_into, b.id)
        from works a, works b where a.id = ? and b.id = ?""",
        pairs,
    )


def narrow(db: sqlite3.Connection, works: Iterable[int]) -> None:
    """Keep those of the choice that are among works."""
    db.execute("create temp table kept_works (id integer primary key)")
    left = iter(works)
    while portion := list(islice(left, _PORTION)):
        db.executemany("insert or ignore into kept_works values (?)", ((work,) for work in portion))
    db.execute(f"delete from {CHOSEN} where id not in (select id from kept_works)")
    db.execute("drop table kept_works")


def read_chosen_count(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many works are chosen, and how many of these this file knows."""
    chosen = db.execute(f"select count(*) from {CHOSEN}").fetchone()[0]
    known = db.execute(f"select count(*) from {CHOSEN} c join works w on w.id = c.id").fetchone()[0]
    return chosen, known


def read_works_of_sql(db: sqlite3.Connection, sql: str) -> Iterator[tuple[int, int | None]]:
    """Yield the works that each row of a query names, two where it has linked columns.

    Raises UsageError for a query that does more than read, cannot be answered, or names no works.
    """
    try:
        rows = _reading(db, sql)
        found = find_columns([column[0] for column in rows.description or ()], has_ids=True)
        if found is None:
            raise UsageError("This query names no works: a column pmid or id, or citing_id and cited_id, is needed.")
        for row in rows:
            yield _work(row[found.first]), None if found.second is None else _work(row[found.second])
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise UsageError(f"This query cannot be answered: {_reason(error)}.") from error


def _reading(db: sqlite3.Connection, sql: str) -> sqlite3.Cursor:
    """Return the cursor of a query that may read, and nothing else."""
    db.set_authorizer(_authorize)
    try:
        return db.execute(sql)
    finally:
        db.set_authorizer(None)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    is_harmless = action in _READING and (second or "").lower() != "load_extension"
    is_search = action == sqlite3.SQLITE_PRAGMA and first == "data_version"  # full-text search asks for it
    return sqlite3.SQLITE_OK if is_harmless or is_search else sqlite3.SQLITE_DENY


def _reason(error: Exception) -> str:
    text = str(error).rstrip(".")
    return "only reading is allowed" if "not authorized" in text or "prohibited" in text else text


def _work(value: object) -> int:
    if not isinstance(value, int):
        raise UsageError(f"This query gives {value!r} where the number of a work is needed.")
    return value


def read_works_of_search(db: sqlite3.Connection, text: str) -> Iterator[int]:
    """Yield the works that a search finds or names by identifiers, in the syntax of the site.

    Raises UsageError where a part of it is not understood, or it asks nothing.
    """
    work, query = read_identified(db, text), read_query(db, text)
    if work is not None:
        yield work
        return
    yield from read_all_found(db, read_asked(db, text, query))
    if query.is_list:
        yield from (one.id for one in read_named(db, query, ()))


def read_neighbourhood(db: sqlite3.Connection, work: int, depth: int) -> Iterator[int]:
    """Yield a work and what is linked with it by up to ``depth`` citations, followed in both directions."""
    open_near(db, work)
    near = _NEIGHBOURS.format("select id from temp.near_works")
    for _ in range(depth):
        before = db.execute("select count(*) from temp.near_works").fetchone()[0]
        db.execute(f"insert or ignore into temp.near_works {near}")
        if db.execute("select count(*) from temp.near_works").fetchone()[0] == before:
            break
    yield from (row[0] for row in db.execute("select id from temp.near_works"))


def read_neighbours(db: sqlite3.Connection, work: int) -> set[int]:
    """Return a work, what it cites and what cites it; merged works are followed."""
    return {work} | {row[0] for row in db.execute(_NEIGHBOURS.format(":work"), {"work": read_present_id(db, work)})}


def open_near(db: sqlite3.Connection, work: int) -> None:
    """Begin a neighbourhood; raises UsageError where nothing names the work."""
    present = read_present_id(db, work)
    if present is None:
        raise UsageError(f"Nothing in this knowledge base holds or names {work}.")
    db.execute("create table if not exists temp.near_works (id integer primary key)")
    db.execute("delete from temp.near_works")
    db.execute("insert into temp.near_works values (?)", (present,))


class ReferenceList(NamedTuple):
    """What an article cites: the works of its printed list in its order, those that only others name, and the rest."""

    printed: list[int]
    unprinted: list[int]
    without_work: int  # printed entries that name no work

    @property
    def works(self) -> list[int]:
        """All works, the printed ones first."""
        return [*self.printed, *self.unprinted]


def read_reference_list(db: sqlite3.Connection, pmid: int) -> ReferenceList:
    """Return what an article cites, each work once; merged works are followed."""
    entries = db.execute(
        """select coalesce(w.merged_into, w.id) from article_references r left join works w on w.id = r.cited_id
        where r.citing_pmid = ? order by r.position""",
        (pmid,),
    ).fetchall()
    printed = list(dict.fromkeys(work for (work,) in entries if work is not None))
    cited = db.execute("select cited_id from citation_links where citing_id = ?", (pmid,))
    known = set(printed)
    unprinted = [work for (work,) in cited if work not in known]
    return ReferenceList(printed, unprinted, sum(work is None for (work,) in entries))


def read_works_of_years(db: sqlite3.Connection, first: int | None, last: int | None) -> Iterator[int]:
    """Yield the works of these years, both included; None: no bound."""
    rows = db.execute(
        """select w.id from works w left join articles a on a.pmid = w.id
        where coalesce(a.year, w.year) between coalesce(?, -9999) and coalesce(?, 9999)""",
        (first, last),
    )
    yield from (row[0] for row in rows)


def read_works_of_community(db: sqlite3.Connection, community: int) -> Iterator[int]:
    """Yield the works of a community."""
    yield from (row[0] for row in db.execute("select id from communities where community = ?", (community,)))


def read_counts_of(db: sqlite3.Connection, ids_select: str) -> tuple[int, int]:
    """Return how many works a select of ids gives, and how many of them have a PMID."""
    row: tuple[int, int] = db.execute(
        f"select count(distinct id), count(distinct case when id > 0 then id end) from ({ids_select})"
    ).fetchone()
    return row
