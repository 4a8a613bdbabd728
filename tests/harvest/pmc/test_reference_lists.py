"""Reference lists: every entry with its parts, its words as printed, and all its identifiers."""

import pytest

from kb.full_texts import FullTextReference
from tests.harvest.pmc.jats import full_text, ref

PLAIN = (
    "<element-citation><person-group><name><surname>Okoro</surname><given-names>T</given-names></name>"
    "<name><surname>Lund</surname><given-names>M</given-names></name><etal/></person-group>"
    "<article-title>Harbour lamps</article-title><source>J Lamps</source><year>2011</year><volume>3</volume>"
    "<issue>2</issue><fpage>4</fpage><lpage>9</lpage>{}</element-citation>"
)


def references(refs: str) -> tuple[FullTextReference, ...]:
    return full_text("<p>x</p>", refs=refs).references


def only(citation: str, **how: str | None) -> FullTextReference:
    [reference] = references(ref(1, citation, **how))
    return reference


def test_a_reference_is_read_with_all_that_it_gives():
    citation = (
        '<mixed-citation>Okoro T. Harbour lamps. J Lamps 2011. <pub-id pub-id-type="doi">10.5555/A</pub-id>'
        '<pub-id pub-id-type="pmid">123</pub-id><pub-id pub-id-type="pmcid">PMC45</pub-id></mixed-citation>'
    )

    assert only(citation, label="1.") == FullTextReference(
        1, 1, 0, "R1", "1.", 1, "Okoro T. Harbour lamps. J Lamps 2011.", "10.5555/a", 123, "PMC45", None, 1
    )  # fmt: skip


@pytest.mark.parametrize("name", ["mixed-citation", "element-citation", "citation", "nlm-citation"])
def test_citations_have_four_names(name):
    reference = only(f'<{name}>Okoro T. Lamps. 2011.<pub-id pub-id-type="pmid">123</pub-id></{name}>')

    assert (reference.citation, reference.cited_pmid) == ("Okoro T. Lamps. 2011.", 123)


def test_a_citation_without_punctuation_is_written_as_nlm_prints_one():
    assert only(PLAIN.format("")).citation == "Okoro T, Lund M, et al. Harbour lamps. J Lamps. 2011;3(2):4-9."


def test_no_word_of_a_citation_without_punctuation_is_lost():
    rest = "<publisher-name>Harbour Press</publisher-name><comment>Second edition</comment><month>5</month>"
    citation = only(PLAIN.format(rest)).citation

    assert citation is not None
    assert citation.endswith("2011 5;3(2):4-9. Harbour Press. Second edition.")


def test_names_without_a_blank_between_are_parted():
    citation = (
        "<mixed-citation><name><surname>Okoro</surname><given-names>T</given-names></name>. Lamps.</mixed-citation>"
    )

    assert only(citation).citation == "Okoro T. Lamps."


def test_markup_parts_no_words():
    assert only("<mixed-citation>CO<sub>2</sub> and <italic>L</italic>ampyris.</mixed-citation>").citation == (
        "CO₂ and Lampyris."
    )


def test_an_identifier_printed_among_the_words_is_one_of_them():
    citation = '<mixed-citation>Lamps. doi: <pub-id pub-id-type="doi">10.5555/a</pub-id>.</mixed-citation>'

    assert only(citation).citation == "Lamps. doi: 10.5555/a."


def test_several_citations_of_one_reference_are_its_parts():
    parts = "<mixed-citation>a) Okoro 2011.</mixed-citation><mixed-citation>b) Lund 2012.</mixed-citation>"
    found = references(ref(1, parts) + ref(2))

    assert [(one.position, one.part, one.citation) for one in found][:2] == [
        (1, 1, "a) Okoro 2011."), (1, 2, "b) Lund 2012."),
    ]  # fmt: skip
    assert (found[2].position, found[2].part) == (2, 1)


def test_one_citation_in_two_languages_is_one_part_with_the_identifiers_of_both():
    both = (
        '<citation-alternatives><mixed-citation>灯 2011.<pub-id pub-id-type="doi">10.5555/a</pub-id></mixed-citation>'
        '<mixed-citation>Lamps 2011.<pub-id pub-id-type="doi">10.5555/a</pub-id><pub-id pub-id-type="pmid">12</pub-id>'
        "</mixed-citation></citation-alternatives>"
    )
    reference = only(both)

    assert (reference.citation, reference.doi, reference.cited_pmid, reference.other_ids) == (
        "灯 2011. Lamps 2011.", "10.5555/a", 12, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("doi", "https://doi.org/10.5555/A", ("10.5555/a", None, None, None)),
        ("medline", "123", (None, 123, None, None)),
        ("pmc", "45", (None, None, "PMC45", None)),
        ("pmid", "PMC666", (None, None, None, "pmid PMC666")),
        ("pmid", "https://example.org/1", (None, None, None, "pmid https://example.org/1")),
        ("doi", "10.153/lost.zero", (None, None, None, "doi 10.153/lost.zero")),
        ("arxiv", "2001.1", (None, None, None, "arxiv 2001.1")),
        ("other", "2-s2.0-1", (None, None, None, "other 2-s2.0-1")),
    ],
)
def test_an_identifier_is_kept_as_what_it_is_or_verbatim(kind, value, expected):
    reference = only(f'<mixed-citation>Lamps.<pub-id pub-id-type="{kind}">{value}</pub-id></mixed-citation>')

    assert (reference.doi, reference.cited_pmid, reference.cited_pmcid, reference.other_ids) == expected


