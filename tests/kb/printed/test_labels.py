"""Labels of works that only a printed reference names."""

import pytest

from kb.printed.labels import citation_label


@pytest.mark.parametrize(
    ("citation", "label"),
    [
        ("Moos RH. Active ingredients of groups. Addiction. 2008;103:387-96.", "Moos 2008 Addiction"),
        ("Bhujel B., Han I. Stem cells and discs. Int. J. Mol. Sci. 2022;23:7306.", "Bhujel 2022 Int J Mol Sci"),
        ("Keller MB. A follow-up of 431 subjects. Psychiatry 49, 809-816 (1992).", "Keller 1992 Psychiatry"),
        ("Adams MA. What is degeneration? Spine (Phila Pa 1976) 2006;31:2151.", "Adams 2006 Spine"),
        ("Jebali, A. and Dumaz, N. (2021) The role of a protein. Cell 9, 1 10.1/x", "Jebali 2021"),
        ("Am J Physiol Cell Physiol. 2003 Jan;284(1):C2-15", "Am J Physiol Cell Physiol. 2003 Jan;284(1):C2-15"),
        ("Kelly JF. Without a year.", "Kelly JF. Without a year."),
    ],
)
def test_a_label_has_first_author_year_and_journal_as_far_as_they_are_printed(citation: str, label: str):
    assert citation_label(citation, None, 1) == label


def test_a_label_has_no_year_later_than_what_cites_it_allows():
    printed = "Wick A. Lamps of the harbour. J Lamp. 2031;3:1."

    assert citation_label(printed, None, None) == "Wick 2031 J Lamp"
    assert citation_label(printed, None, None, latest=2021) == printed
