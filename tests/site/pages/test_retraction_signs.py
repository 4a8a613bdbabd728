"""Who says that a work was retracted, and that every place that shows it says the same."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph.run import compute_graph
from kb.database import open_kb, transaction
from kb.queries.charts import read_dots
from kb.queries.feeds import read_new_notices
from kb.queries.structure import read_retractions
from kb.queries.works.article_metrics import read_doubted
from kb.queries.works.local_neighbourhood import read_standings
from kb.queries.works.notices import NoticeLink, Sign, read_notice_links, read_retracted, read_signs
from kb.records import PublicationType, Record
from kb.site.parts.messages import LOUD_NOTICES
from kb.store.records import save_gone, save_records
from tests.records import LATER, MOMENT, record
from tests.site.conftest import fill, served
from tests.site.pages.test_pages import plain, text_of

CITING = 90


def typed(pmid: int, name: str = "Retracted Publication", **values: object) -> Record:
    return record(pmid, publication_types=(PublicationType(pmid, 1, None, name),), **values)


def noticed(pmid: int, kind: str, other: int | None = None, printed: str | None = None, **values: object) -> Record:
    return record(pmid, notices=((kind, other, printed, None),), **values)


Case = tuple[list[Record], Sign]
RETRACTED: dict[str, Callable[[int, int], Case]] = {  # by what says so: records of an article and of its notice
    "its publication type": lambda one, _: ([typed(one)], Sign(one, "Retracted Publication", one, None)),
    "its notice": lambda one, other: ([noticed(one, "RetractionIn", other)], Sign(one, "RetractionIn", one, other)),
    "a printed notice": lambda one, _: (
        [noticed(one, "RetractionIn", None, "J. 2021;1:1")], Sign(one, "RetractionIn", one, None)
    ),
    "the record of the notice": lambda one, other: (
        [record(one), noticed(other, "RetractionOf", one)], Sign(one, "RetractionOf", other, other)
    ),
    "the record of the notice, by DOI": lambda one, other: (
        [record(one, doi=f"10.1000/x{one}"), noticed(other, "RetractionOf", None, f"J. 2021. doi: 10.1000/X{one}.")],
        Sign(one, "RetractionOf", other, other),
    ),
    "its notice, by DOI": lambda one, other: (
        [noticed(one, "RetractionIn", None, f"doi: 10.1000/x{other}"), record(other, doi=f"10.1000/x{other}")],
        Sign(one, "RetractionIn", one, other),
    ),
    "a new version": lambda one, other: (
        [noticed(one, "RetractedandRepublishedIn", other)], Sign(one, "RetractedandRepublishedIn", one, other)
    ),
    "the record of the new version": lambda one, other: (
        [record(one), noticed(other, "RetractedandRepublishedFrom", one)],
        Sign(one, "RetractedandRepublishedFrom", other, other),
    ),
}  # fmt: skip
CASES = [make(10 * number + 1, 10 * number + 5) for number, make in enumerate(RETRACTED.values(), start=1)]
NOT_RETRACTED = {
    "a part": [noticed(1, "PartialRetractionIn", 5)],
    "a part, says the notice": [record(1), noticed(5, "PartialRetractionOf", 1)],
    "a concern": [noticed(1, "ExpressionOfConcernIn", 5)],
    "an erratum": [noticed(1, "ErratumIn", 5)],
    "corrected and published again": [noticed(1, "CorrectedandRepublishedIn", 5)],
    "published again elsewhere": [noticed(1, "RepublishedIn", 5)],
    "a type of correction": [typed(1, "Corrected and Republished Article")],
    "a notice by its type": [typed(1, "Retraction Notice")],
    "the notice itself": [noticed(1, "RetractionOf", 5)],
    "an update": [noticed(1, "UpdateIn", 5)],
    "its title": [record(1, title="RETRACTED: Groups"), record(5, title="WITHDRAWN: Groups")],
    "another DOI": [record(1, doi="10.1000/one1"), noticed(5, "RetractionOf", None, "doi: 10.1000/two2")],
    "a DOI that two have": [
        record(1, doi="10.1000/one1"), record(2, doi="10.1000/one1"),
        noticed(5, "RetractionOf", None, "doi: 10.1000/one1"),
    ],
}  # fmt: skip


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def saved(kb: Path, records: list[Record]) -> Path:
    """Save records, and an article that cites 1; no graph run."""
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, [*records, record(CITING, (1,))], received_at=MOMENT)
    return kb


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All cases of retracted articles in one file, with an article that cites each of them."""
    records = [one for made, _ in CASES for one in made]
    citing = record(900, tuple(sign.id for _, sign in CASES))
    return fill(tmp_path_factory.mktemp("signs") / "kb.db", [*records, citing])


def test_each_sign_is_told_with_whose_record_it_is(field: Path) -> None:
    with closing(open_kb(field)) as db:
        assert read_signs(db) == [sign for _, sign in CASES]


