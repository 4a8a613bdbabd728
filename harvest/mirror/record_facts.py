"""The bytes of a record -> what the index and the graph of a mirror need of it, eleven times faster than parsing it.

What has the form in which NLM writes is read by patterns; any other record is parsed by harvest.pubmed, whose rules
these are. tests/harvest/mirror compares the two.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from harvest.pubmed.article import parse_record
from harvest.pubmed.dates import first_year
from harvest.pubmed.record_splitter import ARTICLE, RawRecord

_HEAD: Final = re.compile(
    rb'<PubmedArticle>\s*<MedlineCitation\b[^<>]*>\s*<PMID Version="(\d{1,4})">([1-9]\d{0,8})</PMID>'
)
_PART: Final = rb"\s*<(?:Month|Day|Season)>[^<]*</(?:Month|Day|Season)>"
_YEAR: Final = rb"<Year>\s*((?:1[5-9]|20)\d\d)\s*</Year>"
_DATE: Final = re.compile(
    rb"<PubDate>\s*(?:" + _YEAR + rb"(?:" + _PART + rb")*|<MedlineDate>([^<&]*)</MedlineDate>)\s*</PubDate>"
)
_JOURNAL: Final = b"<NlmUniqueID>"
_LIST, _LIST_END = b"<ReferenceList>", b"</ReferenceList>"
_ENTRY: Final = re.compile(rb'<(?:Reference>|ArticleId(?:>| IdType="pubmed">(\d{1,9})</ArticleId>)|PMID)')
_TWICE: Final = re.compile(rb"^\d|\d,\d")
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
    listed = (None, []) if start < 0 else _plain_references(xml, start)
    if listed is None:
        return None
    year = int(date[1]) if date[1] else first_year(date[2].decode())
    return Facts(int(head[2]), int(head[1]), year, journal.decode(), *listed)


def _has_hidden(xml: bytes) -> bool:
    """Return whether a record has a comment or a CDATA section, in which patterns might read what is none."""
    return b"!" in xml and (b"<!--" in xml or b"<![CDATA[" in xml)


def _plain_references(xml: bytes, start: int) -> tuple[int, list[int]] | None:
    """Return the number of references and the PMIDs in them, of a list that begins at start; None for another form.

    A list in a list, or after one, two PMIDs in one reference, or a word in which "ubmed" is, are left to the parser.
    """
    end = xml.rfind(_LIST_END)
    entries = _ENTRY.findall(xml, start, end)
    count = entries.count(b"")
    usual = xml.startswith(_LIST, start) and xml.count(b"<Reference", start, end) == count + 1
    if not usual or xml.count(b"ubmed", start, end) != len(entries) - count or _TWICE.search(b",".join(entries)):
        return None
    cited = [*map(int, filter(None, entries))]
    return (count, cited) if min(cited, default=1) > 0 else None
