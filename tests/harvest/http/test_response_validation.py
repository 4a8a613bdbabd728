"""Which answers count, which are asked for again, which are final; and in what words."""

import pytest

from harvest.http.response_validation import (
    LONGEST_QUOTE,
    check_articles,
    check_document,
    check_full_texts,
    check_status,
    refusal,
)
from kb.errors import PermanentError, QuestionError, TransientError

GOOD = b"<PubmedArticleSet>\n<PubmedArticle><a/></PubmedArticle>\n</PubmedArticleSet>\n"


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://x/y.dtd">\n' + GOOD,
        b"<!-- a comment -->" + GOOD + b"<!-- another -->\n",
        b"<PubmedArticleSet></PubmedArticleSet>",
        b"<PubmedArticleSet/>",
        b"<PubmedArticleSet ><PubmedBookArticle><a/></PubmedBookArticle></PubmedArticleSet >",
        b"<PubmedArticleSet><PubmedArticle><a>says &lt;ERROR> of it</a></PubmedArticle></PubmedArticleSet>",
    ],
)
def test_a_whole_set_counts(body):
    check_articles(body)


def test_a_set_cut_off_at_any_byte_does_not_count():
    for length in range(len(GOOD.rstrip())):
        with pytest.raises(TransientError):
            check_articles(GOOD[:length])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty answer"),
        (b" \r\n", "an empty answer"),
        (b"<html><body>Blocked</body></html>", "an HTML page in place of data"),
        (b"<HTML><TITLE>Down\n for work</TITLE>", "an HTML page “Down for work” in place of data"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html><title>Busy</title>', "an HTML page “Busy” in place of data"),
        (b"plain\x1b[31m words", "plain [31m words"),
        (b"\xff\xfe\x00", "�� "),
        (b"PubmedArticleSet></PubmedArticleSet>", "PubmedArticleSet>"),
        (b"<PubmedArticleSet><ERROR>Couldn't resolve</ERROR></PubmedArticleSet>", "Couldn't resolve"),
        (b"<eFetchResult><ERROR>one</ERROR><ERROR> two &amp; <i>three</i></ERROR></eFetchResult>", "one; two & three"),
        (b"<eFetchResult><ERROR></ERROR></eFetchResult>", "ERROR"),
        (b'{"error": "API rate limit exceeded"}', "API rate limit exceeded"),
        (b"<PubmedArticleSet><PubmedArticle></PubmedArticleSet>", "an answer in which a record is cut off"),
        (b"<PubmedArticleSet></PubmedArticle></PubmedArticleSet>", "an answer in which a record is cut off"),
    ],
)  # fmt: skip
def test_what_is_no_whole_set_is_asked_again_and_named(body, words):
    with pytest.raises(TransientError) as caught:
        check_articles(body)

    assert str(caught.value) == words.strip()


@pytest.mark.parametrize(
    "words",
    ["ID list is empty! Possibly it has no correct IDs.", "Supplied id parameter is empty.", "Invalid uid 12x",
     "Cannot retrieve history data: OUT OF RANGE. Parameter retstart=1", "Empty term and query_key - nothing todo",
     "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998.",
     "Position 15000 is out of acceptable range [9999,9998]"],
)  # fmt: skip
def test_what_ncbi_says_of_ids_or_a_query_is_about_these_alone(words):
    assert type(refusal(words)) is QuestionError


@pytest.mark.parametrize(
    ("words", "way_out"),
    [
        ("API key invalid", "NCBI_API_KEY"),
        ("API key not wellformed", "NCBI_API_KEY"),
        ("Invalid db name specified: fish", "LITKB_EUTILS_URL"),
        ("Can not retrieve DbInfo for db=fish", "LITKB_EUTILS_URL"),
        ("llinkslib command not supported", "LITKB_EUTILS_URL"),
        ("Unknown linkname: pubmed_fish", "LITKB_EUTILS_URL"),
        ("Unsupported rettype fish", "LITKB_EUTILS_URL"),
        ("Your access has been blocked", "NCBI_EMAIL"),
    ],
)
def test_a_request_refused_whatever_it_asks_about_says_what_to_do(words, way_out):
    error = refusal(words)

    assert type(error) is PermanentError
    assert str(error).startswith(f"{words}: ")
    assert way_out in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":"API key invalid","api-key":"s3cret","type":"ip"}',
        b'{"message":"API key unknown","api-key":"s3cret"}',
        b"<eFetchResult><ERROR>API key invalid: api_key=s3cret</ERROR></eFetchResult>",
    ],
)
def test_a_refused_key_is_final_in_every_form_and_not_repeated(body):
    with pytest.raises(PermanentError, match="correct NCBI_API_KEY") as caught:
        check_status(400, body)

    assert type(caught.value) is PermanentError
    assert "s3cret" not in str(caught.value)


