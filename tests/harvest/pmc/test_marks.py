"""Which references a mark means, in every shape in which publishers tag marks."""

import pytest

from tests.harvest.pmc.jats import cited, full_text, numbered, ref, ways, xref

FIVE = numbered(5)
DATED = "<element-citation><name><surname>{0}</surname></name><year>{1}</year></element-citation>"


def paragraph(inner: str) -> str:
    return f"<p>Lamps burn {inner} in fog.</p>"


@pytest.mark.parametrize("dash", ["-", "–", "‐", "−", "‒", "—", " to ", " through ", "<sup>-</sup>", "]–["])
def test_a_range_between_two_marks_means_all_that_lies_between(dash):
    text = full_text(paragraph(f"[{xref(1)}{dash}{xref(4)}]"), refs=FIVE)

    assert cited(text) == [("1", [1]), ("4", [2, 3, 4])]
    assert ways(text) == {1: "rid", 2: "range", 3: "range", 4: "rid"}


def test_a_dash_between_raised_marks_may_be_raised_by_itself():
    text = full_text(paragraph(f"<sup>{xref(1)}</sup><sup>-</sup><sup>{xref(3)}</sup>"), refs=FIVE)

    assert cited(text) == [("1", [1]), ("3", [2, 3])]


def test_a_dash_that_is_tagged_is_no_mark():
    text = full_text(paragraph(f"{xref(1)}{xref(2, '–')}{xref(4)}"), refs=FIVE)

    assert cited(text) == [("1", [1]), ("4", [2, 3, 4])]


def test_words_between_two_marks_make_no_range():
    assert cited(full_text(paragraph(f"{xref(1)}, {xref(4)}"), refs=FIVE)) == [("1", [1]), ("4", [4])]


@pytest.mark.parametrize(
    ("printed", "meant", "how"),
    [
        ("[1–3]", [1, 2, 3], "range"),
        ("[1,2]", [1, 2], "list"),
        ("1 2", [1, 2], "list"),
        ("[1, 3–5]", [1, 3, 4, 5], "range"),
        ("1, 2 and 4", [1, 2, 4], "list"),
    ],
)
def test_numbers_inside_one_mark_are_all_meant(printed, meant, how):
    text = full_text(paragraph(xref(1, printed)), refs=FIVE)

    assert cited(text) == [(printed, meant)]
    assert how in ways(text).values()


def test_what_a_mark_prints_is_a_list_and_what_lies_between_is_a_range():
    text = full_text(paragraph(xref(4, "[2,4–10]")), refs=numbered(10))

    assert {position for position, how in ways(text).items() if how == "range"} == {5, 6, 7, 8, 9}


def test_pages_inside_a_mark_are_no_references():
    text = full_text(paragraph(xref(1, "Okoro, 2011, p. 3-4")), refs=FIVE)

    assert cited(text) == [("Okoro, 2011, p. 3-4", [1])]


def test_numbers_inside_a_mark_count_only_where_one_is_that_of_its_reference():
    text = full_text(paragraph(xref(5, "[1,2]")), refs=FIVE)

    assert cited(text) == [("[1,2]", [5])]
    assert [link.contradicts for link in text.links] == ["number"]


def test_one_mark_may_name_several_references():
    text = full_text(paragraph('<xref ref-type="bibr" rid="R1 R2 R4">1,2,4</xref>'), refs=FIVE)

    assert cited(text) == [("1,2,4", [1, 2, 4])]


def test_untagged_numbers_in_the_same_brackets_are_meant():
    text = full_text(paragraph(f"[{xref(1)}, 3] and [{xref(2)}–4] and [3,{xref(5)}]"), refs=FIVE)

    assert cited(text) == [("1", [1, 3]), ("2", [2, 3, 4]), ("5", [3, 5])]
    assert "text" in ways(text).values()


def test_an_interval_in_brackets_is_no_list_of_references():
    assert cited(full_text(paragraph(f"[{xref(5)}, 80]"), refs=FIVE)) == [("5", [5])]


def test_a_number_outside_brackets_is_no_reference():
    assert cited(full_text(paragraph(f"{xref(2)} — 3 of 5"), refs=FIVE)) == [("2", [2])]


