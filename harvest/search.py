"""An ESearch answer (XML) -> the PMIDs of a query, how PubMed understood it, and what it warns of."""

from typing import Final, NamedTuple

from lxml import etree

from harvest.answers import error_words, parse_document, refusal
from kb.errors import TransientError
from kb.identifiers import pmid_or_none

MOST_HITS: Final = 9_999  # ESearch on PubMed reaches no further (NBK25499, 2022)

_WARNINGS: Final = {
    "PhraseNotFound": "PubMed did not find “{}”.",
    "FieldNotFound": "PubMed does not know the field “{}”.",
    "PhraseIgnored": "PubMed left out “{}”.",
    "QuotedPhraseNotFound": "PubMed did not find the quoted phrase “{}” and searched for its words.",
    "OutputMessage": "PubMed says: {}",
}


class SearchHits(NamedTuple):
    """What one ESearch answer says; count may be more than the PMIDs that it lists."""

    pmids: tuple[int, ...]
    count: int  # type: ignore[assignment]  # PubMed's word; hides tuple.count, which nobody needs here
    translation: str | None  # the query as PubMed understood it
    warnings: tuple[str, ...]


def parse_search(body: bytes) -> SearchHits:
    """Return the hits in PubMed's order.

    Raises TransientError for an answer that is no whole eSearchResult or lists fewer PMIDs than it says,
    PermanentError for a query that PubMed refuses.
    """
    result = parse_document(body, "eSearchResult")
    if words := error_words(body):
        raise refusal(words)
    pmids = tuple(_number(found.text) for found in result.iterfind("IdList/Id"))
    count = _number(result.findtext("Count"))
    start, most = _number(result.findtext("RetStart")), _number(result.findtext("RetMax"))
    if len(pmids) < min(most, count - start):
        raise TransientError(f"an answer that lists {len(pmids)} of {min(most, count - start)} PMIDs")
    return SearchHits(pmids, count, result.findtext("QueryTranslation") or None, _warnings(result))


def _number(text: str | None) -> int:
    stripped = (text or "").strip()
    if stripped == "0":
        return 0
    number = pmid_or_none(stripped)
    if number is None:
        raise TransientError(f"an answer with “{stripped[:20]}” for a number")
    return number


def _warnings(result: "etree._Element") -> tuple[str, ...]:
    """Return ErrorList and WarningList as sentences; both come with valid answers."""
    said = [
        _WARNINGS.get(element.tag, "PubMed says: {}").format(element.text.strip())
        for part in ("ErrorList", "WarningList")
        for element in result.iterfind(f"{part}/*")
        if element.text and element.text.strip()
    ]
    return tuple(dict.fromkeys(said))
