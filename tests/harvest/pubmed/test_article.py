"""Every element of an article that litkb keeps, and the shapes in which real records give it."""

import pytest

from harvest.pubmed.article import parse_articles
from harvest.pubmed.write_article import format_record
from kb import records as rows
from kb.errors import RecordError
from tests.builders import (
    article_set,
    article_xml,
    author_xml,
    date_xml,
    delete_xml,
    element,
    notice_xml,
)


def parsed(*records: str) -> list[rows.Record]:
    found = list(parse_articles(article_set(*records)))
    assert not [str(item) for item in found if isinstance(item, RecordError)]
    return found


def one(*args: object, **values: object) -> rows.Record:
    [record] = parsed(article_xml(*args, **values))
    return record


def test_a_whole_small_record_gives_exactly_these_rows():
    record = one(
        32448354,
        title="One size: H<sub>2</sub>O",
        doi="10.1186/S13722-020-00191-W",
        pmc="PMC7247232",
        abstract=[("Background", "Why."), ("Results", "What.")],
        keywords=["Norway"],
        mesh=[("D012345:Humans", [])],
        revised="2021-01-02",
    )

    assert record == rows.Record(
        article=rows.Article(
            32448354,
            "article",
            title="One size: H₂O",
            title_html="One size: H<sub>2</sub>O",
            authors="Vederhus JK",
            authors_complete=1,
            journal_id="101",
            citation_line="2020 May 24;15(1):18.",
            pub_date="2020 May 24",
            year=2020,
            volume="15",
            issue="1",
            pages="18",
            pub_model="Print",
            doi="10.1186/s13722-020-00191-w",
            pmcid="PMC7247232",
            status="MEDLINE",
            date_revised="2021-01-02",
        ),
        journal=rows.Journal(
            "101", "Journal of Tests", "J Tests", "J. Tests", None, None, None, "Norway", "2021-01-02"
        ),
        abstract_sections=(
            rows.AbstractSection(32448354, 1, "Background", None, "Why.", None),
            rows.AbstractSection(32448354, 2, "Results", None, "What.", None),
        ),
        authorships=(
            rows.Authorship(32448354, 1, "Vederhus JK", "Vederhus", None, "JK", None, None, None, None, "author"),
        ),
        mesh_headings=(rows.MeshHeading(32448354, 1, 1, "D012345", None, 0, 0),),
        mesh_descriptors=(rows.MeshDescriptor("D012345", "Humans", "2021-01-02"),),
        keywords=(rows.Keyword(32448354, 1, "Norway", 0, "NOTNLM"),),
        article_identifiers=(
            rows.ArticleIdentifier(32448354, 1, "doi", "10.1186/S13722-020-00191-W", None),
            rows.ArticleIdentifier(32448354, 2, "pmc", "PMC7247232", None),
        ),
        article_dates=(rows.ArticleDate(32448354, 1, "revised", "2021-01-02"),),
    )


# --- identifiers ---


def test_a_doi_that_only_the_location_gives_is_used_unless_it_is_none_or_marked_invalid():
    def locations(value: str, valid: str) -> str:
        return element("ELocationID", value, EIdType="doi", ValidYN=valid)

    good = one(article=locations("10.1/ab", "Y"))
    good_long = one(article=locations("10.1234/ab", "Y"))
    bad = one(article=locations("e22.00123", "Y"), doi="10.1234/right")
    invalid = one(article=locations("10.1234/wrong", "N"))

    assert [r.article.doi for r in (good, good_long, bad, invalid)] == [None, "10.1234/ab", "10.1234/right", None]
    assert bad.article_identifiers == (
        rows.ArticleIdentifier(1, 1, "doi", "10.1234/right", None),
        rows.ArticleIdentifier(1, 2, "doi", "e22.00123", 1),
    )
    assert invalid.article_identifiers == (rows.ArticleIdentifier(1, 1, "doi", "10.1234/wrong", 0),)


def placed(value: str, valid: str | None, kind: str = "doi") -> str:
    return element("ELocationID", value, EIdType=kind, ValidYN=valid)


