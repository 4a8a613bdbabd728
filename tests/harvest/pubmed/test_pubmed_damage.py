"""What is damaged, hostile, odd or no PubMed XML at all: the rest loads, and what does not is named."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvest.pubmed import record_splitter
from harvest.pubmed.article import parse_articles
from harvest.pubmed.record_splitter import RawRecord, split_records
from kb.errors import DamagedFileError, RecordError
from kb.records import Record
from tests.builders import article_set, article_xml, book_xml, delete_xml, element


def outcome(xml: bytes) -> list[object]:
    """Return PMIDs of records, and (sentence, PMID, offset) of what was rejected."""
    return [
        (item.reason, item.pmid, item.offset) if isinstance(item, RecordError) else getattr(item, "article", item).pmid
        for item in parse_articles(xml)
    ]


def reasons(xml: bytes) -> list[str]:
    return [str(item) for item in parse_articles(xml) if isinstance(item, RecordError)]


def pmids(xml: bytes) -> list[int]:
    return [item.article.pmid for item in parse_articles(xml) if isinstance(item, Record)]


THREE = article_set(article_xml(11), article_xml(22), article_xml(33))


# --- whole documents of every form ---


@pytest.mark.parametrize(
    "document",
    [
        THREE,
        THREE.replace(b"\n", b""),
        b"\xef\xbb\xbf" + THREE,
        article_set(article_xml(11), article_xml(22), article_xml(33), root="RAW_DATA"),
        article_set(article_xml(11), article_xml(22), article_xml(33), declaration=""),
        THREE.replace(b"<PubmedArticle>", b'<PubmedArticle Id="1"\n>').replace(
            b"</PubmedArticle>", b"</PubmedArticle >"
        ),
        THREE.replace(b"<PubmedArticleSet>", b"<!DOCTYPE PubmedArticleSet [<!ENTITY a '<b>'>]>\n<PubmedArticleSet>"),
        THREE.replace(b"<PubmedArticleSet>", b"<!-- <PubmedArticleSet> --><PubmedArticleSet><!-- three -->"),
        THREE + THREE[:0],
    ],
)
def test_the_form_of_the_document_does_not_matter(document):
    assert outcome(document) == [11, 22, 33]


def test_a_bare_record_is_a_document():
    assert outcome(article_xml(11).encode()) == [11]


def test_articles_books_and_deletions_come_in_their_order():
    found = outcome(article_set(article_xml(11), book_xml(22), article_xml(33), delete_xml(44, 55)))

    assert found == [11, 22, 33, 44, 55]


@pytest.mark.parametrize("empty", ["<PubmedArticleSet></PubmedArticleSet>", "<PubmedArticleSet/>"])
def test_an_answer_without_records_is_no_fault(empty):
    assert outcome(empty.encode()) == []


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16", "UTF-16LE", "utf-32"])
def test_a_document_in_another_encoding_is_read_by_its_declaration(encoding):
    xml = article_set(article_xml(11, title="Høie"), declaration=f'<?xml version="1.0" encoding="{encoding}"?>')

    [record] = parse_articles(xml.decode().encode(encoding))

    assert record.article.title == "Høie"


def test_bytes_that_an_encoding_does_not_have_cost_their_own_record_only():
    text = article_set(article_xml(11), article_xml(22, title="Hø"), article_xml(33), declaration="").decode()
    xml = b"\xff\xfe" + text.encode("utf-16-le").replace("Hø".encode("utf-16-le"), b"\x00\xd8H\x00")

    assert pmids(xml) == [11, 33]
    assert [item.pmid for item in parse_articles(xml) if isinstance(item, RecordError)] == [22]


@pytest.mark.parametrize("name", ["zip", "punycode", "no-such", "iso-8859-99"])
def test_an_encoding_that_is_none_is_refused_with_a_sentence(name):
    xml = article_set(article_xml(11), declaration=f'<?xml version="1.0" encoding="{name}"?>')

    [sentence] = reasons(xml)

    assert name in sentence
    assert sentence.startswith("The document declares the encoding")


# --- no PubMed XML ---


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"no XML at all", "it has no root element"),
        (b"<html><body>Blocked</body></html>", "its root element is html"),
        (b"<eFetchResult><ERROR>Empty</ERROR></eFetchResult>", "its root element is eFetchResult"),
        (b"\x00\x01\x02<<<>>>", "it has no root element"),
        (b"SQLite format 3\x00" + bytes(100), "it has no root element"),
    ],
)
def test_what_is_no_pubmed_xml_is_refused_with_one_sentence(data, words):
    [sentence] = reasons(data)

    assert words in sentence
    assert pmids(data) == []


# --- cut off ---


def test_at_every_cut_all_whole_records_load_and_the_cut_is_reported():
    ends = [THREE.index(b"</PubmedArticle>", THREE.index(pmid)) + 16 for pmid in (b">11<", b">22<", b">33<")]
    close = THREE.index(b"</PubmedArticleSet>") + 19

    for cut in range(1, close):
        found = list(parse_articles(THREE[:cut]))
        whole = [pmid for pmid, end in zip((11, 22, 33), ends, strict=True) if end <= cut]

        assert [item.article.pmid for item in found if isinstance(item, Record)] == whole
        assert any(isinstance(item, RecordError) for item in found)


def test_a_record_without_its_end_is_named_and_the_next_ones_load():
    xml = THREE.replace(b"</PubmedArticle>", b"", 2).replace(b'<PMID Version="1">22', b'<PMID Version="1">22')

    assert outcome(xml) == [
        ("The record is cut off: its end tag is missing.", 11, xml.index(b"<PubmedArticle>")),
        ("The record is cut off: its end tag is missing.", 22, xml.index(b"<PubmedArticle>", 80)),
        33,
    ]


@pytest.mark.parametrize("tag", [b"<PubmedArticlx>", b"PubmedArticle>", b""])
def test_a_record_without_its_start_is_named_and_the_next_ones_load(tag):
    start = THREE.index(b"<PubmedArticle>", THREE.index(b">11<"))
    xml = THREE[:start] + tag + THREE[start + 15 :]

    found = outcome(xml)

    assert [item for item in found if isinstance(item, int)] == [11, 33]
    assert [item[:2] for item in found if isinstance(item, tuple)] == [
        ("The start tag of the record is missing or damaged.", 22)
    ]


def test_the_end_of_a_record_alone_is_named():
    xml = article_set(article_xml(11), "<x/></PubmedArticle>", article_xml(33))

    assert [item if isinstance(item, int) else item[0] for item in outcome(xml)] == [
        11, "The start tag of the record is missing or damaged.", 33,
    ]  # fmt: skip


def test_a_stream_that_breaks_gives_what_came_before_and_its_own_sentence():
    def broken():
        yield THREE[: THREE.index(b">33<")]
        raise DamagedFileError("x.gz is a damaged gzip file.")

    found = list(parse_articles(broken()))

    assert [item.article.pmid for item in found if isinstance(item, Record)] == [11, 22]
    assert [str(item) for item in found if isinstance(item, RecordError)] == [
        "The record is cut off: its end tag is missing.", "x.gz is a damaged gzip file.",
    ]  # fmt: skip


# --- damaged or hostile records ---


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (article_xml(22, title="p < 0.05"), "not well-formed"),
        (article_xml(22, title="a &mdash; b"), "Entity 'mdash' not defined"),
        (article_xml(22, title="a &#1; b"), "not well-formed"),
        (article_xml(22).replace("</ArticleTitle>", ""), "mismatch"),
        (article_xml("x"), "'x' is no PMID."),
        (article_xml(0), "'0' is no PMID."),
        (article_xml(""), "None is no PMID."),
        (element("PubmedArticle", ""), "The record has no MedlineCitation."),
        (element("PubmedArticle", "<MedlineCitation/>"), "The record has no PMID."),
        (
            article_xml(22, data='<ArticleIdList><ArticleId IdType="pubmed">23</ArticleId></ArticleIdList>'),
            "its own PMID as 23",
        ),
        (book_xml("x"), "'x' is no PMID."),
        (article_xml(22, title="<![CDATA[ </PubmedArticle> ]]>"), "not well-formed"),
        (article_xml(22, title="<a>" * 300 + "</a>" * 300), "not well-formed"),
    ],
)
def test_a_bad_record_is_rejected_by_itself_with_a_sentence(record, words):
    xml = article_set(article_xml(11), record, article_xml(33))

    found = list(parse_articles(xml))

    assert pmids(xml) == [11, 33]
    error = next(item for item in found if isinstance(item, RecordError))
    assert words in str(error)
    assert error.offset == xml.index(record.encode())


def test_two_records_run_together_by_damage_are_rejected():
    xml = article_set(article_xml(11) + article_xml(22), article_xml(33)).replace(
        b"</PubmedArticle><PubmedArticle>", b""
    )

    assert pmids(xml) == [33]
    assert reasons(xml) == ["The record has 2 MedlineCitation elements."]


def test_entities_of_the_document_are_never_expanded_or_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    doctype = (
        f'<!DOCTYPE PubmedArticleSet [<!ENTITY a "ha"><!ENTITY b "{"&a;" * 100}"><!ENTITY c "{"&b;" * 100}">'
        f'<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    )
    xml = article_set(article_xml(11), article_xml(22, title="&c;"), article_xml(33, title="&f;"), declaration=doctype)

    assert pmids(xml) == [11]
    assert [item[1] for item in outcome(xml) if isinstance(item, tuple)] == [22, 33]


def test_cdata_is_text():
    [record] = parse_articles(article_set(article_xml(11, title="<![CDATA[a < b & c]]>")))

    assert record.article.title == "a < b & c"


def test_a_comment_that_hides_records_is_reported():
    xml = article_set(article_xml(11), "<!--", article_xml(22), "-->", article_xml(33))

    assert pmids(xml) == [11, 33]
    assert reasons(xml) == ["A comment hides what may be records; nothing in it was read."]


def test_a_comment_without_an_end_hides_nothing():
    assert pmids(article_set(article_xml(11), "<!--", article_xml(22), "<!--", article_xml(33))) == [11, 22, 33]


def test_a_record_over_the_limit_is_rejected_and_the_next_ones_load(monkeypatch):
    monkeypatch.setattr(record_splitter, "MAX_RECORD", 20_000)
    xml = article_set(article_xml(11), article_xml(22, title="x" * 50_000), article_xml(33))

    found = list(parse_articles(xml[i : i + 1000] for i in range(0, len(xml), 1000)))

    assert [item.article.pmid for item in found if isinstance(item, Record)] == [11, 33]
    assert [(str(item), item.pmid) for item in found if isinstance(item, RecordError)] == [
        ("The record is longer than 32 MB.", 22)
    ]


def peak_of(read: Callable[[Iterator[RawRecord]], int]) -> int:
    """Return the most memory that reading 2,000 records, a stream of 21 MB, takes."""
    record = article_xml(11, title="x" * 10_000).encode()
    tracemalloc.start()
    count = read(split_records(chain([b"<PubmedArticleSet>"], repeat(record, 2_000), [b"</PubmedArticleSet>"])))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2_000
    return peak


def test_memory_does_not_grow_with_the_stream():
    assert peak_of(lambda records: sum(raw.kind == record_splitter.ARTICLE for raw in records)) < 2_000_000


def test_a_reader_that_keeps_all_records_takes_more():
    assert peak_of(lambda records: len(list(records))) > 20_000_000


MIXED = article_set(
    article_xml(11, title="Høie"), "<!-- a -->", book_xml(22), article_xml(33).replace("</PubmedArticle>", ""),
    article_xml(44), delete_xml(55), "<MedlineCitation>",
)  # fmt: skip


@given(st.lists(st.integers(min_value=1, max_value=200), min_size=1, max_size=40))
def test_where_chunks_meet_does_not_matter(sizes):
    chunks, at = [], 0
    while at < len(MIXED):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(MIXED[at : at + size])
        at += size

    whole = [raw._replace(xml=b"") if raw.reason else raw for raw in split_records([MIXED])]
    pieces = [raw._replace(xml=b"") if raw.reason else raw for raw in split_records(chunks)]

    assert pieces == whole
    assert [MIXED[raw.offset : raw.offset + len(raw.xml)] for raw in pieces] == [raw.xml for raw in pieces]
