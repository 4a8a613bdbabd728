"""The bytes of a record -> what the index and the graph of a mirror need of it, twenty times faster than parsing it.

What has the form in which NLM writes is read by patterns; any other record is parsed by harvest.pubmed, whose rules
these are. tests/harvest/mirror compares the two.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from harvest.pubmed.article import parse_record
from harvest.pubmed.dates import first_year
from harvest.pubmed.record_splitter import ARTICLE, RawRecord

_HEAD: Final = re.compile(
    rb'<PubmedArticle>\s*<MedlineCitation\b[^<>]*>\s*<PMID Version="(\d{1,4})">([1-9]\d{0,8})</PMID>'
)
_PART: Final = rb"\s*<(?:Month|Day|Season)>[^<]*</(?:Month|Day|Season)>"
_DATE: Final = re.compile(
    rb"<PubDate>\s*(?:<Year>\s*(\d{4})\s*</Year>(?:" + _PART + rb")*|<MedlineDate>([^<&]*)</MedlineDate>)\s*</PubDate>"
)
_JOURNAL: Final = b"<NlmUniqueID>"
_LIST, _LIST_END = b"<ReferenceList>", b"</ReferenceList>"
_ENTRY: Final = re.compile(rb'<Reference>|<ArticleId IdType="pubmed">(\d{1,9})</ArticleId>')
_CITES: Final = b'RefType="Cites"'  # of an old reference list


class Facts(NamedTuple):
    """What a mirror needs of a record; None: unknown."""

    pmid: int
    version: int
    year: int | None
    journal_id: str | None
    references: int | None  # entries of its reference list, None where PubMed has no list
    cited: Sequence[int]  # PMIDs that they give, in their order


def read_facts(raw: RawRecord) -> Facts:
    """Return what a mirror needs of a record. Raises RecordError for one that cannot be read."""
    return (_plain_facts(raw.xml) if raw.kind == ARTICLE else None) or parsed_facts(raw)


def parsed_facts(raw: RawRecord) -> Facts:
    """Return the same by parsing the record."""
    record = parse_record(raw)
    article, cited = record.article, [row.cited_pmid for row in record.references]
    given = [pmid for pmid in cited if pmid is not None]
    return Facts(article.pmid, article.version, article.year, article.journal_id, article.reference_count, given)


def _plain_facts(xml: bytes) -> Facts | None:
    """Return the facts of a record in NLM's usual form, None for any other."""
    head = _HEAD.match(xml)
    date = _DATE.match(xml, max(xml.find(b"<PubDate>"), 0))
    at = xml.find(_JOURNAL) + len(_JOURNAL)
    journal = xml[at : xml.find(b"<", at)]
    start = xml.find(b"<ReferenceList", at)
    between = xml[at:start] if start > 0 else xml[at:]
    if head is None or date is None or not journal.isalnum() or _CITES in between or _has_hidden(xml):
        return None
    listed = (None, []) if start < 0 else _plain_references(xml[start : xml.rfind(_LIST_END)])
    if listed is None:
        return None
    year = first_year((date[1] or date[2]).decode())
    return Facts(int(head[2]), int(head[1]), year, journal.decode(), *listed)


def _has_hidden(xml: bytes) -> bool:
    """Return whether a record has a comment or a CDATA section, in which patterns might read what is none."""
    return b"!" in xml and (b"<!--" in xml or b"<![CDATA[" in xml)


def _plain_references(xml: bytes) -> tuple[int, list[int]] | None:
    """Return the number of references and the PMIDs in them; None where they have another form.

    Of two PMIDs in one reference the first counts. A list in a list, or after one, is left to the parser.
    """
    entries = _ENTRY.findall(xml)
    count = entries.count(b"")
    if (
        not xml.startswith(_LIST)
        or xml.count(b"<Reference") != count + 1
        or xml.count(b"ubmed") != len(entries) - count
        or _LIST_END in xml
        or b"<PMID" in xml
        or b"<ArticleId>" in xml
    ):
        return None
    cited = [int(pmid) for before, pmid in zip(chain((b"1",), entries), entries) if pmid and not before]  # noqa: B905
    return (count, cited) if min(cited, default=1) > 0 else None
