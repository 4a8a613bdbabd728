"""Dates as PubMed gives them: its own words, a year that can be relied on, ISO 8601. Nothing is guessed."""

import re
from calendar import monthrange
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from kb.text import MONTHS

FIRST_YEAR: Final = 1500  # older than any journal; PubMed holds placeholders such as "0000" and "0001"
LAST_YEAR: Final = 2100

_NUMBERS: Final = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_FOUR_DIGITS: Final = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)


class PubDate(NamedTuple):
    """A date of publication: PubMed's words ("2020 May 24", "2019 Summer") and the year in them."""

    words: str | None
    year: int | None


def parse_pub_date(parts: Mapping[str, str]) -> PubDate:
    """Return the words and the year of a PubDate, given the texts of its children by element name.

    A MedlineDate is kept verbatim, its first plausible year counts: "1998 Dec-1999 Jan" is of 1998,
    "Summer" of no year.
    """
    if medline := parts.get("MedlineDate"):
        return PubDate(medline, first_year(medline))
    year = parts.get("Year")
    month = parts.get("Season") or month_words(parts.get("Month"))
    day = parts.get("Day") if parts.get("Month") else None
    words = " ".join(filter(None, (year, month, day and (day.lstrip("0") or None))))
    return PubDate(words or None, first_year(year or ""))


def first_year(text: str) -> int | None:
    """Return the first number in text that can be a year of publication, None where there is none."""
    years = (int(digits) for digits in _FOUR_DIGITS.findall(text))
    return next((year for year in years if FIRST_YEAR <= year <= LAST_YEAR), None)


def month_words(text: str | None) -> str | None:
    """Return a month as PubMed prints it: "May" for "05", "5" and "May"; other words as they are."""
    number = month_number(text)
    return MONTHS[number - 1] if number else text


def month_number(text: str | None) -> int | None:
    """Return 1 to 12 for "5", "05", "May" or "MAY", None for all else."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        number = int(text[:4])
        return number if 1 <= number <= 12 else None
    return _NUMBERS.get(text[:3].lower()) if text.isalpha() else None


@lru_cache(maxsize=2**16)  # a century of days is 36,525; most records share theirs
def iso_date(year: str | None, month: str | None, day: str | None) -> str | None:
    """Return a date as ISO 8601, as precise as given: 2020-05-24, 2020-05, 2020.

    A month or day that the calendar does not have is left out (31 September is 2005-09); None without
    a plausible year.
    """
    number = first_year(year or "")
    if number is None:
        return None
    in_year = month_number((month or "").strip())
    if in_year is None:
        return f"{number}"
    digits = (day or "").strip()
    in_month = int(digits[:4]) if digits.isascii() and digits.isdigit() else 0
    if 1 <= in_month <= monthrange(number, in_year)[1]:
        return f"{number}-{in_year:02}-{in_month:02}"
    return f"{number}-{in_year:02}"


def citation_line(
    pub_date: str | None, *, volume: str | None = None, issue: str | None = None, pages: str | None = None
) -> str | None:
    """Return date, volume, issue and pages as PubMed prints them: "2020 May 24;15(1):18.".

    What is missing is left out with its mark: "1998;(231):17-9.", "2023 Feb 1.", "2019:e18."; None if
    all is missing.
    """
    place = (volume or "") + (f"({issue})" if issue else "")
    line = ";".join(filter(None, (pub_date, place)))
    line = ":".join(filter(None, (line, pages)))
    if not line:
        return None
    return line if line.endswith(".") else f"{line}."


def book_line(location: str | None, publisher: str | None, *, years: str | None) -> str | None:
    """Return where and when a book appeared: "Seattle (WA): University of Washington, Seattle; 1993-2025."."""
    house = ": ".join(filter(None, (location, publisher)))
    line = "; ".join(filter(None, (house, years)))
    if not line:
        return None
    return line if line.endswith(".") else f"{line}."
