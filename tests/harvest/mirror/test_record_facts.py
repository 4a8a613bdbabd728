"""What a mirror reads of a record by patterns is what harvest.pubmed parses."""

import gzip

import pytest

from harvest.mirror.record_facts import Facts, parsed_facts, read_facts
from harvest.pubmed.article import split_records
from harvest.pubmed.write_article import format_record
from kb.errors import RecordError
from tests.benchmarks.pubmed_files import Made, write_file
from tests.benchmarks.pubmed_shaped import shaped_record
from tests.builders import article_set, article_xml, book_xml, ids_xml, notice_xml, reference_list_xml, reference_xml

REFERENCES = [reference_xml("A.", pmid=5, doi="10.1/a"), reference_xml("B."), reference_xml("C.", pmid=3)]
LISTED = reference_list_xml(*REFERENCES)
ODD = {
    "a comment hides a list": article_xml(data=f"<!-- {LISTED} -->"),
    "a comment hides an identifier": article_xml(references=LISTED.replace(">3<", "><!-- 3 -->4<")),
    "CDATA": article_xml(references=[reference_xml("<![CDATA[<Reference>]]>", pmid=7)]),
    "an old list": article_xml(notices=[notice_xml("Cites", pmid=8, source="J. 1999"), notice_xml("Cites")]),
    "an old list and a new one": article_xml(notices=[notice_xml("Cites", pmid=8)], references=LISTED),
    "two PMIDs in a reference": article_xml(references=[reference_xml("A.", pmid=5, ids=[("pubmed", "6")])]),
    "a PMID that is none": article_xml(references=[reference_xml("A.", ids=[("pubmed", "0"), ("pubmed", "6")])]),
    "a PMID with blanks": article_xml(references=[reference_xml("A.", pmid=" 12\n")]),
    "a PMID too large": article_xml(references=[reference_xml("A.", pmid=9_999_999_999)]),
    "a PMID with an entity": article_xml(references=[reference_xml("A.", pmid="1&#50;")]),
    "a PMID of another form": article_xml(references=LISTED.replace('IdType="pubmed"', "IdType='pubmed'")),
    "an identifier without a kind": article_xml(references=LISTED.replace(' IdType="pubmed"', "")),
    "an element of old": article_xml(references=reference_list_xml("<Reference><PMID>9</PMID></Reference>")),
    "PubMed in its words": article_xml(references=[reference_xml("See pubmed and Pubmed.", pmid=5)]),
    "a list in a list": article_xml(references=reference_list_xml(REFERENCES[0], LISTED, title="All")),
    "two lists": article_xml(references=LISTED + reference_list_xml(reference_xml("D.", pmid=44))),
    "identifiers between two lists": article_xml(references=LISTED + ids_xml([("pubmed", "1")]) + LISTED),
    "identifiers after the list": article_xml(references=LISTED + ids_xml([("pubmed", "1")])),
    "an empty list": article_xml(references="<ReferenceList/>"),
    "an empty reference": article_xml(references=reference_list_xml("<Reference/>", *REFERENCES)),
    "a reference with an attribute": article_xml(references=LISTED.replace("<Reference>", '<Reference n="1">')),
    "no list": article_xml(),
    "a season": article_xml(pub_date="<Year>2019</Year><Season>Summer</Season>"),
    "a span of dates": article_xml(pub_date="<MedlineDate>1998 Dec-1999 Jan</MedlineDate>"),
    "a date without a year": article_xml(pub_date="<MedlineDate>Summer</MedlineDate>"),
    "a year that is none": article_xml(pub_date="<Year>0001</Year>"),
    "no date": article_xml(pub_date=""),
    "no number of the journal": article_xml(journal={"ta": "J Tests"}),
    "no journal": article_xml(journal={}),
    "a version": article_xml(version=3),
    "a version that is none": article_xml().replace('Version="1"', 'Version="a"', 1),
    "a processing instruction": article_xml(origin='<?litkb source="synthetic"?>', references=LISTED),
    "a book": book_xml(data=LISTED),
    "a chapter": book_xml(chapter="One"),
}


@pytest.mark.parametrize("xml", ODD.values(), ids=ODD)
def test_a_record_of_any_form_is_read_as_the_parser_reads_it(xml: str):
    [raw] = split_records([article_set(xml)])

    assert read_facts(raw) == parsed_facts(raw)


def test_records_of_pubmeds_shape_are_read_as_the_parser_reads_them(tmp_path):
    made = write_file(tmp_path, Made(files=1, records=60, templates=30), 1)
    shaped = article_set(*(format_record(shaped_record(number, 100)) for number in range(40)))

    for document in (shaped, gzip.decompress(made.read_bytes())):
        for raw in split_records([document]):
            if raw.kind != "deletion":
                assert read_facts(raw) == parsed_facts(raw)


def test_usual_records_are_not_parsed(monkeypatch):
    monkeypatch.setattr("harvest.mirror.record_facts.parsed_facts", None)
    [raw] = split_records([article_set(article_xml(pmid=7, references=REFERENCES))])

    assert read_facts(raw) == Facts(7, 1, 2020, "101", 3, [5, 3])


def test_a_record_without_a_pmid_is_refused():
    [raw] = split_records([article_set(article_xml().replace('<PMID Version="1">1</PMID>', ""))])

    with pytest.raises(RecordError, match="no PMID"):
        read_facts(raw)
