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
from harvest.rehearsal.vocabulary import CITING_SENTENCES, TOPICS

_LICENCES: Final = ("by/4.0", "by-nc/4.0", "by-nc-nd/4.0", "")  # "": TDM
_CODES: Final = ("CC BY", "CC BY-NC", "CC BY-NC-ND", "TDM")
_MOST: Final = 40  # references of a text
_LISTED_ONLY: Final = 12  # of so many references one is listed and nowhere cited
_REPEATED: Final = 5  # of so many marks one stands in the discussion, too
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
    whole = f"<body>{_body(record, len(cited))}</body><back><ref-list>{''.join(cited)}</ref-list></back>"
    body = "" if front_only else whole
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


def _body(record: IndexedRecord, count: int) -> str:
    """Return sections whose marks mean the references but every twelfth: single ones, a range, a list, one in a table.

    The discussion cites some of them once more.
    """
    marks = _marks(count)
    size = max(1, -(-len(marks) // len(CITING_SENTENCES)))
    table = f"<table-wrap><table><tr><td>Made up {marks[0]}</td></tr></table></table-wrap>" if marks else ""
    sections = []
    for place, (title, sentences) in enumerate(CITING_SENTENCES):
        own = marks[place * size : (place + 1) * size] + (marks[::_REPEATED] if title == "Discussion" else [])
        if own:
            text = " ".join(_sentences(record, sentences, own))
            sections.append(f"<sec><title>{title}</title><p>{text}</p>{table if title == 'Results' else ''}</sec>")
    return "".join(sections)


def _marks(count: int) -> list[str]:
    marks = [f"[{_xref(number)}]" for number in range(1, count + 1) if number % _LISTED_ONLY]
    if count > 4:
        marks[1:4] = [f"[{_xref(2)}&#x2013;{_xref(4)}]", f"[{_xref(3)}, {_xref(1)}]"]
    return marks


def _sentences(record: IndexedRecord, sentences: Sequence[str], marks: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each mark, on two terms of the topic that the record's keywords name, or of any topic."""
    named = (topic for topic in TOPICS if record.fields["keyword"].issuperset(topic.name.lower().split()))
    terms = next(named, TOPICS[record.pmid % len(TOPICS)]).terms
    for number, mark in enumerate(marks, start=record.pmid % 60):
        a, b = terms[number % len(terms)].lower(), terms[(number + 1 + number // 5 % 4) % len(terms)].lower()
        yield sentences[number % len(sentences)].format(a=a, b=b, mark=mark)


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
