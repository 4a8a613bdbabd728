"""The select behind every count that a page shows: its rows are what was counted, or a column of it is the number."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kb.queries.facets import Filters
from kb.queries.named import read_named
from kb.queries.search import Wanted
from kb.queries.standing import DOUBTED
from kb.queries.syntax import Query
from kb.queries.things import MADE, RECEIVED


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


_NAMED: Final = "select id from works where id = :id union all select id from works where merged_into = :id"
_REFERENCES: Final = """select r.position, coalesce(m.id, w.id) as id, coalesce(m.label, w.label) as label,
    coalesce(m.state, w.state) as state, r.citation, r.doi
from article_references r left join works w on w.id = r.cited_id left join works m on m.id = w.merged_into
where r.citing_pmid = :pmid"""
_STANDING: Final = """case when coalesce(m.id, w.id) is null then 'unnamed'
    when coalesce(m.state, w.state) in ('held', 'deleted', 'not found') then coalesce(m.state, w.state)
    when coalesce(m.id, w.id) > 0 then 'known' else 'unresolved' end"""
_ARTICLES: Final = "select pmid, title, authors, year from articles"
_WORKS: Final = "select id, label, year, state from works"

EVIDENCE: Final = {
    "articles": Evidence("Records held", f"{_ARTICLES}\norder by pmid"),
    "books": Evidence("Books held", f"{_ARTICLES}\nwhere record_type <> 'article'\norder by pmid"),
    "citations": Evidence(
        "Citations between works named here",
        "select distinct citing_id, cited_id from citations\nwhere citing_id <> cited_id\norder by citing_id, cited_id",
    ),
    "known": Evidence(
        "Works named by PMID, not held", f"{_WORKS}\nwhere state = 'known' and id > 0\norder by id"
    ),
    "unidentified": Evidence(
        "Cited works without a PMID", f"{_WORKS}\nwhere state = 'known' and id < 0\norder by id"
    ),
    "printed": Evidence(
        "Printed references", "select citing_pmid, position, citation, cited_id from article_references"
    ),
    "identified": Evidence(
        "Printed references that carry a PMID",
        "select citing_pmid, position, citation, cited_id from article_references\nwhere cited_id > 0",
    ),
    "with_list": Evidence(
        "Records with a reference list of their own",
        "select pmid, title, reference_count from articles\nwhere reference_count is not null\norder by pmid",
    ),
    "asked": Evidence(
        "Articles of which a source was asked for this list",
        """select distinct l.pmid, w.label from article_lists l join works w on w.id = l.pmid
where l.list = :list and l.pmid in (select pmid from articles)
order by l.pmid""",
        ("list",),
    ),
    "references": Evidence("References of this article", f"{_REFERENCES}\norder by r.position", ("pmid",)),
    "standing": Evidence(
        "References of this article that stand so",
        f"{_REFERENCES} and {_STANDING} = :standing\norder by r.position",
        ("pmid", "standing"),
    ),
    "stated": Evidence(
        "How long a list is, as its sources say",
        """select said_by, entries, checked_at from (
    select 'its own record' as said_by, reference_count as entries, checked_at
        from articles where pmid = :pmid and :list = 'references'
    union all
    select s.name, l.entries, l.checked_at from article_lists l join citation_sources s on s.id = l.source_id
        where l.pmid = :pmid and l.list = :list)
where entries is not null
order by entries desc""",
        ("pmid", "list"),
        "entries",
    ),
    "said": Evidence(
        "What one source said of a list",
        """select s.name as said_by, l.entries, l.checked_at
from article_lists l join citation_sources s on s.id = l.source_id
where l.pmid = :pmid and l.list = :list and s.name = :source""",
        ("pmid", "list", "source"),
        "entries",
    ),
    "citing": Evidence(
        "Works here that cite this one",
        f"""select w.id, w.label, w.year, w.state, group_concat(distinct s.name) as said_by
from ({_NAMED}) t
    join citations c on c.cited_id = t.id
    join citation_sources s on s.id = c.source_id
    join works v on v.id = c.citing_id
    join works w on w.id = coalesce(v.merged_into, v.id)
