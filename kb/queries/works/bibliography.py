"""Works as bibliographies need them: a few selects for each few hundred works."""

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from kb import records as r
from kb.queries.works.records import chunks, marks

_Row = TypeVar("_Row")


class Name(NamedTuple):
    """One author, editor or author of the book; literal is a collective name, or one that is not in parts."""

    family: str | None
    given: str | None
    suffix: str | None
    literal: str | None
    role: str
    short: str  # "Vederhus JK"
    orcid: str | None = None
    is_person: int = 0  # literal is the name of a person, printed as it stands
    affiliations: tuple[str, ...] = ()


class Item(NamedTuple):
    """A work for a bibliography; of one that is not held only id, title, year, doi and pmcid are known.

    The title of a work that is not held is the printed reference that names it.
    """

    id: int
    source: str | None  # pubmed, nbib, page, pmc, demonstration, synthetic; None: not held
    record_type: str
    title: str
    year: int | None
    doi: str | None
    pmcid: str | None
    vernacular_title: str | None = None
    book_title: str | None = None
    journal: str | None = None
    abbreviation: str | None = None
    issn_electronic: str | None = None
    issn_print: str | None = None
    issn_linking: str | None = None
    country: str | None = None  # of the journal
    journal_id: str | None = None
    pub_date: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    publisher: str | None = None
    publisher_place: str | None = None
    edition: str | None = None
    volume_title: str | None = None
    series_title: str | None = None
    isbn: str | None = None
    report_number: str | None = None
    location_label: str | None = None  # of a chapter: "Chapter 7"
    copyright: str | None = None
    coi_statement: str | None = None
    status: str | None = None
    has_title: int = 1  # 0: the record has none, title is what PubMed shows in its place
    pub_model: str | None = None
    publication_status: str | None = None
    citation_line: str | None = None
    reference_count: int | None = None  # as the source of the record says
    is_retracted: int = 0  # by its own record, or by that of its retraction
    names: tuple[Name, ...] = ()
    abstract: str | None = None
    mesh: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    keyword_rows: tuple[r.Keyword, ...] = ()
    other_abstracts: tuple[r.OtherAbstractSection, ...] = ()
    investigators: tuple[r.Investigator, ...] = ()
    substances: tuple[r.Chemical, ...] = ()
    concepts: tuple[r.SupplementaryConcept, ...] = ()
    grants: tuple[r.Grant, ...] = ()
    data_banks: tuple[r.DataBank, ...] = ()
    notices: tuple[r.Notice, ...] = ()
    identifiers: tuple[r.ArticleIdentifier, ...] = ()
    dates: tuple[r.ArticleDate, ...] = ()
    other_fields: tuple[r.OtherField, ...] = ()

    @property
    def issn(self) -> str | None:
        """The ISSN that a bibliography with room for one shows."""
        return self.issn_electronic or self.issn_print or self.issn_linking

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keywords as printed."""
        return tuple(row.keyword for row in self.keyword_rows)


_HELD: Final = """
    select a.pmid, s.name, a.record_type, coalesce(a.title, a.vernacular_title, '[Not Available]'), a.year,
        a.doi, a.pmcid, a.vernacular_title, a.book_title, j.title, j.abbreviation,
        j.issn_electronic, j.issn_print, j.issn_linking,
        j.country, a.journal_id, a.pub_date, a.volume, a.issue, a.pages, a.publisher,
        a.publisher_place, a.edition, a.volume_title, a.series_title, a.isbn, a.report_number, a.location_label,
        a.copyright, a.coi_statement, a.status, a.title is not null or a.vernacular_title is not null, a.pub_model,
        a.publication_status, a.citation_line, coalesce(a.reference_count, l.entries)
    from articles a join works w on w.id = a.pmid join citation_sources s on s.id = a.source_id
        left join journals j on j.journal_id = a.journal_id
        left join article_lists l on l.pmid = a.pmid and l.list = 'references' and l.source_id = a.source_id
    where a.pmid in ({marks})"""
_NAMED: Final = """
    select w.id, null, 'named', coalesce((select citation from article_references r
        where r.citing_pmid = w.named_by and r.position = w.named_at), w.label), w.year, w.doi, w.pmcid
    from works w where w.id in ({marks}) and w.state <> 'held'"""
_RETRACTED: Final = "select pmid from retracted_articles where pmid in ({marks})"
_NAMES: Final = """
    select pmid, position, last_name, coalesce(fore_name, initials), suffix,
        coalesce(collective_name, case when last_name is null then name end), role, name, orcid,
        collective_name is null and last_name is null
    from authorships where pmid in ({marks}) order by pmid, position"""
_AFFILIATIONS: Final = """
    select pmid, position, affiliation from affiliations where pmid in ({marks}) order by pmid, position, ordinal"""
_TEXTS: Final = {
    "abstract": """select pmid, case when label is null then text else label || ': ' || text end
        from abstract_sections where pmid in ({marks}) order by pmid, position""",
    "mesh": """select h.pmid, case when h.descriptor_is_major then '*' else '' end || d.name
            || coalesce('/' || group_concat(
                case when h.is_major and not h.descriptor_is_major then '*' else '' end || q.name, '/'), '')
        from (select * from mesh_headings where pmid in ({marks}) order by pmid, position) h
            join mesh_descriptors d on d.descriptor_ui = h.descriptor_ui
            left join mesh_qualifiers q on q.qualifier_ui = h.qualifier_ui
        group by h.pmid, h.heading order by h.pmid, h.heading""",
    "publication_types": "select pmid, name from publication_types where pmid in ({marks}) order by pmid, position",
    "languages": "select pmid, language from languages where pmid in ({marks}) order by pmid, position",
}
_ROWS: Final[dict[str, tuple[str, Any]]] = {
    "keyword_rows": ("keywords", r.Keyword),
    "other_abstracts": ("other_abstract_sections", r.OtherAbstractSection),
    "investigators": ("investigators", r.Investigator),
    "substances": ("chemicals", r.Chemical),
    "concepts": ("supplementary_concepts", r.SupplementaryConcept),
    "grants": ("grants", r.Grant),
    "data_banks": ("data_banks", r.DataBank),
    "notices": ("notices", r.Notice),
    "identifiers": ("article_identifiers", r.ArticleIdentifier),
    "dates": ("article_dates", r.ArticleDate),
    "other_fields": ("other_fields", r.OtherField),
}
_PORTION: Final = 500  # works read in one go


PARTS: Final = ("names", *_TEXTS, *_ROWS)  # fields of Item that are rows in tables of their own


def read_items(db: sqlite3.Connection, works: Collection[int], *, parts: Collection[str] = PARTS) -> Iterator[Item]:
    """Yield works for a bibliography, by id; those that nothing here names are left out.

    Of the fields that are rows in tables of their own only parts are read.
    """
    for part in chunks(set(works)):
        yield from _read_portion(db, part, parts)


def read_scope_items(db: sqlite3.Connection, ids: str, *, parts: Collection[str] = PARTS) -> Iterator[Item]:
    """Yield the works that a select of ids gives, each once, by id, in constant memory; parts as in read_items."""
    last = -(2**63)
    query = f"select distinct id from (select id from ({ids})) where id > ? order by id limit {_PORTION}"
    while part := [row[0] for row in db.execute(query, (last,))]:
        yield from _read_portion(db, part, parts)
        last = part[-1]


def _read_portion(db: sqlite3.Connection, part: list[int], wanted: Collection[str]) -> Iterator[Item]:
    rows = sorted([*_rows(db, _NAMED, part), *_rows(db, _HELD, part)], key=lambda row: int(row[0]))
    held = [row[0] for row in rows if row[1] is not None]
    parts = _read_parts(db, held, wanted) if held else {}
    retracted = {row[0] for row in _rows(db, _RETRACTED, part)}
    for row in rows:
        found = {field: values[row[0]] for field, values in parts.items() if row[0] in values}
        if "abstract" in found:
            found["abstract"] = "\n".join(found["abstract"])
        yield Item(*row)._replace(is_retracted=int(row[0] in retracted), **found)


def _read_parts(db: sqlite3.Connection, held: list[int], wanted: Collection[str]) -> dict[str, dict[int, Any]]:
    """Return by field of Item and by PMID what is in tables of their own."""
    return {field: _names(db, held) if field == "names" else _read_part(db, held, field) for field in wanted}


def _read_part(db: sqlite3.Connection, held: list[int], field: str) -> dict[int, Any]:
    if field in _TEXTS:
        return _grouped((row[0], row[1]) for row in _rows(db, _TEXTS[field], held))
    table, kind = _ROWS[field]
    query = f"select {', '.join(kind._fields)} from {table} where pmid in ({{marks}}) order by pmid, position"
    return _grouped((row[0], kind._make(row)) for row in _rows(db, query, held))


def _names(db: sqlite3.Connection, held: list[int]) -> dict[int, tuple[Name, ...]]:
    places = _grouped(((pmid, position), text) for pmid, position, text in _rows(db, _AFFILIATIONS, held))
    return _grouped(
        (pmid, Name(*name)._replace(affiliations=places.get((pmid, position), ())))
        for pmid, position, *name in _rows(db, _NAMES, held)
    )


def _rows(db: sqlite3.Connection, query: str, part: list[int]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(query.replace("{marks}", marks(part)), part)]


def _grouped(pairs: Iterator[tuple[Any, _Row]]) -> dict[Any, tuple[_Row, ...]]:
    found: dict[Any, list[_Row]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