@pytest.mark.parametrize(
    ("listed", "places", "doi"),
    [
        (["10.5555/wrong", "10.5555/right"], [("10.5555/wrong", "N")], "10.5555/right"),
        (["10.5555/wrong"], [("10.5555/wrong", "N"), ("10.5555/right", "Y")], "10.5555/right"),
        (["https://doi.org/10.5555/WRONG"], [("10.5555/wrong", "N")], None),
        (["10.5555/first", "10.5555/second"], [("10.5555/second", "Y")], "10.5555/first"),
        (["10.5555/disputed"], [("10.5555/disputed", "N"), ("10.5555/disputed", "Y")], "10.5555/disputed"),
        ([], [("e22.00123", "Y"), ("10.5555/right", None)], "10.5555/right"),
        ([], [("10.5555/wrong", "N")], None),
    ],
)
def test_a_doi_that_the_record_calls_invalid_is_not_the_articles_wherever_else_it_stands(listed, places, doi):
    record = one(ids=[("doi", value) for value in listed], article="".join(placed(*place) for place in places))

    assert record.article.doi == doi


def test_an_identifier_called_invalid_is_kept_as_invalid_where_the_list_repeats_it():
    record = one(ids=[("doi", "10.5555/wrong"), ("doi", "10.5555/right")], article=placed("10.5555/wrong", "N"))

    assert [(row.value, row.is_valid) for row in record.article_identifiers] == [
        ("10.5555/wrong", 0), ("10.5555/right", None),
    ]  # fmt: skip
    assert [record] == list(parse_articles(format_record(record).encode()))


def test_a_pii_that_looks_like_a_doi_is_no_doi():
    assert one(article=placed("10.5555/pii", "Y", kind="pii")).article.doi is None


@pytest.mark.parametrize(
    "title",
    ["[Not Available].", "[Not available]", "Not Available.", "[NOT AVAILABLE.]", "[In Process Citation]",
     "In process citation", "[No title available]", "<i>[Not Available]</i>."],
)  # fmt: skip
def test_a_title_that_says_there_is_none_is_none(title):
    record = one(title=title, article=element("VernacularTitle", "Lampen im Dorf."))

    assert (record.article.title, record.article.title_html) == (None, None)
    assert record.article.vernacular_title == "Lampen im Dorf."


def test_a_vernacular_title_that_says_there_is_none_is_none():
    assert one(article=element("VernacularTitle", "[Not Available].")).article.vernacular_title is None


@pytest.mark.parametrize("title", ["Not available in stores.", "[Beds not available].", "In process.", "Untitled."])
def test_a_title_that_speaks_of_what_is_not_available_stays(title):
    assert one(title=title).article.title == title


def test_two_identifiers_of_one_kind_are_both_kept_and_the_first_well_formed_counts():
    record = one(ids=[("pii", "a"), ("pii", "b"), ("doi", "none"), ("doi", "10.1234/x"), ("doi", "10.1234/y")])

    assert record.article.doi == "10.1234/x"
    assert [(row.kind, row.value) for row in record.article_identifiers] == [
        ("pii", "a"), ("pii", "b"), ("doi", "none"), ("doi", "10.1234/x"), ("doi", "10.1234/y"),
    ]  # fmt: skip


def test_another_id_of_nlm_is_an_identifier_too():
    record = one(medline=element("OtherID", "NIHMS1", Source="NLM"))

    assert record.article_identifiers == (rows.ArticleIdentifier(1, 1, "NLM", "NIHMS1", None),)


def test_the_version_of_a_record_is_kept():
    assert one(version=3).article.version == 3
    assert one(version="x").article.version == 1


# --- title, abstract, texts ---


def test_an_empty_title_is_none_and_the_vernacular_title_stays():
    record = one(title="", article=element("VernacularTitle", "Über <i>Drosophila</i>."))

    assert (record.article.title, record.article.vernacular_title) == (None, "Über Drosophila.")


def test_a_title_in_brackets_is_kept_as_pubmed_prints_it():
    assert one(title="[On <b>tests</b>].").article.title_html == "[On <b>tests</b>]."


