"""A record -> the rows that it becomes, as plain tuples: made without the file, so in any process."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from kb.identifiers import doi_work
from kb.integrity.seals import record_seal
from kb.printed.identifiers_in_text import NOTHING_PRINTED, PrintedIds
from kb.printed.reference import cited_work, parse_reference
from kb.printed.year_and_place import has_number_after
from kb.records import PARTS, Notice, Record, Reference, hash_of_plain, plain_parts
from kb.store.labels import article_label
from kb.text import fold, name_key, search_form

_Row = tuple[Any, ...]

REFERENCES: Final = [*PARTS].index("references")  # places in Prepared.parts
NOTICES: Final = [*PARTS].index("notices")
CITED: Final = len(Reference._fields)  # place of cited_id in a row of references; then what its words give
PRINTED_DOI, PRINTED_PMCID = CITED + 1, CITED + 2


class Prepared(NamedTuple):
    """What of one record goes into the file; rows are in the order of columns that kb.store.records names."""

    pmid: int
    source: str
    content_hash: str
    article: _Row
    journal: _Row | None
    descriptors: tuple[_Row, ...]
    qualifiers: tuple[_Row, ...]
    parts: tuple[tuple[_Row, ...], ...]  # one for each of PARTS
    work: _Row
    texts: _Row
    list_length: int | None
    paired: tuple[int, ...]  # the works of DOIs that references give together with a PMID
    keys: tuple[str | None, ...]  # of the works that references name, None where they give a PMID
    latest: int | None  # year after which nothing that it cites was published
    seal: bytes  # of parts


class Cited(NamedTuple):
    """The work that a reference names: its PMID, else the id of its key. Both None: nothing names one."""

    id: int | None
    key: str | None  # None where the reference gives a PMID
    printed: PrintedIds  # what litkb reads in its words, where its source gives no identifier


def prepare(record: Record) -> Prepared:
    """Return the rows of a record."""
    article, references = record.article, record.references
    cited = [resolve_reference(reference) for reference in references]
    plain = plain_parts(record)
    parts = tuple(_rows(field, rows, cited) for field, rows in zip(PARTS, plain, strict=True))
    return Prepared(
        pmid=article.pmid,
        source=record.source,
        content_hash=hash_of_plain(record, plain),
        article=tuple(article),
        journal=tuple(record.journal) if record.journal else None,
        descriptors=tuple(map(tuple, record.mesh_descriptors)),
        qualifiers=tuple(map(tuple, record.mesh_qualifiers)),
        parts=parts,
        work=(article.pmid, article_label(record), article.doi, article.pmcid, article.year),
        texts=_texts(record),
        list_length=(
            article.reference_count if record.stated_reference_count is None else record.stated_reference_count
        ),
        paired=tuple(map(doi_work, {r.doi for r in references if r.doi and r.cited_pmid})),
        keys=tuple(work.key for work in cited),
        latest=latest_cited(article.record_type, article.year, [r.citation for r in references]),
        seal=record_seal(parts),
    )


def resolve_reference(reference: Reference) -> Cited:
    """Return the work that a reference names."""
    citation, doi, pmcid, pmid = reference[2:6]
    if pmid:
        return Cited(pmid, None, NOTHING_PRINTED)
    printed = parse_reference(citation).identifiers if citation and not (doi or pmcid) else NOTHING_PRINTED
    return Cited(*cited_work(None, doi or printed.doi, citation), printed)


def latest_cited(record_type: str, year: int | None, citations: Iterable[str | None]) -> int | None:
    """Return the last year in which what an article cites can have been published; None where nothing tells.

    The year after its own: what was online in December is printed in January. A book is revised; and PubMed gives
    some articles of 1975 lists of later ones: a year that most of the list contradicts is no bound.
    """
    if not year or record_type != "article":
        return None
    printed = [citation for citation in citations if citation]
    if not has_number_after(printed, year + 1):  # nine in ten
        return year + 1
    dated = [found for citation in printed if (found := parse_reference(citation).year)]
    later = sum(found > year + 1 for found in dated)
    return None if 2 * later > len(dated) else year + 1


def _rows(field: str, rows: tuple[_Row, ...], cited: Sequence[Cited]) -> tuple[_Row, ...]:
    """Return the rows of a part with what no source gives: what equal names share, and the works that are cited."""
    if not rows or field not in _DERIVED:
        return rows
    return tuple(map(tuple.__add__, rows, _DERIVED[field](rows, cited)))


def _named(_rows: Sequence[Any], cited: Sequence[Cited]) -> Iterable[_Row]:
    return ((work, *printed) for work, _, printed in cited)


def _name_keys(rows: Sequence[Any], _cited: Sequence[Cited]) -> Iterable[_Row]:
    return ((name_key(row[2]),) for row in rows)


def _keyword_keys(rows: Sequence[Any], _cited: Sequence[Cited]) -> Iterable[_Row]:
    return ((fold(row[2]),) for row in rows)


def _printed_dois(rows: Sequence[Any], _cited: Sequence[Cited]) -> Iterable[_Row]:
    notices = map(Notice._make, rows)
    return ((None if one.other_pmid else parse_reference(one.ref_source or "").identifiers.doi,) for one in notices)


_DERIVED: Final[dict[str, Callable[[Sequence[Any], Sequence[Cited]], Iterable[_Row]]]] = {
    "references": _named,
    "authorships": _name_keys,
    "keywords": _keyword_keys,
    "notices": _printed_dois,
}


def _texts(record: Record) -> _Row:
    """Return what is searched, as the view article_texts has it: titles, abstracts, keywords, MeSH names, authors."""
    article = record.article
    names = {d.descriptor_ui: d.name for d in record.mesh_descriptors}
    names |= {q.qualifier_ui: q.name for q in record.mesh_qualifiers}
    abstract = [s.text for s in record.abstract_sections] + [s.text for s in record.other_abstract_sections]
    mesh = {names.get(ui, ui) for h in record.mesh_headings for ui in (h.descriptor_ui, h.qualifier_ui) if ui}
    mesh |= {concept.name for concept in record.supplementary_concepts}
    people = [" ".join(filter(None, (a.name, a.fore_name))) for a in record.authorships]
    texts: tuple[Sequence[str | None], ...] = (
        (article.title, article.vernacular_title, article.book_title),
        abstract,
        [keyword.keyword for keyword in record.keywords],
        sorted(mesh),
        people or [article.authors],
    )
    return (article.pmid, *(search_form("\n".join(filter(None, parts))) for parts in texts))
