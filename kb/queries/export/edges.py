"""Edges of the citation graph as exports read them: merged works followed, each citation once, in constant memory."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from kb.errors import DatabaseError
from kb.queries.citations import Ids
from kb.queries.export.nodes import EVERYTHING, PORTION, SEPARATOR, WORK_NAMED, Scope

_SOURCE_BITS: Final = 6  # an assertion's source beside the cited work in one number of 64 bits
_SOURCE_MASK: Final = (1 << _SOURCE_BITS) - 1

_MERGED: Final = "select id from works where merged_into is not null"
# Citing works that were merged are few: theirs, and what they were merged into, are put together apart.
_MOVED: Final = f"{_MERGED} and exists (select 1 from citations where citing_id = works.id)"
_TOUCHED: Final = f"{_MOVED} union select merged_into from works where id in ({_MOVED})"
_FOLLOWED: Final = """case when c.{end} in (select id from works where merged_into is not null)
    then (select merged_into from works where id = c.{end}) else c.{end} end"""

Value: TypeAlias = str | int | None  # what is said of an edge: its sources, or a weight
# A node's edges: its name; the names at their other ends, or PMIDs as SQLite joins them, "1,2"; what is said of all,
# or of each where the other ends are names. A plain tuple: most are handed on as SQLite gives them.
Star: TypeAlias = tuple[str, Sequence[str], str | Sequence[Value]]


class ExportEdge(NamedTuple):
    """A citation as files show it; sources are the names of those who say so, comma between, by their ids."""

    citing: str
    cited: str
    sources: str | None = None


class Block(NamedTuple):
    """Edges by the numbers of their nodes, from 0; codes are sources as bits, or weights."""

    tails: Ids
    heads: Ids
    codes: Ids


class SourceNames(dict[str | int, str]):
    """Names of sources by their ids, "1,2", or by bits, 6: -> "pubmed,page"; each is put together once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__()
        self._names: dict[int, str] = dict(db.execute("select id, name from citation_sources order by id"))

    def __missing__(self, key: str | int) -> str:
        bits = key if isinstance(key, int) else sum(1 << int(i) for i in set(key.split(",")))
        self[key] = ",".join(name for i, name in self._names.items() if bits >> i & 1)
        return self[key]


def heads_of(star: Star) -> Sequence[str]:
    """Return the names at the other ends of a star."""
    return [f"pmid:{pmid}" for pmid in star[1].split(",")] if isinstance(star[1], str) else star[1]


def count_edges(stars: Iterable[Star]) -> int:
    """Return how many edges the stars have."""
    return sum([heads.count(",") + 1 if isinstance(heads, str) else len(heads) for _, heads, _ in stars])