def test_text_that_was_escaped_twice_stays_as_the_source_has_it():
    record = one(abstract="before &amp;mdash; <i>after</i>")

    assert record.abstract_sections == (
        rows.AbstractSection(1, 1, None, None, "before &mdash; after", "before &amp;mdash; <i>after</i>"),
    )


def test_sections_keep_label_and_category_and_the_copyright_goes_to_the_article():
    text = (
        element("AbstractText", "Why.", Label="AIM", NlmCategory="OBJECTIVE")
        + element("AbstractText", " ", Label="NOTHING")
        + element("AbstractText", "10<sup>-3</sup> &lt; p", Label="")
        + element("CopyrightInformation", "© Somebody")
    )

    record = one(article=element("Abstract", text))

    assert record.abstract_sections == (
        rows.AbstractSection(1, 1, "AIM", "OBJECTIVE", "Why.", None),
        rows.AbstractSection(1, 2, None, None, "10⁻³ < p", "10<sup>-3</sup> &lt; p"),
    )
    assert record.article.copyright == "© Somebody"


def test_abstracts_in_other_languages_stand_apart():
    other = element(
        "OtherAbstract",
        element("AbstractText", "Почему.", Label="ЦЕЛЬ") + element("CopyrightInformation", "©"),
        Type="Publisher",
        Language="rus",
    )

    record = one(abstract="Why.", medline=other + element("OtherAbstract", element("AbstractText", "为"), Type="P"))

    assert [row.text for row in record.abstract_sections] == ["Why."]
    assert record.other_abstract_sections == (
        rows.OtherAbstractSection(1, 1, "rus", "Publisher", "ЦЕЛЬ", None, "Почему.", "©"),
        rows.OtherAbstractSection(1, 2, None, "P", None, None, "为", None),
    )


def test_line_breaks_of_pretty_printing_are_blanks():
    assert one(title="\n   One\n     size  fits \t all\n ").article.title == "One size  fits all"


def test_statement_and_comments_inside_text_are_read_over():
    record = one(title="One <!-- not this --> size<?note x?>.", medline=element("CoiStatement", "None <i>at all</i>."))

    assert (record.article.title, record.article.coi_statement) == ("One  size.", "None at all.")


# --- journal, date, place ---


def test_a_journal_without_nlm_number_is_known_by_its_abbreviation():
    journal = {"title": "T", "iso": "T.", "ta": "T abbr"}

    record = one(journal=journal)
    nameless = one(journal={})

    assert record.article.journal_id == "ta:T abbr"
    assert record.journal == rows.Journal("ta:T abbr", "T", "T abbr", "T.", None, None, None, None, None)
    assert (nameless.article.journal_id, nameless.journal) == (None, None)


def test_each_issn_is_of_its_medium():
    issn = element("ISSN", "1111-1111", IssnType="Print") + element("ISSN", "2222-2222", IssnType="Electronic")

    journal = one(journal={"nlm": "1", "issn": issn, "linking": "3333-3333"}).journal

    assert (journal.issn_print, journal.issn_electronic, journal.issn_linking) == (
        "1111-1111", "2222-2222", "3333-3333",
    )  # fmt: skip


def test_a_date_in_words_gives_the_year_and_the_line():
    record = one(pub_date=element("MedlineDate", "1998 Dec-1999 Jan"), pages="H337-H349")

    assert (record.article.pub_date, record.article.year, record.article.citation_line) == (
        "1998 Dec-1999 Jan", 1998, "1998 Dec-1999 Jan;15(1):H337-H349.",
    )  # fmt: skip


def test_a_season_alone_has_no_year():
    record = one(pub_date=element("MedlineDate", "Summer"))

    assert (record.article.pub_date, record.article.year) == ("Summer", None)


def test_pages_may_be_two_numbers_or_the_publishers():
    span = element("Pagination", element("StartPage", "S224") + element("EndPage", "S225"))
    pii = element("ELocationID", "S0140-6736", EIdType="pii", ValidYN="Y")

    assert one(pages=None, article=span).article.pages == "S224-S225"
    assert one(pages=None, article=pii).article.pages is None
    assert one(pages=None, article=pii).article.citation_line == "2020 May 24;15(1):S0140-6736."