def test_a_retracted_article_is_shown_as_such_everywhere(field: Path) -> None:
    ids = {sign.id for _, sign in CASES}
    with closing(open_kb(field)) as db:
        places = {
            "view": {row[0] for row in db.execute("select pmid from retracted_articles")},
            "cited": {row[0] for row in db.execute("select id from retracted_and_cited where citing_id = 900")},
            "lists": read_retracted(db, [*ids, 900]),
            "pictures": {work for work, dot in read_dots(db, [*ids, 900]).items() if dot.is_retracted},
            "suggestions": {work for work, one in read_standings(db, [*ids, 900]).items() if one.retracted},
            "graph": {row.id for row in read_retractions(db)},
            "citing article": {one.id for one in read_doubted(db, 900)},
            "feed": {
                new.pmid for new in read_new_notices(db, LOUD_NOTICES, 50)
                if new.kind in ("RetractionIn", "RetractedandRepublishedIn", "Retracted Publication")
            },
        }  # fmt: skip
    with served(field) as get:
        pages = {pmid: text_of(plain(get(f"/article/{pmid}").text)) for pmid in ids}
        found = get("/search?retracted=1").text
    words = ("This article has been retracted", "This article was retracted and published again")
    places["page"] = {pmid for pmid, text in pages.items() if text.startswith(words)}
    places["search"] = {pmid for pmid in ids if f"/article/{pmid}" in found}

    assert places == dict.fromkeys(places, ids)


@pytest.mark.parametrize("records", NOT_RETRACTED.values(), ids=NOT_RETRACTED)
def test_what_is_no_retraction_makes_nobody_retracted(kb: Path, records: list[Record]) -> None:
    saved(kb, records)

    with closing(open_kb(kb)) as db:
        assert [sign for sign in read_signs(db) if sign.id == 1] == []
        assert read_retracted(db, [1]) == set()
        assert not any(one.kind.startswith("Retract") for one in read_doubted(db, CITING))


@pytest.mark.parametrize("kind", ["PartialRetraction", "ExpressionOfConcern"])
def test_a_doubt_counts_whichever_record_says_so(kb: Path, kind: str) -> None:
    converse = {"PartialRetraction": "Of", "ExpressionOfConcern": "For"}[kind]
    saved(kb, [record(1), noticed(5, f"{kind}{converse}", 1)])

    with closing(open_kb(kb)) as db:
        assert [(one.id, one.kind) for one in read_doubted(db, CITING)] == [(1, f"{kind}In")]


def test_a_work_that_only_its_doi_names_may_be_retracted_too(kb: Path) -> None:
    saved(kb, [record(9, ("10.1000/one1",)), noticed(5, "RetractionOf", None, "https://doi.org/10.1000/one1")])

    with closing(open_kb(kb)) as db:
        [sign] = read_signs(db)
        cited = db.execute("select id, citing_id from retracted_and_cited").fetchall()
    assert sign.id < 0
    assert cited == [(sign.id, 9)]


def test_a_retracted_article_that_was_merged_is_the_one_it_became(kb: Path) -> None:
    fill(kb, [record(1), noticed(5, "RetractionOf", 3)])
    with closing(open_kb(kb)) as db, transaction(db):
        assert db.execute("select count(*) > 0 from facet_orders").fetchone() == (1,)
        save_gone(db, 3, "merged", at=LATER, into=1)

        assert read_signs(db) == [Sign(1, "RetractionOf", 5, 5)]
        assert db.execute("select count(*) from facet_orders").fetchone() == (0,)  # the facet has changed


def test_a_preprint_and_its_published_version_name_each_other_by_the_doi_of_one(kb: Path) -> None:
    fill(
        kb,
        [
            record(1, doi="10.1101/2023.01.01.000001"),
            noticed(2, "UpdateOf", None, "bioRxiv. 2023 Jan 1. doi: 10.1101/2023.01.01.000001."),
        ],
    )

    with closing(open_kb(kb)) as db:
        assert read_notice_links(db, 1) == [NoticeLink("UpdateIn", 2, "Name2 2000 J Tests", 2, 1)]
        assert read_notice_links(db, 2) == [NoticeLink("UpdateOf", 1, "Name1 2000 J Tests", 2, 1)]
    with served(kb) as get:
        page = text_of(plain(get("/article/1").text))
    assert ("Updated in: Name2 2000 J Tests (the record of that article says so, not the record of this one)") in page


def test_what_both_records_say_is_said_once_on_each_page(kb: Path) -> None:
    saved(kb, [noticed(1, "RetractionIn", 5), noticed(5, "RetractionOf", 1)])

    with closing(open_kb(kb)) as db:
        assert [link.said_by for link in read_notice_links(db, 1)] == [1]
        assert [link.said_by for link in read_notice_links(db, 5)] == [5]
        assert [(new.pmid, new.kind) for new in read_new_notices(db, LOUD_NOTICES, 50)] == [
            (5, "RetractionOf"), (1, "RetractionIn"),
        ]  # fmt: skip


def test_a_page_says_that_only_the_publication_type_knows_of_a_retraction(kb: Path) -> None:
    fill(kb, [typed(1)])

    with served(kb) as get:
        page, feed = text_of(plain(get("/article/1").text)), get("/notices.atom").text

    assert "This article has been retracted, according to its publication type." in page
    assert "/article/1#retracted" in feed


def test_a_notice_that_comes_later_dates_the_retraction(kb: Path) -> None:
    fill(kb, [record(1, doi="10.1000/one1"), record(CITING, (1,))])
    with closing(open_kb(kb)) as db:
        with transaction(db):
            save_records(db, [noticed(5, "RetractionOf", None, "doi:10.1000/one1", year=2020)], received_at=MOMENT)
        compute_graph(db)
        [row] = read_retractions(db)

    assert (row.id, row.notice_year, row.citing_before) == (1, 2020, 1)
