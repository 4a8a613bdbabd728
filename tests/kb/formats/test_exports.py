"""What leaves arrives as the record says it: places in journals and books, kinds of work, doubts, titles and names."""

import csv
import json
import sqlite3
from io import StringIO
from typing import Any

import bibtexparser
import pytest
import rispy

from kb import records as r
from kb.database import transaction
from kb.formats.registry import BIBLIOGRAPHIES
from kb.formats.webmeta import citation_tags
from kb.queries.works.bibliography import Item, Name, read_items
from kb.records import ArticleIdentifier, Keyword
from kb.store.records import save_records
from tests.kb.formats.test_formats import ITEM, written
from tests.records import MOMENT, record

LUND = Name("Lund", "Eva", None, None, "author", "Lund E")
BERG = Name("Berg", "Nils", None, None, "book author", "Berg N")
DAHL = Name("Dahl", "Siri", None, None, "editor", "Dahl S")
ARTICLE = ITEM._replace(names=(LUND,), doi=None, pmcid=None, abstract=None, keyword_rows=())
NUMBERED = ARTICLE._replace(
    pages=None,
    citation_line="2020 May 24;15(1):e0240.",
    identifiers=(
        ArticleIdentifier(ITEM.id, 1, "pubmed", str(ITEM.id), None),
        ArticleIdentifier(ITEM.id, 2, "pii", "PONE-D-1", None),
        ArticleIdentifier(ITEM.id, 3, "pii", "e0240", 1),
    ),
)
BOOK = Item(
    id=77, source="pubmed", record_type="book", title="Boats of the fjord.", year=2018, doi=None, pmcid=None,
    book_title="Boats of the fjord", pub_date="2018", volume="2", publisher="Pier Press", publisher_place="Bergen (NO)",
    edition="3rd", volume_title="Sails", series_title="Coastal studies", isbn="9780306406157", languages=("eng",),
    names=(Name("Berg", "Nils", None, None, "author", "Berg N"), DAHL),
)  # fmt: skip
CHAPTER = BOOK._replace(
    record_type="book chapter", title="Mending a sail.", location_label="Chapter 4", pages="55-8",
    names=(LUND, BERG, DAHL),
)  # fmt: skip
PREPRINT = NUMBERED._replace(
    journal="fjordRxiv : the preprint server for boats", abbreviation="fjordRxiv", volume=None, issue=None,
    citation_line="2020 May 24:e0240.", publication_types=("Preprint", "Journal Article"),
)  # fmt: skip
TRANSLATED = ARTICLE._replace(
    title="[Boats in winter].", vernacular_title="Båter om vinteren.", languages=("nor",), pub_date="2005 Winter"
)
RETRACTED = ARTICLE._replace(
    is_retracted=1,
    publication_types=("Journal Article", "Retracted Publication"),
    notices=(r.Notice(ITEM.id, 1, "RetractionIn", 99, "J Boats. 2021;5:7", None),),
)


def ris(item: Item) -> dict[str, list[str]]:
    """Return the values of a RIS record by tag."""
    found: dict[str, list[str]] = {}
    for line in written(".ris", [item]).splitlines():
        found.setdefault(line[:2], []).append(line[6:])
    return found


def bib(item: Item) -> dict[str, str]:
    """Return the fields of a BibTeX entry, and its type."""
    [entry] = bibtexparser.parse_string(written(".bib", [item])).entries
    return {field.key: field.value for field in entry.fields} | {"type": entry.entry_type}


def csl(item: Item) -> dict[str, Any]:
    """Return the only item of a CSL-JSON file."""
    [entry] = json.loads(written(".csl.json", [item]))
    return dict(entry)


def nbib(item: Item) -> list[str]:
    """Return the lines of an NBIB record."""
    return written(".nbib", [item]).splitlines()


