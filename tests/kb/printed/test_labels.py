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


@pytest.mark.parametrize(
    ("citation", "label"),
    [
        ("Wick, N. F., C. D. Flame, and J. T. Okoro. 2012. Lamps of harbours. Evolution 66:3352.", "Wick 2012"),
        ("Wick A. F. and Okoro K. (2003) P2 receptors in lamps. Light 42, 7.", "Wick 2003"),
        ("Wick, A., J. Flame, et al. 2021. Lamps of the harbour. Light 3:1.", "Wick 2021"),
        ("Wick A. Lamps lit from 1990 to 2015. Lamp J. 2016;7:1.", "Wick 2016 Lamp J"),
        ("Wick A. Lamp statistics, 2020. Lamp J 2020;7:1.", "Wick 2020 Lamp J"),
        ("Wick A. Surveys of lamps 2000-14. Lamp J. 2018;3:1.", "Wick 2018 Lamp J"),
        ("Wick A. Lamps of the 1980s: a review. Lamp J 1990;3:1.", "Wick 1990 Lamp J"),
        ("Wick C. Ostrea lucida (harbour oyster) Lamp Compendium. 2017 doi: 10.5555/l.", "Wick 2017"),
        ("Wick A. Lamps of harbours. Spine (Phila. Pa. 1976). 1993;18:1.", "Wick 1993 Spine"),
        ("Wick A. Lamps of harbours. Rheumatol. Int. 2018;38:1.", "Wick 2018 Rheumatol Int"),
        ("Wick A. Lamps. Chem Soc. Rev. 2015;44:1.", "Wick 2015"),
        ("Wick A. Lamps of harbours. Tissue Eng. Part A. 2009;15:1.", "Wick 2009"),
        ("Wick A. Lighthouses. Am J Lamps. 2015;44:1.", "Wick 2015 Am J Lamps"),
        ("Wick A. Lamps. Evolution. 2015;44:1.", "Wick 2015"),
        ("Wick A. Lamps. In: Lights of harbours. 2015. pp. 1-9.", "Wick 2015"),
        ("Wick A. Lamps of harbours. Lamp J. 2019. Apr;7(4):1.", "Wick 2019 Lamp J"),
    ],
)
def test_a_label_names_a_journal_only_where_it_is_certain(citation: str, label: str):
    assert citation_label(citation, None, 1) == label


def test_a_label_has_no_year_later_than_what_cites_it_allows():
    printed = "Wick A. Lamps of the harbour. J Lamp. 2031;3:1."

    assert citation_label(printed, None, None) == "Wick 2031 J Lamp"
    assert citation_label(printed, None, None, latest=2021) == printed
