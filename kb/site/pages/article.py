"""The values of an article page: what PubMed's page has, in its order, and what this file adds."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.queries.search.matches import read_measures
from kb.queries.works import pages
from kb.queries.works.in_pubmed import read_counts_in_pubmed, read_in_pubmed
from kb.queries.works.lists_said import read_lists_said
from kb.queries.works.notices import RETRACTED_TYPE, NoticeLink, read_notice_links, read_retracted
from kb.queries.works.pages import read_work
from kb.queries.works.records import read_record
from kb.reasons import related_reason
from kb.records import SYNTHETIC, MeshHeading, Notice, Record, Reference
from kb.sentences import Sentence, evidence_path
from kb.site.parts import messages
from kb.site.parts.full_text_values import read_full_text_values
from kb.site.parts.in_pubmed import cited_in_pubmed_sentence
from kb.site.parts.markup import marked_up, title_markup
from kb.site.parts.sources import source_words
from kb.site.parts.standing import read_embedded, standing_values
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.text import fold, name_key

SHOWN: Final = 50  # links of one kind on a page; what is left out is said
ORDERS: Final = {  # name -> what it is called for references, and for citing works
    "given": ("as printed", "newest"), "citations": ("cited most here", "cited most here"),
    "pagerank": ("PageRank", "PageRank"),
}  # fmt: skip
_STANDINGS: Final = {"held": "held", "deleted": "deleted", "not found": "not found"}
_OF_BOOK: Final = {  # what a page calls the facts of a book, by their columns
    "Edition": "edition", "Volume title": "volume_title", "Series": "series_title", "Report number": "report_number",
    "Place in the book": "location_label", "ISBN": "isbn",
}  # fmt: skip


class PrintedReference(NamedTuple):
    """A reference as printed, and what is known of it; standing is held, known, unresolved or unnamed."""

    reference: Reference
    work: int | None
    label: str | None
    standing: str
    doi: str | None
    pmcid: str | None
    pmid: int | None
    sources: str
    resolved: str | None  # how its PMID became known, or that candidates wait; None: the record gives it
    resolution: int | None  # where its candidates are
    title: Markup | str | None  # of the record that is held, where the printed words do not have it
    byline: str  # authors and year beside that title
    linked: str | None  # links of a saved page whose identifiers are not in its text: "PMC, PubMed"


class ShownNotice(NamedTuple):
    words: str
    level: int
    notice: Notice
    work: int | None  # the other one
    label: str | None
    said_by: int | None  # PMID of the record that says so; None: that of this article


class ShownAuthor(NamedTuple):
    name: str
    name_key: str
    orcid: str | None
    marks: tuple[int, ...]  # numbers of the affiliations
    role: str
    equal: bool


class ShownHeading(NamedTuple):
    """A MeSH heading as PubMed prints it: descriptor / qualifier*."""

    text: str
    descriptor_ui: str


def article_values(db: sqlite3.Connection, pmid: int, sort: str = "given") -> dict[str, Any] | None:
    """Return what the page of a held article shows, its links as sorted; None where it is not held."""
    record = read_record(db, pmid)
    receipt = pages.read_receipt(db, pmid)
    if record is None or receipt is None:
        return None
    return {
        "record": record,
        "article": record.article,
        "kind": record.article.record_type,
        "receipt": receipt,
        "origin": messages.origin_sentence(receipt),
        "is_real": record.source != SYNTHETIC,
        "title": title_markup(record.article.title or record.article.vernacular_title, record.article.title_html),
        "book_facts": [(name, said) for name, column in _OF_BOOK.items() if (said := getattr(record.article, column))],
        "sections": [(section.label, marked_up(section.text, section.html)) for section in record.abstract_sections],
        "headings": _headings(record),
        "histories": [(d.kind, d.date) for d in record.article_dates],
        "notices": _notices(db, record),
        **_people(record),
        **_links(db, record, receipt, sort),
        **standing_values(db, pmid),
        **read_embedded(db, pmid),
    }


def _links(db: sqlite3.Connection, record: Record, receipt: pages.Receipt, sort: str) -> dict[str, Any]:
    pmid, said = record.article.pmid, read_lists_said(db, record.article.pmid)
    references = _references(db, record)
    similar = pages.read_similar(db, pmid, SHOWN)
    citing, count = pages.read_citing(db, pmid, SHOWN, sort=sort)
    shown = {one.work for one in references if one.work is not None} | {one.id for one in (*citing, *similar)}
    texts = read_full_text_values(db, pmid, count)
    added = {one.entry.work for one in texts["own_references"].added} if texts["own_references"] else set()
    shown |= added - {None}
    measures, retracted = read_measures(db, shown), read_retracted(db, {pmid, *shown})
    in_pubmed = read_in_pubmed(db, pmid)
    return {
        "references": _sorted_references(references, measures, sort),
        "sort": sort,
        "orders": ORDERS if measures else {},
        "cited_here": {work: count for work, (count, _) in measures.items() if count},
        "cited_in_pubmed": read_counts_in_pubmed(db, shown),
        "cited_in_pubmed_sentence": cited_in_pubmed_sentence(pmid, count, in_pubmed) if in_pubmed else None,
        "retracted": pmid in retracted,
        "retracted_by_type": messages.notice_words(RETRACTED_TYPE)[0],
        "retracted_here": retracted,
        "references_sentence": messages.references_sentence(
            pmid, len(references), record.article.reference_count, said
        ),
        "tally": _tally(references),
        "unprinted": [one for one in pages.read_unprinted(db, pmid, SHOWN + len(added)) if one.id not in added][:SHOWN],
        "citing": citing,
        "citing_more": max(count - len(citing), 0),
        "cited_by_sentence": messages.cited_by_sentence(pmid, count, said),
        "similar": similar,
        "similar_sentence": messages.similar_sentence(pmid, len(similar), SHOWN, said),
        "related": [(one, _reason(row)) for one, row in pages.read_related(db, pmid, 10)],
        "said": [messages.said_sentence(pmid, one, receipt) for one in said],
        **texts,
    }


def _reason(row: Mapping[str, Any]) -> Sentence:
    """Return why two studies are related, its numbers linked."""
    pair = {"id": row["id"], "other": row["related_id"]}
    return related_reason(row, lambda column, named: evidence_path(f"related_{column}", **pair, named=named))


def _sorted_references(
    references: list[PrintedReference], measures: dict[int, tuple[int, float]], sort: str
) -> list[PrintedReference]:
    """Return references in their printed order, or the most important works here first, unknown ones last."""
    if sort == "given":
        return references

    def importance(one: PrintedReference) -> tuple[float, ...]:
        count, pagerank = measures.get(one.work or 0, (-1, -1.0))
        return (-count, -pagerank) if sort == "citations" else (-pagerank,)

    return sorted(references, key=importance)


def _references(db: sqlite3.Connection, record: Record) -> list[PrintedReference]:
    standings = pages.read_standings(db, record.article.pmid)
    return [_reference(reference, standings[reference.position]) for reference in record.references]


def _reference(reference: Reference, found: pages.Standing) -> PrintedReference:
    known = "known" if (found.id or 0) > 0 else "unresolved"
    title = _title_beside(reference.citation, found)
    standing = "unnamed" if found.id is None else _STANDINGS.get(found.state or "", known)
    return PrintedReference(
        reference=reference,
        work=found.id,
        label=found.label,
        standing=standing,
        doi=reference.doi or found.doi,
        pmcid=reference.pmcid or found.pmcid,
        pmid=found.id if found.id and found.id > 0 else None,
        sources=source_words(found.sources, own=True),
        resolved=messages.resolution_words(found.identified_by, found.score, is_looked_at=found.resolution is not None),
        resolution=found.resolution,
        title=title,
        byline=" · ".join(str(part) for part in (found.authors, found.year) if part) if title else "",
        linked=_links_without_number(reference, found) if reference.linked else None,
    )


def _title_beside(citation: str | None, found: pages.Standing) -> Markup | str | None:
    """Return the title of what is held; None where the printed words have it, or nothing is held."""
    if found.title is None or fold(found.title).rstrip(". ") in fold(citation or ""):
        return None
    return marked_up(found.title, found.title_html)


def _links_without_number(reference: Reference, found: pages.Standing) -> str | None:
    """Return the links that a page shows and whose identifier nobody gave: "PubMed"; None where there are none."""
    given = {
        "DOI": reference.doi or found.doi,
        "PMC": reference.pmcid or found.pmcid,
        "PubMed": found.id is not None and found.id > 0,
    }
    names = (reference.linked or "").split(",")
    return ", ".join(name for name in names if not given.get(name)) or None


def _tally(references: list[PrintedReference]) -> list[tuple[str, int]]:
    """Return how many references are held, known, unresolved and unnamed; those that occur."""
    standings = [reference.standing for reference in references]
    order = ("held", "known", "unresolved", "unnamed", "deleted", "not found")
    return [(standing, standings.count(standing)) for standing in order if standing in standings]


def _headings(record: Record) -> list[ShownHeading]:
    descriptors = {d.descriptor_ui: d.name for d in record.mesh_descriptors}
    qualifiers = {q.qualifier_ui: q.name for q in record.mesh_qualifiers}
    grouped: dict[int, list[MeshHeading]] = {}
    for row in record.mesh_headings:
        grouped.setdefault(row.heading, []).append(row)
    shown = []
    for rows in grouped.values():
        name = descriptors[rows[0].descriptor_ui]
        text = name + ("*" if rows[0].descriptor_is_major else "")
        for row in rows:
            if row.qualifier_ui:
                text += f" / {qualifiers[row.qualifier_ui]}" + ("*" if row.is_major else "")
        shown.append(ShownHeading(text, rows[0].descriptor_ui))
    return shown


def _notices(db: sqlite3.Connection, record: Record) -> list[ShownNotice]:
    """Return the notices of an article, the gravest first, with what other records say of it and its own does not."""
    own = {notice.position: notice for notice in record.notices}
    shown = [_shown_notice(record.article.pmid, own, link) for link in read_notice_links(db, record.article.pmid)]
    return sorted(shown, key=lambda notice: notice.level)


def _shown_notice(pmid: int, own: dict[int, Notice], link: NoticeLink) -> ShownNotice:
    is_own = link.said_by == pmid
    notice = own[link.position] if is_own else Notice(pmid, link.position, link.kind, None, None, None)
    words = messages.notice_words(link.kind)
    return ShownNotice(*words, notice, link.other_id, link.label, None if is_own else link.said_by)


def _people(record: Record) -> dict[str, Any]:
    """Return authors with the numbers of their affiliations, and each affiliation once."""
    numbers: dict[str, int] = {}
    marks: dict[int, list[int]] = {}
    for row in record.affiliations:
        number = numbers.setdefault(row.affiliation, len(numbers) + 1)
        marks.setdefault(row.position, []).append(number)
    authors = [
        ShownAuthor(
            name=_printed_name(a.fore_name, a.last_name, a.suffix, a.name),
            name_key=name_key(a.name),
            orcid=a.orcid,
            marks=tuple(dict.fromkeys(marks.get(a.position, []))),
            role=a.role,
            equal=bool(a.equal_contribution),
        )
        for a in record.authorships
    ]
    return {"authors": authors, "affiliations": list(numbers.items())}


def _printed_name(fore_name: str | None, last_name: str | None, suffix: str | None, name: str) -> str:
    """Return a name as PubMed's page prints it: "John-Kåre Vederhus"."""
    return " ".join(part for part in (fore_name, last_name, suffix) if part) if fore_name and last_name else name


async def article(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>; a PMID that is not held is sent on to its work page."""
    database = await litkb_database(datasette)
    pmid, sort = int(request.url_vars["pmid"]), request.args.get("sort")
    sort = sort if sort in ORDERS else "given"
    values = await ask(database, lambda db: article_values(db, pmid, sort))
    if values is None:
        if await ask(database, lambda db: read_work(db, pmid)) is None:
            raise responses.NotFound(messages.unknown_work(pmid))
        return responses.redirect(datasette.urls.path(f"/work/{pmid}"))
    return await page_answer(datasette, request, "litkb-article.html", values)


ROUTES: Final[Sequence[Route]] = ((r"^/article/(?P<pmid>[0-9]{1,10})$", article),)
