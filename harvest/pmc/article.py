"""A stream of JATS -> full texts: EFetch db=pmc (pmc-articleset), single articles, envelopes of OAI-PMH."""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from html.entities import html5
from operator import itemgetter
from typing import Final, NamedTuple

from lxml import etree
from lxml.etree import _Element

from harvest.pmc.front_matter import read_record
from harvest.pmc.licence import read_licence
from harvest.pmc.links import Link, find_links
from harvest.pmc.marks import Mark, MarkedBlock, read_marked_blocks
from harvest.pmc.places import SCOPES
from harvest.pmc.reference_lists import ReferenceLists, read_reference_lists
from harvest.pmc.tree import text_of
from harvest.pmc.untagged import add_untagged
from harvest.pubmed.mathml import NAMESPACE
from harvest.pubmed.record_splitter import ARTICLE, REJECTED, Grammar, RawRecord, split_records
from harvest.pubmed.safe_xml import OPTIONS
from kb.errors import RecordError
from kb.full_texts import BODY, FRONT_ONLY, NO_MARKS, CitingSentence, FullText, Mention, MentionReference
from kb.identifiers import normalise_doi, normalise_pmcid, pmid_or_none
from kb.records import Record

JATS: Final = Grammar(
    "JATS", {b"article": ARTICLE}, (b"pmc-articleset", b"OAI-PMH", b"root"), (b"article-meta",), prefixed=True
)
_PARSER: Final = etree.XMLParser(**OPTIONS, remove_pis=True)  # type: ignore[arg-type]  # as in harvest.pubmed.article
_ENTITY: Final = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")
_OWN: Final = frozenset({b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"})  # of XML itself
_PREFIX: Final = re.compile(rb"[<\s]/?([A-Za-z_][\w.-]{0,30}):[A-Za-z_]")
_KNOWN: Final = {
    b"xlink": b"http://www.w3.org/1999/xlink",
    b"mml": b"http://www.w3.org/1998/Math/MathML",
    b"xsi": b"http://www.w3.org/2001/XMLSchema-instance",
}


class ParsedArticle(NamedTuple):
    """What a JATS document says: its full text, and what its front matter says of the article; None without a PMID."""

    full_text: FullText
    record: Record | None


class GivenText(NamedTuple):
    """One article of an answer: which it says to be, and its bytes."""

    pmid: int | None
    pmcid: str | None
    xml: bytes


def split_full_texts(xml: bytes) -> Iterator[GivenText]:
    """Yield the articles of a document by themselves; what cannot be read is left out: parse_full_texts() says why."""
    with suppress(RecordError):  # an encoding that is not known
        for raw in split_records([xml], JATS):
            try:
                article = _tree(raw.xml) if raw.kind != REJECTED else None
            except etree.XMLSyntaxError:
                continue
            if article is not None:
                ids = read_ids(_meta(article))
                yield GivenText(pmid_or_none(ids.get("pmid")), _pmcid(ids), raw.xml)


def parse_full_texts(xml: bytes | Iterable[bytes]) -> Iterator[ParsedArticle | RecordError]:
    """Yield the articles of a stream of JATS, in its order; one that cannot be read as the error that says why.

    Memory does not grow with the number of articles.
    """
    chunks = [xml] if isinstance(xml, bytes) else xml
    try:
        for raw in split_records(chunks, JATS):
            yield _parsed(raw)
    except RecordError as error:  # an encoding that is not known
        yield error


def _parsed(raw: RawRecord) -> ParsedArticle | RecordError:
    if raw.kind == REJECTED:
        return RecordError(raw.reason or "The article cannot be read.", offset=raw.offset)
    try:
        article = _tree(raw.xml)
        full_text = _full_text(article, hashlib.sha256(raw.xml).hexdigest())
        return ParsedArticle(full_text, read_record(article, full_text))
    except etree.XMLSyntaxError as error:
        return RecordError(f"The article is not well-formed XML: {error}.", offset=raw.offset)
    except RecordError as error:
        return RecordError(error.reason, pmid=error.pmid, offset=raw.offset)


def _tree(xml: bytes) -> _Element:
    """Return the element of an article, all names local but those of MathML."""
    try:
        article = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        if "amespace prefix" not in str(error) and "Entity" not in str(error):
            raise
        article = etree.fromstring(_repaired(xml), _PARSER)[0]
    for element in article.iter("{*}*"):
        tag = str(element.tag)
        if tag[0] == "{" and not tag.startswith(NAMESPACE):
            element.tag = tag.rpartition("}")[2]
    return article


def _repaired(xml: bytes) -> bytes:
    """Return an article in an element that declares what was declared outside it: prefixes; names of characters."""
    prefixes = dict.fromkeys(_PREFIX.findall(xml))
    declared = b"".join(
        b' xmlns:%s="%s"' % (one, _KNOWN.get(one, b"urn:" + one)) for one in prefixes if one not in (b"xml", b"xmlns")
    )
    return b"<document%s>%s</document>" % (declared, _ENTITY.sub(_character, xml))


def _character(match: "re.Match[bytes]") -> bytes:
    name = match[1]
    return match[0] if name in _OWN else html5.get(name.decode(), match[0].decode()).encode()


# --- one article ---


def _full_text(article: _Element, sha256: str) -> FullText:
    meta = _meta(article)
    scopes = list(article.iter(*SCOPES))
    lists = read_reference_lists(article, scopes)
    blocks = read_marked_blocks(article, lists)
    found = find_links(blocks, lists)
    add_untagged(article, lists, blocks, found)
    ids = read_ids(meta)
    licence = read_licence(article.find("front"))
    sentences, mentions, links = _numbered(blocks, found, lists)
    return FullText(
        pmid=pmid_or_none(ids.get("pmid")),
        pmcid=_pmcid(ids),
        doi=normalise_doi(ids.get("doi")),
        version=int(version) if (version := ids.get("version", "1")).isdecimal() and len(version) < 4 else 1,
        outcome=_outcome(article, lists, mentions),
        license=licence.name,
        license_url=licence.url,
        copyright=licence.copyright,
        sha256=sha256,
        references=tuple(part for entry in lists.entries for part in entry.parts),
        sentences=sentences,
        mentions=mentions,
        links=links,
    )


def _meta(article: _Element) -> _Element | None:
    meta = article.find("front/article-meta")
    return article.find("front-stub") if meta is None else meta


def _pmcid(ids: Mapping[str, str]) -> str | None:
    return normalise_pmcid(ids.get("pmcid") or ids.get("pmc") or ids.get("pmcaid"))


def read_ids(meta: _Element | None) -> dict[str, str]:
    """Return the identifiers that an article gives of itself, by kind; version is that of a PMC identifier."""
    found: dict[str, str] = {}
    for element in meta.findall("article-id") if meta is not None else ():
        kind, value = (element.get("pub-id-type") or "").lower(), text_of(element)
        if kind and value:
            found.setdefault(kind, value)
    if match := re.fullmatch(r"PMC\d+\.(\d{1,3})", found.get("pmcid-ver", "")):
        found["version"] = match[1]
    return found


def _outcome(article: _Element, lists: ReferenceLists, mentions: Sequence[Mention]) -> str:
    body = article.find("body")
    if body is None or not any(text.strip() for text in body.itertext()):
        return FRONT_ONLY
    return NO_MARKS if lists.entries and not mentions else BODY


def _numbered(
    blocks: Sequence[MarkedBlock], found: Sequence[Sequence[Sequence[Link]]], lists: ReferenceLists
) -> tuple[tuple[CitingSentence, ...], tuple[Mention, ...], tuple[MentionReference, ...]]:
    """Return sentences, mentions and links, numbered in the order of the document."""
    marks = sorted(
        ((mark, block, links) for block, of_block in zip(blocks, found, strict=True)
         for mark, links in zip(block.marks, of_block, strict=True)),
        key=lambda one: (one[0].number, one[0].start),
    )  # fmt: skip
    numbers: dict[tuple[int, int], int] = {}
    sentences: list[CitingSentence] = []
    mentions: list[Mention] = []
    rows: list[MentionReference] = []
    for number, (mark, block, links) in enumerate(marks, start=1):
        start, end = _sentence_at(block, mark)
        key = (id(block), start)
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            sentences.append(CitingSentence(numbers[key], *block.place, block.text[start:end]))
        mentions.append(
            Mention(number, numbers[key], mark.start - start, mark.end - mark.start, _marker(mark, links, lists))
        )
        rows += _rows(number, links, lists)
    return tuple(sentences), tuple(mentions), tuple(rows)


def _sentence_at(block: MarkedBlock, mark: Mark) -> tuple[int, int]:
    """Return the sentence of a mark; where it stands between two, the one before."""
    place = bisect_left(block.sentences, mark.end, key=itemgetter(1))
    return block.sentences[place] if place < len(block.sentences) else (0, len(block.text))


def _marker(mark: Mark, links: Sequence[Link], lists: ReferenceLists) -> str:
    """Return what a mark prints; of one that prints nothing, the label of its reference."""
    if mark.printed or not links:
        return mark.printed
    return lists.entries[links[0].position - 1].parts[0].label or ""


def _rows(number: int, links: Sequence[Link], lists: ReferenceLists) -> Iterator[MentionReference]:
    """Yield the rows of a mark, each once; a link to a reference is one to each of its citations."""
    rows: dict[tuple[int, int], MentionReference] = {}
    for link in links:
        parts = [part.part for part in lists.entries[link.position - 1].parts]
        for part in parts if link.part is None else [link.part]:
            rows.setdefault(
                (link.position, part), MentionReference(number, link.position, part, link.how, link.contradicts)
            )
    return iter(sorted(rows.values()))
