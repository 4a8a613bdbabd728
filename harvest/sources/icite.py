"""NIH iCite: who cites whom by the Open Citation Collection, and how often the world cites an article.

Fields and limits: iCite API documentation (api/pubs). Old and new field names are both in use; a member that is
empty may be absent. iCite does not tell "cites nothing" from "references unknown", so an empty list of references is
no data; nobody citing is 0 only where its own count says so.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from harvest.http.client import Client
from harvest.http.response_validation import said_instead
from harvest.http.transport import Site
from harvest.sources.source import Answer, ListRequest, Source, Told
from kb.clock import now
from kb.errors import RecordError, TransientError, UsageError
from kb.identifiers import count_of, pmid_or_none
from kb.records import IciteMetrics, LinkList

_NAME: Final = "icite"  # in citation_sources
MOST: Final = 200  # PMIDs in one request
_FIELDS: Final = (
    "pmid,references,cited_by,citation_count,citations_per_year,expected_citations_per_year,"
    "relative_citation_ratio,nih_percentile,apt,is_clinical,provisional"
)


def fetch_icite(client: Client, pmids: Sequence[int]) -> Answer:
    """Return what iCite says of up to MOST articles; those it does not know are silently absent."""
    if not 0 < len(pmids) <= MOST:
        raise UsageError(f"iCite takes 1 to {MOST} PMIDs in one request.")
    request = {"pmids": ",".join(map(str, pmids)), "fl": _FIELDS}
    body, _ = client.get("iCite", "pubs", request, check_icite)
    return Answer(_NAME, request, body, now())


def check_icite(body: bytes) -> list[Mapping[str, Any]]:
    """Return the records of an answer; TransientError where it is no answer of iCite's."""
    try:
        answer = json.loads(body, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise TransientError(said_instead(body) or "an empty answer") from error
    found = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise TransientError(said_instead(body) or "an empty answer")
    return found


def _whole(digits: str) -> float:
    """Return a whole number of JSON; Python makes none of thousands of digits, and such a one is infinite."""
    return int(digits) if len(digits) < 20 else float(digits)


def parse_icite(body: bytes, asked: Collection[int]) -> list[Told | RecordError]:
    """Return what the answer says of each asked PMID, in the order asked. Raises TransientError as check_icite does.

    What cannot be kept is the RecordError that says why.
    """
    told = {pmid_or_none(_text(_first(record, "pmid", "_id"))): record for record in check_icite(body)}
    return [_told(pmid, told[pmid]) if pmid in told else _unknown(pmid) for pmid in dict.fromkeys(asked)]


def _told(pmid: int, record: Mapping[str, Any]) -> Told | RecordError:
    try:
        return _record(pmid, record)
    except RecordError as error:
        error.pmid = pmid
        return error


def _unknown(pmid: int) -> Told:
    lists = LinkList(pmid, "references", _NAME, None), LinkList(pmid, "cited_by", _NAME, None)
    return Told(pmid, lists, "no data")


def _record(pmid: int, record: Mapping[str, Any]) -> Told:
    count = _number(_first(record, "citation_count", "citationCount"))
    citing = _entries(pmid, _first(record, "cited_by", "citedByPmids"))
    cited = _entries(pmid, _first(record, "references", "citedPmids"))
    metrics = IciteMetrics(
        pmid,
        None if count is None else count_of(f"{count:.0f}"),
        _number(_first(record, "citations_per_year", "acr")),
        _number(_first(record, "expected_citations_per_year", "expectedCitationsPerYear")),
        _number(_first(record, "relative_citation_ratio", "rcr")),
        _number(_first(record, "nih_percentile", "nihPercentile")),
        _number(record.get("apt")),
        _flag(_first(record, "is_clinical", "isClinical")),
        _flag(record.get("provisional")),
    )
    none_cites = citing if citing or count == 0 else None
    lists = LinkList(pmid, "references", _NAME, cited or None), LinkList(pmid, "cited_by", _NAME, none_cites)
    return Told(pmid, lists, None, metrics)


def _first(record: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these members that is there and not null."""
    return next((record[name] for name in names if record.get(name) is not None), None)


def _entries(pmid: int, listed: object) -> tuple[tuple[int, None], ...]:
    """Return the PMIDs of a list, or of a text with blanks between, once each, the article itself left out."""
    texts = listed.split() if isinstance(listed, str) else listed if isinstance(listed, list) else []
    found = (pmid_or_none(_text(text)) for text in texts)
    return tuple((other, None) for other in dict.fromkeys(found) if other is not None and other != pmid)


def _text(value: object) -> str:
    """Return a text or number as text; "" for all else."""
    return str(value) if isinstance(value, str | int | float) else ""


def _number(value: object) -> float | None:
    """Return a number; None where there is none, RecordError for one that is none to reckon with."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if not math.isfinite(value) or value < 0:
        raise RecordError(f"iCite gives {value} for a number.")
    return float(value)


def _flag(value: object) -> int | None:
    """Return 1 for true, "Yes", 1; 0 for false, "No", 0; None for all else."""
    return {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}.get(_text(value).lower())


SOURCE: Final = Source(
    name=_NAME,
    site=Site("icite.od.nih.gov", "https://icite.od.nih.gov/…"),
    address="https://icite.od.nih.gov/api/",
    variable="LITKB_ICITE_URL",
    lists=(ListRequest(_NAME, "iCite", fetch_icite, parse_icite, (_NAME, "cited_by"), "NIH iCite"),),
)
