"""Edges of the citation graph as exports read them, in constant memory."""

import sqlite3
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

import numpy as np

from kb.errors import DatabaseError
from kb.full_texts import SECTIONS
from kb.queries.citations import Ids
from kb.queries.export.nodes import EVERYTHING, PAIRS, PORTION, SEPARATOR, WORK_NAMED, Scope
from kb.queries.works.citing_sentences import KIND, NAMED, WHERE

# A node's edges: its name, the names at their other ends, and what is said of all of them, or of each: a weight, or
# sources, and mentions and sections where a full text has them, PART between. Several stand in one text, SEPARATOR
# between: a plain tuple, handed on as SQLite gives it.
Star: TypeAlias = tuple[str, str, str]
PART: Final = "\x1e"
_NAMED: Final = (
    f"case when {{0}} > 0 then 'pmid:' || {{0}} else (select {WORK_NAMED} from works w where w.id = {{0}}) end"
)
_TEXT: Final = f"""(select min(pmid) from full_texts
    where outcome = 'body' and pmid in ({NAMED.format("citing_id")}))"""
_MENTIONS: Final = f"""
    select coalesce(w.merged_into, w.id), count(distinct iif({WHERE} = 'text', m.mention, null)),
        coalesce(group_concat(distinct {KIND}), '')
    from full_text_references f join works w on w.id = f.cited_id
        left join mention_references l on (l.pmid, l.position, l.part) = (f.pmid, f.position, f.part)
        left join mentions m on (m.pmid, m.mention) = (l.pmid, l.mention)
        left join citing_sentences s on (s.pmid, s.sentence) = (m.pmid, m.sentence)
    where f.pmid = ? group by 1"""


class SourceNames(dict[int, str]):
    """Names of sources by bits, 6: -> "pubmed,page"; each is put together once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__()
        self._names: dict[int, str] = dict(db.execute("select id, name from citation_sources order by id"))

    def __missing__(self, bits: int) -> str:
        self[bits] = ",".join(name for i, name in self._names.items() if bits >> i & 1)
        return self[bits]


def read_all_have_pmids(db: sqlite3.Connection) -> bool:
    """Return whether every work has a PMID, so that all names are made of it."""
    return not db.execute("select exists (select 1 from works where id < 0)").fetchone()[0]


def read_stars(db: sqlite3.Connection, scope: Scope = EVERYTHING, *, described: bool = True) -> Iterator[list[Star]]:
    """Yield each citing work with what it cites, by name, in portions; both in the order of their ids.

    described False: nothing is said of the citations, and no full text is read.
    """
    cited = f"group_concat({_NAMED.format('cited_id')}, '{SEPARATOR}')"
    if read_all_have_pmids(db):  # a third of the time
        cited = f"'pmid:' || group_concat(cited_id, '{SEPARATOR}pmid:')"
    yield from _read_portions(db, scope, _NAMED.format("citing_id"), cited, described=described)


def read_numbered_stars(
    db: sqlite3.Connection, ids: Ids, first: int, scope: Scope = EVERYTHING, *, described: bool = True
) -> Iterator[list[Star]]:
    """Yield what read_stars() yields, by the numbers of the nodes in ids, which are those of the scope, from first."""
    for portion in _read_portions(db, scope, "citing_id", "group_concat(cited_id)", described=described):
        citing, cited, said = zip(*portion, strict=True)
        places = np.searchsorted(ids, np.fromstring(",".join(cited), dtype=np.int64, sep=",")) + first
        tails, heads = (np.searchsorted(ids, citing) + first).tolist(), places.tolist()
        ends = list(accumulate(text.count(",") + 1 for text in cited))
        joined = [joined_numbers(heads[start:end]) for start, end in pairwise([0, *ends])]
        yield list(zip(map(str, tails), joined, said, strict=True))


def joined_numbers(numbers: list[int]) -> str:
    """Return numbers as a star has them: the text of a list is made faster than one text for each."""
    return str(numbers)[1:-1].replace(", ", SEPARATOR)


def _read_portions(
    db: sqlite3.Connection, scope: Scope, citing: str, cited: str, *, described: bool
) -> Iterator[list[Star]]:
    _check_merges(db)
    said = f"iif(min(said_by) = max(said_by), min(said_by), group_concat(said_by, '{SEPARATOR}'))"
    if (only := _only_sources(db) if described else "") is not None:
        said = ":only"
    among = f"where citing_id in ({scope.ids()}) and +cited_id in ({scope.ids()})" if scope.ids() else ""
    if scope.pairs:
        among = f"where (citing_id, cited_id) in (select citing_id, cited_id from {PAIRS})"
    has_texts = described and db.execute("select 1 from full_texts where outcome = 'body' limit 1").fetchone()
    rows = db.execute(
        f"""select {citing}, {cited}, {said} {f", {_TEXT}, group_concat(cited_id)" if has_texts else ""}
        from citation_links not indexed {among} group by citing_id""",
        {"only": only},
    )
    while portion := rows.fetchmany(PORTION):
        yield [_with_mentions(db, *row) for row in portion] if has_texts else portion


def _with_mentions(db: sqlite3.Connection, tail: str, heads: str, said: str, text: int | None, ids: str) -> Star:
    """Return a star with what the full text of its article, where one was read, says of each work that it lists."""
    if text is None:
        return tail, heads, said
    works, rows = ids.split(","), db.execute(_MENTIONS, (text,))
    marks = {str(work): f"{PART}{count}{PART}{_in_order(kinds)}" for work, count, kinds in rows}
    sources = said.split(SEPARATOR) if SEPARATOR in said else [said] * len(works)
    each = [f"{by}{marks.get(work, '')}" for by, work in zip(sources, works, strict=True)]
    return tail, heads, SEPARATOR.join(each)


@cache
def _in_order(kinds: str) -> str:
    return ",".join(sorted(kinds.split(","), key=SECTIONS.index)) if kinds else ""


def _only_sources(db: sqlite3.Connection) -> str | None:
    """Return who says so of all citations; None where that differs: then each citation is looked at."""
    first = db.execute("select said_by from citation_links limit 1").fetchone()
    if first is None or db.execute("select 1 from citation_links where said_by <> ? limit 1", first).fetchone():
        return None
    return str(first[0])


def _check_merges(db: sqlite3.Connection) -> None:
    """Raise DatabaseError where a work was merged into one that was merged itself: links follow one step."""
    twice = db.execute("""
        select id from works w where merged_into is not null and (
            exists (select 1 from citation_links where cited_id = w.id)
            or exists (select 1 from citation_links where citing_id = w.id))""").fetchone()
    if twice:
        raise DatabaseError(
            f"Work {twice[0]} was merged more than once; `litkb check` says more, `litkb rebuild` repairs it."
        )
