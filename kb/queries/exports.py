"""Nodes and edges of the citation graph as exports read them: followed, each once, in constant memory."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np

from kb.queries.links import ALL_NODES, HELD_NODES, NODES, Ids

SEPARATOR: Final = "\x1f"  # between names that SQLite joins; no name holds it
BLOCK: Final = 2_000  # citing works whose lists are turned into numbers in one go
_SOURCE_BITS: Final = 6  # an assertion's source beside the cited work in one number of 64 bits
_SOURCE_MASK: Final = (1 << _SOURCE_BITS) - 1

_NAME: Final = "case when w.citation_key is null then 'doi:' || w.doi else 'ref:' || w.citation_key end"
_WORK_NAME: Final = f"case when w.id > 0 then 'pmid:' || w.id else replace({_NAME}, char(31), '') end"
_NAMED_BY: Final = """(
    select group_concat(n.name) from (
        select s.name from citation_sources s where s.id in (
            select c.source_id from citations c where c.cited_id = w.id
            union select c.source_id from citations c where c.citing_id = w.id
            union select c.source_id from works v join citations c on c.cited_id = v.id where v.merged_into = w.id
            union select c.source_id from works v join citations c on c.citing_id = v.id where v.merged_into = w.id
        ) order by s.id) n)"""
_MERGED: Final = "select id from works where merged_into is not null"
# Citing works that were merged are few: theirs, and what they were merged into, are put together apart.
_MOVED: Final = f"{_MERGED} and exists (select 1 from citations where citing_id = works.id)"
_TOUCHED: Final = f"{_MOVED} union select merged_into from works where id in ({_MOVED})"
_FOLLOWED: Final = """case when c.{end} in (select id from works where merged_into is not null)
    then (select merged_into from works where id = c.{end}) else c.{end} end"""


class ExportNode(NamedTuple):
    """A node as files show it; None: nobody said. source is that of its record, else of the citations naming it."""

    name: str  # pmid:15063905, doi:10.1111/…, ref:<citation key>; name:<name key>; keyword:<keyword key>
    label: str
    title: str | None = None
    year: int | None = None
    authors: str | None = None
    journal: str | None = None
    doi: str | None = None
    pmid: int | None = None
    state: str | None = None
    citation_count: int | None = None
    pagerank: float | None = None
    component: int | None = None
    source: str | None = None
    community: int | None = None
    x: float | None = None
    y: float | None = None
    articles: int | None = None  # how many held articles bear this name or keyword


class ExportEdge(NamedTuple):
    """A citation as files show it; sources are the names of those who say so, comma between, by their ids."""

    citing: str
    cited: str
    sources: str | None = None


class Star(NamedTuple):
    """A node's edges, by names: what it cites, and what is said of each (sources or a weight); one text: of all."""

    tail: str
    heads: Sequence[str]
    values: str | Sequence[str | int | None]
    prefix: str = ""  # of each head, where these are PMIDs


class Block(NamedTuple):
    """Edges by the numbers of their nodes, from 0; codes are sources as bits, or weights."""

    tails: Ids
    heads: Ids
    codes: Ids


class Scope(NamedTuple):
    """Which works: all, the held ones, or those in a temporary table with a column ``id``, merged ones followed."""

    articles_only: bool = False
    selected: str | None = None  # the table's name

    def ids(self) -> str | None:
        """Return a select of the ids of the nodes; None: all."""
        held = "select a.pmid from articles a join works w on w.id = a.pmid where w.merged_into is null"
        chosen = f"select coalesce(w.merged_into, w.id) from {self.selected} s join works w on w.id = s.id"
        if self.selected is None:
            return held if self.articles_only else None
        return f"{chosen} intersect {held}" if self.articles_only else chosen

    def where(self) -> str:
        """Return the condition for a work w and its record a to be a node."""
        if self.selected is None:
            return HELD_NODES if self.articles_only else ALL_NODES
        return f"w.id in ({self.ids()})"


EVERYTHING: Final = Scope()