where w.id <> :id
group by w.id
order by w.year desc, w.id desc""",
        ("id",),
    ),
    "similar": Evidence(
        "Similar articles, in PubMed’s order",
        """select s.similar_pmid, s.rank, s.score from similar_articles s
where s.pmid = :pmid
order by s.rank limit cast(:first as integer)""",
        ("pmid", "first"),
    ),
    "measured": Evidence(
        "Works here that cite this one, as the last graph run counted them",
        """select m.id, w.label, m.citation_count, m.pagerank, g.finished_at as counted_at
from article_metrics m join works w on w.id = m.id join graph_runs g on g.id = m.graph_run_id
where m.id = :id""",
        ("id",),
        "citation_count",
    ),
    "peers": Evidence(
        "Articles held of the same year, and how they are cited here",
        """select a.pmid, a.title, a.year, m.citation_count, m.year_percentile
from articles a left join article_metrics m on m.id = a.pmid
where a.year = :year
order by m.year_percentile desc, a.pmid""",
        ("year",),
    ),
    "icite": Evidence(
        "What NIH’s iCite says of this article", "select * from icite_metrics where pmid = :pmid", ("pmid",),
        "icite_citation_count",
    ),
    "behind": Evidence(
        "Works that this article cites and that cite the retracted one",
        """select retracted_id, id, steps, through, timing from retraction_exposure
where retracted_id = :retracted and id = :id""",
        ("retracted", "id"),
        "through",
    ),
    "doubted": Evidence(
        "Works that this article cites and that were retracted or doubted",
        f"select * from ({DOUBTED})\nwhere kind = :kind",
        ("work", "kind"),
    ),
    "percentile": Evidence(
        "How the citation count of this article stands among the articles held of its year",
        "select id, citation_count, year_percentile from article_metrics where id = :id",
        ("id",),
        "year_percentile",
    ),
    "icite_percentile": Evidence(
        "What NIH’s iCite says of this article", "select * from icite_metrics where pmid = :pmid", ("pmid",),
        "nih_percentile",
    ),
    **{
        f"retracted_{column}": Evidence(
            "Works here that cite this retracted article, its notices left out",
            "select * from retractions where id = :id",
            ("id",),
            column,
        )
        for column in ("citing", "citing_before", "citing_same_year", "citing_after", "citing_unknown")
    },
    **{
        f"{name}_journals": Evidence(
            title,
            f"""{links.format(tables="articles a", where="a.journal_id = :journal")}
select citing as citing_id, cited as cited_id from {name} join articles x on x.pmid = {end}
where x.journal_id = :other
order by citing, cited""",
            ("journal", "other"),
        )
        for name, links, end, title in (
            ("received", RECEIVED, "citing", "Citations of articles of one journal by articles held of another"),
            ("made", MADE, "cited", "Citations by articles of one journal of articles held of another"),
        )
    },
    "between_communities": Evidence(
        "Citations between two communities",
        """select distinct coalesce(v.merged_into, v.id) as citing_id, coalesce(w.merged_into, w.id) as cited_id
from citations c join works v on v.id = c.citing_id join works w on w.id = c.cited_id
    join communities a on a.id = coalesce(v.merged_into, v.id)
    join communities b on b.id = coalesce(w.merged_into, w.id)
where (a.community = :community and b.community = :other) or (a.community = :other and b.community = :community)
order by citing_id, cited_id""",
        ("community", "other"),
    ),
    "author_as": Evidence(
        "Articles that print the name so",
        "select distinct pmid from authorships\nwhere name_key = :key and name = :name\norder by pmid",
        ("key", "name"),
    ),
    "author_orcid": Evidence(
        "Articles that give the name this ORCID iD",
        "select distinct pmid from authorships\nwhere name_key = :key and orcid = :orcid\norder by pmid",
        ("key", "orcid"),
    ),
    "keyword_as": Evidence(
        "Articles that print the keyword so",
        "select distinct pmid from keywords\nwhere keyword_key = :key and keyword = :name\norder by pmid",
        ("key", "name"),
    ),
    "community": Evidence(
        "Works of this community",
        """select c.id, w.label, w.year, w.state from communities c join works w on w.id = c.id
