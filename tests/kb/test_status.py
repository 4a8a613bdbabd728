"""litkb status: what is said of full texts, unknown never as none."""

import sqlite3

from kb.commands.status import format_status
from kb.queries.harvest_log import read_status
from tests.full_texts import Writer, add_texts, front_only
from tests.rows import add_article, add_work


def line_of_texts(db: sqlite3.Connection) -> str:
    [line] = [line for line in format_status(read_status(db)).splitlines() if line.startswith("full texts")]
    return line.removeprefix("full texts").strip()


def test_a_file_without_articles_has_no_full_texts(db: sqlite3.Connection) -> None:
    assert line_of_texts(db) == "none"


def test_articles_never_looked_up_are_not_said_to_have_no_full_text(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    db.execute("update works set pmcid = 'PMC2' where id = 2")

    assert line_of_texts(db) == "1 without a known PMCID, 1 not looked up yet"


def test_full_texts_are_counted_by_what_came_of_them(db: sqlite3.Connection) -> None:
    for pmid in range(1, 6):
        add_article(db, pmid)
    written = Writer(("Lund 2001.", 9)).write("Lamps {1=[1]}.")
    not_given = front_only()._replace(outcome="not given")
    add_texts(db, {1: written.text(), 2: written.text(outcome="no marks"), 3: front_only(), 4: not_given})

    assert line_of_texts(db) == (
        "1 with the text, 1 with a text that tags no places that cite, 1 front matter only, 1 not given, "
        "1 without a known PMCID"
    )


def test_merged_articles_count_once_with_the_better_text(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_work(db, 2)
    add_texts(db, {1: front_only(), 2: Writer(("Lund 2001.", 9)).write("Lamps {1=[1]}.").text()})
    db.execute("update works set merged_into = 1 where id = 2")

    assert line_of_texts(db) == "1 with the text"
