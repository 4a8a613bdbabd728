"""An ELink answer (XML) -> who cites whom, what is similar: one list for each article that was asked for."""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from lxml import etree

from harvest.http.response_validation import error_words, parse_document, refusal
from harvest.sources.source import Told
from kb.errors import RecordError
from kb.identifiers import count_of, pmid_or_none
from kb.records import DEMONSTRATION, SYNTHETIC, LinkList

Entry = tuple[int, int | None]


class LinkKind(NamedTuple):
    """One list that ELink knows: NCBI's name, and the name of the source in citation_sources."""

    linkname: str
    source: str


KINDS: Final = {
    "cited_by": LinkKind("pubmed_pubmed_citedin", "elink_citedin"),
    "references": LinkKind("pubmed_pubmed_refs", "elink_refs"),
    "similar": LinkKind("pubmed_pubmed", "elink_similar"),
}


def check_links(body: bytes) -> None:
    """Raise unless body is a whole eLinkResult; an ERROR in some of several LinkSets leaves the others good."""
    _checked(body)


def _checked(body: bytes) -> "etree._Element":
    result = parse_document(body, "eLinkResult")
    failed = result.xpath("count(LinkSet[descendant::ERROR])")
    outside = result.xpath("boolean(ERROR)")
    if outside or (failed and failed == len(result.findall("LinkSet"))):
        raise refusal(error_words(body))
    return result


def parse_links(body: bytes, *, asked: Collection[int], list_name: str) -> list[LinkList | RecordError]:
    """Return one list for each asked PMID that the answer speaks of, in the answer's order.

    The article itself is left out; the order is the rank. entries are None where the answer has no links:
    it means no data, not none. A list that cannot be read is the RecordError that says why. Raises RecordError for
    links of several articles pooled in one LinkSet, because who cites whom is lost; TransientError and PermanentError
    as check_links does.
    """
    result = _checked(body)
    kind = KINDS[list_name]
    source = _stated_source(result, list_name) or kind.source
    lists: dict[int, LinkList | RecordError] = {}
    for link_set in result.iterfind("LinkSet"):
        pmid = _article_of(link_set)
        if pmid in asked and pmid not in lists and link_set.find(".//ERROR") is None:
            try:
                lists[pmid] = LinkList(pmid, list_name, source, _entries(link_set, pmid, kind.linkname))
            except RecordError as error:
                lists[pmid] = error
    return list(lists.values())


def parse_told(body: bytes, asked: Collection[int], *, list_name: str) -> list[Told | RecordError]:
    """Return what parse_links() does, each list as what is told of an article."""
    return [
        _told(links) if isinstance(links, LinkList) else links
        for links in parse_links(body, asked=asked, list_name=list_name)
    ]


def _told(links: LinkList) -> Told:
    return Told(links.pmid, (links,), "no data" if links.entries is None else str(len(links.entries)))


def _article_of(link_set: "etree._Element") -> int:
    """Return the one article whose links these are; 0 where the set names none that is a PMID."""
    named = link_set.findall("IdList/Id")
    if len(named) > 1:
        raise RecordError(
            f"The links of {len(named)} articles came pooled in one LinkSet, so that who cites whom is lost. "
            "Nothing was taken from this answer."
        )
    return (pmid_or_none(named[0].text) or 0) if named else 0


def _entries(link_set: "etree._Element", pmid: int, linkname: str) -> tuple[Entry, ...] | None:
    """Return the links of this name without repeats, the article itself left out; None where there are none."""
    found = [part for part in link_set.iterfind("LinkSetDb") if part.findtext("LinkName") == linkname]
    if not found:
        return None
    scored = linkname == KINDS["similar"].linkname  # elsewhere the Score repeats the PMID
    entries: dict[int, int | None] = {}
    for other, score in (entry for part in found for entry in _links(part, pmid)):
        if other != pmid:
            entries.setdefault(other, score if scored else None)
    return tuple(entries.items())


def _links(part: "etree._Element", pmid: int) -> Iterator[Entry]:
    """Yield PMID and score of each link; its parts are gone through by hand, in a fifth of the time of findtext."""
    for link in part.iterfind("Link"):
        told = {child.tag: child.text for child in link}
        other = pmid_or_none(told.get("Id"))
        if other is not None:
            score = (told.get("Score") or "").strip()
            yield other, count_of(score, pmid=pmid) if score else None


def _stated_source(result: "etree._Element", list_name: str) -> str | None:
    """Return the source that an answer says it is, demonstration or synthetic; None where it is NCBI's.

    References are a source beside the lists in the records themselves.
    """
    for note in result:
        if isinstance(note, etree._ProcessingInstruction) and note.target == "litkb":
            stated = note.get("source")
            if stated in (DEMONSTRATION, SYNTHETIC):
                return f"{stated}_refs" if list_name == "references" else stated
    return None