@pytest.mark.parametrize("pages", ["2048-2060.e7", "279-81, 285; discussion 286-8", "101-109S", "12-3-12-9", "xi-xiv"])
def test_pages_that_are_no_plain_span_are_in_every_format_as_printed(pages: str):
    item = ARTICLE._replace(pages=pages, citation_line=f"2020 May 24;15(1):{pages}.")

    assert (ris(item)["SP"], "EP" in ris(item)) == ([pages], False)
    assert (bib(item)["pages"], csl(item)["page"]) == (pages, pages)
    assert f"PG  - {pages}" in nbib(item)
    for suffix in (".nlm.txt", ".vancouver.txt"):
        assert f"15(1):{pages}. " in written(suffix, [item]).replace("\n", " ")
    assert f"15(1), {pages}." in written(".apa.txt", [item])
    assert dict(citation_tags(item))["citation_firstpage"] == pages


@pytest.mark.parametrize(
    ("pages", "printed"), [("e1-e10", "e1-e10"), ("S99-101", "S99-S101"), ("1123-1123", "1123"), ("S12-S19", "S12-9")]
)
def test_no_reference_shortens_a_span_of_pages_to_another(pages: str, printed: str):
    for suffix in (".nlm.txt", ".vancouver.txt"):
        assert f"15(1):{printed}." in written(suffix, [ARTICLE._replace(pages=pages)])


def test_the_number_of_an_article_without_pages_is_in_every_format():
    assert (ris(NUMBERED)["SP"], ris(NUMBERED)["C7"], bib(NUMBERED)["pages"]) == (["e0240"], ["e0240"], "e0240")
    assert (csl(NUMBERED)["page"], csl(NUMBERED)["number"]) == ("e0240", "e0240")
    assert "LID - e0240 [pii]" in nbib(NUMBERED)
    assert "2020 May 24;15(1):e0240. PubMed" in written(".nlm.txt", [NUMBERED])
    assert "2020;15(1):e0240.\n" in written(".vancouver.txt", [NUMBERED])
    assert "15(1), Article e0240.\n" in written(".apa.txt", [NUMBERED])
    assert json.loads(written(".jsonl", [NUMBERED]))["article_number"] == "e0240"
    assert dict(citation_tags(NUMBERED))["citation_firstpage"] == "e0240"


def test_an_identifier_that_the_citation_line_does_not_print_is_no_number_of_an_article():
    with_pages = NUMBERED._replace(pages="18-9")
    unprinted = NUMBERED._replace(citation_line="2020 May 24;15(1).")

    assert ("C7" in ris(with_pages), csl(with_pages)["page"]) == (False, "18-19")
    assert ("SP" in ris(unprinted), "page" in csl(unprinted), "pages" in bib(unprinted)) == (False, False, False)


def test_a_doi_in_the_place_of_pages_is_no_number_of_an_article():
    doi = "10.5555/boats.7"
    pii = (ArticleIdentifier(ITEM.id, 1, "pii", doi, 1),)

    assert "page" not in csl(NUMBERED._replace(citation_line=f"2020 May 24:{doi}.", identifiers=pii, doi=doi))


def test_a_publishers_item_identifier_is_not_called_an_article_number_in_apa():
    pii = "S0140-6736(20)30999-1"
    item = NUMBERED._replace(
        citation_line=f"2020 May 24:{pii}.", identifiers=(ArticleIdentifier(ITEM.id, 1, "pii", pii, 1),)
    )

    assert f"clinical practice, 15(1), {pii}." in written(".apa.txt", [item])


def test_a_book_in_ris_has_its_editors_and_series_where_zotero_reads_them():
    found = ris(BOOK)

    assert {tag: found[tag] for tag in ("TY", "AU", "A3", "T2", "CY", "PB", "ET", "VL", "SN")} == {
        "TY": ["BOOK"], "AU": ["Berg, Nils"], "A3": ["Dahl, Siri"], "T2": ["Coastal studies"], "CY": ["Bergen (NO)"],
        "PB": ["Pier Press"], "ET": ["3rd"], "VL": ["2"], "SN": ["9780306406157"],
    }  # fmt: skip
    assert found["N1"] == ["Volume title: Sails"]


