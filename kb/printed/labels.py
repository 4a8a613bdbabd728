"""Labels: what a link to a work shows, "Humphreys 2004 J Subst Abuse Treat".  (pure)"""

import re
from typing import Final

from kb.printed.reference import ABBREVIATIONS
from kb.printed.title_and_year import LONGEST, year_in
from kb.records import Record
from kb.text import YEAR, collapse_spaces

_LONGEST: Final = 80
_SURNAME: Final = re.compile(r"^([^\W\d_][^\d,.:;()]{0,40}?)(?:,|\s+[A-Z]{1,4}(?=[,.;:\s]|$))")
_JOURNAL: Final = re.compile(  # before a year that no title follows: "T. Okoro. 2012. Harbour lamps" has none
    r"[.?!]\s+(?!and\b|In\b)((?:[A-Z][a-z]{0,12}\.\s+)*[^\W\d_][^.?!;:]{1,60})[.,]?\s*"
    rf"(?:\({YEAR}\)|{YEAR}(?![)\ds]|[-–]\d|\(c\)))"
    r"(?!(?:[.,:]|[a-z]\b)?\.?\s+[\[“\"‘']?(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn"
    r"|Fall|Winter|Suppl|Epub|Vol|Art|doi|DOI|https?|PMC?ID|pp)\b|[A-Z]{1,2}\d+ ?[:(,])[^\W\d_])"
)
_BRACKETS: Final = re.compile(rf" \([^()]{{2,40}}\)(?=[.,]? \(?{YEAR})")  # "Spine (Phila Pa 1976) 2006"
_JOURNAL_FIRST: Final = re.compile(rf"[^.?!;:\d]{{2,60}}\.\s+{YEAR}\b[^.;:]{{0,12}};")  # no author is printed
_PLACE: Final = re.compile(r"(?:[\s,]+\(?|\()\d.*")  # volume and pages after a journal
_NO_JOURNAL: Final = re.compile(r"[()\[\]=\d]|\bet al\b|^Part [A-Z]$|\b(?:de|from|in|online)$")
_LONG_WORD: Final = 8  # letters: a longer one before a journal is an abbreviation that is known, or a title
_POINTS: Final = re.compile(r"\.\s+")


def article_label(record: Record) -> str:
    """Return the label of a held article: first author, year, journal or book."""
    article, journal = record.article, record.journal
    first = record.authorships[0] if record.authorships else None
    name = (first.collective_name or first.last_name or first.name) if first else None
    where = (journal.abbreviation or journal.title) if journal else article.book_title
    title = article.title or article.vernacular_title
    if name is None and where is None:
        return _cut(title or f"PMID {article.pmid}")
    return _joined(name or _cut(title or "", 30), article.year, where)


def citation_label(citation: str | None, doi: str | None, pmid: int | None, latest: int | None = None) -> str:
    """Return the label of a work known only by a printed reference; its identifier where nothing is printed.

    latest: a later year is none of publication.
    """
    text = collapse_spaces((citation or "")[:LONGEST])
    if not text:
        return f"PMID {pmid}" if pmid else f"doi:{doi}"
    surname = _SURNAME.match(text)
    if not surname or _JOURNAL_FIRST.match(text):
        return _cut(text)
    year = year_in(text, latest)
    return _cut(text) if year is None else _joined(surname[1], year, _journal_in(text))


def _journal_in(text: str) -> str | None:
    """Return the journal of a printed reference without points; None where it is not certain where it begins."""
    text = _BRACKETS.sub("", text)
    if not (found := _JOURNAL.search(text)):
        return None
    *first, last = _POINTS.split(_PLACE.sub("", found[1]))
    if first and first[0] not in ABBREVIATIONS and len(first[0]) > _LONG_WORD:
        del first[0]
    is_cut = text[: found.start()].rpartition(" ")[2] in ABBREVIATIONS  # "Int" of "Biomed Res. Int."
    is_certain = not is_cut and ABBREVIATIONS.issuperset(first)  # "Lamps. Evolution" is a title and a journal
    name = " ".join([*first, last]).replace(".", "").rstrip(" ,")
    return None if _NO_JOURNAL.search(name) or not is_certain else name


def _joined(name: str | None, year: int | None, where: str | None) -> str:
    return _cut(" ".join(str(part) for part in (name, year, where) if part))


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
