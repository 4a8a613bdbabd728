import pytest

from harvest.pubmed.dates import PubDate, book_line, citation_line, iso_date, parse_pub_date


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"Year": "2020", "Month": "May", "Day": "24"}, PubDate("2020 May 24", 2020)),
        ({"Year": "2019", "Month": "09", "Day": "05"}, PubDate("2019 Sep 5", 2019)),
        ({"Year": "2019", "Month": "9"}, PubDate("2019 Sep", 2019)),
        ({"Year": "1978"}, PubDate("1978", 1978)),
        ({"Year": "2017", "Season": "Summer"}, PubDate("2017 Summer", 2017)),
        ({"Year": "2023", "Season": "Jan-Dec"}, PubDate("2023 Jan-Dec", 2023)),
        ({"MedlineDate": "1998 Dec-1999 Jan"}, PubDate("1998 Dec-1999 Jan", 1998)),
        ({"MedlineDate": "2019 Sep/Oct"}, PubDate("2019 Sep/Oct", 2019)),
        ({"MedlineDate": "Summer"}, PubDate("Summer", None)),
        ({"MedlineDate": "0000 Winter 2004"}, PubDate("0000 Winter 2004", 2004)),
        ({"Year": "0000", "Month": "May"}, PubDate("0000 May", None)),
        ({"Year": "20200"}, PubDate("20200", None)),
        ({"Year": "2005", "Day": "9"}, PubDate("2005", 2005)),
        ({}, PubDate(None, None)),
    ],
)
def test_a_publication_date_is_in_pubmeds_words_with_the_year_that_can_be_read(parts, expected):
    assert parse_pub_date(parts) == expected


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        ("2020", "May", "24", "2020-05-24"),
        ("2020", "5", "4", "2020-05-04"),
        ("2020", "05", None, "2020-05"),
        ("2020", None, None, "2020"),
        ("2005", "9", "31", "2005-09"),
        ("2021", "2", "29", "2021-02"),
        ("2024", "2", "29", "2024-02-29"),
        ("2005", "13", "1", "2005"),
        ("2005", "Summer", "1", "2005"),
        ("2005", "5", "x", "2005-05"),
        ("0000", "5", "1", None),
        (None, "5", "1", None),
        ("²005", "5", "1", None),
    ],
)
def test_an_iso_date_is_as_precise_as_the_source_and_never_more(year, month, day, expected):
    assert iso_date(year, month, day) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("2020 May 24", "15", "1", "18"), "2020 May 24;15(1):18."),
        (("2007", "103", None, "387-96"), "2007;103:387-96."),
        (("1998", None, "231", "17-9"), "1998;(231):17-9."),
        (("2023 Feb 1", None, None, None), "2023 Feb 1."),
        (("2023 Feb 1", None, None, "10.1111/all.14238"), "2023 Feb 1:10.1111/all.14238."),
        (("2023", None, None, "12 p."), "2023:12 p."),
        ((None, "3", None, None), "3."),
        ((None, None, None, None), None),
    ],
)
def test_the_citation_line_leaves_out_what_is_missing(given, expected):
    date, volume, issue, pages = given

    assert citation_line(date, volume=volume, issue=issue, pages=pages) == expected


def test_the_line_of_a_book_is_place_publisher_and_years():
    assert book_line("Oslo", "A Press", years="1993-2025") == "Oslo: A Press; 1993-2025."
    assert book_line(None, None, years="1993") == "1993."
    assert book_line(None, None, years=None) is None
