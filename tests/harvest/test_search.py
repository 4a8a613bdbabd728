"""ESearch answers: hits, what PubMed understood, what it warns of, what is refused."""

import pytest

from harvest.search import SearchHits, parse_search
from kb.errors import PermanentError, TransientError


def answer(*pmids: int, count: int | None = None, start: int = 0, most: int | None = None, more: str = "") -> bytes:
    """Return an eSearchResult that lists pmids."""
    listed = "".join(f"<Id>{pmid}</Id>" for pmid in pmids)
    return (
        f"<eSearchResult><Count>{len(pmids) if count is None else count}</Count>"
        f"<RetMax>{len(pmids) if most is None else most}</RetMax><RetStart>{start}</RetStart>"
        f"<IdList>{listed}</IdList><TranslationSet/>{more}</eSearchResult>"
    ).encode()


def test_hits_come_in_the_order_of_pubmed_with_its_translation():
    body = answer(3, 1, 2, count=70, more='<QueryTranslation>"recovery"[All Fields]</QueryTranslation>')

    assert parse_search(body) == SearchHits((3, 1, 2), 70, '"recovery"[All Fields]', ())


def test_no_hit_is_an_answer():
    assert parse_search(answer()) == SearchHits((), 0, None, ())


def test_errors_and_warnings_of_a_valid_answer_become_sentences():
    body = answer(
        1,
        more="<ErrorList><PhraseNotFound>xyz</PhraseNotFound><FieldNotFound>foo</FieldNotFound></ErrorList><WarningList>"
        "<PhraseIgnored>of</PhraseIgnored><QuotedPhraseNotFound>\"a b\"</QuotedPhraseNotFound>"
        "<OutputMessage>No items found.</OutputMessage><OutputMessage>No items found.</OutputMessage>"
        "<OutputMessage> </OutputMessage></WarningList>",
    )  # fmt: skip

    assert parse_search(body).warnings == (
        "PubMed did not find “xyz”.",
        "PubMed does not know the field “foo”.",
        "PubMed left out “of”.",
        "PubMed did not find the quoted phrase “\"a b\"” and searched for its words.",
        "PubMed says: No items found.",
    )  # fmt: skip


def test_a_list_shorter_than_it_says_is_asked_again():
    with pytest.raises(TransientError, match="lists 2 of 3 PMIDs"):
        parse_search(answer(1, 2, count=100, most=3))


def test_the_last_page_of_a_list_may_be_shorter():
    assert parse_search(answer(1, count=11, start=10, most=10)).pmids == (1,)


def test_a_failed_backend_is_asked_again_although_the_status_was_200():
    with pytest.raises(TransientError, match=r"^Search Backend failed: Database is not supported: pubmed$"):
        parse_search(
            b"<eSearchResult><ERROR>Search Backend failed: Database is not supported: pubmed</ERROR></eSearchResult>"
        )


def test_a_start_beyond_what_pubmed_gives_is_not_asked_again():
    with pytest.raises(PermanentError, match="'retstart' cannot be larger than 9998"):
        parse_search(
            b"<eSearchResult><ERROR>Search Backend failed: Exception:\n'retstart' cannot be larger than 9998.</ERROR>"
            b"</eSearchResult>"
        )


@pytest.mark.parametrize(
    "body",
    [b"", b"  \n", b"<eSearchResult><Count>1</Count>", b"<html></html>", b"<eSearchResult/>",
     b"<eSearchResult><Count>x</Count><RetMax>0</RetMax><RetStart>0</RetStart></eSearchResult>",
     answer(1).replace(b"<Id>1</Id>", b"<Id>one</Id>"), answer(1).replace(b"</IdList>", b"")],
)  # fmt: skip
def test_a_broken_document_is_asked_again(body):
    with pytest.raises(TransientError):
        parse_search(body)