def test_a_chapter_in_ris_tells_its_authors_from_those_of_the_book_and_from_its_editors():
    found = ris(CHAPTER._replace(pmcid="PMC5"))

    assert {tag: found[tag] for tag in ("TY", "AU", "C2", "A2", "T2", "T3", "SE", "SP", "EP")} == {
        "TY": ["CHAP"], "AU": ["Lund, Eva"], "C2": ["Berg, Nils"], "A2": ["Dahl, Siri"], "T2": ["Boats of the fjord"],
        "T3": ["Coastal studies"], "SE": ["4"], "SP": ["55"], "EP": ["58"],
    }  # fmt: skip
    assert "PMCID: PMC5" in found["N1"]


def test_books_and_chapters_in_bibtex_and_csl_have_the_same_knowledge():
    book, chapter, as_csl = bib(BOOK), bib(CHAPTER), csl(CHAPTER)

    assert (book["type"], book["author"], book["editor"]) == ("book", "Berg, Nils", "Dahl, Siri")
    assert {key: chapter[key] for key in ("type", "author", "bookauthor", "editor", "booktitle", "chapter")} == {
        "type": "incollection", "author": "Lund, Eva", "bookauthor": "Berg, Nils", "editor": "Dahl, Siri",
        "booktitle": "Boats of the fjord", "chapter": "4",
    }  # fmt: skip
    for entry in (book, chapter):
        assert (entry["address"], entry["series"], entry["isbn"]) == (
            "Bergen (NO)", "Coastal studies", "9780306406157",
        )  # fmt: skip
    assert {key: as_csl[key] for key in ("type", "container-title", "container-author", "editor")} == {
        "type": "chapter",
        "container-title": "Boats of the fjord",
        "container-author": [{"family": "Berg", "given": "Nils"}],
        "editor": [{"family": "Dahl", "given": "Siri"}],
    }
    assert {key: as_csl[key] for key in ("collection-title", "publisher-place", "ISBN", "chapter-number", "page")} == {
        "collection-title": "Coastal studies", "publisher-place": "Bergen (NO)", "ISBN": "9780306406157",
        "chapter-number": "4", "page": "55-58",
    }  # fmt: skip


def test_books_and_chapters_are_cited_with_place_series_volume_and_editors():
    assert written(".nlm.txt", [BOOK, CHAPTER]).splitlines() == [
        "Berg N. Boats of the fjord. 3rd ed. Vol. 2, Sails. Dahl S, editor. Bergen (NO): Pier Press; 2018. (Coastal "
        "studies). PubMed PMID: 77.",
        "Lund E. Mending a sail. In: Berg N. Boats of the fjord. 3rd ed. Vol. 2, Sails. Dahl S, editor. Bergen (NO): "
        "Pier Press; 2018. p. 55-8. (Coastal studies). PubMed PMID: 77.",
    ]
    assert written(".apa.txt", [BOOK, CHAPTER]).splitlines() == [
        "Berg, N. (2018). Boats of the fjord (S. Dahl, Ed., 3rd ed., Vol. 2, Sails). Pier Press.",
        "Lund, E. (2018). Mending a sail. In N. Berg, Boats of the fjord (S. Dahl, Ed., 3rd ed., Vol. 2, Sails, pp. "
        "55–58). Pier Press.",
    ]
    assert "In: Dahl S, editor. Boats" in written(".vancouver.txt", [CHAPTER._replace(names=(LUND, DAHL))])
    assert "In S. Dahl (Ed.), Boats" in written(".apa.txt", [CHAPTER._replace(names=(LUND, DAHL))])
    assert "2018. Chapter 4." in written(".nlm.txt", [CHAPTER._replace(pages=None)])
    assert "3rd ed. Vol." in written(".nlm.txt", [CHAPTER._replace(edition="3rd edition")])


