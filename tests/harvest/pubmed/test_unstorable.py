"""Numbers that no column holds: what has them is rejected in words, the rest goes on, and a rebuild makes it again."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import keep_answer, open_archive
from harvest.files.nbib import parse_nbib
from harvest.files.saved_page import parse_page
from harvest.jobs.ingest import load_articles, load_lists
from harvest.jobs.rebuild import rebuild_kb
from harvest.pubmed.article import parse_articles
from harvest.sources.icite import parse_icite
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.errors import RecordError, TransientError
from kb.identifiers import COUNT_LIMIT, count_of
from kb.integrity.check import check_kb
from kb.queries.archive import archive_path
from tests.builders import article_set, article_xml
from tests.harvest.sources.test_elink import answer, link_set

AT = "2026-01-01T00:00:00Z"
TOO_LARGE = [str(COUNT_LIMIT + 1), str(2**63), "9" * 30, "9" * 5000]
PAGE = "J Lamps. 2003 May;1(2):3-4.\nLamps\nAbstract\nShort.\nReferences\n1. Moe A. 2001.\nShow all {} references\n"


def versioned(version: str) -> str:
    return article_xml(2).replace('Version="1"', f'Version="{version}"')


def marked(count: str) -> str:
    return article_xml(2).replace(
        "<PubmedArticle>", f'<PubmedArticle><?litkb source="synthetic" references="{count}"?>'
    )


def icite(**fields: str) -> bytes:
    """Return an answer on two articles; the members given, as JSON writes them, are of the second."""
    members = "".join(f', "{name}": {value}' for name, value in fields.items())
    return f'{{"data": [{{"pmid": 1, "citation_count": 3}}, {{"pmid": 2{members}}}]}}'.encode()


@pytest.mark.parametrize("text", [*TOO_LARGE, "-1", "1.5", "²", "٣", ""])
def test_what_is_no_count_that_can_be_kept_is_refused_in_words(text):
    with pytest.raises(RecordError, match=r"^“.{0,20}” is no number that can be kept\.$"):
        count_of(text)


def test_the_largest_count_is_one_that_every_reader_keeps_exactly():
    assert count_of(f" {COUNT_LIMIT} ") == COUNT_LIMIT == json.loads(json.dumps(float(COUNT_LIMIT)))


@pytest.mark.parametrize("number", TOO_LARGE)
@pytest.mark.parametrize("spoilt", [versioned, marked])
def test_a_record_with_such_a_number_is_rejected_by_its_pmid_and_the_next_is_read(spoilt, number):
    first, second = parse_articles(article_set(spoilt(number), article_xml(3)))

    assert isinstance(first, RecordError)
    assert (first.pmid, str(first)) == (2, f"“{number[:20]}” is no number that can be kept.")
    assert not isinstance(second, RecordError)


@pytest.mark.parametrize("number", TOO_LARGE)
def test_a_page_or_an_nbib_record_with_such_a_number_is_rejected(number):
    [found] = parse_nbib(f"PMID- 2\nTI  - Lamps\nRF  - {number}\nSO  - J Lamps. 2003.\n\n".encode())

    assert isinstance(found, RecordError)
    assert found.pmid == 2
    with pytest.raises(RecordError, match="no number that can be kept"):
        parse_page(PAGE.format(number), pmid=2)


BEYOND = [*(("citation_count", number) for number in TOO_LARGE), *((name, number)
    for name in ("citation_count", "relative_citation_ratio", "apt")
    for number in ("9" * 5000, "-5", "1e999", "NaN", "-Infinity"))]  # fmt: skip


@pytest.mark.parametrize(("member", "number"), BEYOND)
def test_what_icite_counts_beyond_reason_is_rejected_for_that_article_alone(member, number):
    first, second = parse_icite(icite(**{member: number}), asked=[1, 2])

    assert not isinstance(first, RecordError)
    assert isinstance(second, RecordError)
    assert second.pmid == 2


@pytest.mark.parametrize("value", ['"\\ud800\\u0000"', "{}", "[[[1]]]", "[null, true, 1e400, -3, {}]"])
def test_members_of_icite_of_any_other_kind_say_nothing(value):
    [found] = parse_icite(icite(cited_by=value), asked=[2])

    assert not isinstance(found, RecordError)
    assert [links.entries for links in found.lists] == [None, None]


def test_json_that_is_nested_without_end_is_no_answer():
    with pytest.raises(TransientError):
        parse_icite(b"[" * 100_000, asked=[1])


def test_what_is_kept_can_always_be_rebuilt(tmp_path: Path):
    kb = tmp_path / "kb.db"
    links = answer(link_set([1], pubmed=[(9, 5)]), link_set([2], pubmed=[(9, 2**63)]))
    pooled = answer(link_set([1, 2], pubmed=[(9, 5)]))
    records = article_set(article_xml(1), versioned("9" * 30))
    counts = icite(citation_count=str(2**63))
    asked = {"id": "1,2"}
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive, transaction(db):
        told = [
            *load_articles(db, records, [1, 2], step="alone", received_at=AT).tasks,
            *load_lists(db, links, [1, 2], name="similar", received_at=AT).tasks,
            *load_lists(db, counts, [1, 2], name="icite", received_at=AT).tasks,
        ]
        for body, endpoint, request in (
            (records, "efetch", asked),
            (links, "elink", {**asked, "list": "similar"}),
            (pooled, "elink", {**asked, "list": "similar"}),
            (counts, "icite", {"pmids": "1,2"}),
        ):
            keep_answer(archive, body, endpoint=endpoint, request=request, received_at=AT)

    rebuild_kb(kb)

    assert {(task.task, task.asked, task.outcome) for task in told} == {
        ("article", "1", "stored"), ("article", "2", "rejected"), ("similar", "1", "done"),
        ("similar", "2", "rejected"), ("icite", "1", "done"), ("icite", "2", "rejected"),
    }  # fmt: skip
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        assert db.execute("select pmid, similar_pmid, score from similar_articles").fetchall() == [(1, 9, 5)]
        assert db.execute("select pmid, icite_citation_count from icite_metrics").fetchall() == [(1, 3)]


@pytest.mark.parametrize(
    "words",
    [
        ["harvest", "kb.db", "1", "--references", "--limit"],
        ["harvest", "kb.db", "--file", "x.txt", "--pmid"],
        ["update", "kb.db", "--due"],
        ["export", "kb.db", "x.ris", "--community"],
    ],
)
def test_a_number_typed_that_no_column_holds_is_misuse(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    open_kb(tmp_path / "kb.db", create=True).close()

    assert run_command(cli, [*words, "9" * 30]) == 2
    assert "is not in the range" in capsys.readouterr().err
