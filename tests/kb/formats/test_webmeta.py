"""What pages carry for reference managers: the facts of the work, and nothing that ends a tag."""

import json
from urllib.parse import parse_qsl

from kb.formats.webmeta import citation_tags, coins, json_ld
from kb.queries.works.bibliography import Name
from tests.graph.export.hostile import titles
from tests.kb.formats.items import ARTICLE

ITEM = ARTICLE._replace(
    names=(
        Name("Vederhus", "John-Kåre", None, None, "author", "Vederhus JK", "0000-0001-2345-6789"),
        Name(None, None, None, "Recovery Group", "author", "Recovery Group"),
        Name("Høie", "M", None, None, "editor", "Høie M"),
    )
)


def test_citation_tags_say_what_zotero_reads():
    assert citation_tags(ITEM) == [
        ("citation_title", "One size doesn't fit all"),
        ("citation_author", "Vederhus, John-Kåre"),
        ("citation_author_orcid", "https://orcid.org/0000-0001-2345-6789"),
        ("citation_author", "Recovery Group"),
        ("citation_publication_date", "2020/05/24"),
        ("citation_journal_title", "Addiction science & clinical practice"),
        ("citation_journal_abbrev", "Addict Sci Clin Pract"),
        ("citation_volume", "15"),
        ("citation_issue", "1"),
        ("citation_firstpage", "18"),
        ("citation_lastpage", "19"),
        ("citation_issn", "1940-0640"),
        ("citation_doi", "10.1186/s13722-020-00191-w"),
        ("citation_editor", "Høie, M"),
        ("citation_pmid", "32448354"),
        ("citation_language", "eng"),
    ]


def test_json_ld_is_a_scholarly_article_in_its_issue():
    said = json.loads(json_ld(ITEM))

    assert said["@type"] == "ScholarlyArticle"
    assert said["author"][1] == {"@type": "Organization", "name": "Recovery Group"}
    assert said["isPartOf"] == {
        "@type": "PublicationIssue",
        "issueNumber": "1",
        "isPartOf": {
            "@type": "PublicationVolume",
            "volumeNumber": "15",
            "isPartOf": {
                "@type": "Periodical",
                "name": "Addiction science & clinical practice",
                "issn": "1940-0640",
            },
        },
    }
    assert (said["datePublished"], said["pageStart"], said["pageEnd"]) == ("2020-05-24", "18", "19")
    assert [one["value"] for one in said["identifier"]] == ["32448354", "10.1186/s13722-020-00191-w", "PMC7247232"]


def test_no_text_can_end_the_script_that_holds_it():
    for text in [*titles(300), "</script><script>alert(1)</script>", "<!--<script>", "a\u2028b"]:
        written = json_ld(
            ITEM._replace(title=text, journal=text, names=(Name(text, text, None, None, "author", text),))
        )

        assert not set(written) & set("<>&\u2028\u2029")
        json.loads(written)


def test_a_chapter_is_part_of_its_book():
    chapter = ITEM._replace(record_type="book chapter", book_title="Treatment", journal=None, abbreviation=None)

    assert json.loads(json_ld(chapter))["isPartOf"] == {
        "@type": "Book",
        "name": "Treatment",
        "editor": [{"@type": "Person", "name": "M Høie", "familyName": "Høie", "givenName": "M"}],
    }
    assert ("citation_inbook_title", "Treatment") in citation_tags(chapter)
    assert dict(parse_qsl(coins(chapter)))["rft_val_fmt"] == "info:ofi/fmt:kev:mtx:book"


def test_coins_reads_back_as_the_article():
    said = parse_qsl(coins(ITEM))

    assert [value for name, value in said if name == "rft.au"] == ["Vederhus, John-Kåre", "Recovery Group"]
    assert dict(said) == {
        "ctx_ver": "Z39.88-2004",
        "rft_val_fmt": "info:ofi/fmt:kev:mtx:journal",
        "rft_id": "info:doi/10.1186/s13722-020-00191-w",
        "rft.genre": "article",
        "rft.atitle": "One size doesn't fit all",
        "rft.jtitle": "Addiction science & clinical practice",
        "rft.stitle": "Addict Sci Clin Pract",
        "rft.date": "2020-05-24",
        "rft.volume": "15",
        "rft.issue": "1",
        "rft.spage": "18",
        "rft.epage": "19",
        "rft.issn": "1940-0640",
        "rft.aulast": "Vederhus",
        "rft.aufirst": "John-Kåre",
        "rft.au": "Recovery Group",
    }
