"""Year, label and key of printed references: no page is a year; two printings share a key, two works never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.printed.reference import parse_reference
from kb.printed.year_and_place import has_number_after

TITLE = "The role of social supports and mutual help in recovery"
PRINTED = f"Laudet AB, Høie M, White WL. {TITLE}. Alcohol Treat Q. 2006;24(1-2):33-73."
OTHER_PRINTINGS = {
    "another style": f"Laudet, A. B., Høie, M., & White, W. L. (2006). {TITLE}. "
    "Alcoholism Treatment Quarterly, 24(1-2), 33-73.",
    "et al.": f"Laudet AB, et al. {TITLE}. Alcohol Treat Q. 2006;24:33.",
    "Jr": f"Laudet AB, Jr, Høie M. {TITLE}. Alcohol Treat Q. 2006;24:33-73.",
    "dropped diacritics": PRINTED.replace("ø", "o"),
    "an abbreviated journal": PRINTED.replace("Alcohol Treat Q", "Alc. Treatm. Quart"),
    "a wrong first page": PRINTED.replace(":33", ":35"),
    "no pages": PRINTED.replace(":33-73", ""),
    "a wrong volume": PRINTED.replace(";24", ";25"),
    "other quotes and dashes": PRINTED.replace("33-73", "33–73"),
}
OTHER_WORKS = {
    "another year": PRINTED.replace("2006", "2007"),
    "another author": PRINTED.replace("Laudet", "Kelly"),
    "another title": PRINTED.replace("recovery", "relapse"),
    "another journal with the same statement": PRINTED.replace("Alcohol Treat Q", "J Subst Abuse"),
    "another part": PRINTED.replace("recovery.", "recovery: part 2."),
    "another volume of a book": PRINTED.replace("Alcohol Treat Q. 2006;24(1-2):33-73", "Vol. 2. New York: Press; 2006"),
}


@pytest.mark.parametrize("printed", OTHER_PRINTINGS.values(), ids=OTHER_PRINTINGS)
def test_two_printings_of_one_work_share_a_key(printed: str):
    assert parse_reference(printed).key == parse_reference(PRINTED).key


@pytest.mark.parametrize("printed", OTHER_WORKS.values(), ids=OTHER_WORKS)
def test_two_works_do_not_share_a_key(printed: str):
    assert parse_reference(printed).key != parse_reference(PRINTED).key


@pytest.mark.parametrize("volume", ["Vol. 2", "2nd ed.", "Chapter 2"])
def test_parts_and_editions_of_a_book_are_works_of_their_own(volume: str):
    book = f"Moos RH. The handbook of addiction and recovery studies. {volume}. New York: Press; 2008."

    assert (
        parse_reference(book).key
        != parse_reference(book.replace("2nd", "3rd").replace("Vol. 2", "Vol. 3").replace("r 2", "r 3")).key
    )


@pytest.mark.parametrize(
    "printed",
    [
        "World Health Organization department of mental health and substance abuse. Atlas 2010. Geneva; 2010.",
        f"{TITLE}. Alcohol Treat Q. 2006;24:33.",
        "Laudet AB. Reply to the authors. Alcohol Treat Q. 2006;24:80.",
        "Alcohol Treat Q. 2006;24(1-2):33-73",
        "LAUDET AB. THE ROLE OF SOCIAL SUPPORTS AND MUTUAL HELP. 2006.",
        "",
    ],
    ids=["an institution", "no author", "a short title", "place only", "capitals", "nothing"],
)
def test_where_the_title_is_not_certain_none_is_taken(printed: str):
    assert parse_reference(printed).title_words == ()


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str):
    assert all(parse_reference(text).title_words)


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "a. " * 30_000, "(2006) " * 10_000, "vol " * 20_000, "1;" * 50_000, " " * 50_000]
)
def test_text_made_to_be_slow_is_answered(text: str):
    assert parse_reference(text).title_words == ()  # a pattern that goes back and forth would take hours


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("Moos RH. Active ingredients of self-help groups. Addiction. 2008;103(3):387–396.", 2008),
        ("Author A. Title of 1984 and 2001. J. 1999 Jan 5;2:1900-1950.", 1999),
        ("A book. Oslo: Press; 1987.", 1987),
        ("Author A (2009) Title of a work. J Appl Physiol 25:1754-1760", 2009),
        ("Author A., Other B. (2018a). Title. Nat. Commun. 8, 1729 10.1/x", 2018),
        ("Author A, Other B. 2006. Title of a work. Genetics 172: 1675 1681.", 2006),
        ("Author A. Title. J Appl Physiol (1985) 116, in 2014", 2014),
        ("Author A. Title (second edition). Spine (Phila Pa 1976) 2014 26:1873", 2014),
        ("Wick A, Flame B. Lamps. J Lamp 2021; 14: 1734.", 2021),
        ("Wick A. Lamps. J Lamp Dis 2022; 71:2020(c)2031.", 2022),
        ("Wick A. Lamps. J Lamp Am 2021; 104:1801(c)1809.", 2021),
        ("Wick A. Lamps. Lamp J 2009; 338: b1871.", 2009),
        ("Wick A. Lamps. Lamps (Basel) 2016, 16 (10), 1734.", 2016),
        ("Wick A. Lamps. Lamp Res. 1998, 32 (7), 1997(c)2000. 10.5555/l.1", 1998),
        ("Wick A. Lamps. Lamp J 2003 Dec 6; 362 (9399): 1919.", 2003),
        ("Wick A. Lamps. Front Lamp 2014; 5: article 1999.", 2014),
        ("Wick A. Lamps. 2015 Oslo, article ID 1887", 2015),
        ("Wick A. Lamps. In: Methods in lamps. vol 1962. Oil; Oslo: 2019. pp. 227(c)245.", 2019),
        ("Wick A. Lamps. Press; Oslo: 1990.", 1990),
        ("Wick A, Flame P. 1999. Lamps of 2001.", 1999),
        ("Wick A. Lamps. Lamp J 409, p. 1860.", None),
        ("van Oil 1599(c)1601 Lamp Assoc", None),
        ("Wick A. Lamps. PLoS Lamp 13, e1901.", None),
        ("In press.", None),
        ("p. 2001-2010", None),
        ("Trial NCT 2098 of the group.", None),
    ],
)
def test_the_year_of_a_printed_reference_is_that_of_its_publication(citation, expected):
    assert parse_reference(citation).year == expected


@pytest.mark.parametrize(
    "visit",
    [
        "Accessed May 23, 2021.",
        "[(accessed on 17 December 2021)].",
        "[Last accessed: 2 Jan 2021].",
        "Retrieved September 15, 2021, from https://example.org",
        "[cited 2021 Jun 18]. Available from: https://example.org",
        "[updated 2021 Jul 11; cited 2021 Jul 12].",
        "Cited 29th December 2021.",
        "Accessed: 2021-05-03",
        "accessed 03/05/2021",
        "Access date: 3 May 2021",
        "Date accessed: June 2021",
        "Downloaded on 15 April 2021.",
        "Zugriff am 3. März 2021.",
        "Abgerufen am 03.05.2021",
        "Consulté le 3 août 2021.",
    ],
)
def test_the_day_on_which_a_page_was_visited_is_no_year_of_publication(visit: str):
    page = f"https://example.org {visit}"

    assert parse_reference(f"Wick A. Lamps of the harbour. Oslo: Light Office; 2015. {page}").year == 2015
    assert parse_reference(f"Lamps of the harbour. {page}").year is None


@pytest.mark.parametrize(
    "citation",
    [
        "Wick A. Difficult vascular access. J Vasc Access 2015;16:3.",
        "Wick A. Lamps: an updated review. J Lamp. 2015;3:1.",
        "Wick A. Lamps most cited in print. J Lamp. 2015;3:1.",
        "Wick A. Lamps. Open Access 2015",
        "Wick A. Lamps, published online September 1, 2015.",
    ],
)
def test_access_as_a_word_of_a_title_or_journal_takes_no_year_away(citation: str):
    assert parse_reference(citation).year == 2015


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("Wick A. Lamps. J Lamp. 2011;3:1.", None),
        ("Wick A. Lamps. J Lamp. 2009;3:1.", 2009),
        ("Wick A. Lamps (2031). J Lamp 2008", 2008),
        ("Wick A. Lamps. J Lamp 2009, pages from 2030 on", 2009),
    ],
)
def test_no_year_of_a_reference_is_later_than_what_cites_it_allows(citation: str, expected: int | None):
    assert parse_reference(citation).year_until(2010) == expected


def test_a_number_after_a_year_is_seen_wherever_a_reference_of_that_year_shows_it():
    earlier = "Wick A. Lamps. J Lamp. 2003;1(2):3-9."

    assert not has_number_after([earlier, "Wick B. Lights."], 2004)
    assert has_number_after([earlier, "Wick B. Lights. J Lamp. 2005 May;1:1."], 2004)


@pytest.mark.parametrize(
    ("citation", "label"),
    [
        ("Moos RH. Active ingredients of groups. Addiction. 2008;103:387-96.", "Moos 2008 Addiction"),
        ("Bhujel B., Han I. Stem cells and discs. Int. J. Mol. Sci. 2022;23:7306.", "Bhujel 2022 Int J Mol Sci"),
        ("Keller MB. A follow-up of 431 subjects. Psychiatry 49, 809-816 (1992).", "Keller 1992 Psychiatry"),
        ("Adams MA. What is degeneration? Spine (Phila Pa 1976) 2006;31:2151.", "Adams 2006 Spine"),
        ("Jebali, A. and Dumaz, N. (2021) The role of a protein. Cell 9, 1 10.1/x", "Jebali 2021 Cell"),
        ("Am J Physiol Cell Physiol. 2003 Jan;284(1):C2-15", "Am J Physiol Cell Physiol. 2003 Jan;284(1):C2-15"),
        ("Kelly JF. Without a year.", "Kelly JF. Without a year."),
    ],
)
def test_a_label_has_first_author_year_and_journal_as_far_as_they_are_printed(citation: str, label: str):
    assert parse_reference(citation).label() == label


@pytest.mark.parametrize(
    ("citation", "label"),
    [
        (
            "Wick, N. F., C. D. Flame, and J. T. Okoro. 2012. Lamps of harbours. Evolution 66:3352.",
            "Wick 2012 Evolution",
        ),
        ("Wick A. F. and Okoro K. (2003) P2 receptors in lamps. Light 42, 7.", "Wick 2003 Light"),
        ("Wick, A., J. Flame, et al. 2021. Lamps of the harbour. Light 3:1.", "Wick 2021 Light"),
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
    assert parse_reference(citation).label() == label


def test_a_label_has_no_year_later_than_what_cites_it_allows():
    printed = "Wick A. Lamps of the harbour. J Lamp. 2031;3:1."

    assert parse_reference(printed).label() == "Wick 2031 J Lamp"
    assert parse_reference(printed).label(2021) == printed


@pytest.mark.parametrize(
    ("citation", "journal"),
    [
        ("Wick A, Okoro B (2018) Lamps of the harbour. Lamp J 24:33-73", "Lamp J"),
        ("Wick A. (2018). Lamps of the harbour. Journal of Lamps, 24(1), 33-73.", "Journal of Lamps"),
        ("Wick A. Lamps of the harbour. Spine (Phila Pa 1976). (2009) 34(7):706-12.", "Spine"),
        ("Wick A. Lamps of the harbour. J Lamp. Sep 1997;27:505-11.", "J Lamp"),
        ("Wick A. Lamps of the harbour (LED) J. Clin. Light. 2021;2:100.", "J Clin Light"),
        ("Wick, A., 2009, “Lamps of the harbour,” Ann. Clin. Res., 41(3), pp. 124-135.", "Ann Clin Res"),
        ("Wick A. Lamps in the USA. Lamp J. 2021;2:100.", "Lamp J"),
        ("A. B. Wick, J. van der Lind, J. Chem. Res. 2010, 43, 8880-8886.", "J Chem Res"),
        ("Wick A. Lamps of the harbour. BMC Lamp Serv. Res. 2019;19:974.", ""),
        ("Wick A. Lamps of the harbour. Psychiatr. Lamp. J. 2019;19:974.", ""),
        ("Wick A. Lamps of dark J. Light. 2019;19:974.", ""),
        ("Wick A. Lamps of Norway, 1991‐2001. Lamp J. 2011;8:A06.", "Lamp J"),
        ("Wick A. Lamps of the harbour. Oslo Light Press, p. 91-120. 2002.", ""),
        ("Wick A. Lamps of the harbour [Internet]. Light Communications; 2020 [cited 2023 Mar 1];15:625.", ""),
    ],
)
def test_a_label_has_the_journal_of_every_style_and_no_part_of_one(citation: str, journal: str):
    assert parse_reference(citation).label().split(maxsplit=2)[2:] == ([journal] if journal else [])


@pytest.mark.parametrize(
    ("citation", "year"),
    [
        ("Wick A. Lamps. J Lamp [Internet]. Lamp Press; 2018 [cited2023 Mar 13];13:1-6.", 2018),
        ("Wick A. Lamps. Lamp Acta (LA) - Mol Lamp (2018) 1864:3754-68.", 2018),
        ("Wick A. Lamps. Light, 111. 1806-1813 (2016). doi: 10.5555/l.2007", 2016),
        ("Wick A. Lamps. Published online 2020. https://example.org/lamps_33120_2007.pdf", 2020),
        ("Wick A. Lamps lit in 2011. Light Office https://example.org/1 Lamp J. 2012;61:181-5.", 2012),
        ("Wick A. Lamps of the Academy.2009.", 2009),
    ],
)
def test_an_address_a_visit_and_a_volume_hold_no_year(citation: str, year: int):
    assert parse_reference(citation).year == year


@pytest.mark.parametrize(
    ("citation", "place"),
    [
        ("Wick A. Lamps. J Lamp. 2006 Mar;24(1-2):33-73.", (2006, "24", "33", "73")),
        ("Wick A. Lamps. J Lamp. 2006;24 Suppl 5:v181-7.", (2006, "24", "v181", "7")),
        ("Wick A. Lamps. J Lamp (2019) 2019:7810320.", (None, "2019", "7810320", "")),
        ("Wick A. Lamps. J Lamp. 2018;11(9, article e2018).", (2018, "11", "e2018", "")),
        ("Wick A. Lamps. J Lamp. 2013. Nov 1;342(6158):621-4.", (2013, "342", "621", "4")),
        ("Wick A. (1994). Lamps. J Lamp, 75, 5, 1245-50.", (None, "75", "1245", "50")),
        ("Wick A. Lamps. J Lamp. 2017;11:1178221817696077.", (2017, "11", "1178221817696077", "")),
        ("Wick A. Lamps. J Lamp. 2006;24:33. Erratum in: J Lamp. 2007;25:3.", (2006, "24", "33", "")),
    ],
)
def test_a_place_is_read_in_every_style(citation: str, place: tuple[int | None, str, str, str]):
    found = parse_reference(citation).place

    assert (found.year, found.volume, found.page, found.last_page) == place


def test_damaged_letters_in_names_hide_no_title():
    whole = "Wick A, Fernández B. Lamps of the harbour at night. Lamp J. 2018;3:1."

    assert parse_reference(whole.replace("á", "(c)")).title_words == parse_reference(whole).title_words
