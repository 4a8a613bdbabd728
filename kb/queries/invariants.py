"""What must hold of every litkb file and no constraint can say: a sentence, and the rows that break it."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from kb.database import DAMAGED
from kb.migrations.citation_links import LINKS_AS_DEFINED
from kb.queries.computed_tables import read_work_columns
from kb.queries.works.work_rules import IS_RESOLVED, TARGET, UNNAMED

_LISTED: Final = 5  # how many offenders a sentence names


class Violation(NamedTuple):
    """One broken rule: how many rows break it, and the first of them."""

    rule: str
    rows: int
    examples: list[str]


RULES: Final = (
    (
        "every held article is a work in the state held, and every such work has its article",
        """select pmid from articles where pmid not in (select id from works where state = 'held')
        union select id from works where state = 'held' and id not in (select pmid from articles)""",
    ),
    (
        "a merged work names the work it became, which is not merged itself; no other work names one",
        """select w.id from works w left join works t on t.id = w.merged_into
        where (w.state = 'merged') <> (w.merged_into is not null) or t.merged_into is not null""",
    ),
    (
        "a known work is labelled by the first reference that names it",
        """select w.id from works w join (
            select cited_id, min(citing_pmid) as citing_pmid from article_references group by cited_id
        ) f on f.cited_id = w.id
        where w.state <> 'held' and (w.named_by is not f.citing_pmid or w.named_at is not (
            select min(position) from article_references r
            where r.cited_id = w.id and r.citing_pmid = f.citing_pmid))""",
    ),
    (
        "a cited work leads to a PMID exactly where a decision, its DOI or its PMCID does",
        f"""select id from works where id < 0 and merged_into is not (
            select coalesce(t.merged_into, t.id) from works t where t.id = {TARGET})""",
    ),
    (
        "what identified a cited work is said where it leads to a PMID, and nowhere else",
        "select id from works where (identified_by is not null) <> (id < 0 and merged_into is not null)",
    ),
    (
        "every known work is named by something",
        f"select id from works where (state = 'known' or (state = 'merged' and id < 0)) and {UNNAMED}",
    ),
    (
        "every reference that names another work is asserted by its source, or as resolved where words alone led on",
        f"""select r.citing_pmid from article_references r join articles a on a.pmid = r.citing_pmid
        where r.cited_id <> r.citing_pmid and not exists (
            select 1 from citations c where c.citing_id = r.citing_pmid and c.cited_id = r.cited_id
                and c.source_id = iif({IS_RESOLVED}, 6, a.source_id))""",
    ),
    (
        "every reference of a full text that names another work is asserted by it, and nothing else is",
        """select pmid from (select distinct pmid, cited_id from full_text_references
            where cited_id <> pmid except select citing_id, cited_id from citations where source_id = 15)
        union all select citing_id from (select citing_id, cited_id from citations where source_id = 15
            except select pmid, cited_id from full_text_references)""",
    ),
    (
        "no entry of a record is two entries of its full text",
        """select pmid from full_text_references where reference_position is not null
        group by pmid, reference_position having count(*) > 1""",
    ),
    (
        "what a full text matches is an entry of the record, and what its references name is one work",
        """select f.pmid from full_text_references f left join article_references r
            on r.citing_pmid = f.pmid and r.position = f.reference_position
        where (f.reference_position is null) <> (f.matched_by is null)
            or (f.reference_position is not null and r.position is null)""",
    ),
    (
        "each citation stands once among the links, merged works followed, with all who say so and since when",
        f"""with kept as (select citing_id, cited_id, sources, said_by, since from citation_links),
            defined as materialized ({LINKS_AS_DEFINED})
        select citing_id from (select * from kept except select * from defined)
        union all select citing_id from (select * from defined except select * from kept)""",
    ),
    (
        "no work cites itself",
        "select citing_id from citations where citing_id = cited_id",
    ),
    (
        "a stated reference count is the number of references held",
        """select a.pmid from articles a where a.reference_count is not null and a.reference_count <> (
            select count(*) from article_references r where r.citing_pmid = a.pmid)""",
    ),
    (
        "every held article can be searched, and nothing else",
        """select pmid from articles except select id from article_search_docsize
        union select id from article_search_docsize except select pmid from articles""",
    ),
    (
        "every citing sentence can be searched, and nothing else",
        """select id >> 20 from (
            select pmid << 20 | sentence as id from citing_sentences except select id from sentence_search_docsize)
        union select id >> 20 from (
            select id from sentence_search_docsize except select pmid << 20 | sentence from citing_sentences)""",
    ),
    (
        "a finished run has no pending task",
        """select t.run_id from harvest_tasks t join harvest_runs h on h.id = t.run_id
        where h.finished_at is not null and t.outcome is null""",
    ),
    (
        "what SQLite itself adds to the schema are indexes",  # it does not read the word that says so
        "select name from sqlite_master where sql is null and type is not 'index'",
    ),
)


def read_violations(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield the rules that do not hold."""
    for rule, sql in (*RULES, _computed_rule(db)):
        offenders = [str(row[0]) for row in db.execute(sql)]
        if offenders:
            yield Violation(rule, len(offenders), offenders[:_LISTED])


