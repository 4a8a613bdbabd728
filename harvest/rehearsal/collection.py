"""The records that a rehearsal serves, and what a PubMed made of them alone would answer."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from harvest.files.input_files import check_packed, read_chunks
from harvest.pubmed.record_splitter import ARTICLE, BOOK, split_records
from harvest.pubmed.write_article import format_record
from kb.database import is_sqlite, open_kb
from kb.errors import UsageError
from kb.identifiers import normalise_doi, normalise_pmcid, pmid_or_none
from kb.queries.works.records import read_held_pmids, read_record
from kb.text import fold, words_in

MOST_SIMILAR: Final = 100  # neighbours that are given of an article
OWN_SCORE: Final = 2_147_483_647  # what PubMed gives an article as its own neighbour
_SCORE_UNIT: Final = 1_000_000

_ELOCATION: Final = "MedlineCitation/Article/ELocationID[@EIdType='doi']"
_TITLES: Final = "MedlineCitation/Article/ArticleTitle|BookDocument/ArticleTitle|BookDocument/Book/BookTitle"
_JOURNALS: Final = (
    "MedlineCitation/Article/Journal/Title|MedlineCitation/Article/Journal/ISOAbbreviation"
    "|MedlineCitation/MedlineJournalInfo/MedlineTA"
)
_DESCRIPTORS: Final = "MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName"
_TYPES: Final = "MedlineCitation/Article/PublicationTypeList/PublicationType|BookDocument/PublicationType"
_CITED: Final = (
    "PubmedData//ReferenceList/Reference/ArticleIdList/ArticleId[@IdType='pubmed']"
    "|PubmedBookData//ReferenceList/Reference/ArticleIdList/ArticleId[@IdType='pubmed']"
    "|MedlineCitation/CommentsCorrectionsList/CommentsCorrections[@RefType='Cites']/PMID"
)


class JournalLocation(NamedTuple):
    """Where an article stands."""

    journal: str
    year: str
    volume: str
    page: str  # the first


class IndexedRecord(NamedTuple):
    """One record, and what can be asked of it; terms are folded."""

    pmid: int
    xml: bytes
    doi: str | None
    pmcid: str | None
    year: int | None
    fields: Mapping[str, frozenset[str]]  # title, author, keyword, mesh, type: the words (authors: names) in it
    cited: tuple[int, ...]  # PMIDs of the reference list, without repeats
    source: str | None  # demonstration or synthetic, where the record says so
    places: frozenset[JournalLocation]  # where it stands, by each name of its journal; folded

    @property
    def words(self) -> frozenset[str]:
        """All words of all fields, but those of publication types."""
        told = (terms for name, terms in self.fields.items() if name != "type")
        return frozenset(word for terms in told for term in terms for word in term.split())


@dataclass(frozen=True)
class Shelf:
    """Records by PMID.

    merged: PMIDs that PubMed has merged into another. links: answers in place of computed ones, by link
    name and PMID.
    """

    records: Mapping[int, IndexedRecord]
    merged: Mapping[int, int] = field(default_factory=dict)
    links: Mapping[tuple[str, int], Sequence[int]] = field(default_factory=dict)

    def find(self, pmid: int) -> IndexedRecord | None:
        """Return the record that PubMed gives for a PMID, which may be another's; None where it has none."""
        return self.records.get(self.merged.get(pmid, pmid))

    def of_pmcid(self, pmcid: str) -> IndexedRecord | None:
        """Return the record with a PMCID."""
        return self._by_pmcid.get(pmcid)

    @cached_property
    def _by_pmcid(self) -> Mapping[str, IndexedRecord]:
        return {record.pmcid: record for record in self.records.values() if record.pmcid}

    @property
    def source(self) -> str | None:
        """What the records say they are, in the first that says it."""
        return next((record.source for record in self.records.values() if record.source), None)

    def links_of(self, linkname: str, pmid: int) -> list[tuple[int, int]] | None:
        """Return (PMID, score) as ELink would for one of its link names; None where it has no data."""
        if (linkname, pmid) in self.links:
            return [(other, 0) for other in self.links[linkname, pmid]]
        record = self.records.get(pmid)
        if record is None:
            return None
        if linkname == "pubmed_pubmed":
            return self._similar(record)
        found = self._cited_by.get(pmid, ()) if linkname == "pubmed_pubmed_citedin" else _refs(record)
        return [(other, 0) for other in sorted(found, reverse=True)] or None

    def found_at(self, place: JournalLocation) -> list[int] | None:
        """Return the PMIDs at a place; None where no record is of that journal."""
        if place.journal not in self._journals:
            return None
        return [record.pmid for record in self.records.values() if place in record.places]

    @cached_property
    def _journals(self) -> frozenset[str]:
        return frozenset(place.journal for record in self.records.values() for place in record.places)

    def _similar(self, record: IndexedRecord) -> list[tuple[int, int]]:
        """Return the records that share words with one, the rarer the words the higher; itself first."""
        scores: Counter[int] = Counter()
        for word in sorted(record.words):
            holders = self._by_word[word]
            weight = round(_SCORE_UNIT * math.log(len(self.records) / len(holders)))
            for other in holders:
                scores[other] += weight
        del scores[record.pmid]
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return [(record.pmid, OWN_SCORE), *((pmid, score) for pmid, score in ranked[:MOST_SIMILAR] if score)]

    @cached_property
    def _by_word(self) -> Mapping[str, list[int]]:
        by_word: dict[str, list[int]] = defaultdict(list)
        for record in self.records.values():
            for word in record.words:
                by_word[word].append(record.pmid)
        return by_word

    @cached_property
    def _cited_by(self) -> Mapping[int, list[int]]:
        cited_by: dict[int, list[int]] = defaultdict(list)
        for record in self.records.values():
            for cited in record.cited:
                if cited != record.pmid:
                    cited_by[cited].append(record.pmid)
        return cited_by