@pytest.mark.parametrize(
    "mark",
    [
        f"<sup>{xref(2)}</sup>",
        xref(2, "<sup>2</sup>"),
        f"<bold>{xref(2)}</bold>",
        f"<italic><underline>{xref(2)}</underline></italic>",
        f'<named-content content-type="x">{xref(2)}</named-content>',
        xref(2, kind="ref"),
        xref(2, kind="other"),
        '<xref rid="R2">2</xref>',
    ],
)
def test_a_mark_is_what_points_to_a_reference_wherever_it_stands_and_whatever_it_is_called(mark):
    assert cited(full_text(paragraph(mark), refs=FIVE)) == [("2", [2])]


def test_what_points_to_a_figure_is_no_mark():
    body = f'<fig id="F1"><caption><p>Lamps.</p></caption></fig>{paragraph(xref("x", kind="fig"))}'

    assert full_text(body, refs=FIVE).mentions == ()


def test_of_a_figure_and_a_reference_with_one_id_the_first_is_meant_by_a_link_to_figures():
    body = f'<fig id="R2"><caption><p>Lamps.</p></caption></fig>{paragraph(xref(2, kind="fig") + xref(2))}'

    assert cited(full_text(body, refs=FIVE)) == [("2", [2])]


def test_a_mark_without_words_shows_the_label_of_its_reference():
    text = full_text(paragraph(xref(3, "")), refs=FIVE)

    assert cited(text) == [("3", [3])]
    assert text.mentions[0].length == 0


def test_a_mark_of_nothing_stays_a_mark_without_a_reference():
    assert cited(full_text(paragraph(xref(9)), refs=FIVE)) == [("9", [])]


def test_a_mark_that_names_nothing_means_the_reference_whose_number_it_prints():
    text = full_text(paragraph('<xref ref-type="bibr" rid="X2">2</xref>'), refs=FIVE)

    assert (cited(text), ways(text)) == ([("2", [2])], {2: "text"})


def test_a_mark_of_the_article_names_no_reference_of_a_sub_article_where_the_article_has_its_own():
    reply = f"<sub-article><body><p>x</p></body><back><ref-list>{ref(1)}</ref-list></back></sub-article>"
    own = '<ref id="X1"><label>1</label><mixed-citation>Lund 2012.</mixed-citation></ref>'

    assert cited(full_text(paragraph(xref(1)), refs=own, after=reply)) == [("1", [1])]


def test_the_id_of_a_citation_leads_to_its_reference():
    two = '<ref id="R1"><label>1</label><mixed-citation id="C1">Okoro 2011.</mixed-citation></ref>'

    assert cited(full_text(paragraph('<xref rid="C1">1</xref>'), refs=two)) == [("1", [1])]


def test_the_id_of_one_of_several_citations_means_that_one():
    parts = '<mixed-citation id="a">Okoro 2011.</mixed-citation><mixed-citation id="b">Lund 2012.</mixed-citation>'
    text = full_text(paragraph('<xref rid="b">1b</xref>') + paragraph(xref(1)), refs=ref(1, parts))

    assert [(link.position, link.part) for link in text.links] == [(1, 2), (1, 1), (1, 2)]


def test_name_and_year_of_one_reference_are_one_mark():
    body = paragraph(f"{xref(1, 'Okoro')} ({xref(1, '2011')}) and {xref(2, 'Lund')} {xref(3, '2012')}")
    text = full_text(body, refs="".join(ref(n, DATED.format("X", 2010 + n), label=None) for n in (1, 2, 3)))

    assert cited(text) == [("Okoro (2011", [1]), ("Lund", [2]), ("2012", [3])]


def test_a_number_in_two_tags_of_one_reference_is_one_mark():
    text = full_text(paragraph(xref(12, "1") + xref(12, "2")), refs=numbered(12))

    assert cited(text) == [("12", [12])]
    assert text.links[0].contradicts is None


# --- what is printed contradicts what is named ---


def test_another_number_than_that_of_the_reference_is_told_and_the_link_stays():
    [link] = full_text(paragraph(xref(4, "2")), refs=FIVE).links

    assert (link.position, link.how, link.contradicts) == (4, "rid", "number")


