"""Printed references taken apart: the usual styles whole, all others not at all."""

import json
from collections.abc import Iterable

import pytest

from kb.formats.registry import BIBLIOGRAPHIES
from kb.printed.article import PrintedArticle, parse_article
from kb.printed.names import PrintedName, parse_names
from kb.queries.works.bibliography import Item

NAMES = (PrintedName("Okoro", "A. B."), PrintedName("van der Lind", "J."))
TITLE = "Harbour lamps in the recovery of night watchmen"
JOURNAL = "Journal of Lamps and Harbours"
WHOLE = PrintedArticle(NAMES, TITLE, JOURNAL, 2008, "24", "2", "133-9")
DOTTED = WHOLE._replace(journal="J. Clin. Nurs.", issue=None)


@pytest.mark.parametrize(
    "printed",
    [
        f"Okoro AB, van der Lind J. {TITLE}. Journal of Lamps and Harbours. 2008 Mar-Apr;24(2):133-9.",
        f"Okoro AB , van der Lind J . {TITLE} . Journal of Lamps and Harbours . 2008 ; 24 ( 2 ): 133 – 9 .",
        f"Okoro AB, van der Lind J, et al. {TITLE}. Journal of Lamps and Harbours 2008;24(2):133–9. doi: 10.1/x.",
        f"Okoro A.B., van der Lind J. {TITLE}. Journal of Lamps and Harbours. 2008;24(2):133(c)9.",
        f"Okoro AB and van der Lind J. {TITLE}. Journal of Lamps and Harbours (2008) 24(2):133–9. doi: 10.1/x",
        f"Okoro, A. B., & van der Lind, J. (2008). {TITLE}. Journal of Lamps and Harbours, 24(2), 133-9.",
        f"Okoro, A.B. & van der Lind, J. (2008) {TITLE}. Journal of Lamps and Harbours, 24(2), 133-9.",
        f"Okoro AB, van der Lind J (2008) {TITLE}. Journal of Lamps and Harbours 24(2):133–9. https://doi.org/10.1/x",
        f"Okoro, A. B., and J. van der Lind. 2008. {TITLE}. Journal of Lamps and Harbours 24(2):133-9.",
        f"A. B. Okoro, J. van der Lind, {TITLE}, Journal of Lamps and Harbours 24(2) (2008) 133-9.",
        f"Okoro A. B., van der Lind J., {TITLE}. Journal of Lamps and Harbours 24(2), 133–9 (2008), 10.5555/l.",
        f"Okoro, A. B. , and van der Lind, J. , 2008, “ {TITLE},” {JOURNAL}, 24(2), pp. 133–9.10.5555/l",
        f"A. B. Okoro and J. van der Lind, “{TITLE},” {JOURNAL}, vol. 24, no. 2, pp. 133-9, Mar. 2008.",
        f'Okoro, A. B., and J. van der Lind. "{TITLE}." {JOURNAL} 24, no. 2 (2008): 133-9.',
        f'Okoro, A. B., and J. van der Lind. "{TITLE}." {JOURNAL}, vol. 24, no. 2, 2008, pp. 133-9.',
    ],
)
def test_a_reference_of_a_usual_style_is_taken_apart(printed: str):
    assert parse_article(printed) == WHOLE


@pytest.mark.parametrize(
    "printed",
    [
        f"Okoro A.B., van der Lind J. {TITLE}. J. Clin. Nurs. 2008;24:133-9. doi: 10.1/x.",
        f"Okoro A. B. and van der Lind J. (2008) {TITLE}. J. Clin. Nurs. 24, 133-9.",
        f"Okoro, A. B. & van der Lind, J. {TITLE}. J. Clin. Nurs. 24, 133–9 (2008).",
    ],
)
def test_a_journal_with_points_is_no_end_of_a_title(printed: str):
    assert parse_article(printed) == DOTTED


@pytest.mark.parametrize(
    ("printed", "journal", "place"),
    [
        ("Lampology. 1987 Nov;165(2):351-3", "Lampology", ("165", "2", "351-3")),
        ("J Lamps. 2012;2012:798098", "J Lamps", ("2012", None, "798098")),
        ("Proc Natl Acad Sci U S A. 1996 Apr 16;93(8 ):3215-20", "Proc Natl Acad Sci U S A", ("93", "8", "3215-20")),
        ("Biochem J. 2018 Jan 2;475 Suppl 1:S1-22", "Biochem J", ("475 Suppl 1", None, "S1-22")),
        ("J Lamps (Bergen). 2001 Oct;42(5)", "J Lamps (Bergen)", ("42", "5", None)),
    ],
)
def test_a_reference_that_prints_the_journal_alone_has_no_names_and_no_title(printed: str, journal: str, place: object):
    found = parse_article(printed)

    assert found is not None
    assert found[:3] == ((), None, journal)
    assert found[4:] == place


