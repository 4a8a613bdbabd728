"""Small articles in JATS, made up, that a test can be read with."""

from collections.abc import Iterable, Sequence

from harvest.pmc.article import ParsedArticle, parse_full_texts
from kb.errors import RecordError
from kb.full_texts import FullText

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'
LAMPS = "<mixed-citation>Okoro T. Harbour lamps of the north. J Lamps. 2011;3:4-9.</mixed-citation>"


def xref(number: int | str, text: str | None = None, kind: str = "bibr") -> str:
    """Return a mark of reference R<number> that prints its number."""
    return f'<xref ref-type="{kind}" rid="R{number}">{number if text is None else text}</xref>'


def ref(number: int, citation: str = LAMPS, label: str | None = "") -> str:
    """Return a reference with its number as label; None: without one."""
    printed = "" if label is None else f"<label>{label or number}</label>"
    return f'<ref id="R{number}">{printed}{citation}</ref>'


def numbered(count: int, *, labels: bool = True) -> str:
    """Return references 1 to count."""
    return "".join(ref(number, label="" if labels else None) for number in range(1, count + 1))


def jats(
    body: str = "",
    *,
    refs: str = "",
    meta: str = "",
    back: str = "",
    ids: Sequence[tuple[str, str]] = (("pmid", "41000021"), ("pmcid", "PMC9000021"), ("doi", "10.5555/lamps")),
    after: str = "",
    namespace: str = "",
) -> bytes:
    """Return an article; body, refs, meta, back and after are the insides of their elements."""
    named = "".join(f'<article-id pub-id-type="{kind}">{value}</article-id>' for kind, value in ids)
    listed = f"<ref-list>{refs}</ref-list>" if refs else ""
    return (
        f"<article {XLINK}{namespace}><front><journal-meta/><article-meta>{named}{meta}</article-meta></front>"
        f"{f'<body>{body}</body>' if body else ''}<back>{back}{listed}</back>{after}</article>"
    ).encode()


def parsed(xml: bytes | Iterable[bytes]) -> ParsedArticle:
    """Return the only article of a document."""
    [article] = parse_full_texts(xml)
    assert not isinstance(article, RecordError), article
    return article


def full_text(body: str = "", *, refs: str = "", **parts: str) -> FullText:
    """Return what litkb reads in an article."""
    return parsed(jats(body, refs=refs, **parts)).full_text


def cited(text: FullText) -> list[tuple[str, list[int]]]:
    """Return what each mark prints, and the positions of the references that it means."""
    return [
        (mention.marker, [link.position for link in text.links if link.mention == mention.mention])
        for mention in text.mentions
    ]


def ways(text: FullText) -> dict[int, str]:
    """Return how each reference is reached that a mark means, the last way of several."""
    return {link.position: link.how for link in text.links}