def test_of_two_identifiers_of_a_kind_the_first_counts_and_the_other_is_kept():
    ids = "".join(f'<pub-id pub-id-type="pmid">{pmid}</pub-id>' for pmid in (12, 12, 34))
    reference = only(f"<mixed-citation>Lamps.{ids}</mixed-citation>")

    assert (reference.cited_pmid, reference.other_ids) == (12, "pmid 34")


def test_a_link_to_a_doi_gives_it():
    link = '<ext-link ext-link-type="uri" xlink:href="https://doi.org/10.5555/a">here</ext-link>'

    assert only(f"<mixed-citation>Lamps, {link}</mixed-citation>").doi == "10.5555/a"


def test_a_doi_or_pmcid_that_only_the_words_print_identifies_the_work():
    doi = only("<mixed-citation>Okoro T. Lamps. 2011. doi:10.5555/lamps.11.</mixed-citation>")
    pmcid = only("<mixed-citation>Okoro T. Lamps. 2011. PMCID: PMC4567.</mixed-citation>")
    given = only('<mixed-citation>doi:10.5555/lamps.11 <pub-id pub-id-type="pmid">12</pub-id></mixed-citation>')

    assert [(one.doi, one.cited_pmcid, one.cited_pmid) for one in (doi, pmcid, given)] == [
        ("10.5555/lamps.11", None, None), (None, "PMC4567", None), (None, None, 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "number"), [("1", 1), ("[12]", 12), ("12.", 12), ("2▪", 2), ("•3", 3), ("Okoro 2011", None), ("1a", None)]
)
def test_a_label_is_kept_as_printed_and_is_a_number_where_it_prints_nothing_else(label, number):
    reference = only("<mixed-citation>Lamps.</mixed-citation>", label=label)

    assert (reference.label, reference.label_number) == (label, number)


def test_a_label_may_stand_inside_the_citation():
    reference = only("<citation><label>7.</label>Lamps.</citation>", label=None)

    assert (reference.label_number, reference.citation) == (7, "Lamps.")


@pytest.mark.parametrize("words", ["Ibid., 45.", "Ibidem", "See ref. 12.", "Op. cit., p. 3"])
def test_what_refers_to_another_entry_names_no_work(words):
    assert only(f"<mixed-citation>{words}</mixed-citation>").names_a_work == 0


def test_a_note_in_place_of_a_citation_is_listed_and_names_no_work():
    [note] = references('<ref id="R1"><label>1</label><note><p>Kept in the harbour.</p></note></ref>')

    assert (note.citation, note.names_a_work) == ("Kept in the harbour.", 0)


def test_a_remark_beside_a_citation_is_no_part_of_it():
    assert (
        only("<mixed-citation>Lamps 2011.</mixed-citation><note><p>Of interest.</p></note>").citation == "Lamps 2011."
    )


def test_a_reference_without_an_id_or_a_citation_is_an_entry_still():
    found = references("<ref><label>1</label></ref><ref><mixed-citation>Lamps.</mixed-citation></ref>")

    assert [(one.position, one.ref_id, one.citation, one.names_a_work) for one in found] == [
        (1, None, None, 0), (2, None, "Lamps.", 1),
    ]  # fmt: skip


def test_of_two_references_with_one_id_the_first_is_meant():
    refs = (
        '<ref id="R1"><mixed-citation>A.</mixed-citation></ref><ref id="R1"><mixed-citation>B.</mixed-citation></ref>'
    )
    text = full_text('<p>x <xref rid="R1">1</xref></p>', refs=refs)

    assert [link.position for link in text.links] == [1]


def test_headings_and_remarks_in_a_list_are_no_references():
    refs = f"<title>References</title><p>Papers of note are marked.</p>{ref(1)}"

    assert [one.position for one in references(refs)] == [1]


def test_lists_within_lists_and_in_appendices_are_read_in_the_order_of_the_document():
    text = full_text(
        "<p>x</p>",
        refs=f"{ref(1)}<ref-list>{ref(2)}</ref-list>",
        back=f"<app-group><app><ref-list>{ref(3)}</ref-list></app></app-group>",
    )

    assert [one.ref_id for one in text.references] == ["R3", "R1", "R2"]
