"""What stands around a few works: their links, texts, similar articles; cost grows with these alone, not the file."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

import numpy as np

from kb.errors import UsageError
from kb.printed.reference import parse_reference
from kb.queries.citations import Ids
from kb.queries.works.notices import read_retracted
from kb.queries.works.records import read_present_id
from kb.text import fold

# the works asked for, and those merged into them: the names under which links to them are kept
_NAMES: Final = """with asked (id) as (select value from json_each(:ids)),
    names (id) as (select id from asked
        union select w.id from asked a join works w on w.merged_into = a.id)"""
_REFERENCES: Final = """select citing_id, group_concat(cited_id) from citation_links
    where citing_id in (select value from json_each(:ids)) group by citing_id"""
_CITERS: Final = """select cited_id, group_concat(citing_id) from citation_links
    where cited_id in (select value from json_each(:ids)) group by cited_id"""


class WorkSummary(NamedTuple):
    """A work as a list shows it."""

    id: int
    label: str
    title: str | None
    year: int | None
    doi: str | None
    held: bool
    retracted: bool


def read_known_works(db: sqlite3.Connection, works: Iterable[int]) -> Ids:
    """Return works with merged ones followed, ascending, each once; raises UsageError for one that nothing names."""
    found = set()
    for work in works:
        present = read_present_id(db, work)
        if present is None:
            raise UsageError(f"Nothing in this knowledge base holds or names {work}.")
        found.add(present)
    return np.array(sorted(found), dtype=np.int64)


def read_references_of(db: sqlite3.Connection, works: Ids) -> tuple[Ids, Ids]:
    """Return the citing and the cited ids of all that works cite."""
    return _read_lists(db, _REFERENCES, works)


def read_citers_of(db: sqlite3.Connection, works: Ids) -> tuple[Ids, Ids]:
    """Return the citing and the cited ids of all that cites works."""
    cited, citing = _read_lists(db, _CITERS, works)
    return citing, cited


def _read_lists(db: sqlite3.Connection, query: str, works: Ids) -> tuple[Ids, Ids]:
    """Return the ends of links, the named end first; SQLite joins each list to a text, which numpy takes apart."""
    rows = db.execute(query, {"ids": _listed(works)}).fetchall()
    lists = [np.fromstring(text, dtype=np.int64, sep=",") for _, text in rows]
    ends = np.array([row[0] for row in rows], dtype=np.int64)
    return np.repeat(ends, [len(found) for found in lists]), np.concatenate([np.empty(0, dtype=np.int64), *lists])


def distinct(values: Ids) -> Ids:
    """Return values ascending, each once; for many that repeat, sorting is several times faster than np.unique."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def read_similar_to(db: sqlite3.Connection, works: Ids, deepest: int) -> dict[int, int]:
    """Return the works that PubMed lists among the first ``deepest`` similar to any of works, with the best rank."""
    rows = db.execute(
        f"""{_NAMES} select coalesce(w.merged_into, w.id), min(s.rank)
        from similar_articles s join works w on w.id = s.similar_pmid
        where s.pmid in (select id from names) and s.rank <= :deepest group by 1""",
        {"ids": _listed(works), "deepest": deepest},
    )
    return dict(rows)


def read_texts_of(db: sqlite3.Connection, works: Ids) -> dict[int, str]:
    """Return the words of works: title, abstract, keywords and MeSH, folded; of one not held, its printed title."""
    ids = {"ids": _listed(works)}
    texts = dict(
        db.execute(
            """select pmid,
                coalesce(fold(title || ' ' || title || ' ' || abstract || ' ' || keywords || ' ' || mesh), '')
            from article_texts where pmid in (select value from json_each(:ids))""",
            ids,
        )
    )
    named = db.execute(
        f"""{_NAMES} select coalesce(w.merged_into, w.id), (
            select r.citation from article_references r where r.cited_id = n.id and r.citation is not null
            order by r.citing_pmid, r.position limit 1)
        from names n join works w on w.id = n.id order by n.id""",
        {"ids": _listed([work for work in works.tolist() if work not in texts])},
    )
    for work, citation in named:
        if citation is not None and (title := _printed_title(citation)):
            texts.setdefault(work, title)
    return texts


def _printed_title(citation: str) -> str:
    """Return the folded title of a printed reference; names, journal and place are no words of the work."""
    reference = parse_reference(citation)
    if reference.article:
        return fold(reference.article.title or "")
    return " ".join(word for word in reference.title_words if word[0].isalnum())


def read_standings(db: sqlite3.Connection, works: Ids | list[int]) -> dict[int, WorkSummary]:
    """Return by id how works are shown; those that nothing names are absent."""
    rows = db.execute(
        """select w.id, w.label, coalesce(a.title, a.vernacular_title),
            coalesce(a.year, w.year), coalesce(a.doi, w.doi), a.pmid is not null
        from works w left join articles a on a.pmid = w.id where w.id in (select value from json_each(?))""",
        (_listed(works),),
    )
    retracted = read_retracted(db, list(map(int, works)))
    return {row[0]: WorkSummary._make((*row[:5], bool(row[5]), row[0] in retracted)) for row in rows}


def read_held_among(db: sqlite3.Connection, works: Ids) -> Ids:
    """Return which of works are held, ascending."""
    query = "select pmid from articles where pmid in (select value from json_each(?)) order by pmid"
    return np.array([row[0] for row in db.execute(query, (_listed(works),))], dtype=np.int64)


def read_alike_in_words(db: sqlite3.Connection, words: Collection[str], limit: int) -> Ids:
    """Return the held articles whose title, keywords and MeSH have the most, and the rarest, of words (BM25)."""
    if not words:
        return np.empty(0, dtype=np.int64)
    wanted = " OR ".join(f'"{word}"' for word in words)
    rows = db.execute(
        "select rowid from article_search where article_search match ? order by bm25(article_search), rowid limit ?",
        (f"{{title keywords mesh}} : ({wanted})", limit),
    )
    return np.array([row[0] for row in rows], dtype=np.int64)


def _listed(works: Ids | list[int]) -> str:
    return json.dumps(works if isinstance(works, list) else works.tolist())