def read_scope_ids(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Ids:
    """Return the ids of the nodes, ascending."""
    rows = db.execute(f"select w.id from {NODES} where {scope.where()} order by w.id")
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def read_scope_nodes(db: sqlite3.Connection, scope: Scope = EVERYTHING, *, brief: bool = False) -> Iterator[ExportNode]:
    """Yield the nodes with their attributes, by id, in constant memory; brief ones have label and position alone."""
    if brief:
        rows = db.execute(f"""
            select {_WORK_NAME}, w.label, p.x, p.y from {NODES}
                left join work_positions p on p.id = w.id and p.layout = 'timeline'
            where {scope.where()} order by w.id""")
        yield from (ExportNode(name, label, x=x, y=y) for name, label, x, y in _in_portions(rows))
        return
    rows = db.execute(f"""
        select {_WORK_NAME}, w.label, a.title, coalesce(a.year, w.year), a.authors,
            coalesce(j.abbreviation, j.title), coalesce(a.doi, w.doi), case when w.id > 0 then w.id end, w.state,
            m.citation_count, m.pagerank, m.component,
            case when a.pmid is null then {_NAMED_BY} else s.name end,
            k.community, p.x, p.y, null
        from {NODES} left join journals j on j.journal_id = a.journal_id
            left join citation_sources s on s.id = a.source_id
            left join article_metrics m on m.id = w.id
            left join communities k on k.id = w.id
            left join work_positions p on p.id = w.id and p.layout = 'timeline'
        where {scope.where()} order by w.id""")
    yield from map(ExportNode._make, _in_portions(rows))


def read_scope_names(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[str]:
    """Yield the names of the nodes, by id."""
    yield from (row[0] for row in db.execute(f"select {_WORK_NAME} from {NODES} where {scope.where()} order by w.id"))


def read_bounds(db: sqlite3.Connection) -> tuple[float, float, float, float] | None:
    """Return the smallest and the largest x, then y, of the timeline; None: it was not computed."""
    row = db.execute("select min(x), max(x), min(y), max(y) from work_positions where layout = 'timeline'").fetchone()
    return None if row[0] is None else row


def _in_portions(rows: sqlite3.Cursor) -> Iterator[Any]:
    """Yield the rows, fetched many at a time."""
    while portion := rows.fetchmany(1000):
        yield from portion


def read_stars(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[Star]:
    """Yield each citing work with what it cites, each cited work once with all its sources, self-references left out.

    By citing id, those last that other works were merged into; the cited ones by the id by which they are named.
    """
    sources, merges = SourceNames(db), _any(db, "merged_into is not null")
    only = None if merges else _only_source(db)
    separator = SEPARATOR if _any(db, "id < 0") else ","  # which costs SQLite less
    rows = chain.from_iterable(map(_in_portions, _star_rows(db, scope, merges=merges, only=only)))
    for tail, heads, said in rows:
        if ":" in heads:  # some have no PMID
            prefix, names = "", [name if ":" in name else f"pmid:{name}" for name in heads.split(SEPARATOR)]
        else:
            prefix, names = "pmid:", heads.split(separator)
        if only is not None:
            yield Star(tail, names, sources[said], prefix)
        elif not merges and len(said) == 2 * len(names) - 1 and said.count(said[0]) == len(names):
            yield Star(tail, names, sources[said[0]], prefix)
        else:
            yield _merged_star(tail, zip(names, said.split(","), strict=True), sources, prefix)


def _merged_star(tail: str, said: Iterator[tuple[str, str]], sources: "SourceNames", prefix: str) -> Star:
    """Return a star in which a work that several sources, or several names, stand for comes once."""
    merged: dict[str, str] = {}
    for name, source in said:
        merged[name] = f"{merged[name]},{source}" if name in merged else source
    merged.pop(tail.removeprefix(prefix), None)
    return Star(tail, list(merged), [sources[ids] for ids in merged.values()], prefix)


def _any(db: sqlite3.Connection, condition: str) -> bool:
    """Return whether there is a work of which condition holds."""
    return db.execute(f"select 1 from works where {condition} limit 1").fetchone() is not None


def _only_source(db: sqlite3.Connection) -> int | None:
    """Return the one source that says everything; None where there are several: then each citation is looked at."""
    first = db.execute("select source_id from citations limit 1").fetchone()
    if first is None or db.execute("select 1 from citations where source_id <> ? limit 1", first).fetchone():
        return None
    return int(first[0])


def _star_rows(db: sqlite3.Connection, scope: Scope, *, merges: bool, only: int | None) -> Iterator[sqlite3.Cursor]:
    """Yield rows of a citing work's name, the cited ones' PMIDs or names, and the sources, joined by SQLite."""
    cited = "cited_id"
    if _any(db, "id < 0"):
        cited = f"case when cited_id > 0 then cited_id else ({_name_of('cited_id')}) end, char(31)"
    for pairs in _assertions(scope, merges):
        yield db.execute(f"""
            select case when citing_id > 0 then 'pmid:' || citing_id else ({_name_of("citing_id")}) end,
                group_concat({cited}), {"group_concat(source_id)" if only is None else f"'{only}'"}
            from ({pairs}) group by citing_id""")


def _name_of(column: str) -> str:
    return f"select replace({_NAME}, char(31), '') from works w where w.id = {column}"


def _assertions(scope: Scope, merges: bool) -> list[str]:
    """Return selects of citing_id, cited_id and source_id, by citing_id; together they are all, followed."""
    cited = _FOLLOWED.format(end="cited_id") if merges else "c.cited_id"
    ids = scope.ids()
    conditions = ["c.citing_id <> c.cited_id", *([f"{cited} in ({ids})"] if ids else [])]
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
    merges = _any(db, "merged_into is not null")
    only = None if merges else _only_source(db)
    said = f"cited_id << {_SOURCE_BITS} | source_id" if only is None else "cited_id"
    for pairs in _assertions(scope, merges):
        rows = db.execute(f"select citing_id, count(*), group_concat({said}) from ({pairs}) group by citing_id")
        while portion := rows.fetchmany(BLOCK):  # text of a citing work's list, taken apart by numpy, is fastest
            citing, lengths, texts = zip(*portion, strict=True)
            tails, codes = np.repeat(citing, lengths), np.fromstring(",".join(texts), dtype=np.int64, sep=",")
            if only is None:
                yield _block(tails, codes, ids, is_sorted=not merges)
            else:
                places = np.searchsorted(ids, tails), np.searchsorted(ids, codes)
                yield Block(*places, np.full(len(codes), 1 << only))


def _block(citing: Ids, codes: Ids, ids: Ids, *, is_sorted: bool) -> Block:
    """Return each pair once, with all its sources as bits."""
    cited, bits = codes >> _SOURCE_BITS, np.int64(1) << (codes & _SOURCE_MASK)
    if not is_sorted:
        order = np.lexsort((cited, citing))
        citing, cited, bits = citing[order], cited[order], bits[order]
    first = np.ones(len(citing), dtype=np.bool_)
    first[1:] = (citing[1:] != citing[:-1]) | (cited[1:] != cited[:-1])
    starts = np.flatnonzero(first)
    citing, cited, bits = citing[starts], cited[starts], np.bitwise_or.reduceat(bits, starts)
    kept = citing != cited
    return Block(np.searchsorted(ids, citing[kept]), np.searchsorted(ids, cited[kept]), bits[kept])


def read_scope_edges(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[ExportEdge]:
    """Yield the citations one by one, as read_stars() gives them."""
    for star in read_stars(db, scope):
        values = [star.values] * len(star.heads) if isinstance(star.values, str) else star.values
        for head, value in zip(star.heads, values, strict=True):
            yield ExportEdge(star.tail, star.prefix + head, str(value))


class SourceNames(dict[str | int, str]):
    """Names of sources by their ids, "1,2", or by bits, 6: -> "pubmed,page"; each is put together once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__()
        self._names: dict[int, str] = dict(db.execute("select id, name from citation_sources order by id"))

    def __missing__(self, key: str | int) -> str:
        bits = key if isinstance(key, int) else sum(1 << int(i) for i in set(key.split(",")))
        self[key] = ",".join(name for i, name in self._names.items() if bits >> i & 1)
        return self[key]


class Item(NamedTuple):
    """A name or a keyword: its key, its most frequent form, how many articles bear it, and who gave these."""

    key: str
    form: str
    articles: int
    sources: int  # as bits


class ItemTable(NamedTuple):
    """Where names or keywords are kept."""

    table: str
    key: str
    form: str


NAMES: Final = ItemTable("authorships", "name_key", "name")
KEYWORDS: Final = ItemTable("keywords", "keyword_key", "keyword")


def read_items(db: sqlite3.Connection, kept: ItemTable, scope: Scope = EVERYTHING) -> Iterator[Item]:
    """Yield the names or keywords of the held articles, by key; of equally frequent forms the first by its letters."""
    table, key, form = kept
    of_scope = f"and t.pmid in ({scope.ids()})" if scope.ids() else ""
    rows = db.execute(f"""
        select n.key, f.form, n.articles, n.sources from (
            select t.{key} as key, count(distinct t.pmid) as articles, sum(distinct 1 << a.source_id) as sources
            from {table} t join articles a on a.pmid = t.pmid where t.{key} <> '' {of_scope}
            group by t.{key}) n
        join (select t.{key} as key, t.{form} as form,
                row_number() over (partition by t.{key} order by count(*) desc, t.{form}) as place
            from {table} t where t.{key} <> '' {of_scope} group by t.{key}, t.{form}) f
            on f.key = n.key and f.place = 1
        order by n.key""")
    yield from map(Item._make, rows)


def read_item_pairs(db: sqlite3.Connection, kept: ItemTable, scope: Scope = EVERYTHING) -> Iterator[tuple[str, int]]:
    """Yield (key, pmid) of every article that bears a name or keyword, once each, by key."""
    table, key, _ = kept
    of_scope = f"and pmid in ({scope.ids()})" if scope.ids() else ""
    yield from db.execute(f"select distinct {key}, pmid from {table} where {key} <> '' {of_scope} order by {key}, pmid")