def test_a_chapter_in_nbib_says_that_it_is_one_and_where_its_book_is_from():
    lines = nbib(CHAPTER)

    assert {"BTI - Boats of the fjord", "VTI - Sails", "CTI - Coastal studies", "PL  - Bergen (NO)"} < set(lines)
    assert lines.count("PT  - Book Chapter") == 1
    assert nbib(CHAPTER._replace(publication_types=("Book Chapter",))) == lines
    assert [line for line in lines if line[:2] in ("AU", "ED")] == ["AU  - Lund E", "ED  - Dahl S"]


def test_nbib_holds_no_name_of_an_xml_element():
    fields = (r.OtherField(77, 1, "OWN", "NLM"), r.OtherField(77, 2, "Medium", "Internet"))

    assert [line for line in nbib(BOOK._replace(other_fields=fields)) if "NLM" in line or "Internet" in line] == [
        "OWN - NLM"
    ]


def test_a_preprint_says_so_in_every_format():
    assert (ris(PREPRINT)["M3"], ris(PREPRINT)["N1"], bib(PREPRINT)["note"]) == (["Preprint"], ["Preprint"], "Preprint")
    assert {key: csl(PREPRINT).get(key) for key in ("type", "genre", "publisher", "number", "page")} == {
        "type": "article", "genre": "Preprint", "publisher": "fjordRxiv", "number": "e0240", "page": None,
    }  # fmt: skip
    assert "fjordRxiv [Preprint]. 2020 May 24:e0240." in written(".nlm.txt", [PREPRINT])
    assert "DNA in Norway [Preprint]. fjordRxiv, Article e0240." in written(".apa.txt", [PREPRINT])
    for suffix in BIBLIOGRAPHIES:
        assert "Preprint" in written(suffix, [PREPRINT]), suffix


def test_a_translated_title_brings_the_original_title_and_the_language():
    assert (ris(TRANSLATED)["LA"], ris(TRANSLATED)["N1"]) == (["nor"], ["Original title: Båter om vinteren"])
    assert (bib(TRANSLATED)["language"], bib(TRANSLATED)["note"]) == ("no", "Original title: Båter om vinteren")
    assert (csl(TRANSLATED)["language"], csl(TRANSLATED)["original-title"]) == ("no", "Båter om vinteren")
    assert ". Norwegian. PubMed" in written(".nlm.txt", [TRANSLATED])
    assert "(2005). Båter om vinteren [Boats in winter]. Addiction" in written(".apa.txt", [TRANSLATED])
    assert "original-title" not in csl(TRANSLATED._replace(title="Båter om vinteren."))


def test_a_season_and_a_span_of_months_stay_with_the_year():
    months = ARTICLE._replace(pub_date="2003 Jan-Feb", year=2003)

    assert (ris(TRANSLATED)["DA"], bib(TRANSLATED)["month"]) == (["2005///Winter"], "Winter")
    assert csl(TRANSLATED)["issued"] == {"date-parts": [[2005]], "season": 4}
    assert "2005 Winter;15" in written(".nlm.txt", [TRANSLATED])
    assert (ris(months)["DA"], bib(months)["month"]) == (["2003/01//Jan-Feb"], "Jan-Feb")
    assert csl(months)["issued"] == {"date-parts": [[2003, 1], [2003, 2]]}
    assert "2003 Jan-Feb;15" in written(".nlm.txt", [months])


@pytest.mark.parametrize("suffix", BIBLIOGRAPHIES)
def test_what_is_retracted_says_so_in_every_format(suffix: str):
    text = written(suffix, [RETRACTED])

    assert "J Boats. 2021;5:7" in text
    assert "Retracted" in text


