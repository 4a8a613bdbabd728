"""Builders of records, for tests that begin after the parser."""

from typing import Any

from kb.records import Article, ArticleIdentifier, Authorship, Journal, Notice, Record, Reference

MOMENT = "2026-01-01T00:00:00.000Z"
LATER = "2026-02-01T00:00:00.000Z"


def reference(citing: int, position: int, cited: int | str | None, citation: str | None = None) -> Reference:
    """Return a reference to a PMID, a DOI (any text with a slash), or a printed citation."""
    pmid = cited if isinstance(cited, int) else None
    doi = cited if isinstance(cited, str) and "/" in cited else None
    text = citation if citation is not None else (cited if isinstance(cited, str) and not doi else None)
    return reference_of(citing, position, text, doi=doi, pmid=pmid)


def reference_of(
    citing: int, position: int, citation: str | None, *, doi: str | None = None, pmid: int | None = None,
    pmcid: str | None = None,
) -> Reference:  # fmt: skip
    """Return a reference with all identifiers free to choose."""
    return Reference(citing, position, citation, doi, pmcid, pmid, "ReferenceList", None, None, None)


def record(pmid: int, cites: tuple[int | str | Reference, ...] = (), **values: Any) -> Record:
    """Return a small article; ``cites`` are PMIDs, DOIs, printed citations or references, in order."""
    references = tuple(
        cited if isinstance(cited, Reference) else reference(pmid, position, cited)
        for position, cited in enumerate(cites, start=1)
    )
    names = values.pop("names", (f"Name{pmid} A",))
    notices = tuple(Notice(pmid, n, *notice) for n, notice in enumerate(values.pop("notices", ()), start=1))
    others = {name: values.pop(name) for name in list(values) if name in Record._fields}
    article = Article(
        pmid=pmid,
        record_type=values.pop("record_type", "article"),
        title=values.pop("title", f"Title of {pmid}"),
        authors=", ".join(names),
        journal_id="1",
        year=values.pop("year", 2000),
        reference_count=len(references) if references else None,
        **values,
    )
    if "article_identifiers" not in others:
        own = [(kind, values[name]) for kind, name in (("doi", "doi"), ("pmc", "pmcid")) if values.get(name)]
        others["article_identifiers"] = tuple(
            ArticleIdentifier(pmid, n, kind, value, None) for n, (kind, value) in enumerate(own, start=1)
        )
    journal = Journal("1", "Journal of Tests", "J Tests", "J. Tests", None, "1234-5678", None, "Norway", None)
    return Record(
        article,
        others.pop("journal", journal),
        references=references,
        authorships=tuple(authorship(pmid, n, name) for n, name in enumerate(names, start=1)),
        notices=notices,
        **others,
    )


def authorship(pmid: int, position: int, name: str) -> Authorship:
    """Return one place in an author list, from a name such as "Vederhus JK"."""
    last, _, initials = name.rpartition(" ")
    return Authorship(pmid, position, name, last, None, initials, None, None, None, None, "author")
