"""Documents of JATS: what holds articles, what is damaged, and that nothing from outside is read."""

import hashlib

import pytest

from harvest.pmc.article import parse_full_texts
from kb.errors import RecordError
from tests.harvest.pmc.jats import XLINK, cited, jats, numbered, parsed, xref

BODY = f"<p>Lamps burn [{xref(1)}].</p>"
ARTICLE = jats(BODY, refs=numbered(1))
OTHER = jats(BODY, refs=numbered(1), ids=[("pmid", "41000022")])


def outcomes(xml: bytes) -> list[object]:
    """Return the PMIDs of articles, and the reasons of errors."""
    return [item.reason if isinstance(item, RecordError) else item.full_text.pmid for item in parse_full_texts(xml)]


@pytest.mark.parametrize(
    "xml",
    [
        ARTICLE,
        b"<?xml version='1.0'?><!DOCTYPE article PUBLIC 'a' 'https://example.org/JATS.dtd'>" + ARTICLE,
        b"<pmc-articleset>" + ARTICLE + b"</pmc-articleset>",
        b"<root>" + ARTICLE + b"</root>",
        b"<OAI-PMH><GetRecord><record><metadata>" + ARTICLE + b"</metadata></record></GetRecord></OAI-PMH>",
        jats(BODY, refs=numbered(1), namespace=' xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/"'),
        ARTICLE.replace(b"<article ", b"<j:article xmlns:j='urn:j' ").replace(b"</article>", b"</j:article>"),
    ],
)
def test_an_article_is_read_in_whatever_document_it_stands(xml):
    article = parsed(xml).full_text

    assert (article.pmid, article.pmcid, article.doi) == (41000021, "PMC9000021", "10.5555/lamps")
    assert cited(article) == [("1", [1])]


def test_articles_of_a_set_are_read_one_by_one_in_its_order():
    assert outcomes(b"<pmc-articleset>" + ARTICLE + OTHER + b"</pmc-articleset>") == [41000021, 41000022]


def test_a_set_that_is_cut_off_says_so_after_the_articles_that_are_whole():
    xml = b"<pmc-articleset>" + ARTICLE + OTHER + b"</pmc-articleset>"

    assert outcomes(xml[: len(ARTICLE) + 60])[0] == 41000021
    assert "cut off" in str(outcomes(xml[: len(ARTICLE) + 60])[-1])


@pytest.mark.parametrize("part", range(1, 20))
def test_an_article_that_is_cut_off_anywhere_is_refused_in_words(part):
    [reason, *rest] = outcomes(ARTICLE[: len(ARTICLE) * part // 20])

    assert "cut off" in str(reason) or "no JATS" in str(reason)
    assert all("cut off" in str(one) for one in rest)


def test_one_damaged_article_spoils_no_other():
    xml = b"<pmc-articleset>" + ARTICLE.replace(b"<p>", b"<p><q>") + OTHER + b"</pmc-articleset>"

    assert outcomes(xml)[1:] == [41000022]
    assert str(outcomes(xml)[0]).startswith("The article is not well-formed XML")


def test_what_is_no_jats_is_refused_in_words():
    assert outcomes(b"<html><p>x</p></html>") == ["This is no JATS: its root element is html, and no record is in it."]
    assert outcomes(b"") == ["The file is empty."]


def test_the_hash_of_an_article_is_the_same_in_a_set_and_alone():
    alone, of_set = parsed(ARTICLE), parsed(b"<pmc-articleset>" + ARTICLE + b"</pmc-articleset>")

    assert alone == of_set
    assert alone.full_text.sha256 == hashlib.sha256(ARTICLE).hexdigest()


def test_names_of_characters_are_known_though_no_dtd_is_read():
    article = parsed(jats(f"<p>Caf&eacute;&nbsp;lamps &amp; fog [{xref(1)}].</p>", refs=numbered(1)))

    assert article.full_text.sentences[0].text == "Café lamps & fog [1]."


def test_entities_of_a_document_are_never_expanded():
    xml = b"<!DOCTYPE article [<!ENTITY lol 'ha'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + jats("<p>&lol;&x;</p>")

    assert "Entity" in str(outcomes(xml)[0])


def test_prefixes_that_the_article_does_not_declare_itself_are_known():
    undeclared = ARTICLE.replace(XLINK.encode(), b"").replace(b"<p>", b'<p xlink:role="x" odd:y="z">')

    assert parsed(b"<root " + XLINK.encode() + b">" + undeclared + b"</root>").full_text.pmid == 41000021


def test_an_article_nested_without_end_is_refused():
    assert "depth" in str(outcomes(jats("<p>" + "<b>" * 5000 + "</b>" * 5000 + "</p>"))[0])


def test_elements_as_deep_as_the_parser_takes_them_are_read():
    deep = "<italic>" * 240 + xref(1) + "</italic>" * 240

    assert cited(parsed(jats(f"<p>x {deep}</p>", refs=numbered(1))).full_text) == [("1", [1])]


def test_the_time_does_not_grow_with_the_square_of_the_marks_of_a_paragraph():
    marks = "".join(f"Lamps [{xref(1 + number % 9)}]. " for number in range(6_000))

    assert len(parsed(jats(f"<p>{marks}</p>", refs=numbered(9))).full_text.sentences) == 6_000


# --- outcomes ---


@pytest.mark.parametrize(
    ("body", "refs", "outcome"),
    [
        (BODY, numbered(1), "body"),
        ("<p>Lamps burn.</p>", "", "body"),
        ("<p>Lamps burn.</p>", numbered(1), "no marks"),
        ("", "", "front only"),
        ("<p> </p>", "", "front only"),
        ('<supplementary-material content-type="scanned-pages"/>', "", "front only"),
    ],
)
def test_the_outcome_says_what_was_given(body, refs, outcome):
    assert parsed(jats(body, refs=refs)).full_text.outcome == outcome


def test_identifiers_of_an_article_are_its_own_and_not_those_of_what_it_cites():
    refs = '<ref id="R1"><mixed-citation>x<pub-id pub-id-type="pmid">5</pub-id></mixed-citation></ref>'
    text = parsed(jats(BODY, refs=refs, ids=[("pmc", "9000021"), ("doi", "10.5555/Lamps")])).full_text

    assert (text.pmid, text.pmcid, text.doi) == (None, "PMC9000021", "10.5555/lamps")


def test_the_version_of_a_text_is_that_of_its_pmc_identifier():
    assert parsed(jats(ids=[("pmid", "1"), ("pmcid-ver", "PMC9000021.3")])).full_text.version == 3


@pytest.mark.parametrize("name", ["UTF-16", "utf-16le", "utf-32"])
def test_a_declaration_that_is_not_in_the_encoding_it_declares_is_that_of_a_recoded_document(name):
    xml = f'<?xml version="1.0" encoding="{name}"?>'.encode() + jats("<p>Fjære lamps.</p>")

    assert parsed(xml).full_text.outcome == "body"