def test_chemists_print_no_title():
    found = parse_article("A. B. Okoro, J. van der Lind, J. Chem. Res. 2010, 43, 8880-8886;")

    assert found == PrintedArticle(NAMES, None, "J. Chem. Res.", 2010, "43", None, "8880-8886")


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "Okoro AB. 2008;24:133",
        "Okoro A. 2008;24:133-9.",  # a name, and no journal
        "Okoro AB. A book of lamps. Bergen: Lamp Press; 2008.",
        "Okoro AB. Lamps. In: Lind J, editor. Harbours. Bergen: Lind; 2008. p. 3-9.",
        f"Harbour Lamp Study Group. {TITLE}. J Lamps. 2008;24:133-9.",
        f"Okoro Anna. 2008. {TITLE}. J Lamps 24:133-9.",  # a given name in full may be the family name
        f"Okoro AB, Lind J {TITLE}. J Lamps. 2008;24:133-9.",
        f"Okoro AB. {TITLE} J Lamps. 2008;24:133-9.",  # nothing tells the title from the journal
        "Okoro AB. Night Lamps. Part Two. 2008;24:133-9.",
        f"Okoro, B. Lind J. {TITLE}. J Lamps. 2008;24(2):133-9; Lind K. Other lamps. J Lamps. 2009;25:1-2.",
        f"Okoro AB, Lind J. {TITLE}. J Lamps. 2008.",
        f"Ok(c)ro AB. {TITLE}. J Lamps. 2008;24:133-9.",  # a damaged name
        "x" * 2_001,
        "Okoro N. J. Harb. Lamps 2009; 131: 181.",
        f"Okoro A. B., Lamp Group. {TITLE}. Lamps 24, 133 (2008).",
        f"Okoro, A. B., 2008, “{TITLE},” in Lights of Harbours, Bergen, pp. 133-9.",
        f"Lamp Office, 2008, “{TITLE},” Lamps, 24(2), pp. 133-9.",
    ],
)
def test_what_is_not_certain_is_left_whole(printed: str):
    assert parse_article(printed) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lind J-M, Okoro AB Jr", [("Lind", "J.-M.", None), ("Okoro", "A. B.", "Jr")]),
        ("O'Hara, P., Jr., & Núñez-Pérez, A.", [("O'Hara", "P.", "Jr"), ("Núñez-Pérez", "A.", None)]),
        ("WHO Group", []),
        ("Lind, Okoro", []),
        ("US EPA", []),
    ],
)
def test_names_are_family_and_initials_or_none_at_all(text: str, names: list[object]):
    assert [tuple(name) for name in parse_names(text)] == names


def _written(form: str, items: Iterable[Item]) -> str:
    return "".join(BIBLIOGRAPHIES[form].write(items))


def _named(printed: str, year: int | None = 2008) -> Item:
    return Item(-5, None, "named", printed, year, "10.1/x", None)


PRINTED = f"Okoro AB, Lind J. {TITLE}. J Lamps. 2008;24(2):133-9."
NOTE = f"Known to litkb from a reference list only, where it is printed so: {PRINTED}"


def test_a_work_that_is_not_held_is_an_article_in_ris_with_its_reference_as_a_note():
    assert _written(".ris", [_named(PRINTED)]).split("\r\n") == [
        "TY  - JOUR", "AU  - Okoro, A. B.", "AU  - Lind, J.", f"TI  - {TITLE}", f"N1  - {NOTE}", "T2  - J Lamps",
        "PY  - 2008", "DA  - 2008///", "VL  - 24", "IS  - 2", "SP  - 133", "EP  - 139", "DO  - 10.1/x", "ER  - ", "",
    ]  # fmt: skip


def test_a_work_that_is_not_held_is_an_article_in_bibtex():
    lines = _written(".bib", [_named(PRINTED)]).splitlines()

    assert lines[0] == "@article{okoro2008_n5,"
    assert {"  journal = {J Lamps},", "  volume = {24},", "  number = {2},", "  pages = {133--139},"} < set(lines)


def test_a_work_that_is_not_held_is_an_article_in_csl():
    [values] = json.loads(_written(".csl.json", [_named(PRINTED)]))

    assert (values["type"], values["author"]) == (
        "article-journal",
        [{"family": "Okoro", "given": "A. B."}, {"family": "Lind", "given": "J."}],
    )
    assert (values["title"], values["container-title"], values["page"]) == (TITLE, "J Lamps", "133-139")
    assert values["note"] == NOTE


def test_a_year_that_the_file_does_not_agree_with_leaves_the_reference_whole():
    assert _written(".ris", [_named(PRINTED, 1998)]).split("\r\n")[:2] == ["TY  - GEN", f"TI  - {PRINTED}"]
    assert "PY  - 2008" in _written(".ris", [_named(PRINTED, None)])
