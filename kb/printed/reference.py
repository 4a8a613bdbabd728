"""A printed reference: what it says of the work that it means, each part read once, when it is asked for.  (pure)"""

import hashlib
import re
import unicodedata
from functools import cached_property, lru_cache
from typing import Final

from kb.identifiers import doi_key, work_id
from kb.printed.article import PrintedArticle, parse_article
from kb.printed.identifiers_in_text import ASIDE, PrintedIds, printed_ids
from kb.printed.journal import journal_before
from kb.printed.title import printed_title
from kb.printed.words import LONGEST
from kb.printed.year_and_place import Place, parse_place, without_visits, year_in
from kb.text import YEAR, collapse_spaces, fold, words_in

_LONGEST_LABEL: Final = 80
_SURNAME: Final = re.compile(r"^([^\W\d_][^\d,.:;()]{0,40}?)(?:,|\s+[A-Z]{1,4}(?=[,.;:\s]|$))")
_INITIALS_FIRST: Final = re.compile(r"(?:[A-Z]\.[ -]?)+[A-Z]")  # "A. B. Okoro"
_JOURNAL_FIRST: Final = re.compile(rf"[^.?!;:\d]{{2,60}}\.\s+{YEAR}\b[^.;:]{{0,12}};")  # no author is printed


class PrintedReference:
    """A printed reference; what it does not certainly print is None or empty."""

    def __init__(self, citation: str) -> None:
        self.citation = citation

    @cached_property
    def text(self) -> str:
        """What is read: no more than a reference can have, and no notice on it: "[Erratum in: …]"."""
        return ASIDE.sub(" ", unicodedata.normalize("NFKC", self.citation[:LONGEST]))

    @cached_property
    def place(self) -> Place:
        """Year, volume and pages after the journal, in text."""
        return parse_place(self.text)

    @cached_property
    def year(self) -> int | None:
        """The year of publication."""
        return self._year_until(None)

    def year_until(self, latest: int | None) -> int | None:
        """Return the year of publication; none after latest is one."""
        is_possible = latest is None or self.year is None or self.year <= latest
        return self.year if is_possible else self._year_until(latest)

    def _year_until(self, latest: int | None) -> int | None:
        place = self.place
        is_possible = place.year is not None and place.year <= (latest or place.year)
        if is_possible and place.is_nlm:
            return place.year
        found = year_in(place.body, latest) or year_in(without_visits(self.text), latest)
        return found or (place.year if is_possible else None)

    @cached_property
    def journal(self) -> tuple[str, bool]:
        """The journal before the place, without points, and whether it is certain where its name begins."""
        return journal_before(self.text[: self.place.start]) if self.place.start < len(self.place.body) else ("", False)

    @cached_property
    def article(self) -> PrintedArticle | None:
        """The whole reference taken apart, where that is certain and it is of an article in a journal."""
        return parse_article(self.citation)

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        """The folded words of the title, and what tells apart works of the same title."""
        return printed_title(self.citation)

    @cached_property
    def identifiers(self) -> PrintedIds:
        """What it shows of DOI, PMCID and PMID."""
        return printed_ids(self.citation)

    @cached_property
    def key(self) -> str | None:
        """The key of a work that has no identifier; None where nothing is printed.

        First author and year for the eye, and a hash of the folded title; of all words where author, year or title is
        not certain. So two printings of one work share a key though they abbreviate its journal or err in a page, and
        different works are never taken for one.
        """
        words = words_in(fold(self.citation))
        if not words:
            return None
        surname = next((word for word in words if not word.isdigit()), "anon")[:24]
        telling = (self.year and self.title_words) or words
        digest = hashlib.sha256(" ".join(telling).encode()).hexdigest()[:10]
        return f"{surname}-{self.year}-{digest}" if self.year else f"{surname}-{digest}"

    def label(self, latest: int | None = None) -> str:
        """Return what a link to the work shows, "Humphreys 2004 J Subst Abuse Treat"; "" where nothing is printed.

        latest: a later year is none of publication.
        """
        text = self.citation[:LONGEST].lstrip()
        if _INITIALS_FIRST.match(text) and (article := self.article) and article.names:
            return joined_label(article.names[0].family, self.year_until(latest), article.journal.replace(".", ""))
        surname = _SURNAME.match(text)
        year = self.year_until(latest) if surname and not _JOURNAL_FIRST.match(text) else None
        if not surname or year is None:
            return shortened(collapse_spaces(text))
        journal, is_certain = self.journal
        return joined_label(collapse_spaces(surname[1]), year, journal if is_certain else None)


@lru_cache(1_024)  # several times of each reference of a record
def parse_reference(citation: str) -> PrintedReference:
    """Return a printed reference, nothing of it read yet."""
    return PrintedReference(citation)


def joined_label(name: str | None, year: int | None, where: str | None) -> str:
    """Return a label of what is known."""
    return shortened(" ".join(str(part) for part in (name, year, where) if part))


def shortened(text: str, longest: int = _LONGEST_LABEL) -> str:
    """Return text as long as a label may be."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def work_key(doi: str | None, citation: str | None) -> str | None:
    """Return the key of a work whose PMID is not known: ``doi:…``, else ``ref:…``; None if nothing names it."""
    if doi:
        return f"doi:{doi_key(doi)}"
    key = parse_reference(citation or "").key
    return f"ref:{key}" if key else None


def cited_work(pmid: int | None, doi: str | None, citation: str | None) -> tuple[int | None, str | None]:
    """Return id and key of the work that a reference names: the PMID and no key, else its key; None for no work."""
    if pmid:
        return pmid, None
    key = work_key(doi, citation)
    return (work_id(key) if key else None), key
