"""The record of an article as its front matter gives it."""

from kb import records as rows
from tests.harvest.pmc.jats import jats, parsed

META = """
<title-group><article-title>Harbour <italic>lamps</italic><xref ref-type="fn" rid="n1">*</xref></article-title>
<subtitle>A review</subtitle></title-group>
<contrib-group>
<contrib contrib-type="author" equal-contrib="yes"><contrib-id contrib-id-type="orcid">https://orcid.org/0000-0002-1825-0097
</contrib-id><name><surname>Okoro</surname><given-names>Tina-Maria</given-names></name><xref ref-type="aff" rid="a1 a2">1,2</xref></contrib>
<contrib contrib-type="author"><name><surname>Lund</surname><given-names initials="M">Mo</given-names></name>
<aff>Lamp Institute, <country>Norway</country></aff></contrib>
<contrib contrib-type="author"><collab>Lamp Group<contrib-group><contrib><name><surname>Berg</surname></name></contrib>
</contrib-group></collab></contrib>
<contrib contrib-type="editor"><name><surname>Strand</surname><given-names>E</given-names></name></contrib>
</contrib-group>
<aff id="a1"><label>1</label><institution>Harbour Office</institution> <country>Ghana</country></aff><aff id="a2">Fog House</aff>
<pub-date pub-type="epub"><day>3</day><month>2</month><year>2011</year></pub-date>
<pub-date pub-type="ppub"><month>5</month><year>2012</year></pub-date>
<volume>3</volume><issue>2</issue><fpage>4</fpage><lpage>9</lpage>
<history><date date-type="rev-recd"><year>2010</year></date></history>
<permissions><copyright-statement>© Okoro</copyright-statement></permissions>
<abstract><sec><title>Methods:</title><p>We looked.</p></sec><sec><title>Tide</title><p>It rose.</p></sec></abstract>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<related-article related-article-type="retracted-article" ext-link-type="doi" xlink:href="10.5555/Dark"/>
<related-article related-article-type="retracted-article" ext-link-type="doi" xlink:href="10.5555/Dark"/>
<related-article related-article-type="commentary-article" ext-link-type="pubmed" xlink:href="41000030">Fog, too</related-article>
<related-article related-article-type="companion" xlink:href="10.5555/beside"/>
<kwd-group><kwd>lamps</kwd><kwd>fog</kwd></kwd-group>
"""  # noqa: E501  # as the publisher breaks lines
JOURNAL = (
    '<journal-meta><journal-id journal-id-type="nlm-ta">J Lamps</journal-id><journal-title-group><journal-title>'
    'Journal of Lamps</journal-title></journal-title-group><issn pub-type="epub">1234-5679</issn></journal-meta>'
)
RECORD = parsed(
    jats("<p>x</p>", meta=META, namespace=' xml:lang="en"').replace(b"<journal-meta/>", JOURNAL.encode())
).record
assert RECORD is not None
ARTICLE = RECORD.article


def test_title_place_and_identifiers_are_those_of_the_front_matter():
    assert (ARTICLE.pmid, ARTICLE.title, ARTICLE.doi, ARTICLE.pmcid) == (
        41000021, "Harbour lamps: A review", "10.5555/lamps", "PMC9000021",
    )  # fmt: skip
    assert (ARTICLE.citation_line, ARTICLE.year) == ("2012 May;3(2):4-9.", 2012)
    assert (RECORD.source, ARTICLE.copyright, ARTICLE.reference_count) == ("pmc", "© Okoro", None)


def test_authors_are_named_as_pubmed_names_them_and_editors_are_none():
    assert ARTICLE.authors == "Okoro TM, Lund M, Lamp Group"
    first = RECORD.authorships[0]
    assert (first.fore_name, first.orcid, first.equal_contribution) == ("Tina-Maria", "0000-0002-1825-0097", 1)
    assert RECORD.authorships[2].collective_name == "Lamp Group"


def test_affiliations_stand_with_their_authors():
    assert [(one.position, one.ordinal, one.affiliation) for one in RECORD.affiliations] == [
        (1, 1, "Harbour Office, Ghana"), (1, 2, "Fog House"), (2, 1, "Lamp Institute, Norway"),
    ]  # fmt: skip


def test_a_journal_is_known_by_its_abbreviation():
    assert RECORD.journal == rows.Journal(
        "ta:J Lamps", "Journal of Lamps", "J Lamps", None, None, "1234-5679", None, None, None
    )


def test_sections_of_the_abstract_keep_their_headings_and_other_abstracts_are_left_out():
    assert [(one.label, one.category, one.text) for one in RECORD.abstract_sections] == [
        ("Methods", "METHODS", "We looked."), ("Tide", None, "It rose."),
    ]  # fmt: skip


def test_keywords_language_and_dates_are_read():
    assert [one.keyword for one in RECORD.keywords] == ["lamps", "fog"]
    assert [one.language for one in RECORD.languages] == ["eng"]
    assert [(one.kind, one.date) for one in RECORD.article_dates] == [("Electronic", "2011-02-03"), ("revised", "2010")]


def test_notices_name_the_other_article_and_companions_are_none():
    assert [(one.kind, one.other_pmid, one.ref_source, one.note) for one in RECORD.notices] == [
        ("RetractionOf", None, "doi: 10.5555/dark", None), ("CommentOn", 41000030, None, "Fog, too"),
    ]  # fmt: skip


def test_an_article_without_a_pmid_has_no_record_and_its_text_is_read_all_the_same():
    article = parsed(jats("<p>x</p>", ids=[("pmcid", "PMC9000021")]))

    assert (article.record, article.full_text.pmcid) == (None, "PMC9000021")


def test_an_article_that_says_next_to_nothing_is_read():
    record = parsed(jats("<p>x</p>")).record

    assert record is not None
    assert (record.article.title, record.article.year, record.journal) == (None, None, None)
