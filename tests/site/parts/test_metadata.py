"""metadata.yml and the schema say the same, and every canned query works on a filled file."""

import itertools
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from harvest.pubmed.article import parse_articles
from harvest.rehearsal.demonstration import SEED_PMID, read_demonstration
from kb.metadata import read_metadata
from tests.site.conftest import Get, fill, served

KB: dict[str, Any] = read_metadata()["databases"]["kb"]
QUERIES = list(KB["queries"])


def published(db: sqlite3.Connection) -> dict[str, list[str]]:
    names = db.execute(
        """select name from sqlite_master where type in ('table', 'view')
        and name not like 'sqlite_%' and name not like 'article_search%' and name not like 'sentence_search%'"""
    )
    return {name: [row[1] for row in db.execute(f"pragma table_xinfo({name})")] for (name,) in names.fetchall()}


def test_every_table_and_column_is_described_and_no_other(db: sqlite3.Connection):
    described = {name: list(table["columns"]) for name, table in KB["tables"].items()}

    assert described == published(db)


def test_every_description_is_words():
    texts = [table["description"] for table in KB["tables"].values()]
    texts += [text for table in KB["tables"].values() for text in table["columns"].values()]

    assert [text for text in texts if not isinstance(text, str) or len(text) < 4 or "?" in text] == []


def test_labels_facets_and_sorts_name_columns_of_their_table(db: sqlite3.Connection):
    columns = published(db)

    for name, table in KB["tables"].items():
        named = [table.get("label_column"), table.get("sort"), table.get("sort_desc"), *table.get("facets", [])]
        assert {column for column in named if column} <= set(columns[name]), name


def test_there_are_questions_with_title_and_sentence():
    assert len(QUERIES) >= 22
    for query in KB["queries"].values():
        assert query["title"].endswith(("?", "Export this graph"))
        assert query["description"].strip().endswith(".")


@pytest.mark.parametrize("name", [name for name in QUERIES if name != "bursts"])
def test_a_question_shows_states_and_kinds_in_the_words_of_pages(get: Get, name: str):
    shown = {value for row in get(f"/kb/{name}.json?_shape=array").json() for value in row.values()}

    assert shown.isdisjoint({"held", "known", "RetractionIn", "RetractedandRepublishedIn", "Retracted Publication"})
    assert not {"held", "named_only", "state"} & set(get(f"/kb/{name}.json?_shape=array").json()[0])


def test_every_table_is_counted_however_slow_the_machine_is(get: Get, monkeypatch: pytest.MonkeyPatch):
    async def none_in_time(database: Any, *_: object, **__: object) -> dict[str, None]:
        return dict.fromkeys(await database.table_names())

    monkeypatch.setattr("datasette.database.Database.table_counts", none_in_time)
    page = get("/kb").text

    assert "not counted" not in page
    assert '<a class="rows" href="/kb/articles">5</a>' in page


def test_rows_that_are_not_counted_are_said_to_be_unknown(get: Get):
    assert "Number of rows: unknown, not counted." in get("/kb/works?_nocount=1").text
    assert "Number of rows: unknown" not in get("/kb/works").text


@pytest.mark.parametrize(
    "address", ["/kb", "/kb/works", "/kb/works?_where=id>1", "/kb/who_cites", "/kb?sql=select+1+as+a", "/kb/frontier"]
)
def test_headings_of_pages_of_datasette_go_down_step_by_step(get: Get, address: str):
    levels = [int(level) for level in re.findall(r"<h(\d)\b", get(address).text)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_markup_that_visitors_type_stays_text_on_pages_of_datasette(get: Get):
    typed = get("/kb?sql=select+'<h3>x</h3>'+as+a").text + get("/kb/works?label__contains=<h3>x</h3>").text

    assert "<h3>" not in typed
    assert ">x</h2>" not in typed
    assert "&lt;h3&gt;x" in typed


@pytest.mark.parametrize("name", [name for name in QUERIES if name != "bursts"])  # for which the field is too small
def test_a_question_has_an_answer_without_parameters(get: Get, name: str):
    answer = get(f"/kb/{name}.json?_shape=objects")

    assert answer.status_code == 200
    assert answer.json()["rows"] != []


def test_questions_about_one_article_take_its_number(get: Get):
    rows = {
        name: get(f"/kb/{name}.json?_shape=objects&{args}").json()["rows"]
        for name, args in (
            ("seed_references", "pmid=1002"),
            ("who_cites", "id=1003"),
            ("same_references", "pmid=1002"),
            ("cited_together", "id=1001"),
            ("articles_by_author", "name=Moos+RH"),
            ("articles_on_topic", "topic=norway"),
        )
    }

    assert [row["id"] for row in rows["seed_references"]] == [1003, 2001]
    assert [row["id"] for row in rows["who_cites"]] == [1004, 1002]
    assert [(row["id"], row["shared_references"]) for row in rows["same_references"]] == [(1004, 2), (1001, 1)]
    assert [(row["id"], row["cited_together"]) for row in rows["cited_together"]] == [(1003, 2), (1002, 1), (2001, 1)]
    assert [row["pmid"] for row in rows["articles_by_author"]] == [1002]
    assert [row["pmid"] for row in rows["articles_on_topic"]] == [1001]


def test_the_seed_is_the_article_first_asked_for(field_db: sqlite3.Connection):
    assert field_db.execute("select pmid, label from seed").fetchall() == [(1001, "Vederhus 2020 J Tests")]


def test_source_licence_and_about_are_given():
    metadata = read_metadata()

    assert {key: bool(metadata.get(key)) for key in ("title", "description", "source", "license", "about")} == {
        "title": True,
        "description": True,
        "source": True,
        "license": True,
        "about": True,
    }


def test_an_empty_question_says_what_would_fill_it(tmp_path: Path):
    records = [record for xml in read_demonstration()[:12] for record in parse_articles(xml)]
    records.sort(key=lambda record: record.article.pmid != SEED_PMID)  # the harvest began with it
    with served(fill(tmp_path / "kb.db", records)) as ask:
        empty = {name for name in QUERIES if ask(f"/kb/{name}.json?_shape=objects").json()["rows"] == []}

    assert empty
    assert {name for name in empty if "Empty " not in KB["queries"][name]["description"]} == set()


def test_what_a_harvest_brought_is_asked_by_its_number(get: Get):
    def brought(run: str) -> list[int]:
        return [row["pmid"] for row in get(f"/kb/brought_by.json?_shape=objects&run={run}").json()["rows"]]

    assert brought("1") == brought("") == [1004, 1001, 1002, 1005, 1003]
    assert brought("2") == []
    assert 'href="/kb/brought_by?run=1"' in get("/run/1").text