def _computed_rule(db: sqlite3.Connection) -> tuple[str, str]:
    """Return the rule of all computed tables, whose columns that name works are known from their keys."""
    named = [(table, column) for table, columns in read_work_columns(db).items() for column in columns]
    works = " union ".join(f"select {column} as id from {table}" for table, column in named)
    return (
        "computed numbers belong to works that are here and not merged",
        f"""select m.id from ({works}) m left join works w on w.id = m.id
        where w.id is null or w.merged_into is not null""",
    )


def read_damage(db: sqlite3.Connection) -> Iterator[Violation]:
    """Yield what SQLite itself finds wrong: damaged pages, rows that refer to none."""
    for pragma, rule in (
        ("integrity_check", "SQLite finds the file whole"),
        ("foreign_key_check", "every row that refers to another finds it"),
    ):
        try:
            rows = [" ".join(map(str, row)) for row in db.execute(f"pragma {pragma}")]
        except DAMAGED as error:  # so damaged that SQLite does not look further
            rows = [str(error)]
        if rows not in ([], ["ok"]):
            yield Violation(rule, len(rows), rows[:_LISTED])


def read_content_hashes(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield (pmid, content_hash) of every held article, in ascending order."""
    yield from db.execute("select pmid, content_hash from articles order by pmid")


def read_cited_keys(db: sqlite3.Connection) -> Iterator[tuple[int, str | None, str | None]]:
    """Yield (id, doi, citation_key) of every cited work, in ascending order."""
    yield from db.execute("select id, doi, citation_key from works where id < 0 order by id")


def read_resolution_keys(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield (id, reference_key) of every decision on a printed reference."""
    yield from db.execute("select id, reference_key from resolutions order by id")


def read_name_keys(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Yield (pmid, name, name_key) of every authorship."""
    yield from db.execute("select pmid, name, name_key from authorships")


def read_keyword_keys(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Yield (pmid, keyword, keyword_key) of every keyword."""
    yield from db.execute("select pmid, keyword, keyword_key from keywords")


def read_identified(db: sqlite3.Connection) -> Iterator[tuple[int, int | None, int | None, str | None]]:
    """Yield (citing_pmid, cited_id, cited_pmid, doi) of every reference with an identifier.

    Printed words do not tell: a published file may have them without an e-mail address, under the same id.
    """
    yield from db.execute(
        """select citing_pmid, cited_id, cited_pmid, coalesce(doi, printed_doi) from article_references
        where cited_pmid is not null or doi is not null or printed_doi is not null"""
    )


def read_logical_rows(db: sqlite3.Connection, table: str, moments: frozenset[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of table in key order, without the columns that hold moments of receipt."""
    info = db.execute(f"pragma table_info({table})").fetchall()
    columns = [row[1] for row in info if row[1] not in moments]
    key = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
    yield from db.execute(f"select {', '.join(columns)} from {table} order by {', '.join(key) or 'rowid'}")


def read_tables(db: sqlite3.Connection) -> list[str]:
    """Return the names of the ordinary tables, in ascending order; not views, FTS or SQLite's own."""
    rows = db.execute(
        """select name from pragma_table_list
        where schema = 'main' and type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name"""
    )
    return [row[0] for row in rows]
