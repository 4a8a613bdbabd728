"""ESearch answers: hits, what PubMed understood, what it warns of, what is refused."""

import json

import pytest

from harvest.sources.esearch import SearchHits, parse_search
from harvest.sources.search_fields import lost_fields
from kb.errors import LitkbError, PermanentError, QuestionError, SourceError, TransientError
from kb.searches import SearchWarning, format_warnings


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


WARNINGS = (
    SearchWarning("PhraseNotFound", "xyz"),
    SearchWarning("FieldNotFound", "foo"),
    SearchWarning("PhraseIgnored", "of"),
    SearchWarning("QuotedPhraseNotFound", '"a b"'),
    SearchWarning("OutputMessage", "No items found."),
)


def test_errors_and_warnings_of_a_valid_answer_are_kept_by_kind_and_words():
    body = answer(
        1,
        more="<ErrorList><PhraseNotFound>xyz</PhraseNotFound><FieldNotFound>foo</FieldNotFound></ErrorList><WarningList>"
        "<PhraseIgnored>of</PhraseIgnored><QuotedPhraseNotFound>\"a b\"</QuotedPhraseNotFound>"
        "<OutputMessage>No items found.</OutputMessage><OutputMessage>No items found.</OutputMessage></WarningList>",
    )  # fmt: skip

    assert parse_search(body).warnings == WARNINGS


def test_an_answer_in_json_says_the_same():
    body = {
        "count": "1", "retmax": "1", "retstart": "0", "idlist": ["1"], "querytranslation": "xyz",
        "errorlist": {"phrasesnotfound": ["xyz"], "fieldsnotfound": ["foo"]},
        "warninglist": {
            "phrasesignored": ["of"], "quotedphrasesnotfound": ['"a b"'], "outputmessages": ["No items found."]
        },
    }  # fmt: skip

    assert parse_search(json.dumps({"esearchresult": body}).encode()) == SearchHits((1,), 1, "xyz", WARNINGS)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"esearchresult":{"ERROR":"Invalid db name specified: fish"}}', PermanentError),
        (b'{"esearchresult":{"ERROR":"Exception:\n\'retstart\' cannot be larger than 9998"}}', QuestionError),
        (b'{"esearchresult":{"count":"1"', TransientError),
        (b'{"error":"API rate limit exceeded"}', TransientError),
        (b'{"esearchresult":{"count":"3","retmax":"3","retstart":"0","idlist":["1"]}}', TransientError),
    ],
)  # fmt: skip
def test_an_answer_in_json_that_is_none_is_refused_like_one_in_xml(body, error):
    with pytest.raises(SourceError) as caught:
        parse_search(body)

    assert type(caught.value) is error


def test_warnings_are_told_as_sentences():
    assert format_warnings(WARNINGS) == (
        "PubMed did not find “xyz”; PubMed does not know the field “foo”; PubMed left out “of”; "
        "PubMed did not find the quoted phrase “a b” and searched for its words; PubMed says: No items found"
    )
    assert [one.changes_search for one in WARNINGS] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("query", "translation"),
    [
        ("smith[au] AND lamps", '"smith"[Author] AND "lamps"[All Fields]'),
        ("lamps[MeSH Terms:noexp]", '"lamps"[MeSH Terms:noexp]'),
        ('("2010/01/01"[Date - Publication] : "2012"[dp])', "2010/01/01:2012/12/31[Date - Publication]"),
        ("2010:2012[dp]", "2010[PDAT] : 2012[PDAT]"),
        ("review[pt]", "review[Publication Type]"),
        ("lamps[tiab:~2]", '"lamps"[Title/Abstract:~2]'),
        ("hasabstract[text] AND free full text[sb]", "hasabstract[All Fields] AND loattrfree full text[Filter]"),
        ('"smith [sic]" lamps', '"smith sic"[All Fields]'),
        ("smith[au]", None),
    ],
)
def test_a_translation_that_keeps_all_fields_loses_none(query, translation):
    assert lost_fields(query, translation) == []


@pytest.mark.parametrize(
    ("query", "translation", "lost"),
    [
        ("smith[Aithor]", '"smith"[All Fields]', ["Aithor"]),
        ("lamps AND 2010:2012[dp]", '"lamps"[All Fields]', ["dp"]),
        ("smith[au] AND jones[au]", '"smith"[Author] AND "jones"[All Fields]', ["au"]),
        ('("Review"[pt]) AND (2000:2010[dp])', "", ["pt", "dp"]),
    ],
)
def test_a_field_in_which_pubmed_did_not_search_is_a_warning(query, translation, lost):
    assert lost_fields(query, translation) == [SearchWarning("FieldLost", tag) for tag in lost]


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


def test_an_answer_that_is_nested_too_deep_is_none():
    with pytest.raises(LitkbError):
        parse_search(b'{"data":' * 20_000)
