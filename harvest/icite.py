"""NIH iCite: who cites whom by the Open Citation Collection, and how often the world cites an article.

Fields and limits: iCite API documentation (api/pubs). Old and new field names are both in use; a member that is
empty may be absent. iCite does not tell "cites nothing" from "references unknown", so an empty list of references is
no data; nobody citing is 0 only where its own count says so.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from harvest.answers import said_instead
from harvest.client import Client
from harvest.entrez import Answer, moment
from kb.errors import TransientError, UsageError
from kb.identifiers import pmid_or_none
from kb.records import IciteMetrics, LinkList

SOURCE: Final = "icite"
NAME: Final = "iCite"
MOST: Final = 200  # PMIDs in one request
_FIELDS: Final = (
    "pmid,references,cited_by,citation_count,citations_per_year,expected_citations_per_year,"
    "relative_citation_ratio,nih_percentile,apt,is_clinical,provisional"
)


class IciteRecord(NamedTuple):
    """What iCite says of one article."""

    lists: tuple[LinkList, LinkList]  # references, cited by
    metrics: IciteMetrics | None  # None: iCite does not know the article


def fetch_icite(client: Client, pmids: Sequence[int]) -> Answer:
    """Return what iCite says of up to MOST articles; those it does not know are silently absent."""
    if not 0 < len(pmids) <= MOST:
        raise UsageError(f"iCite takes 1 to {MOST} PMIDs in one request.")
    request = {"pmids": ",".join(map(str, pmids)), "fl": _FIELDS}
    body, _ = client.get(NAME, "pubs", request, check_icite)
    return Answer(SOURCE, request, body, moment())


def check_icite(body: bytes) -> list[Mapping[str, Any]]:
    """Return the records of an answer; TransientError where it is no answer of iCite's."""
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise TransientError(said_instead(body)) from error
    found = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise TransientError(said_instead(body))
    return found


def parse_icite(body: bytes, *, asked: Collection[int]) -> list[IciteRecord]:
    """Return what the answer says of each asked PMID, in the order asked. Raises TransientError as check_icite does."""
    told = {pmid_or_none(str(_first(record, "pmid", "_id"))): record for record in check_icite(body)}
    return [_record(pmid, told[pmid]) if pmid in told else _unknown(pmid) for pmid in dict.fromkeys(asked)]


def _unknown(pmid: int) -> IciteRecord:
    return IciteRecord((LinkList(pmid, "references", SOURCE, None), LinkList(pmid, "cited_by", SOURCE, None)), None)


def _record(pmid: int, record: Mapping[str, Any]) -> IciteRecord:
    count = _number(_first(record, "citation_count", "citationCount"))
    citing = _entries(pmid, _first(record, "cited_by", "citedByPmids"))
    cited = _entries(pmid, _first(record, "references", "citedPmids"))
    metrics = IciteMetrics(
        pmid,
        None if count is None else int(count),
        _number(_first(record, "citations_per_year", "acr")),
        _number(_first(record, "expected_citations_per_year", "expectedCitationsPerYear")),
        _number(_first(record, "relative_citation_ratio", "rcr")),
        _number(_first(record, "nih_percentile", "nihPercentile")),
        _number(record.get("apt")),
        _flag(_first(record, "is_clinical", "isClinical")),
        _flag(record.get("provisional")),
    )
    none_cites = citing if citing or count == 0 else None
    return IciteRecord(
        (LinkList(pmid, "references", SOURCE, cited or None), LinkList(pmid, "cited_by", SOURCE, none_cites)), metrics
    )


def _first(record: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these members that is there and not null."""
    return next((record[name] for name in names if record.get(name) is not None), None)


def _entries(pmid: int, listed: object) -> tuple[tuple[int, None], ...]:
    """Return the PMIDs of a list, or of a text with blanks between, once each, the article itself left out."""
    texts = listed.split() if isinstance(listed, str) else listed if isinstance(listed, list) else []
    found = (pmid_or_none(str(text)) for text in texts)
    return tuple((other, None) for other in dict.fromkeys(found) if other is not None and other != pmid)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _flag(value: object) -> int | None:
    """Return 1 for true, "Yes", 1; 0 for false, "No", 0; None for all else."""
    return {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}.get(str(value).lower())
