"""What a name, journal, heading, keyword, community or year is, and what its articles are linked with."""

import sqlite3
from typing import Final, NamedTuple

from kb.queries.search.facets import FacetValue
from kb.queries.search.matches import Wanted

_MOST: Final = 30  # neighbours of one kind


class Spelling(NamedTuple):
    """A form in which something is printed, and how many articles held print it so."""

    text: str
    articles: int


class JournalRow(NamedTuple):
    """A journal as NLM describes it."""

    journal_id: str
    title: str | None
    abbreviation: str | None
    issn_print: str | None
    issn_electronic: str | None
    issn_linking: str | None
    country: str | None


class CommunityRow(NamedTuple):
    """A community of the citation graph: what it is about, its works, and how many of them are held."""

    community: int
    label: str
    works: int
    held: int


class YearRow(NamedTuple):
    """A year: articles published in it, and citations that works of that year make; year None: not known."""

    year: int | None
    articles: int
    citations: int


def read_name_spellings(db: sqlite3.Connection, name_key: str) -> list[Spelling]:
    """Return the names as printed that are one when folded, the most frequent first; none for an unknown key."""
    rows = db.execute(
        """select name, count(distinct pmid) as n from authorships where name_key = ?
        group by name order by n desc, name""",
        (name_key,),
    )
    return [Spelling(*row) for row in rows]


def read_orcids(db: sqlite3.Connection, name_key: str) -> list[Spelling]:
    """Return the ORCID iDs given with a name: several mean several people, or a mistake."""
    rows = db.execute(
        """select orcid, count(distinct pmid) as n from authorships where name_key = ? and orcid is not null
        group by orcid order by n desc, orcid""",
        (name_key,),
    )
    return [Spelling(*row) for row in rows]


def read_keyword_spellings(db: sqlite3.Connection, keyword_key: str) -> list[Spelling]:
    """Return the keywords as printed that are one when folded, the most frequent first; none for an unknown key."""
    rows = db.execute(
        """select keyword, count(distinct pmid) as n from keywords where keyword_key = ?
        group by keyword order by n desc, keyword""",
        (keyword_key,),
    )
    return [Spelling(*row) for row in rows]


def read_journal(db: sqlite3.Connection, journal_id: str) -> JournalRow | None:
    """Return a journal; None where nothing here is published in it."""
    columns = ", ".join(JournalRow._fields)
    row = db.execute(f"select {columns} from journals where journal_id = ?", (journal_id,)).fetchone()
    return JournalRow(*row) if row else None


def read_heading(db: sqlite3.Connection, descriptor_ui: str) -> tuple[str, int] | None:
    """Return the name of a MeSH descriptor, and of how many articles it is a major topic; None: not used here."""
    row: tuple[str, int] | None = db.execute(
        """select name, (select count(distinct pmid) from mesh_headings h where h.descriptor_ui = d.descriptor_ui
            and (h.is_major = 1 or h.descriptor_is_major = 1))
        from mesh_descriptors d where descriptor_ui = ?""",
        (descriptor_ui,),
    ).fetchone()
    return row


def read_community(db: sqlite3.Connection, community: int) -> CommunityRow | None:
    """Return a community of the last graph run; None where it found none of that number."""
    row = db.execute(
        "select community, label, works, held from community_labels where community = ?", (community,)
    ).fetchone()
    return CommunityRow(*row) if row else None


# What cites the articles wanted, and what they cite.
RECEIVED: Final = """with found (pmid, year) as materialized (select a.pmid, a.year from {tables} where {where}),
    received (citing, cited) as (select c.citing_id, c.cited_id
        from found f cross join citation_links c on c.cited_id = f.pmid)"""
MADE: Final = """with found (pmid) as materialized (select a.pmid from {tables} where {where}),
    made (citing, cited) as (select c.citing_id, c.cited_id
        from found f cross join citation_links c on c.citing_id = f.pmid)"""


def read_years(db: sqlite3.Connection, wanted: Wanted) -> list[YearRow]:
    """Return by year how many of the articles wanted appeared, and how often all were cited, the latest first."""
    rows = db.execute(
        f"""{RECEIVED.format(tables=wanted.tables, where=wanted.where)}
        select year, sum(articles), sum(citations) from (
            select year, count(*) as articles, 0 as citations from found group by year
            union all
            select w.year, 0, count(*) from received r join works w on w.id = r.citing group by w.year)
        group by year order by year desc""",
        wanted.values,
    )
    return [YearRow(*row) for row in rows]


def read_citing_journals(db: sqlite3.Connection, wanted: Wanted) -> list[FacetValue]:
    """Return the journals whose articles held cite the articles wanted, with the number of citations."""
    return _journals(db, wanted, RECEIVED, "select citing as pmid from received")


def read_cited_journals(db: sqlite3.Connection, wanted: Wanted) -> list[FacetValue]:
    """Return the journals whose articles held the articles wanted cite, with the number of citations."""
    return _journals(db, wanted, MADE, "select cited as pmid from made")


def _journals(db: sqlite3.Connection, wanted: Wanted, links: str, ends: str) -> list[FacetValue]:
    rows = db.execute(
        f"""{links.format(tables=wanted.tables, where=wanted.where)}
        select j.journal_id, coalesce(j.abbreviation, j.title, j.journal_id), count(*) as n
        from ({ends}) e join articles x on x.pmid = e.pmid join journals j on j.journal_id = x.journal_id
        group by 1 order by n desc, 1 limit {_MOST}""",
        wanted.values,
    )
    return [FacetValue(*row) for row in rows]


def read_near_communities(db: sqlite3.Connection, community: int) -> list[FacetValue]:
    """Return the communities that citations link with one, in either direction, with the number of citations."""
    rows = db.execute(
        f"""with pairs (citing, cited) as (
            select c.citing_id, c.cited_id from communities m cross join citation_links c on c.citing_id = m.id
            where m.community = :community
            union
            select c.citing_id, c.cited_id from communities m cross join citation_links c on c.cited_id = m.id
            where m.community = :community)
        select l.community, l.label, count(*) as n
        from pairs p join communities a on a.id = p.citing join communities b on b.id = p.cited
            join community_labels l
                on l.community = case a.community when :community then b.community else a.community end
        where a.community <> b.community
        group by 1 order by n desc, 1 limit {_MOST}""",
        {"community": community},
    )
    return [FacetValue(str(row[0]), row[1], row[2]) for row in rows]