def test_another_year_than_that_of_the_reference_is_told():
    refs = ref(1, DATED.format("Okoro", 2009), label=None)
    [wrong, right] = full_text(paragraph(xref(1, "Okoro, 2015")) + paragraph(xref(1, "Okoro, 2009a")), refs=refs).links

    assert (wrong.contradicts, right.contradicts) == ("year", None)


def test_a_year_is_no_number_where_references_are_numbered():
    refs = ref(1, DATED.format("Okoro", 2009))

    assert full_text(paragraph(xref(1, "2009")), refs=refs).links[0].contradicts is None


def test_a_number_of_which_a_label_is_the_beginning_is_told_and_not_guessed():
    text = full_text(paragraph(f"[{xref(1, '15')}]"), refs=FIVE)

    assert cited(text) == [("15", [1])]
    assert text.links[0].contradicts == "number"


def test_years_contradict_nothing_where_the_reference_has_none():
    refs = ref(1, "<mixed-citation>Okoro T. Harbour lamps. In press.</mixed-citation>", label=None)

    assert full_text(paragraph(xref(1, "Okoro, 2015")), refs=refs).links[0].contradicts is None


# --- lists and numbers ---


def test_places_in_a_list_without_labels_are_numbers_where_marks_bear_it_out():
    text = full_text(paragraph(f"[{xref(1)}–{xref(4)}]"), refs=numbered(5, labels=False))

    assert cited(text) == [("1", [1]), ("4", [2, 3, 4])]


def test_years_in_a_range_fill_nothing():
    refs = "".join(ref(n, DATED.format("X", 2000 + n)) for n in range(1, 6))
    text = full_text(paragraph(f"{xref(1, '2001')}–{xref(4, '2004')}"), refs=refs)

    assert cited(text) == [("2001", [1]), ("2004", [4])]


def test_numbers_that_begin_again_are_read_in_the_list_of_the_mark():
    second = "".join(
        f'<ref id="S{n}"><label>{n}</label><mixed-citation>Lund {n}.</mixed-citation></ref>' for n in (1, 2, 3)
    )
    text = full_text(
        paragraph('<xref rid="S1">1</xref>–<xref rid="S3">3</xref>'), refs=f"{FIVE}</ref-list><ref-list>{second}"
    )

    assert cited(text) == [("1", [6]), ("3", [7, 8])]


def test_a_range_may_lead_from_one_list_into_the_next_where_numbers_go_on():
    second = "".join(ref(number) for number in (6, 7, 8))
    text = full_text(paragraph(f"{xref(4)}–{xref(7)}"), refs=f"{FIVE}</ref-list><ref-list>{second}")

    assert cited(text) == [("4", [4]), ("7", [5, 6, 7])]


def test_a_sub_article_has_references_of_its_own():
    back = f"<back><ref-list>{ref(1)}</ref-list></back>"
    reply = f"<sub-article><front-stub/><body><p>We agree {xref(1)}.</p></body>{back}</sub-article>"
    text = full_text(paragraph(xref(1)), refs=numbered(2), after=reply)

    assert cited(text) == [("1", [1]), ("1", [3])]
    assert [sentence.place for sentence in text.sentences] == ["body", "sub-article"]
    assert [reference.scope for reference in text.references] == [0, 0, 1]


def test_a_sub_article_without_references_means_those_of_the_article():
    reply = f"<sub-article><body>{paragraph(xref(2))}</body></sub-article>"

    assert cited(full_text(paragraph(xref(1)), refs=FIVE, after=reply)) == [("1", [1]), ("2", [2])]


# --- lost dashes and blanks ---


def test_two_numbers_with_nothing_between_are_a_range_where_nothing_else_cites_what_lies_between():
    text = full_text(paragraph(f"<sup>{xref(1)}{xref(4)}</sup>"), refs=FIVE)

    assert cited(text) == [("1", [1]), ("4", [2, 3, 4])]
    assert ways(text)[2] == "adjacent"


def test_two_numbers_with_nothing_between_are_two_where_what_lies_between_is_cited_elsewhere():
    text = full_text(paragraph(f"{xref(1)}{xref(4)}") + paragraph(xref(2)), refs=FIVE)

    assert cited(text)[:2] == [("1", [1]), ("4", [4])]


