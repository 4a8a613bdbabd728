"""A mirror of PubMed's files, asked in place of NCBI: records, who cites them by all reference lists, and by NIH's.

It knows articles by their PMIDs alone: it searches nothing, and has no similar articles. What a record's own list cites
stands in the record. NIH's Open Citation Collection (occ) is there where the mirror was built with it; it does not tell
"cites nothing" from "unknown", so an empty list of it is no data.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from harvest.sources.source import Answer, ListRequest, Told
from kb.clock import now
from kb.records import PUBMED, LinkList, MirrorMetrics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIRROR: Final = "mirror"  # the endpoint of its answers, and the source that is asked
OCC: Final = "occ"
TOGETHER: Final = 1_000  # PMIDs of one question: larger transactions, and frames unpacked less often
_HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n'
_TAIL: Final = b"\n</PubmedArticleSet>\n"
_as_json: Final = json.JSONEncoder(separators=(",", ":")).encode


class Located(NamedTuple):
    """A record as it stands in one of PubMed's files; number counts the records of the file from 1."""

    pmid: int
    file: str  # pubmed26n0001.xml.gz
    number: int
    xml: bytes


class Links(Protocol):
    """Who cites whom in all of PubMed, from both ends: PMIDs in ascending order, no article citing itself."""

    def cited(self, pmid: int) -> "NDArray[np.int32]":
        """Return what pmid cites."""

    def citing(self, pmid: int) -> "NDArray[np.int32]":
        """Return what cites pmid."""


class Mirror(Protocol):
    """What litkb asks of a mirror."""

    @property
    def through(self) -> str:
        """The name of the last of PubMed's files that it has, and how many before it are missing, if any."""

    @property
    def pubmed(self) -> Links:
        """The links of the reference lists of all records."""

    @property
    def occ(self) -> Links | None:
        """Those of NIH's Open Citation Collection; None: it was built without."""

    def records(self, pmids: Sequence[int]) -> Iterable[Located]:
        """Yield the latest records of pmids by their places; those that are deleted or unknown are absent."""

    def measured(self, name: str, pmids: Sequence[int]) -> Sequence[float | None] | None:
        """Return a measure of the whole for each of pmids, None for one without; None where it is not computed."""


def fetch_records(mirror: Mirror, pmids: Sequence[int]) -> Answer:
    """Return the records of pmids as PubMed XML; the request says in which files they stand."""
    found = list(mirror.records(pmids))
    places = ", ".join(f"{one.pmid} {one.file} {one.number}" for one in found)
    body = _HEAD + b"\n".join(one.xml for one in found) + _TAIL
    return _answer(mirror, pmids, body, {"records": places})


def parse_places(request: Mapping[str, str]) -> dict[int, str]:
    """Return the file in which each record of an answer stands, by PMID."""
    places = (place.split() for place in request["records"].split(", ") if place)
    return {int(pmid): file for pmid, file, _ in places}


def fetch_cited_by(mirror: Mirror, pmids: Sequence[int]) -> Answer:
    """Return which articles cite pmids by the reference lists of all records."""
    return _lists(mirror, pmids, cited_by=mirror.pubmed.citing)


def fetch_occ(mirror: Mirror, pmids: Sequence[int]) -> Answer:
    """Return what pmids cite, and what cites them, by NIH's Open Citation Collection."""
    assert mirror.occ is not None
    return _lists(mirror, pmids, references=mirror.occ.cited, cited_by=mirror.occ.citing)


def fetch_metrics(mirror: Mirror, pmids: Sequence[int]) -> Answer:
    """Return how often all of PubMed cites each of pmids, and its place in it."""
    columns = {
        "citation_count": _counts(mirror.pubmed, pmids),
        "occ_citation_count": _counts(mirror.occ, pmids) if mirror.occ else None,
        "percentile": mirror.measured("percentile", pmids),
        "pagerank_rank": mirror.measured("pagerank_rank", pmids),
    }
    return _answer(mirror, pmids, _as_json({"through": mirror.through, **columns}).encode())


def parse_metrics(body: bytes, asked: Sequence[int]) -> list[MirrorMetrics]:
    """Return what an answer counts of each PMID asked for."""
    told = json.loads(body)
    unknown: list[None] = [None] * len(asked)
    rows = zip(asked, *(told[name] or unknown for name in MirrorMetrics._fields[1:-1]), strict=True)
    return [MirrorMetrics._make((*row, told["through"])) for row in rows]


def _counts(links: Links, pmids: Sequence[int]) -> list[int]:
    """Return how many cite each of pmids."""
    return [len(links.citing(pmid)) for pmid in pmids]


def _lists(mirror: Mirror, pmids: Sequence[int], **links: "Callable[[int], NDArray[np.int32]]") -> Answer:
    """Return lists of links of each of pmids by their names."""
    lists = {name: {pmid: of(pmid).tolist() for pmid in pmids} for name, of in links.items()}
    return _answer(mirror, pmids, _as_json({"through": mirror.through, "lists": lists}).encode())


def _answer(mirror: Mirror, pmids: Sequence[int], body: bytes, more: Mapping[str, str] | None = None) -> Answer:
    return Answer(MIRROR, {"id": ",".join(map(str, pmids)), "through": mirror.through, **(more or {})}, body, now())


def parse_lists(body: bytes, asked: Collection[int], *, source: str) -> list[Told]:
    """Return the lists of each PMID asked for, asserted by source."""
    told = json.loads(body)
    lists = {pmid: {name: of[str(pmid)] for name, of in told["lists"].items()} for pmid in asked}
    return [_told(pmid, source, lists[pmid], told["through"]) for pmid in asked]


def _told(pmid: int, source: str, lists: Mapping[str, list[int]], through: str) -> Told:
    is_whole = source == PUBMED  # none there is none in any reference list
    links = tuple(
        LinkList(pmid, name, source, tuple((other, None) for other in found) if found or is_whole else None)
        for name, found in lists.items()
    )
    note = f"{len(lists['cited_by'])} by all reference lists through {through}" if is_whole else None
    return Told(pmid, links, note)


LISTS: Final = {
    one.name: one
    for one in (
        ListRequest("cited_by", "cited by", fetch_cited_by, partial(parse_lists, source=PUBMED), (PUBMED, "cited_by")),
        ListRequest(
            OCC, "Open Citation Collection", fetch_occ, partial(parse_lists, source=OCC), (OCC, "cited_by"),
            "NIH's Open Citation Collection, of a mirror that has it",
        ),
    )
}  # fmt: skip
