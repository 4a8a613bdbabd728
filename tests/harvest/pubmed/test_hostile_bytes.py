"""Bytes made to be slow to read; the campaign test_linear measures the kind."""

import pytest

from harvest.files.nbib import is_nbib
from harvest.files.reference_lists import read_seeds
from harvest.files.saved_page import parse_page
from harvest.http.response_validation import check_articles, check_status
from harvest.identify.agreement import CandidateArticle
from harvest.identify.record_linkage import Matcher
from harvest.pubmed.article import parse_articles
from harvest.pubmed.record_splitter import _Window
from kb.errors import RecordError, TransientError
from kb.identifiers import normalise_doi
from kb.printed.reference import parse_reference
from kb.records import Record
from kb.text import fold, safe_html
from tests.builders import article_set, article_xml

MEGABYTE = 2**20
PAGE = "J Lamps. 2003 May;1(2):3-4. doi: 10.1234/lamps.\nLamps of silver\nAbstract\nShort.\nReferences\n"


def times(words: str, size: int = MEGABYTE) -> str:
    return words * (size // len(words))


@pytest.mark.parametrize("words", ["<ERROR>", "<ERROR>lamp ", "<ERROR ", "<!--", "<title>", '"error":"'])
def test_an_answer_of_a_megabyte_that_never_closes_what_it_opens_is_refused_in_words(words):
    for body in (times(words).encode(), f"<PubmedArticleSet>{times(words)}".encode()):
        with pytest.raises(TransientError):
            check_articles(body)
        with pytest.raises(TransientError, match="HTTP 500"):
            check_status(500, body)


@pytest.mark.parametrize("words", ["<!--", "<!-- <PubmedArticle>", "<PubmedArticle><!--"])
def test_comments_that_never_end_hide_nothing_in_silence(words):
    found = list(parse_articles(f"<PubmedArticleSet>{times(words, MEGABYTE // 8)}".encode()))

    assert found
    assert all(isinstance(item, RecordError) for item in found)


def test_an_error_with_markup_in_it_is_still_told():
    with pytest.raises(TransientError, match="Search Backend failed: no lamp"):
        check_articles(b"<PubmedArticleSet><ERROR>Search <b>Backend</b> failed: no lamp</ERROR></PubmedArticleSet>")


def test_the_entries_of_a_page_are_told_apart_by_their_links_however_many_lines_they_have():
    lines = times("lamp\n", MEGABYTE // 4)
    entries = f"1. Moe A. 2001.\n- DOI\n2. Poe B.\n{lines}lit 2002. - PMC - PubMed\n3. Roe C. 2003.\n"
    record = parse_page(PAGE + entries, pmid=1)

    first, second, third = record.references
    assert (first.citation, first.linked) == ("Moe A. 2001.", "DOI")
    assert second.citation is not None
    assert second.citation.startswith("Poe B. lamp lamp")
    assert second.citation.endswith("lamp lit 2002.")
    assert second.linked == "PMC,PubMed"
    assert (third.citation, third.linked) == ("Roe C. 2003.", None)


def test_a_title_among_very_many_lines_is_the_line_that_is_printed_twice():
    lines = "\n".join(f"Line {number}" for number in range(20_000))
    record = parse_page(f"J Lamps. 2003 May;1(2):3-4.\n{lines}\nLine 7\nAbstract\nShort.\n", pmid=1)

    assert record.article.title == "Line 7"


@pytest.mark.parametrize("words", ["2003 ", "(2003) ", "A. ", "Moe A, "])
def test_a_printed_reference_of_a_megabyte_has_a_short_label_and_a_key(words):
    printed = times(words)

    assert len(parse_reference(printed).label()) <= 80
    assert len(parse_reference(printed).key or "") < 50
    assert parse_reference(printed).year in (None, 2003)


@pytest.mark.parametrize("words", ["doi:", ")", "10.1234/x)", "https://doi.org/"])
def test_no_doi_has_a_megabyte(words):
    assert normalise_doi("10.1234/" + times(words)) is None


@pytest.mark.parametrize("words", ["&#", "&#x"])
def test_a_reference_to_a_character_of_thousands_of_digits_is_none(words):
    entity = f"{words}{'9' * 5000};"

    assert safe_html(f"lamp {entity}") == "lamp \N{REPLACEMENT CHARACTER}"
    with pytest.raises(TransientError, match="HTTP 500, lamp"):
        check_status(500, f"lamp {entity}".encode())
    [found] = parse_articles(article_set(article_xml(1, title=f"Lamps &amp;{entity[1:]}")))
    assert isinstance(found, Record)
    [seed] = read_seeds("f.ris", f"TY  - JOUR\nTI  - Lamps {entity}\nER  - \n".encode())
    assert seed.title == "Lamps \N{REPLACEMENT CHARACTER}"


def test_pages_of_thousands_of_digits_agree_with_none():
    known = CandidateArticle(1, "Lamps of silver", ("Moe A",), 2003, ("J Lamps",), "1", "9" * 5000)

    [found] = Matcher([known]).matches(f"Moe A. Lamps of silver. J Lamps. 2003;1:{'9' * 5000}.")

    assert found.pmid == 1


@pytest.mark.parametrize("words", ["AU  - ", "AU  - x ", "\n", "AU  - \n"])
def test_a_file_of_tags_without_a_pmid_is_soon_known_not_to_be_nbib(words):
    assert not is_nbib(times(words, 4096).encode())


def test_combining_characters_in_any_number_and_order_are_folded_away():
    assert fold("a" + times("\u0315\u0316") + "b") == "ab"


def test_tags_that_close_what_is_not_open_are_left_out():
    assert safe_html(times("<b></i>", 210_000)) == "<b>" * 30_000 + "</b>" * 30_000


def test_at_the_end_of_a_stream_nothing_is_copied_for_each_comment_that_never_ends(monkeypatch):
    class Whole(bytes):
        def __getitem__(self, place):
            raise AssertionError(place)

    window = _Window([])
    monkeypatch.setattr(window, "data", Whole(b"<!--" * 10))

    assert not window.grow()