def test_what_only_its_retraction_calls_retracted_is_retracted(db: sqlite3.Connection):
    with transaction(db):
        save_records(
            db,
            [record(1, title="Sails."), record(2, title="Retraction.", notices=(("RetractionOf", 1, "J", None),))],
            received_at=MOMENT,
        )

    retracted, notice = read_items(db, [1, 2])

    assert (retracted.is_retracted, notice.is_retracted) == (1, 0)
    assert csl(retracted)["note"] == "Retracted"


def test_partial_retractions_and_concerns_are_told_apart_from_retractions():
    kinds = ("PartialRetractionIn", "ExpressionOfConcernIn")
    notices = tuple(r.Notice(1, n, kind, None, f"J {n}", None) for n, kind in enumerate(kinds, start=1))

    assert csl(ARTICLE._replace(notices=notices))["note"] == "Retracted in part: J 1\nExpression of concern: J 2"


@pytest.mark.parametrize(
    ("title", "written_as"),
    [
        ("DNA and the lacZ gene", "{DNA} and the {lacZ} gene"),
        ("mRNA in E. coli", "{mRNA} in {E}. coli"),
        ("Boats of Bergen", "Boats of {Bergen}"),
        ("[Boats of Bergen]", "[{Boats} of {Bergen}]"),
        ("3D prints of CO₂ and SARS-CoV-2", "{3D} prints of {CO₂} and {SARS-CoV-2}"),
        ("αB-crystallin: A view", "{αB-crystallin}: {A} view"),
        ("A_B & 5% of $2 #1", r"{A\_B} \& 5\% of \$2 \#1"),
        ("p<0.05 | x>y", r"p\textless{}0.05 \textbar{} x\textgreater{}y"),
    ],
)
def test_words_with_capitals_keep_them_in_bibtex(title: str, written_as: str):
    assert f"title = {{{written_as}}}," in written(".bib", [ARTICLE._replace(title=title)])


def test_names_and_lists_in_bibtex_are_split_only_where_they_end():
    names = (
        Name(None, None, None, "Academies of Boats, Sails, and Oars", "author", "Academies"),
        Name("van der Berg", "Jan", "3rd", None, "author", "van der Berg J 3rd"),
        Name("Abdul Rahman", None, None, None, "author", "Abdul Rahman"),
    )
    keywords = tuple(Keyword(1, n, text, None, None) for n, text in enumerate(("boats, old", "oars"), start=1))
    found = bib(BOOK._replace(names=names, keyword_rows=keywords, publisher="Pier and Sons"))

    assert found["author"] == "{Academies of Boats, Sails, and Oars} and van der Berg, 3rd, Jan and {Abdul Rahman}"
    assert (found["keywords"], found["publisher"]) == ("{boats, old}, oars", "{Pier and Sons}")


def test_a_comma_inside_a_part_of_a_name_is_left_out_of_ris_since_readers_split_there():
    names = (
        Name(None, None, None, "Academies of Boats, Sails, and Oars", "author", "Academies"),
        Name("Berg, Jr", "Nils", None, None, "author", "Berg N"),
        Name("de Vries", "Anna", "2nd", None, "author", "de Vries A 2nd"),
        Name(None, None, None, "Moe, Per", "author", "Moe P", is_person=1),
    )
    [entry] = rispy.loads(written(".ris", [ARTICLE._replace(names=names)]))

    assert entry["authors"] == ["Academies of Boats Sails and Oars", "Berg Jr, Nils", "de Vries, Anna, 2nd", "Moe, Per"]


def test_pubmeds_csv_tells_number_kind_and_doubts_in_its_citation():
    rows = list(csv.DictReader(StringIO(written(".pubmed.csv", [PREPRINT, RETRACTED]).removeprefix("\ufeff"))))

    assert rows[0]["Citation"] == "fjordRxiv. 2020 May 24:e0240. [Preprint]"
    assert rows[1]["Citation"].endswith("[Retracted: J Boats. 2021;5:7. PMID: 99]")
