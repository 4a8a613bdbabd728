"""Works as bibliographies need them: a few selects for each few hundred works."""

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from kb.queries.records import chunks, marks


class Name(NamedTuple):
    """One author or editor; literal is a collective name, or one that is not in parts."""

    family: str | None
    given: str | None
    suffix: str | None
    literal: str | None
    role: str
    short: str  # "Vederhus JK"


class Item(NamedTuple):
    """A work for a bibliography; of one that is not held only id, title, year, doi and pmcid are known.

    The title of a work that is not held is the printed reference that names it.
    """

    id: int
    source: str | None  # pubmed, page, demonstration, synthetic; None: not held
    record_type: str
    title: str
    year: int | None
    doi: str | None
    pmcid: str | None
    vernacular_title: str | None = None
    book_title: str | None = None
    journal: str | None = None
    abbreviation: str | None = None
    issn: str | None = None
    journal_id: str | None = None
    pub_date: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    publisher: str | None = None
    edition: str | None = None
    copyright: str | None = None
    coi_statement: str | None = None
    status: str | None = None
    citation_line: str | None = None
    names: tuple[Name, ...] = ()
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


_HELD = """select a.pmid, s.name, a.record_type, coalesce(a.title, a.vernacular_title, w.label), a.year, a.doi, a.pmcid,
    a.vernacular_title, a.book_title, j.title, j.abbreviation,
    coalesce(j.issn_electronic, j.issn_print, j.issn_linking), a.journal_id,
    a.pub_date, a.volume, a.issue, a.pages, a.publisher, a.edition, a.copyright, a.coi_statement, a.status,
    a.citation_line
    from articles a join works w on w.id = a.pmid join citation_sources s on s.id = a.source_id
        left join journals j on j.journal_id = a.journal_id
    where a.pmid in ({marks})"""
_NAMED = """select w.id, null, 'named', coalesce((select citation from article_references r
        where r.citing_pmid = w.named_by and r.position = w.named_at), w.label), w.year, w.doi, w.pmcid
    from works w where w.id in ({marks}) and w.state <> 'held'"""
_NAMES = """select pmid, last_name, coalesce(fore_name, initials), suffix,
        coalesce(collective_name, case when last_name is null then name end), role, name
    from authorships where pmid in ({marks}) order by pmid, position"""
_SECTIONS = """select pmid, case when label is null then text else label || ': ' || text end
    from abstract_sections where pmid in ({marks}) order by pmid, position"""
_KEYWORDS = "select pmid, keyword from keywords where pmid in ({marks}) order by pmid, position"
_MESH = """select h.pmid, case when h.descriptor_is_major then '*' else '' end || d.name
        || coalesce('/' || group_concat(case when h.is_major then '*' else '' end || q.name, '/'), '')
    from mesh_headings h join mesh_descriptors d on d.descriptor_ui = h.descriptor_ui
        left join mesh_qualifiers q on q.qualifier_ui = h.qualifier_ui
    where h.pmid in ({marks}) group by h.pmid, h.heading order by h.pmid, h.heading"""
_TYPES = "select pmid, name from publication_types where pmid in ({marks}) order by pmid, position"
_LANGUAGES = "select pmid, language from languages where pmid in ({marks}) order by pmid, position"


def read_items(db: sqlite3.Connection, works: Collection[int]) -> Iterator[Item]:
    """Yield works for a bibliography, by id; those that nothing here names are left out."""
    for part in chunks(set(works)):
        yield from _read_chunk(db, part)


def _read_chunk(db: sqlite3.Connection, part: list[int]) -> Iterator[Item]:
    names: dict[int, list[Name]] = {}
    for pmid, *name in _rows(db, _NAMES, part):
        names.setdefault(pmid, []).append(Name(*name))
    texts = {query: _grouped(db, query, part) for query in (_SECTIONS, _KEYWORDS, _MESH, _TYPES, _LANGUAGES)}
    for row in sorted([*_rows(db, _NAMED, part), *_rows(db, _HELD, part)], key=lambda row: int(row[0])):
        pmid = row[0]
        yield Item(*row)._replace(
            names=tuple(names.get(pmid, ())),
            abstract="\n".join(texts[_SECTIONS].get(pmid, ())) or None,
            keywords=texts[_KEYWORDS].get(pmid, ()),
            mesh=texts[_MESH].get(pmid, ()),
            publication_types=texts[_TYPES].get(pmid, ()),
            languages=texts[_LANGUAGES].get(pmid, ()),
        )


def _rows(db: sqlite3.Connection, query: str, part: list[int]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(query.replace("{marks}", marks(part)), part)]


def _grouped(db: sqlite3.Connection, query: str, part: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for pmid, text in _rows(db, query, part):
        found.setdefault(pmid, []).append(text)
    return {pmid: tuple(values) for pmid, values in found.items()}
