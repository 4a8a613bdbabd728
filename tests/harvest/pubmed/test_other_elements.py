"""What no table has a place for is kept under its tag in NBIB, or the name of its element, and written again."""

from lxml import etree

from harvest.pubmed.article import parse_articles
from harvest.pubmed.write_article import format_record
from kb.errors import RecordError
from kb.records import Record
from tests.builders import article_set, article_xml, author_xml, book_xml, element
from tests.harvest.pubmed.whole_record import WHOLE


def read(xml: str) -> Record:
    [record] = parse_articles(article_set(xml))
    assert not isinstance(record, RecordError), record
    assert isinstance(record, Record)
    assert list(parse_articles(format_record(record).encode())) == [record]
    return record


def fields(xml: str) -> list[tuple[str, str]]:
    return [(row.tag, row.value) for row in read(xml).other_fields]


def test_fields_that_nbib_has_stand_under_its_tags():
    person = "".join(map(element, ("LastName", "ForeName", "Initials", "Suffix"), ("Wick", "Ada B", "AB", "Jr")))
    medline = (
        element("CitationSubset", "IM")
        + element("GeneSymbolList", element("GeneSymbol", "lmp-1") + element("GeneSymbol", "lmp-2"))
        + element("NumberOfReferences", 43)
        + element("PersonalNameSubjectList", element("PersonalNameSubject", person))
        + element("SpaceFlightMission", "Skylab Lamp")
        + element("GeneralNote", "12 fn.", Owner="KIE")
        + element("GeneralNote", "In two parts.", Owner="NLM")
    )

    assert fields(article_xml(medline=medline)) == [
        ("SB", "IM"), ("GS", "lmp-1"), ("GS", "lmp-2"), ("NumberOfReferences", "43"), ("FPS", "Wick, Ada B Jr"),
        ("PS", "Wick AB Jr"), ("SFM", "Skylab Lamp"), ("GN", "KIE: 12 fn."), ("GN", "In two parts."),
    ]  # fmt: skip


def test_who_keeps_a_record_and_how_it_was_indexed_is_kept():
    xml = article_xml().replace('Status="MEDLINE"', 'Status="MEDLINE" IndexingMethod="Curated" Owner="NLM"')

    assert fields(xml) == [("OWN", "NLM"), ("IndexingMethod", "Curated")]


def test_an_element_that_nobody_knows_is_kept_wherever_it_stands():
    xml = article_xml(
        article=element("Glow", "faint"),
        medline='<Lamps n="2"><Lamp>a &amp; b</Lamp></Lamps>',
        authors=[author_xml("Wick A", more=element("Nickname", "Spark"))],
        data=element("ObjectList", element("Object", element("Param", "7", Name="id"), Type="Erratum")),
        keywords=["oil"],
    )

    assert fields(xml.replace("</KeywordList>", "<Wort>Öl</Wort></KeywordList>")) == [
        ("Nickname", "Spark"), ("Glow", "faint"), ("Wort", "Öl"),
        ("Lamps", '<Lamps n="2"><Lamp>a &amp; b</Lamp></Lamps>'),
        ("ObjectList", '<ObjectList><Object Type="Erratum"><Param Name="id">7</Param></Object></ObjectList>'),
    ]  # fmt: skip


def test_no_list_passes_over_an_element_in_silence():
    """Into each element of a record with all lists that is no text, one that nobody knows is put, one at a time."""
    whole = etree.fromstring(WHOLE)
    texts = {"ArticleTitle", "AbstractText", "Affiliation", "Citation", "Keyword", "CoiStatement"}
    tried = set()
    for place in whole.iter():
        if len(place) and place.tag not in {*texts, *tried}:
            tried.add(place.tag)
            glow = etree.SubElement(place, "Glow")
            glow.text = "faint"
            [record] = parse_articles(article_set(etree.tostring(whole, encoding="unicode")))
            assert ("Glow", "faint") in [(row.tag, row.value) for row in record.other_fields], place.tag
            place.remove(glow)

    assert len(tried) > 30


def test_an_author_whom_the_record_calls_invalid_is_no_author_and_is_kept():
    wrong = author_xml("Wik A", ValidYN="N")

    record = read(article_xml(authors=[wrong, author_xml("Wick A")]))

    assert record.article.authors == "Wick A"
    assert [(row.tag, row.value) for row in record.other_fields] == [("Author", wrong)]


def test_what_a_book_says_beside_its_tables_is_kept():
    sections = element("Sections", element("Section", element("SectionTitle", "Wicks", part="s1")))

    xml = book_xml(book=element("Medium", "Internet"), document=sections + element("CitationString", "Wick A. Oil."))

    assert fields(xml) == [("Medium", "Internet"), ("Sections", sections), ("CitationString", "Wick A. Oil.")]


def test_the_doi_of_a_book_is_kept_with_its_chapter_and_is_not_the_chapters():
    doi = element("ELocationID", "10.5555/book", EIdType="doi", ValidYN="Y")

    chapter = read(book_xml(chapter="Oil", book=doi))

    assert chapter.article.doi is None
    assert [(row.tag, row.value) for row in chapter.other_fields] == [("ELocationID", doi)]


def test_empty_elements_say_nothing():
    assert fields(article_xml(medline="<CitationSubset/><GeneSymbolList/><Glow> </Glow>")) == []
