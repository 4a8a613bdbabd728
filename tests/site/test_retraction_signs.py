"""Who says that a work was retracted, and that every place that shows it says the same."""

from contextlib import closing
from pathlib import Path

import pytest

from graph.run import compute_graph
from kb.database import open_kb, transaction
from kb.queries.feeds import read_new_notices
from kb.queries.nearby import read_standings
from kb.queries.notices import NoticeLink, Sign, read_notice_links, read_retracted, read_signs
from kb.queries.pictures import read_dots
from kb.queries.standing import read_doubted
from kb.queries.structure import read_retractions
from kb.records import PublicationType, Record
from kb.site.wording import LOUD_NOTICES
from kb.store.records import save_gone, save_records
from tests.records import LATER, MOMENT, record
from tests.site.conftest import fill, served
from tests.site.test_pages import plain, text_of

CITING = 90


def typed(pmid: int, name: str = "Retracted Publication", **values: object) -> Record:
    return record(pmid, publication_types=(PublicationType(pmid, 1, None, name),), **values)


def noticed(pmid: int, kind: str, other: int | None = None, printed: str | None = None, **values: object) -> Record:
    return record(pmid, notices=((kind, other, printed, None),), **values)


RETRACTED = {
    "its publication type": ([typed(1)], [Sign(1, "Retracted Publication", 1, None)]),
    "a notice in its record": ([noticed(1, "RetractionIn", 5)], [Sign(1, "RetractionIn", 1, 5)]),
    "a printed notice": ([noticed(1, "RetractionIn", None, "J. 2021;1:1")], [Sign(1, "RetractionIn", 1, None)]),
    "the record of the notice": ([record(1), noticed(5, "RetractionOf", 1)], [Sign(1, "RetractionOf", 5, 5)]),
    "the record of the notice, by DOI": (
        [record(1, doi="10.1000/one"), noticed(5, "RetractionOf", None, "J. 2021. doi: 10.1000/ONE.")],
        [Sign(1, "RetractionOf", 5, 5)],
    ),
    "its own record, the notice by DOI": (
        [noticed(1, "RetractionIn", None, "doi: 10.1000/five"), record(5, doi="10.1000/five")],
        [Sign(1, "RetractionIn", 1, 5)],
    ),
    "a new version": (
        [noticed(1, "RetractedandRepublishedIn", 5)],
        [Sign(1, "RetractedandRepublishedIn", 1, 5)],
    ),
    "the record of the new version": (
        [record(1), noticed(5, "RetractedandRepublishedFrom", 1)],
        [Sign(1, "RetractedandRepublishedFrom", 5, 5)],
    ),
}
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
    "another DOI": [record(1, doi="10.1000/one"), noticed(5, "RetractionOf", None, "doi: 10.1000/two")],
    "a DOI that two have": [
        record(1, doi="10.1000/one"), record(2, doi="10.1000/one"),
        noticed(5, "RetractionOf", None, "doi: 10.1000/one"),
    ],
}  # fmt: skip


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def filled(kb: Path, records: list[Record]) -> Path:
    return fill(kb, [*records, record(CITING, (1,))])


def shown_as_retracted(kb: Path) -> dict[str, bool]:
    """Return by place whether article 1 is shown there as retracted."""
    with closing(open_kb(kb)) as db:
        places = {
            "view": bool(db.execute("select 1 from retracted_articles where pmid = 1").fetchone()),
            "cited": bool(
                db.execute("select 1 from retracted_and_cited where (id, citing_id) = (1, ?)", (CITING,)).fetchone()
            ),
            "lists": 1 in read_retracted(db, [1, CITING]),
            "pictures": read_dots(db, [1])[1].is_retracted,
            "suggestions": read_standings(db, [1])[1].retracted,
            "graph": 1 in [row.id for row in read_retractions(db)],
            "citing article": any(one.kind.startswith("Retract") for one in read_doubted(db, CITING)),
            "feed": any(
                new.pmid == 1 and new.kind in ("RetractionIn", "RetractedandRepublishedIn", "Retracted Publication")
                for new in read_new_notices(db, LOUD_NOTICES, 50)
            ),
        }
    with served(kb) as get:
        alarm = text_of(plain(get("/article/1").text))
        found = text_of(plain(get("/search?retracted=1").text))
    places["page"] = "This article has been retracted" in alarm or "was retracted and published again" in alarm
    places["search"] = "Title of 1" in found or "Groups" in found
    return places


@pytest.mark.parametrize(("records", "signs"), RETRACTED.values(), ids=RETRACTED)
def test_a_retracted_article_is_shown_as_such_everywhere(kb: Path, records: list[Record], signs: list[Sign]) -> None:
    filled(kb, records)

    assert {place for place, is_shown in shown_as_retracted(kb).items() if not is_shown} == set()
    with closing(open_kb(kb)) as db:
        assert read_signs(db) == signs


@pytest.mark.parametrize("records", NOT_RETRACTED.values(), ids=NOT_RETRACTED)
def test_what_is_no_retraction_makes_nobody_retracted(kb: Path, records: list[Record]) -> None:
    filled(kb, records)

    with closing(open_kb(kb)) as db:
        assert [sign for sign in read_signs(db) if sign.id == 1] == []
        assert read_retracted(db, [1]) == set()
        assert not any(one.kind.startswith("Retract") for one in read_doubted(db, CITING))


@pytest.mark.parametrize("kind", ["PartialRetraction", "ExpressionOfConcern"])
def test_a_doubt_counts_whichever_record_says_so(kb: Path, kind: str) -> None:
    converse = {"PartialRetraction": "Of", "ExpressionOfConcern": "For"}[kind]
    filled(kb, [record(1), noticed(5, f"{kind}{converse}", 1)])

    with closing(open_kb(kb)) as db:
        assert [(one.id, one.kind) for one in read_doubted(db, CITING)] == [(1, f"{kind}In")]


def test_a_work_that_only_its_doi_names_may_be_retracted_too(kb: Path) -> None:
    fill(kb, [record(9, ("10.1000/one",)), noticed(5, "RetractionOf", None, "https://doi.org/10.1000/one")])

    with closing(open_kb(kb)) as db:
        [sign] = read_signs(db)
        cited = db.execute("select id, citing_id from retracted_and_cited").fetchall()
    assert sign.id < 0
    assert cited == [(sign.id, 9)]


def test_a_retracted_article_that_was_merged_is_the_one_it_became(kb: Path) -> None:
    filled(kb, [record(1), noticed(5, "RetractionOf", 3)])
    with closing(open_kb(kb)) as db, transaction(db):
        assert db.execute("select count(*) from facet_blocks").fetchone() == (1,)
        save_gone(db, 3, "merged", at=LATER, into=1)

        assert read_signs(db) == [Sign(1, "RetractionOf", 5, 5)]
        assert db.execute("select count(*) from facet_blocks").fetchone() == (0,)  # the facet has changed


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
    fill(kb, [noticed(1, "RetractionIn", 5), noticed(5, "RetractionOf", 1)])

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

    assert "This article has been retracted, as its publication type says." in page
    assert "/article/1#retracted" in feed


def test_a_notice_that_comes_later_dates_the_retraction(kb: Path) -> None:
    fill(kb, [record(1, doi="10.1000/one"), record(CITING, (1,))])
    with closing(open_kb(kb)) as db:
        with transaction(db):
            save_records(db, [noticed(5, "RetractionOf", None, "doi:10.1000/one", year=2020)], received_at=MOMENT)
        compute_graph(db)
        [row] = read_retractions(db)

    assert (row.id, row.notice_year, row.citing_before) == (1, 2020, 1)
