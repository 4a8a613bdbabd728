"""The select behind every count that a page shows: its rows are what was counted, or a column of it is the number."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kb.queries.search.facets import Filters
from kb.queries.search.known_works import read_named
from kb.queries.search.matches import Wanted
from kb.queries.search.query_tree import Query
from kb.queries.works.entities import RECEIVED


class Evidence(NamedTuple):
    """What is counted, the select, the names of its values; column: where the number stands, None: rows are counted."""

    title: str
    sql: str
    values: tuple[str, ...] = ()
    column: str | None = None


class Rows(NamedTuple):
    """The first rows behind a number, and the number."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    number: int | float | None


_CITATION: Final = """select s.name as source, s.description, c.since, c.citing_id, c.cited_id,
    iif(s.name = 'resolved', iif(w.identified_by in ('doi', 'pmcid'), 'printed ', '') || w.identified_by, null)
from citations c join citation_sources s on s.id = c.source_id join works w on w.id = c.cited_id
where c.citing_id in (select id from works where id = :citing or merged_into = :citing)
    and c.cited_id in (select id from works where id = :cited or merged_into = :cited)
order by s.id, c.citing_id, c.cited_id"""
# The tasks whose answers can say that a citation exists: the citing record, lists that either work
# was asked for, and the files of the run in which it was first said.
_ANSWERS: Final = """select t.task, t.asked, t.run_id, r.started_at, t.outcome, t.answer
from harvest_tasks t join harvest_runs r on r.id = t.run_id
where t.answer is not null and (
    (t.asked in (:citing, cast(:citing as text)) and t.task not in ('cited_by', 'similar')
        and (t.task not like 'full_text%' or t.detail glob 'body*' or t.detail glob 'no marks*'))
    or (t.asked in (:cited, cast(:cited as text)) and t.task not in ('article', 'references', 'similar', 'file')
        and t.task not like 'full_text%')
    or (t.task = 'file' and exists (
        select 1 from citations c left join articles a on a.pmid = c.citing_id and a.received_at = c.since
        where c.since = r.started_at
            and c.citing_id in (select id from works where id = :citing or merged_into = :citing)
            and c.cited_id in (select id from works where id = :cited or merged_into = :cited)
            and (t.asked = a.read_from or not exists (  -- the file of the record, where the record names one of the run
                select 1 from harvest_tasks o
                where o.run_id = t.run_id and o.task = 'file' and o.asked = a.read_from)))))
order by t.run_id, t.task, t.asked"""


class Assertion(NamedTuple):
    """What one source says of a citation; the ids are those that it named."""

    source: str
    description: str
    since: str
    citing_id: int
    cited_id: int
    identified_by: str | None  # how the words that it named became the cited work; None: by no reading of litkb's


class KeptAnswer(NamedTuple):
    """An answer that was kept: what was asked in which run, and its name in the archive, which ends in its SHA-256."""

    task: str
    asked: str
    run_id: int
    started_at: str
    outcome: str | None
    answer: str


def read_evidence(db: sqlite3.Connection, evidence: Evidence, values: Mapping[str, Any], limit: int) -> Rows:
    """Return the number that a page shows, counted again, and the first rows behind it."""
    rows = db.execute(evidence.sql, values)
    columns = [column[0] for column in rows.description]
    found = [tuple(row) for row in rows.fetchmany(limit)]
    if evidence.column is not None:
        return Rows(columns, found, found[0][columns.index(evidence.column)] if found else None)
    if len(found) < limit:
        return Rows(columns, found, len(found))
    return Rows(columns, found, db.execute(f"select count(*) from ({evidence.sql})", values).fetchone()[0])


def read_named_evidence(db: sqlite3.Connection, query: Query, filters: Filters, limit: int) -> Rows:
    """Return the known works that a search finds: their words are compared one by one, after SQLite has chosen."""
    found = read_named(db, query, filters)
    return Rows(["id", "label", "year"], [(one.id, one.label, one.year) for one in found[:limit]], len(found))


def wanted_evidence(wanted: Wanted) -> Evidence:
    """Return the articles that a search or a thing has, as evidence."""
    sql = f"""select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.authors, a.year
from {wanted.tables}
where {wanted.where}
order by a.year desc, a.pmid desc"""
    return Evidence("Articles in this library that match", sql, tuple(wanted.values))


def published_evidence(wanted: Wanted) -> Evidence:
    """Return those of the articles wanted that appeared in the year :published, as evidence."""
    sql = f"""select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.authors, a.year
from {wanted.tables}
where {wanted.where} and a.year is nullif(:published, '')  -- empty: those whose year is not known
order by a.pmid desc"""
    return Evidence("Articles in this library of that year", sql, (*wanted.values, "published"))


def received_evidence(wanted: Wanted) -> Evidence:
    """Return the citations of articles by the works of one year, :citing_year, as evidence."""
    condition = "w.year is nullif(:citing_year, '')  -- empty: the works whose year is not known"
    sql = _received(wanted, condition)
    return Evidence("Citations of these articles by works of that year", sql, (*wanted.values, "citing_year"))


def received_dated_evidence(wanted: Wanted) -> Evidence:
    """Return the citations of articles by works whose year is known, as evidence."""
    sql = _received(wanted, "w.year is not null")
    return Evidence("Citations of these articles by works whose year is known", sql, tuple(wanted.values))


def _received(wanted: Wanted, condition: str) -> str:
    return f"""{RECEIVED.format(tables=wanted.tables, where=wanted.where)}
select r.citing as citing_id, r.cited as cited_id from received r join works w on w.id = r.citing
where {condition}
order by r.citing, r.cited"""


def read_assertions_of(db: sqlite3.Connection, citing: int, cited: int) -> list[Assertion]:
    """Return who says that a work cites another one, and since when; merged works are followed."""
    return [Assertion(*row) for row in db.execute(_CITATION, {"citing": citing, "cited": cited})]


def read_kept_answers(db: sqlite3.Connection, citing: int, cited: int) -> list[KeptAnswer]:
    """Return the kept answers that tell of the citing record, or of who cites the cited one."""
    return [KeptAnswer(*row) for row in db.execute(_ANSWERS, {"citing": citing, "cited": cited})]