def test_all_dates_are_kept_in_their_order_as_precise_as_given():
    history = element(
        "History",
        date_xml("PubMedPubDate", "2020-5-1", PubStatus="received")
        + date_xml("PubMedPubDate", "2020-9-31", PubStatus="accepted")
        + date_xml("PubMedPubDate", "0000", PubStatus="medline"),
    )

    record = one(
        medline=date_xml("DateCompleted", "2020-12-3"),
        article=date_xml("ArticleDate", "2020-05-24", DateType="Electronic"),
        data=history + element("PublicationStatus", "epublish"),
    )

    assert record.article_dates == (
        rows.ArticleDate(1, 1, "Electronic", "2020-05-24"),
        rows.ArticleDate(1, 2, "completed", "2020-12-03"),
        rows.ArticleDate(1, 3, "received", "2020-05-01"),
        rows.ArticleDate(1, 4, "accepted", "2020-09"),
    )
    assert (record.article.date_completed, record.article.publication_status) == ("2020-12-03", "epublish")


# --- people ---


def test_names_are_printed_as_pubmed_prints_them():
    record = one(
        authors=[
            author_xml("Anton RF Jr", fore="Raymond F", EqualContrib="Y", ValidYN="Y"),
            author_xml("Suryadi"),
            author_xml("=The Høie Group"),
            author_xml("Wrong X", ValidYN="N"),
            "<Author/>",
        ]
    )

    assert record.article.authors == "Anton RF Jr, Suryadi, The Høie Group"
    assert record.authorships == (
        rows.Authorship(1, 1, "Anton RF Jr", "Anton", "Raymond F", "RF", "Jr", None, None, 1, "author"),
        rows.Authorship(1, 2, "Suryadi", "Suryadi", None, None, None, None, None, None, "author"),
        rows.Authorship(1, 3, "The Høie Group", None, None, None, None, "The Høie Group", None, None, "author"),
    )


def test_no_author_list_is_unknown_and_an_incomplete_one_says_so():
    none = one(authors=None)
    incomplete = one(
        authors=None, article='<AuthorList CompleteYN="N"><Author><LastName>A</LastName></Author></AuthorList>'
    )

    assert (none.article.authors, none.article.authors_complete, none.authorships) == (None, None, ())
    assert (incomplete.article.authors, incomplete.article.authors_complete) == ("A", 0)


def test_an_orcid_counts_only_with_a_right_check_digit():
    def author(value: str) -> str:
        return author_xml("A B", more=element("Identifier", value, Source="ORCID"))

    record = one(
        authors=[
            author("https://orcid.org/0000-0002-1825-0097"),
            author("http://orcid.org/0000000218250097"),
            author("0000-0002-1825-009"),
            author("0000-0002-1825-0098"),
        ]
    )

    assert [row.orcid for row in record.authorships] == ["0000-0002-1825-0097", "0000-0002-1825-0097", None, None]


def test_affiliations_stand_with_their_author_in_the_new_and_both_old_forms():
    new = element(
        "AffiliationInfo",
        element("Affiliation", "Oslo") + element("Identifier", "grid.1", Source="GRID")
        + element("Identifier", "ror.1", Source="ROR"),
    )  # fmt: skip
    second = element("AffiliationInfo", element("Affiliation", "Bergen"))
    record = one(
        authors=[author_xml("A B", more=new + second), author_xml("C D", more="<Affiliation>Old</Affiliation>")]
    )
    oldest = one(article=element("Affiliation", "Of the article"))

    assert record.affiliations == (
        rows.Affiliation(1, 1, 1, "Oslo", "grid.1", "GRID"),
        rows.Affiliation(1, 1, 2, "Oslo", "ror.1", "ROR"),
        rows.Affiliation(1, 1, 3, "Bergen", None, None),
        rows.Affiliation(1, 2, 1, "Old", None, None),
    )
    assert oldest.affiliations == (rows.Affiliation(1, 1, 1, "Of the article", None, None),)


def test_an_affiliation_of_an_article_without_authors_is_nobodys():
    record = one(authors=None, article=element("Affiliation", "Of the article"))

    assert record.affiliations == ()