where c.community = :community
order by c.id""",
        ("community",),
    ),
    "community_held": Evidence(
        "Works of this community that are held",
        """select a.pmid, a.title, a.year from communities c join articles a on a.pmid = c.id
where c.community = :community
order by a.pmid""",
        ("community",),
    ),
    "named_of_year": Evidence(
        "Works of this year that are named, not held",
        f"{_WORKS}\nwhere state = 'known' and year = :year\norder by id",
        ("year",),
    ),
    "tasks": Evidence(
        "What a harvest run asked, with this outcome",
        """select run_id, task, asked, outcome, detail, answer from harvest_tasks
where run_id = :run and task = :task and coalesce(outcome, 'pending') = :outcome
order by asked""",
        ("run", "task", "outcome"),
    ),
    "records": Evidence(
        "Records of files with this outcome",
        """select sum(records) as records from harvest_counts
where run_id = :run and outcome = :outcome""",
        ("run", "outcome"),
        "records",
    ),
}  # fmt: skip
_CITATION: Final = """select s.name as source, s.description, c.since, c.citing_id, c.cited_id
from citations c join citation_sources s on s.id = c.source_id
where c.citing_id in (select id from works where id = :citing or merged_into = :citing)
    and c.cited_id in (select id from works where id = :cited or merged_into = :cited)
order by s.id, c.citing_id, c.cited_id"""
# The tasks whose answers can say that a citation exists: the citing record, lists that either work
# was asked for, and the files of the run in which it was first said.
_ANSWERS: Final = """select t.task, t.asked, t.run_id, r.started_at, t.outcome, t.answer
from harvest_tasks t join harvest_runs r on r.id = t.run_id
where t.answer is not null and (
    (t.asked in (:citing, cast(:citing as text)) and t.task in ('article', 'references', 'icite', 'file'))
    or (t.asked in (:cited, cast(:cited as text)) and t.task in ('cited_by', 'icite'))
    or (t.task = 'file' and r.started_at in (select c.since from citations c
        where c.citing_id in (select id from works where id = :citing or merged_into = :citing)
            and c.cited_id in (select id from works where id = :cited or merged_into = :cited))))
order by t.run_id, t.task, t.asked"""


class Assertion(NamedTuple):
    """What one source says of a citation; the ids are those that it named."""

    source: str
    description: str
    since: str
    citing_id: int
    cited_id: int


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
    sql = f"""select a.pmid, a.title, a.authors, a.year
from {wanted.tables}
where {wanted.where}
order by a.year desc, a.pmid desc"""
    return Evidence("Articles held that are meant", sql, tuple(wanted.values))


def received_evidence(wanted: Wanted) -> Evidence:
    """Return the citations of articles by the works of one year, :citing_year, as evidence."""
    sql = f"""{RECEIVED.format(tables=wanted.tables, where=wanted.where)}
select r.citing as citing_id, r.cited as cited_id from received r join works w on w.id = r.citing
where w.year is nullif(:citing_year, '')  -- empty: the works whose year is not known
order by r.citing, r.cited"""
    return Evidence("Citations of these articles by works of that year", sql, (*wanted.values, "citing_year"))


def read_assertions_of(db: sqlite3.Connection, citing: int, cited: int) -> list[Assertion]:
    """Return who says that a work cites another one, and since when; merged works are followed."""
    return [Assertion(*row) for row in db.execute(_CITATION, {"citing": citing, "cited": cited})]


def read_kept_answers(db: sqlite3.Connection, citing: int, cited: int) -> list[KeptAnswer]:
    """Return the kept answers that tell of the citing record, or of who cites the cited one."""
    return [KeptAnswer(*row) for row in db.execute(_ANSWERS, {"citing": citing, "cited": cited})]