def test_lost_dashes_are_read_where_a_part_of_what_they_mean_is_cited_nowhere_else():
    lost = paragraph(xref(1) + xref(4)) + paragraph(xref(5) + xref(8))
    text = full_text(lost + paragraph(xref(2)), refs=numbered(8))

    assert [link.position for link in text.links if link.how == "adjacent"] == [2, 3, 6, 7]


def test_lost_commas_are_no_lost_dashes():
    lost = paragraph(xref(1) + xref(3)) + paragraph(xref(3) + xref(5))
    text = full_text(lost + paragraph(xref(2)) + paragraph(xref(4)), refs=FIVE)

    assert [meant for _, meant in cited(text)] == [[1], [3], [3], [5], [2], [4]]


def test_bracketed_marks_side_by_side_are_two():
    text = full_text(paragraph(f"{xref(1, '[1]')}{xref(4, '[4]')}"), refs=FIVE)

    assert cited(text) == [("[1]", [1]), ("[4]", [4])]


def test_a_lost_blank_and_a_lost_dash_are_both_read_where_a_publisher_loses_them():
    text = full_text(paragraph(xref(2, "220") + xref(24)), refs=numbered(24))

    assert cited(text) == [("220", [2]), ("24", [20, 21, 22, 23, 24])]
    assert {link.contradicts for link in text.links} == {None}


def test_a_lost_blank_in_a_list_is_read_where_the_list_bears_it_out():
    text = full_text(paragraph(xref(25, "2527 30")), refs=numbered(30))

    assert cited(text) == [("2527 30", [25, 27, 30])]


# --- marks that nobody tagged ---


def test_a_number_in_brackets_that_is_not_tagged_is_read_beside_tagged_ones():
    tagged = "".join(paragraph(f"[{xref(number)}]") for number in range(1, 6))
    text = full_text(f"{tagged}<table-wrap><table><tr><td>S [6,7]</td></tr></table></table-wrap>", refs=numbered(7))

    assert cited(text)[-1] == ("[6,7]", [6, 7])
    assert ways(text)[7] == "text"
    assert text.sentences[-1].place == "table"


@pytest.mark.parametrize("plain", ["range = [6, 7]", "[6, 9]", "[1, 6]", "x[6]"])
def test_brackets_that_may_mean_something_else_are_not_read(plain):
    tagged = "".join(paragraph(f"[{xref(number)}]") for number in range(1, 6))
    text = full_text(f"{tagged}{paragraph(plain)}", refs=numbered(7))

    assert {6, 7}.isdisjoint(ways(text))


OKORO_LUND = (
    "<element-citation><name><surname>Okoro</surname></name><name><surname>Lund</surname></name>"
    "<year>2011</year></element-citation>"
)


@pytest.mark.parametrize(
    ("plain", "is_read"),
    [
        ("Okoro and Lund (2011)", True),
        ("(Okoro &amp; Lund, 2011)", True),
        ("Okoro et al. 2011", True),
        ("Okoro and Berg (2011)", False),
        ("Okoro (2011)", False),
        ("Berg and Okoro (2011)", False),
        ("Okoro and Lund (2012)", False),
    ],
)
def test_name_and_year_that_are_not_tagged_are_read_where_they_fit_one_reference_alone(plain, is_read):
    refs = ref(1, DATED.format("Berg", 1999), label=None) + ref(2, OKORO_LUND, label=None)
    text = full_text(paragraph(xref(1, "Berg, 1999")) + paragraph(plain), refs=refs)

    assert (2 in ways(text)) is is_read


def test_name_and_year_of_two_references_are_not_read():
    refs = ref(1, DATED.format("Berg", 1999), label=None) + "".join(ref(n, OKORO_LUND, label=None) for n in (2, 3))

    assert set(ways(full_text(paragraph(xref(1, "Berg, 1999")) + paragraph("Okoro and Lund (2011)"), refs=refs))) == {1}


def test_an_article_without_any_tagged_mark_says_so():
    text = full_text(paragraph("[1]"), refs=FIVE)

    assert (text.outcome, text.mentions, len(text.references)) == ("no marks", (), 5)


def test_a_mark_in_a_reference_list_cites_nothing():
    note = ref(2, f"<mixed-citation>See {xref(1)}.</mixed-citation>")

    assert cited(full_text(paragraph(xref(1)), refs=ref(1) + note)) == [("1", [1])]
