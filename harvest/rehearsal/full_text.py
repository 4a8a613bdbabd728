"""Made-up full texts of the records of a rehearsal: JATS with marks, ranges, sections, a table and a licence.  (pure)

Every sentence says that it was made up. Of each article the same bytes come, and how it is given depends on its PMID
alone: most by EFetch, some by the bucket of PubMed Central alone, some by nobody.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from harvest.rehearsal.collection import IndexedRecord

_LICENCES: Final = ("by/4.0", "by-nc/4.0", "by-nc-nd/4.0", "")  # "": TDM
_CODES: Final = ("CC BY", "CC BY-NC", "CC BY-NC-ND", "TDM")
_MOST: Final = 40  # references of a text
_FORBIDDEN: Final = "<!--The publisher of this article does not allow downloading of the full text in XML form.-->"


def is_front_only(pmid: int) -> bool:
    """Return whether EFetch gives no more than the front matter."""
    return pmid % 5 == 3


def is_in_bucket(pmid: int) -> bool:
    """Return whether the bucket has the XML."""
    return pmid % 10 != 3 and not is_absent(pmid)


def is_absent(pmid: int) -> bool:
    """Return whether nobody gives anything."""
    return pmid % 11 == 7


def licence_code(pmid: int) -> str:
    """Return the licence as the bucket's metadata has it."""
    return _CODES[pmid % len(_CODES)]


def made_up_text(record: IndexedRecord, *, front_only: bool = False) -> bytes:
    """Return the article of a record in JATS; its references are those of the record."""
    cited = list(_references(record))[:_MOST]
    body = "" if front_only else f"<body>{_body(len(cited))}</body><back><ref-list>{''.join(cited)}</ref-list></back>"
    front = f"{_FORBIDDEN if front_only else ''}<front><journal-meta/>{_meta(record)}</front>"
    return (
        f'<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article">{front}{body}</article>'
    ).encode()


def _meta(record: IndexedRecord) -> str:
    ids = {"pmcid": record.pmcid, "pmcid-ver": f"{record.pmcid}.2", "pmid": str(record.pmid), "doi": record.doi}
    named = "".join(
        f'<article-id pub-id-type="{kind}">{escape(value)}</article-id>' for kind, value in ids.items() if value
    )
    licence = _LICENCES[record.pmid % len(_LICENCES)]
    address = f"https://creativecommons.org/licenses/{licence}/" if licence else ""
    words = "Made up for a rehearsal." if licence else "Made up; available for text mining."
    return (
        f"<article-meta>{named}<title-group><article-title>A made-up text of a rehearsal</article-title></title-group>"
        f'<permissions><license xlink:href="{address}"><license-p>{words}</license-p></license></permissions>'
        "</article-meta>"
    )


def _body(count: int) -> str:
    """Return sections whose marks mean all references: single ones, a range, a list, and one in a table."""
    marks = [f"[{_xref(number)}]" for number in range(1, count + 1)]
    if count > 4:
        marks[1:4] = [f"[{_xref(2)}&#x2013;{_xref(4)}]", f"[{_xref(3)}, {_xref(1)}]"]
    half = (len(marks) + 1) // 2
    table = f"<table-wrap><table><tr><td>Made up {marks[0]}</td></tr></table></table-wrap>" if marks else ""
    sections = (("Introduction", marks[:half], ""), ("Methods", marks[half:], table))
    return "".join(f"<sec><title>{title}</title><p>{_sentences(own)}</p>{more}</sec>" for title, own, more in sections)


def _sentences(marks: Sequence[str]) -> str:
    return " ".join(f"Sentence {number} was made up for a rehearsal {mark}." for number, mark in enumerate(marks, 1))


def _xref(number: int) -> str:
    return f'<xref ref-type="bibr" rid="R{number}">{number}</xref>'


def _references(record: IndexedRecord) -> Iterator[str]:
    root = etree.fromstring(record.xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for number, entry in enumerate(root.iterfind(".//PubmedData//Reference"), start=1):
        words = entry.findtext("Citation") or "Made-up reference."
        ids = (
            f'<pub-id pub-id-type="{_KINDS[kind]}">{escape((one.text or "").strip())}</pub-id>'
            for one in entry.iterfind("ArticleIdList/ArticleId")
            if (kind := one.get("IdType", "")) in _KINDS
        )
        plain = escape(re.sub(r"\s+", " ", words))
        yield (
            f'<ref id="R{number}"><label>{number}</label><mixed-citation>{plain}{"".join(ids)}</mixed-citation></ref>'
        )


_KINDS: Final = {"pubmed": "pmid", "doi": "doi", "pmc": "pmcid"}
