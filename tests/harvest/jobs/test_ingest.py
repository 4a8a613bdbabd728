"""An answer of EFetch -> rows: which of several records of one PMID is held, and what is said of each PMID."""

import itertools
import sqlite3

import pytest

from harvest.jobs.ingest import ALONE, CONFIRM, TOGETHER, load_articles
from tests.builders import article_set, article_xml
from tests.records import MOMENT

FIRST = article_xml(7, title="First.", version=1, revised="2024-05-01")
SECOND = article_xml(7, title="Second.", version=2, revised="2021-01-01")
SECOND_REVISED = article_xml(7, title="Second, revised.", version=2, revised="2021-02-01")
OTHER = article_xml(8, title="Another.")


def titles(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("select title from articles order by pmid")]


@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, SECOND, SECOND_REVISED])))
def test_of_several_versions_in_one_answer_the_higher_and_the_later_revised_is_held(db, order):
    loaded = load_articles(db, article_set(*order, OTHER), [7, 8], step=TOGETHER, received_at=MOMENT)

    assert titles(db) == ["Second, revised.", "Another."]
    assert sorted((task.asked, task.outcome) for task in loaded.tasks) == [("7", "stored"), ("8", "stored")]


def test_versions_that_come_again_are_unchanged(db):
    body = article_set(SECOND, FIRST)
    load_articles(db, body, [7], step=TOGETHER, received_at=MOMENT)

    [task] = load_articles(db, body, [7], step=TOGETHER, received_at=MOMENT).tasks

    assert (task.outcome, titles(db)) == ("unchanged", ["Second."])


def test_a_version_that_cannot_be_read_is_told_of_beside_the_one_that_is_held(db):
    torn = FIRST.replace("</ArticleTitle>", "</Title>")

    [task] = load_articles(db, article_set(SECOND, torn), [7], step=TOGETHER, received_at=MOMENT).tasks

    assert (task.outcome, titles(db)) == ("stored", ["Second."])
    assert "not well-formed" in task.detail


def test_several_versions_of_one_other_record_in_its_place_are_one_merger(db):
    body = article_set(FIRST, SECOND)
    assert load_articles(db, body, [5], step=ALONE, received_at=MOMENT).step == CONFIRM

    [task] = load_articles(db, body, [5], step=CONFIRM, received_at=MOMENT).tasks

    assert (task.outcome, task.pmid, task.why, titles(db)) == ("merged", 7, "into 7", ["Second."])