def test_a_limit_that_names_the_key_passes():
    assert type(refusal("API rate limit exceeded for this API key")) is TransientError


@pytest.mark.parametrize(
    "words",
    ["Search Backend failed: Database is not supported: pubmed", "TXCLIENT::readAll EOF", "",
     "Couldn't resolve #exLinkSrv2, the address table is empty.", "API rate limit exceeded", "never seen before"],
)  # fmt: skip
def test_every_other_word_is_worth_another_attempt(words):
    assert type(refusal(words)) is TransientError


@pytest.mark.parametrize("status", [400, 408, 429, 500, 502, 503, 504])
def test_these_statuses_are_worth_another_attempt(status):
    with pytest.raises(TransientError) as caught:
        check_status(status, b"", retry_after=5)

    assert (str(caught.value), caught.value.retry_after) == (f"HTTP {status}", 5)


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410, 414])
def test_these_statuses_are_final(status):
    with pytest.raises(PermanentError, match=f"^HTTP {status}") as caught:
        check_status(status, b"")

    assert type(caught.value) is PermanentError


def test_a_failure_behind_the_gateway_is_not_final_whatever_its_status():
    with pytest.raises(TransientError):
        check_status(404, b"Unable to route request!")


def test_an_empty_id_list_is_final_although_status_400_mostly_passes():
    with pytest.raises(PermanentError, match=r"^HTTP 400, ID list is empty!$"):
        check_status(400, b"<eFetchResult><ERROR>ID list is empty!</ERROR></eFetchResult>")


def test_a_good_status_says_nothing_of_the_body():
    check_status(200, b"anything")


def test_words_of_others_are_quoted_in_short():
    with pytest.raises(TransientError) as caught:
        check_document(b"word " * 1000, "eLinkResult")

    assert len(str(caught.value)) == LONGEST_QUOTE


@pytest.mark.parametrize("body", [b"<pmc-articleset/>", b"<pmc-articleset><article >a</article ></pmc-articleset>\n"])
@pytest.mark.parametrize("alone", [True, False])
def test_a_whole_set_of_full_texts_is_accepted_also_an_empty_one(body, alone):
    assert check_full_texts(body, alone=alone)


@pytest.mark.parametrize("body", [b"<pmc-articleset><article>", b"<pmc-articleset><article></pmc-articleset>"])
def test_several_full_texts_that_are_cut_off_are_halved_and_a_single_one_is_requested_again(body):
    with pytest.raises(QuestionError, match="cut off"):
        check_full_texts(body, alone=False)
    assert not check_full_texts(body, alone=True)


@pytest.mark.parametrize("hidden", ["<!-- {} -->", "<![CDATA[{}]]>", "<?lamps {}?>"])
@pytest.mark.parametrize("words", ["<article >", "</article>", "<ERROR>ID list is empty</ERROR>"])
@pytest.mark.parametrize("alone", [True, False])
def test_what_stands_in_comments_cdata_and_instructions_is_no_element_of_a_full_text(hidden, words, alone):
    inside = hidden.format(words).encode()
    assert check_full_texts(b"<pmc-articleset><article>" + inside + b"</article></pmc-articleset>", alone=alone)


def test_what_is_no_set_of_full_texts_passes_also_where_several_are_requested():
    for body in (b"", b"<pmc-articleset><ERROR>Search Backend failed</ERROR></pmc-articleset>", b"<html></html>"):
        with pytest.raises(TransientError):
            check_full_texts(body, alone=False)


def test_a_key_that_the_bucket_does_not_have_is_the_fault_of_the_question():
    body = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
    with pytest.raises(QuestionError, match=r"^HTTP 404, NoSuchKey: The specified key does not exist\.$"):
        check_status(404, body)
    with pytest.raises(PermanentError) as denied:
        check_status(403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
    assert not isinstance(denied.value, QuestionError)
    assert "NCBI_EMAIL" not in str(denied.value)  # it would change nothing at a bucket
    assert "refuses for now" in str(denied.value)