def open_shelf(
    source: Mapping[int, bytes] | Path,
    *,
    merged: Mapping[int, int] | None = None,
    links: Mapping[tuple[str, int], Sequence[int]] | None = None,
) -> Shelf:
    """Return the records of a mapping, of a file or folder of PubMed XML (plain or gzipped), or of a litkb file.

    Of several records of one PMID the later version stays, then the one revised later. The PMID of a
    mapping is only a name: what the record says counts. Raises UsageError for what is neither, DamagedFileError for a
    gzip file that is not whole.
    """
    if isinstance(source, Mapping):
        found = iter(source.values())
    elif is_sqlite(source):
        found = _records_of_kb(source)
    elif source.exists():
        found = _records_of_files(source)
    else:
        raise UsageError(f"{source} is neither a folder of PubMed XML nor a litkb file.")
    best: dict[int, tuple[tuple[int, str], bytes, etree._Element]] = {}
    for xml in found:
        element = etree.fromstring(xml, _parser())
        pmid = _pmid(element)
        standing = _standing(element)
        if pmid and (pmid not in best or standing >= best[pmid][0]):
            best[pmid] = (standing, xml, element)
    records = {pmid: _shelved(pmid, xml, element) for pmid, (_, xml, element) in sorted(best.items())}
    return Shelf(records, merged or {}, links or {})


