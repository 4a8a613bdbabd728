"""The year of a printed reference is no page; two printings of one work share a key, two works never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.identifiers import citation_key
from kb.printed.title_and_year import has_number_after, printed_title, year_in

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
    assert citation_key(printed) == citation_key(PRINTED)


@pytest.mark.parametrize("printed", OTHER_WORKS.values(), ids=OTHER_WORKS)
def test_two_works_do_not_share_a_key(printed: str):
    assert citation_key(printed) != citation_key(PRINTED)


@pytest.mark.parametrize("volume", ["Vol. 2", "2nd ed.", "Chapter 2"])
def test_parts_and_editions_of_a_book_are_works_of_their_own(volume: str):
    book = f"Moos RH. The handbook of addiction and recovery studies. {volume}. New York: Press; 2008."

    assert citation_key(book) != citation_key(
        book.replace("2nd", "3rd").replace("Vol. 2", "Vol. 3").replace("r 2", "r 3")
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
    assert printed_title(printed) == ()


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str):
    assert all(printed_title(text))


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "a. " * 30_000, "(2006) " * 10_000, "vol " * 20_000, "1;" * 50_000, " " * 50_000]
)
def test_text_made_to_be_slow_is_answered(text: str):
    assert printed_title(text) == ()  # a pattern that goes back and forth would take hours


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
    assert year_in(citation) == expected


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
    assert year_in(f"Wick A. Lamps of the harbour. Oslo: Light Office; 2015. https://example.org {visit}") == 2015
    assert year_in(f"Lamps of the harbour. https://example.org {visit}") is None


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
    assert year_in(citation) == 2015


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
    assert year_in(citation, latest=2010) == expected


def test_a_number_after_a_year_is_seen_wherever_a_reference_of_that_year_shows_it():
    earlier = "Wick A. Lamps. J Lamp. 2003;1(2):3-9."

    assert not has_number_after([earlier, "Wick B. Lights."], 2004)
    assert has_number_after([earlier, "Wick B. Lights. J Lamp. 2005 May;1:1."], 2004)
