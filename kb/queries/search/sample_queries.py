"""What a search here may look like: an article that many cite here, with its words, authors, headings and the rest."""

import sqlite3
from itertools import pairwise
from typing import Final, NamedTuple

from kb.text import fold, words_in

_OFTEN_CITED: Final = """select id from (select id from article_metrics order by citation_count desc limit 200)
    where id in (select pmid from articles) limit 1"""
_LATEST: Final = "select max(pmid) from articles"
_AUTHOR: Final = """select name from authorships a where pmid = ? and role = 'author' and position <= 20
    order by (select count(*) from authorships b where b.name_key = a.name_key) desc, position limit 1"""
_HEADING: Final = """select d.name from mesh_headings h join mesh_descriptors d on d.descriptor_ui = h.descriptor_ui
    where h.pmid = ? order by max(h.is_major, h.descriptor_is_major) desc, h.position limit 1"""
_SHORT: Final = 4  # letters of a word that says little


class Typical(NamedTuple):
    """An article by which examples of searches are made; None, or no words, where it has no such thing."""

    pmid: int
    words: tuple[str, ...]  # of the title, those that tell most first
    phrase: str | None
    author: str | None
    heading: str | None
    journal: str | None
    type: str | None
    year: int | None
    doi: str | None


def read_typical(db: sqlite3.Connection) -> Typical | None:
    """Return a typical article of the file, by a few looks into indexes; None where it holds none."""
    row = db.execute(_OFTEN_CITED).fetchone() or db.execute(_LATEST).fetchone()
    if row[0] is None:
        return None
    pmid = int(row[0])
    title, year, doi, journal = db.execute(
        """select coalesce(a.title, ''), a.year, a.doi, coalesce(j.abbreviation, j.title)
        from articles a left join journals j on j.journal_id = a.journal_id where a.pmid = ?""",
        (pmid,),
    ).fetchone()
    words = words_in(fold(title))
    pairs = [f"{a} {b}" for a, b in pairwise(words) if _tells(a) and _tells(b)]
    return Typical(
        pmid,
        tuple(sorted({word for word in words if _tells(word)}, key=lambda word: (-len(word), word))),
        pairs[0] if pairs else None,
        _first(db, _AUTHOR, pmid),
        _first(db, _HEADING, pmid),
        journal,
        _first(db, "select name from publication_types where pmid = ? order by name desc limit 1", pmid),
        year,
        doi,
    )


def _tells(word: str) -> bool:
    return len(word) > _SHORT and word.isalpha()


def _first(db: sqlite3.Connection, query: str, pmid: int) -> str | None:
    row = db.execute(query, (pmid,)).fetchone()
    return row[0] if row else None
