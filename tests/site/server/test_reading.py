"""What a page reads of a work in few steps is what its links say, step by step."""

import sqlite3

from kb.queries.charts import YearCount, read_citations_by_year
from kb.queries.evidence.chart_evidence import PICTURED
from kb.queries.export.selection import CHOSEN_IDS, choose, open_choice
from kb.queries.harvest_log import read_citation_count
from kb.queries.works.bibliography import read_items
from kb.queries.works.notices import read_retracted
from kb.queries.works.pages import Neighbour, read_citing, read_citing_count
from tests.rows import add_article, add_citations, add_notice, add_work

A_GRAPH_RUN = "insert into graph_runs (id, started_at, versions) values (1, '2026-01-01', '{}')"


def cited_by_six(db: sqlite3.Connection) -> None:
    """Article 1 was 101 before and is printed as "Old book"; 5 cites it under its old number 105, and twice."""
    for pmid, year in ((1, 1990), (2, 2001), (3, 2003), (4, 2003), (5, 1999), (6, None)):
        add_article(db, pmid, title=f"Title {pmid}", year=year)
    add_work(db, 101, merged_into=1)
    add_work(db, 105, merged_into=5)
    book = add_work(db, "ref:Old book", merged_into=1)
    add_citations(db, 1, book)  # itself, by its own printed name
    add_citations(db, 2, 1, book)
    add_citations(db, 3, 101)
    add_citations(db, 4, 1)
    add_citations(db, 4, 1, source="icite")
    add_citations(db, 5, 1)
    add_citations(db, 105, 1, source="elink_citedin")
    add_citations(db, 6, 1)
    add_citations(db, 7, 1)  # not held


def test_citing_works_come_newest_first_each_once_with_all_who_say_so(db: sqlite3.Connection):
    cited_by_six(db)

    assert read_citing(db, 1, 50) == (
        [
            Neighbour(4, "Author4 2003 J Tests", 2003, "held", "Title 4", "pubmed, icite"),
            Neighbour(3, "Author3 2003 J Tests", 2003, "held", "Title 3", "pubmed"),
            Neighbour(2, "Author2 2001 J Tests", 2001, "held", "Title 2", "pubmed"),
            Neighbour(5, "Author5 1999 J Tests", 1999, "held", "Title 5", "pubmed, elink_citedin"),
            Neighbour(7, "PMID 7", None, "known", None, "pubmed"),
            Neighbour(6, "Author6 None J Tests", None, "held", "Title 6", "pubmed"),
        ],
        6,
    )


def test_citing_works_beyond_the_limit_are_counted_and_the_most_important_are_those_shown(db: sqlite3.Connection):
    cited_by_six(db)
    db.execute(A_GRAPH_RUN)
    db.executemany(
        """insert into article_metrics (id, citation_count, pagerank, reference_count, component, hub, authority, core,
            graph_run_id) values (?, ?, ?, 0, 1, 0, 0, 0, 1)""",
        [(2, 9, 0.1), (5, 3, 0.7), (3, 3, 0.2)],
    )

    shown = {sort: [one.id for one in read_citing(db, 1, 3, sort=sort)[0]] for sort in ("citations", "pagerank")}

    assert shown == {"citations": [2, 5, 3], "pagerank": [5, 3, 2]}
    assert read_citing(db, 1, 3)[1] == read_citing_count(db, 1) == 6


def test_who_cites_a_work_that_nobody_cites(db: sqlite3.Connection):
    add_article(db, 1)

    assert read_citing(db, 1, 50) == ([], 0)
    assert read_citing_count(db, 1) == 0


def test_retracted_works_are_those_of_the_view(db: sqlite3.Connection):
    for pmid in range(1, 7):
        add_article(db, pmid)
    db.execute("insert into publication_types (pmid, position, name) values (1, 1, 'Retracted Publication')")
    db.execute("insert into publication_types (pmid, position, name) values (2, 1, 'Retraction of Publication')")
    add_notice(db, 3, "RetractionIn")
    add_notice(db, 4, "RetractionOf", other=5)
    add_notice(db, 6, "ErratumIn")

    assert read_retracted(db, [*range(1, 9)]) == {row[0] for row in db.execute("select pmid from retracted_articles")}
    assert read_retracted(db, [2, 3, 4]) == {3}


def test_of_no_works_no_row_is_read(db: sqlite3.Connection):
    asked: list[str] = []
    db.set_trace_callback(asked.append)

    assert read_retracted(db, []) == set()
    assert all(sql.endswith("where id in ()") for sql in asked)


def test_of_a_work_only_the_parts_wanted_are_read(db: sqlite3.Connection):
    add_article(db, 1, names=("Moos RH",), keywords=("Groups",))

    [whole], [named] = read_items(db, [1]), read_items(db, [1], parts=["names"])

    assert (named.names, named.keywords) == (whole.names, ())
    assert whole.keywords == ("Groups",)


def test_citations_are_counted_each_once_whoever_says_so_with_merged_works_followed(db: sqlite3.Connection):
    cited_by_six(db)
    links = db.execute("select citing_id, cited_id from citation_links order by 1").fetchall()

    assert links == [(2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1)]
    assert read_citation_count(db) == len(links)


def test_citations_by_year_are_the_same_citations_and_so_is_their_evidence(db: sqlite3.Connection):
    cited_by_six(db)
    years = [YearCount(1999, 1), YearCount(2001, 1), YearCount(2003, 2), YearCount(None, 2)]
    of_year, dated = PICTURED["citations_of_year"].sql, PICTURED["citations_dated"].sql

    assert read_citations_by_year(db) == years
    assert [len(db.execute(of_year, {"year": one.year or ""}).fetchall()) for one in years] == [1, 1, 2, 2]
    assert db.execute(dated).fetchall() == [(2001, 2, 1), (2003, 3, 1), (2003, 4, 1), (1999, 5, 1)]


def test_a_choice_leads_to_its_works_whatever_else_the_file_holds(db: sqlite3.Connection):
    cited_by_six(db)
    open_choice(db)
    choose(db, [101, 2])
    plan = [row[3] for row in db.execute(f"explain query plan {CHOSEN_IDS}")]

    assert sorted(row[0] for row in db.execute(CHOSEN_IDS)) == [1, 2]
    assert [step.split()[:2] for step in plan] == [["SCAN", "c"], ["SEARCH", "w"]]
