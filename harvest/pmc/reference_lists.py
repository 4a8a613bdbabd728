"""Reference lists of JATS -> references: each citation with its words as printed and all its identifiers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pmc.citation_text import CITATIONS, format_citation
from harvest.pmc.places import scope_of
from harvest.pmc.tree import HREF, all_text, children, text_of
from kb.full_texts import FullTextReference
from kb.identifiers import normalise_doi, normalise_pmcid, pmid_or_none
from kb.printed.identifiers_in_text import printed_ids
from kb.text import collapse_spaces

_NUMBER: Final = re.compile(r"[\W_]*(\d{1,4})[\W_]*")
_NO_WORK: Final = re.compile(  # what refers to another entry, or to nothing
    r"\W*(?:ibid(?:em)?\b|idem\b|loc\.? ?cit|op\.? ?cit|see (?:also )?(?:ref|reference|note|footnote)s?\b\.? ?\[?\d)",
    re.IGNORECASE,
)
_KINDS: Final = {
    "doi": "doi", "pmid": "pmid", "medline": "pmid", "pubmed": "pmid", "pmcid": "pmcid", "pmc": "pmcid",
}  # fmt: skip
_IDENTIFIED: Final = frozenset({"pub-id", "object-id", "article-id", "elocation-id"})
_DOI_ADDRESS: Final = re.compile(r"^(?:https?://)?(?:dx\.)?doi\.org/(10\..+)", re.IGNORECASE)


class Entry(NamedTuple):
    """A reference of one document as its marks see it."""

    position: int
    scope: _Element | None
    list_number: int  # of the list that it stands in
    order: int  # in that list, from 1
    number: int | None  # its printed label, where that is one
    parts: tuple[FullTextReference, ...]
    element: _Element


class ReferenceLists(NamedTuple):
    """All references of a document; what its ids mean: a reference, and the part where it names one."""

    entries: list[Entry]
    ids: dict[_Element | None, dict[str, tuple[int, int | None]]]  # scope: id: position and part

    def find(self, rid: str, scope: _Element | None) -> tuple[int, int | None] | None:
        """Return what an id means at a place: in its own sub-article first, then in the article.

        In the article itself an id of a sub-article is one where the article has no references of its own.
        """
        for one in (scope, None, *(() if None in self.ids else self.ids)):
            if found := self.ids.get(one, {}).get(rid):
                return found
        return None


def read_reference_lists(article: _Element, scopes: Sequence[_Element]) -> ReferenceLists:
    """Return all references of an article and of its sub-articles, in the order of the document."""
    entries: list[Entry] = []
    ids: dict[_Element | None, dict[str, tuple[int, int | None]]] = {}
    lists: dict[_Element | None, int] = {}
    orders: dict[int, int] = {}
    for position, ref in enumerate(article.iter("ref"), start=1):
        scope = scope_of(ref)
        number = lists.setdefault(ref.getparent(), len(lists) + 1)
        orders[number] = orders.get(number, 0) + 1
        scope_number = 0 if scope is None else scopes.index(scope) + 1
        parts = tuple(_parts(ref, position, scope_number))
        entries.append(Entry(position, scope, number, orders[number], parts[0].label_number, parts, ref))
        _note_ids(ids.setdefault(scope, {}), ref, position)
    return ReferenceLists(entries, ids)


def _note_ids(ids: dict[str, tuple[int, int | None]], ref: _Element, position: int) -> None:
    """Note what leads to a reference: its id, and those of its citations; of two equal ones the first stands."""
    if name := ref.get("id"):
        ids.setdefault(name, (position, None))
    citations = list(_citations(ref))
    for part, citation in enumerate(citations, start=1):
        for element in (citation, *children(citation, *CITATIONS)):
            if name := element.get("id"):
                ids.setdefault(name, (position, part if len(citations) > 1 else None))


def _citations(ref: _Element) -> Iterator[_Element]:
    yield from children(ref, *CITATIONS, "citation-alternatives")


def _parts(ref: _Element, position: int, scope: int) -> Iterator[FullTextReference]:
    """Yield the citations of a reference; one without words where it has none."""
    label = _label(ref)
    match = _NUMBER.fullmatch(label or "")
    number = int(match[1]) if match else None
    citations: list[_Element] = list(_citations(ref))
    if not citations:
        words = _note(ref)
        yield FullTextReference(position, 1, scope, ref.get("id"), label, number, words, None, None, None, None, 0)
    for part, citation in enumerate(citations, start=1):
        words = format_citation(citation)
        doi, pmid, pmcid, others = _identifiers(citation)
        if words and not (doi or pmid or pmcid):
            doi, pmcid, _ = printed_ids(words)
        names = 1 if doi or pmid or pmcid or (words and not _NO_WORK.match(words)) else 0
        yield FullTextReference(
            position, part, scope, ref.get("id"), label, number, words, doi, pmid, pmcid, others, names
        )


def _label(ref: _Element) -> str | None:
    """Return the label of a reference as printed, also one that stands inside its first citation."""
    own = text_of(ref.find("label"))
    if own or not len(ref):
        return own
    return text_of(next((citation.find("label") for citation in _citations(ref)), None))


def _note(ref: _Element) -> str | None:
    """Return the words of a reference that has no citation, without its label."""
    words = [all_text(child) for child in ref if isinstance(child.tag, str) and child.tag != "label"]
    return collapse_spaces(" ".join([ref.text or "", *words])) or None


def _identifiers(citation: _Element) -> tuple[str | None, int | None, str | None, str | None]:
    """Return DOI, PMID and PMCID that a citation gives, the first of each; and all else, "kind value"."""
    doi: str | None = None
    pmid: int | None = None
    pmcid: str | None = None
    others: dict[str, None] = {}
    for kind, value in _given(citation):
        read_doi = normalise_doi(value) if kind == "doi" else None
        read_pmid = pmid_or_none(value) if kind == "pmid" else None
        read_pmcid = normalise_pmcid(value) if kind == "pmcid" else None
        if (read_doi and read_doi == doi) or (read_pmid and read_pmid == pmid) or (read_pmcid and read_pmcid == pmcid):
            continue
        if read_doi and doi is None:
            doi = read_doi
        elif read_pmid and pmid is None:
            pmid = read_pmid
        elif read_pmcid and pmcid is None:
            pmcid = read_pmcid
        else:
            others[f"{kind} {value}"] = None
    return doi, pmid, pmcid, " ".join(others) or None


def _given(citation: _Element) -> Iterable[tuple[str, str]]:
    """Yield kind and value of the identifiers in a citation, in its order; addresses only where they are a DOI's."""
    for element in citation.iter():
        tag = element.tag
        if tag in _IDENTIFIED and (value := collapse_spaces(all_text(element))):
            kind = element.get("pub-id-type") or ("" if tag == "elocation-id" else "other")
            if kind:
                yield _KINDS.get(kind.lower(), kind), value
        elif tag in ("ext-link", "uri", "self-uri"):
            kind = (element.get("ext-link-type") or "").lower()
            value = (element.get(HREF) or "").strip()
            if match := _DOI_ADDRESS.match(value):
                yield "doi", match[1]
            elif kind in _KINDS and value:
                yield _KINDS[kind], value