def read_stars(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[list[Star]]:
    """Yield each citing work with what it cites, each cited work once with all its sources, self-references left out.

    In portions; by citing id, those last that other works were merged into; the cited ones by the id by which
    they are named.
    """
    sources, merges, named = SourceNames(db), _merges(db), _any(db, "id < 0")
    only = None if merges else _only_source(db)
    for pairs in _assertions(scope, merges):
        rows = _star_rows(db, pairs, named=named, only=None if only is None else sources[str(only)])
        while portion := rows.fetchmany(PORTION):
            if only is None:
                yield [_said_star(row, sources, merges=merges) for row in portion]
            elif named:
                yield [(tail, _heads(heads), said) for tail, heads, said in portion]
            else:
                yield portion


def _star_rows(db: sqlite3.Connection, pairs: str, *, named: bool, only: str | None) -> sqlite3.Cursor:
    """Return rows of a citing work's name, the cited ones' PMIDs or names, and the sources, joined by SQLite.

    named: some works have no PMID, and names are kept apart by what no name holds; only: the one source's name.
    """
    cited = f"case when cited_id > 0 then cited_id else ({_name_of('cited_id')}) end, char(31)"
    return db.execute(
        f"""select case when citing_id > 0 then 'pmid:' || citing_id else ({_name_of("citing_id")}) end,
            group_concat({cited if named else "cited_id"}), {"group_concat(source_id)" if only is None else ":only"}
        from ({pairs}) group by citing_id""",
        {"only": only},
    )


def _name_of(column: str) -> str:
    return f"select {WORK_NAMED} from works w where w.id = {column}"


def _heads(joined: str) -> Sequence[str]:
    """Return what SQLite joined as a star has it."""
    if ":" not in joined:
        return joined.replace(SEPARATOR, ",")
    return [name if ":" in name else f"pmid:{name}" for name in joined.split(SEPARATOR)]


def _said_star(row: tuple[str, str, str], sources: SourceNames, *, merges: bool) -> Star:
    """Return a star whose edges have sources of their own: in the third column, by their ids, one for each head."""
    tail, joined, said = row
    heads = _heads(joined)
    first = said.partition(",")[0]
    if not merges and said == ",".join([first] * count_edges([(tail, heads, said)])):
        return tail, heads, sources[first]
    return _merged_star(tail, heads, said.split(","), sources)


def _merged_star(tail: str, heads: Sequence[str], said: Iterable[str], sources: SourceNames) -> Star:
    """Return a star in which a work that several sources, or several names, stand for comes once."""
    is_joined = isinstance(heads, str)
    merged: dict[str, str] = {}
    for head, source in zip(heads.split(",") if isinstance(heads, str) else heads, said, strict=True):
        merged[head] = f"{merged[head]},{source}" if head in merged else source
    merged.pop(tail.removeprefix("pmid:") if is_joined else tail, None)
    values = [sources[ids] for ids in merged.values()]
    if is_joined and len(set(values)) == 1:
        return tail, ",".join(merged), values[0]
    return tail, [f"pmid:{head}" for head in merged] if is_joined else list(merged), values


def _merges(db: sqlite3.Connection) -> bool:
    """Return whether any works were merged; raises DatabaseError for a cited or citing one that was so twice."""
    twice = db.execute("""
        select w.id from works w join works v on v.id = w.merged_into
        where w.merged_into is not null and v.merged_into is not null and (
            exists (select 1 from citations where cited_id = w.id)
            or exists (select 1 from citations where citing_id = w.id))""").fetchone()
    if twice:
        raise DatabaseError(
            f"Work {twice[0]} was merged more than once; `litkb check` says more, `litkb rebuild` repairs it."
        )
    return _any(db, "merged_into is not null")


def _any(db: sqlite3.Connection, condition: str) -> bool:
    """Return whether there is a work of which condition holds."""
    return db.execute(f"select 1 from works where {condition} limit 1").fetchone() is not None


def _only_source(db: sqlite3.Connection) -> int | None:
    """Return the one source that says everything; None where there are several: then each citation is looked at."""
    first = db.execute("select source_id from citations limit 1").fetchone()
    if first is None or db.execute("select 1 from citations where source_id <> ? limit 1", first).fetchone():
        return None
    return int(first[0])


def _assertions(scope: Scope, merges: bool) -> list[str]:
    """Return selects of citing_id, cited_id and source_id, by citing_id; together they are all, followed."""
    cited = _FOLLOWED.format(end="cited_id") if merges else "c.cited_id"
    ids = scope.ids()
    conditions = ["c.citing_id <> c.cited_id", *([f"+{cited} in ({ids})"] if ids else [])]  # +: not each pair of ids
    if not merges:
        return [_select("c.citing_id", cited, [*conditions, *([f"c.citing_id in ({ids})"] if ids else [])])]
    citing = _FOLLOWED.format(end="citing_id")
    return [
        _select("c.citing_id", cited, [*conditions, f"c.citing_id not in ({_TOUCHED})",
            *([f"c.citing_id in ({ids})"] if ids else [])]),
        _select(citing, cited, [*conditions, f"c.citing_id in ({_TOUCHED})", f"{citing} <> {cited}",
            *([f"{citing} in ({ids})"] if ids else [])]),
    ]  # fmt: skip


def _select(citing: str, cited: str, conditions: list[str]) -> str:
    return f"""select {citing} as citing_id, {cited} as cited_id, c.source_id
        from citations c where {" and ".join(conditions)}"""


def read_blocks(db: sqlite3.Connection, ids: Ids, scope: Scope = EVERYTHING) -> Iterator[Block]:
    """Yield the citations by the places of their works in ids, which are those of the scope; codes are SourceNames'."""
    merges = _merges(db)
    only = None if merges else _only_source(db)
    said = f"cited_id << {_SOURCE_BITS} | source_id" if only is None else "cited_id"
    for pairs in _assertions(scope, merges):
        rows = db.execute(f"select citing_id, group_concat({said}) from ({pairs}) group by citing_id")
        while portion := rows.fetchmany(PORTION):  # text of a citing work's list, taken apart by numpy, is fastest
            citing, texts = zip(*portion, strict=True)
            lengths = [text.count(",") + 1 for text in texts]
            tails = np.repeat(np.searchsorted(ids, citing), lengths)
            codes = np.fromstring(",".join(texts), dtype=np.int64, sep=",")
            if only is None:
                yield _block(tails, codes, ids, is_sorted=not merges)
            else:
                yield Block(tails, np.searchsorted(ids, codes), np.full(len(codes), 1 << only))


def _block(tails: Ids, codes: Ids, ids: Ids, *, is_sorted: bool) -> Block:
    """Return each pair once, with all its sources as bits."""
    heads, bits = np.searchsorted(ids, codes >> _SOURCE_BITS), np.int64(1) << (codes & _SOURCE_MASK)
    if not is_sorted:
        order = np.lexsort((heads, tails))
        tails, heads, bits = tails[order], heads[order], bits[order]
    first = np.ones(len(tails), dtype=np.bool_)
    first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    starts = np.flatnonzero(first)
    tails, heads, bits = tails[starts], heads[starts], np.bitwise_or.reduceat(bits, starts)
    kept = tails != heads
    return Block(tails[kept], heads[kept], bits[kept])


def read_scope_edges(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[ExportEdge]:
    """Yield the citations one by one, as read_stars() gives them."""
    for stars in read_stars(db, scope):
        for star in stars:
            tail, heads, said = star[0], heads_of(star), star[2]
            values = [said] * len(heads) if isinstance(said, str) else said
            for head, value in zip(heads, values, strict=True):
                yield ExportEdge(tail, head, str(value))