def test_an_old_affiliation_before_the_author_list_does_not_clash_with_the_first_authors_own():
    info = "<AffiliationInfo><Affiliation>Own</Affiliation></AffiliationInfo>"
    xml = "<Affiliation>Old</Affiliation><AuthorList>" + author_xml("A B", more=info) + "</AuthorList>"

    record = one(authors=None, article=xml)

    assert record.affiliations == (
        rows.Affiliation(1, 1, 1, "Own", None, None),
        rows.Affiliation(1, 1, 2, "Old", None, None),
    )


def test_investigators_are_kept_apart_from_authors():
    info = element("AffiliationInfo", element("Affiliation", "Oslo"))
    person = author_xml("Krag A", fore="Anne", more=info).replace("Author>", "Investigator>")

    record = one(medline=element("InvestigatorList", person))

    assert record.investigators == (rows.Investigator(1, 1, "Krag A", "Krag", "Anne", "A", None, None, "Oslo"),)
    assert record.article.authors == "Vederhus JK"


# --- what it is about ---


def test_a_heading_has_a_row_for_each_qualifier_and_a_star_where_pubmed_has_it():
    record = one(
        mesh=[
            ("D1:Humans", []),
            ("D2:Alcoholism", ["*Q1:therapy", "Q2:epidemiology"]),
            ("*D3:Self-Help Groups", ["Q1:therapy"]),
            ("*Norway", []),
        ]
    )

    assert record.mesh_headings == (
        rows.MeshHeading(1, 1, 1, "D1", None, 0, 0),
        rows.MeshHeading(1, 2, 2, "D2", "Q1", 1, 0),
        rows.MeshHeading(1, 3, 2, "D2", "Q2", 0, 0),
        rows.MeshHeading(1, 4, 3, "D3", "Q1", 1, 1),
        rows.MeshHeading(1, 5, 4, "Norway", None, 1, 1),
    )
    assert [tuple(row) for row in record.mesh_descriptors] == [
        ("D1", "Humans", None), ("D2", "Alcoholism", None), ("D3", "Self-Help Groups", None),
        ("Norway", "Norway", None),
    ]  # fmt: skip
    assert [tuple(row) for row in record.mesh_qualifiers] == [("Q1", "therapy", None), ("Q2", "epidemiology", None)]


def test_an_empty_keyword_is_no_keyword():
    assert [row.keyword for row in one(keywords=["a", " ", "", "b"]).keywords] == ["a", "b"]


def test_chemicals_concepts_types_grants_data_banks_and_languages_are_kept():
    medline = element(
        "ChemicalList",
        element("Chemical", element("RegistryNumber", "0") + element("NameOfSubstance", "Methadone", UI="D008691"))
        + element("Chemical", element("RegistryNumber", "3K9958V90M") + element("NameOfSubstance", "Ethanol")),
    ) + element("SupplMeshList", element("SupplMeshName", "A protocol", Type="Protocol", UI="C1"))
    article = (
        element("Language", "eng")
        + element("Language", "nor")
        + element("DataBankList", element("DataBank", element("DataBankName", "ClinicalTrials.gov")
          + element("AccessionNumberList", element("AccessionNumber", "NCT1") + element("AccessionNumber", "NCT2")))
          + element("DataBank", element("DataBankName", "GenBank")))
        + element("GrantList", element("Grant", element("GrantID", "R01") + element("Agency", "NIDA")))
        + element("PublicationTypeList", element("PublicationType", "Review", UI="D016454"))
    )  # fmt: skip

    record = one(article=article, medline=medline)

    assert record.chemicals == (
        rows.Chemical(1, 1, None, "D008691", "Methadone"),
        rows.Chemical(1, 2, "3K9958V90M", None, "Ethanol"),
    )
    assert record.supplementary_concepts == (rows.SupplementaryConcept(1, 1, "C1", "A protocol", "Protocol"),)
    assert record.languages == (rows.Language(1, 1, "eng"), rows.Language(1, 2, "nor"))
    assert record.data_banks == (
        rows.DataBank(1, 1, "ClinicalTrials.gov", "NCT1"),
        rows.DataBank(1, 2, "ClinicalTrials.gov", "NCT2"),
        rows.DataBank(1, 3, "GenBank", None),
    )
    assert record.grants == (rows.Grant(1, 1, "R01", None, "NIDA", None),)
    assert record.publication_types == (rows.PublicationType(1, 1, "D016454", "Review"),)


