"""Labels of works: what a link to one shows, "Humphreys 2004 J Subst Abuse Treat".  (pure)"""

from kb.printed.reference import joined_label, parse_reference, shortened
from kb.records import Record


def article_label(record: Record) -> str:
    """Return the label of a held article: first author, year, journal or book."""
    article, journal = record.article, record.journal
    first = record.authorships[0] if record.authorships else None
    name = (first.collective_name or first.last_name or first.name) if first else None
    where = (journal.abbreviation or journal.title) if journal else article.book_title
    title = article.title or article.vernacular_title
    if name is None and where is None:
        return shortened(title or f"PMID {article.pmid}")
    return joined_label(name or shortened(title or "", 30), article.year, where)


def reference_label(citation: str | None, doi: str | None, pmid: int | None, latest: int | None = None) -> str:
    """Return the label of a work that a reference names: what is printed, else its PMID or DOI."""
    printed = parse_reference(citation or "").label(latest)
    return printed or (f"PMID {pmid}" if pmid else f"doi:{doi}")