def _parser() -> "etree.XMLParser":
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _records_of_files(path: Path) -> Iterator[bytes]:
    """Yield the whole records of all XML files at path, in the order of their names; what is broken is left out."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if not file.name.endswith((".xml", ".xml.gz")):
            continue
        check_packed(file)
        for raw in split_records(read_chunks(file)):
            if raw.kind in (ARTICLE, BOOK) and _is_well_formed(raw.xml):
                yield raw.xml


def _is_well_formed(xml: bytes) -> bool:
    try:
        etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError:
        return False
    return True


def _records_of_kb(path: Path) -> Iterator[bytes]:
    with closing(open_kb(path, readonly=True)) as db:
        for pmid in read_held_pmids(db):
            record = read_record(db, pmid)
            if record is not None:
                yield format_record(record).encode()


def _pmid(element: "etree._Element") -> int | None:
    return pmid_or_none(element.findtext("MedlineCitation/PMID") or element.findtext("BookDocument/PMID"))


def _standing(element: "etree._Element") -> tuple[int, str]:
    """Return version and date revised: the later record of one PMID has the greater."""
    pmid = element.find("MedlineCitation/PMID")
    version = pmid.get("Version", "1") if pmid is not None else "1"
    parts = [element.findtext(f"MedlineCitation/DateRevised/{part}") or "" for part in ("Year", "Month", "Day")]
    return int(version[:9]) if version.isdecimal() else 1, "-".join(part.zfill(2) for part in parts)


def _shelved(pmid: int, xml: bytes, element: "etree._Element") -> IndexedRecord:
    year = element.findtext("MedlineCitation/Article/Journal/JournalIssue/PubDate/Year") or ""
    cited = (pmid_or_none(found.text) for found in _all(element, _CITED))
    return IndexedRecord(
        pmid=pmid,
        xml=xml,
        doi=normalise_doi(_identifier(element, "doi") or element.findtext(_ELOCATION)),
        pmcid=normalise_pmcid(_identifier(element, "pmc")),
        year=int(year[:4]) if year.isdecimal() else None,
        fields={
            "title": _words(element, _TITLES),
            "keyword": _words(element, "MedlineCitation/KeywordList/Keyword|BookDocument/KeywordList/Keyword"),
            "mesh": _words(element, _DESCRIPTORS),
            "type": _words(element, _TYPES),
            "author": frozenset(_authors(element)),
        },
        cited=tuple(dict.fromkeys(number for number in cited if number)),
        source=_source(element),
        places=frozenset(_places(element, year)),
    )


def _places(element: "etree._Element", year: str) -> Iterator[JournalLocation]:
    volume = element.findtext("MedlineCitation/Article/Journal/JournalIssue/Volume") or ""
    pages = element.findtext("MedlineCitation/Article/Pagination/MedlinePgn") or ""
    for journal in _all(element, _JOURNALS):
        name = " ".join(words_in(fold(journal.text or "")))
        yield JournalLocation(name, year, fold(volume), fold(pages).partition("-")[0].strip())


def _all(element: "etree._Element", path: str) -> Iterable["etree._Element"]:
    found = element.xpath(path)
    return [each for each in found if isinstance(each, etree._Element)] if isinstance(found, list) else []


def _identifier(element: "etree._Element", kind: str) -> str | None:
    path = "{}/ArticleIdList/ArticleId[@IdType='{}']"
    return element.findtext(path.format("PubmedData", kind)) or element.findtext(path.format("PubmedBookData", kind))


def _words(element: "etree._Element", path: str) -> frozenset[str]:
    texts = ("".join(str(part) for part in found.itertext()) for found in _all(element, path))
    return frozenset(word for text in texts for word in re.findall(r"[^\W_]+", fold(text)) if len(word) > 2)


def _authors(element: "etree._Element") -> Iterator[str]:
    """Yield authors as PubMed searches them: "laudet ab"."""
    for author in _all(element, "MedlineCitation/Article/AuthorList/Author|BookDocument/AuthorList/Author"):
        last, initials = author.findtext("LastName"), author.findtext("Initials")
        name = f"{last} {initials or ''}" if last else author.findtext("CollectiveName")
        if name:
            yield " ".join(re.findall(r"[^\W_]+", fold(name)))


def _source(element: "etree._Element") -> str | None:
    for note in element:
        if isinstance(note, etree._ProcessingInstruction) and note.target == "litkb":
            return note.get("source")
    return None


def _refs(record: IndexedRecord) -> tuple[int, ...]:
    """Return what ELink's refs give: the references of articles in PMC only."""
    return tuple(pmid for pmid in record.cited if pmid != record.pmid) if record.pmcid else ()