def test_notices_say_their_kind_and_the_other_record_where_it_has_a_pmid():
    record = one(
        notices=[
            notice_xml("RetractionIn", pmid=27326436, source="J. 2016"),
            notice_xml("ErratumFor", source="doi: 10.1/x", note="a note"),
            notice_xml("CommentOn", pmid="none"),
        ]
    )

    assert record.notices == (
        rows.Notice(1, 1, "RetractionIn", 27326436, "J. 2016", None),
        rows.Notice(1, 2, "ErratumFor", None, "doi: 10.1/x", "a note"),
        rows.Notice(1, 3, "CommentOn", None, None, None),
    )
    assert (record.references, record.article.reference_count) == ((), None)


# --- what a document holds besides ---


def test_deleted_records_are_named_in_their_place():
    found = list(parse_articles(article_set(article_xml(1), delete_xml(30830050, "x", 30830053))))

    assert [item for item in found if isinstance(item, rows.Deletion)] == [
        rows.Deletion(30830050), rows.Deletion(30830053),
    ]  # fmt: skip
    assert [str(item) for item in found if isinstance(item, RecordError)] == ["'x' is to be deleted and is no PMID."]


def test_two_versions_in_one_file_are_two_records():
    assert [r.article.version for r in parsed(article_xml(1), article_xml(1, version=2))] == [1, 2]


def test_a_record_says_itself_where_it_is_from():
    origin = '<?litkb source="demonstration" read="https://example.org/a" references="40"?>'

    record = one(origin=origin)
    live = one()
    unknown = one(origin='<?litkb source="nobody" references="x"?><?other y?>')

    assert (record.source, record.article.provenance, record.stated_reference_count) == (
        "demonstration", "https://example.org/a", 40,
    )  # fmt: skip
    assert (live.source, live.article.provenance, live.stated_reference_count) == ("pubmed", None, None)
    assert (unknown.source, unknown.stated_reference_count) == ("pubmed", None)


def investigators(*names: str, **attributes: object) -> str:
    people = (element("Investigator", element("LastName", name), ValidYN="Y") for name in names)
    return element("InvestigatorList", "".join(people), **attributes)


def test_each_list_of_investigators_says_whose_members_they_are():
    groups = [
        element("Author", element("CollectiveName", "Lamp Group", Investigators="g1"), ValidYN="Y"),
        element("Author", element("CollectiveName", "Wheel Group", Investigators="g2"), ValidYN="Y"),
    ]
    named = one(authors=groups, medline=investigators("Wick", "Flame", ID="g1") + investigators("Hub", ID="g2"))
    silent = one(authors=["=Lamp Group"], medline=investigators("Wick", "Flame") + investigators("Hub"))

    assert [(row.name, row.list_number, row.group_name) for row in named.investigators] == [
        ("Wick", 1, "Lamp Group"), ("Flame", 1, "Lamp Group"), ("Hub", 2, "Wheel Group"),
    ]  # fmt: skip
    assert [(row.name, row.list_number, row.group_name) for row in silent.investigators] == [
        ("Wick", 1, None), ("Flame", 1, None), ("Hub", 2, None),
    ]  # fmt: skip
    assert list(parse_articles((format_record(named) + format_record(silent)).encode())) == [named, silent]


def test_an_author_who_is_a_person_and_a_group_is_both():
    group = element("CollectiveName", "for the Lamp Group, Oslo")
    place = element("AffiliationInfo", element("Affiliation", "Lamp House"))

    record = one(authors=[author_xml("Wick AB", fore="Ada B", more=group + place), "Hub C"])

    assert record.article.authors == "Wick AB, for the Lamp Group, Oslo, Hub C"
    assert [(row.name, row.collective_name) for row in record.authorships] == [
        ("Wick AB", None), ("for the Lamp Group, Oslo", "for the Lamp Group, Oslo"), ("Hub C", None),
    ]  # fmt: skip
    assert [(row.position, row.affiliation) for row in record.affiliations] == [(1, "Lamp House")]
