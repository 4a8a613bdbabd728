"""An ESearch answer (XML or JSON) -> the PMIDs of a query, how PubMed understood it, and what it warns of."""

import json
from typing import Any, Final, NamedTuple

from harvest.http.response_validation import error_words, parse_document, refusal, said_instead
from kb.errors import TransientError
from kb.identifiers import pmid_or_none
from kb.searches import SearchWarning

MOST_HITS: Final = 9_999  # ESearch on PubMed reaches no further (NBK25499, 2022)

_JSON_KINDS: Final = {
    "phrasesnotfound": "PhraseNotFound",
    "fieldsnotfound": "FieldNotFound",
    "phrasesignored": "PhraseIgnored",
    "quotedphrasesnotfound": "QuotedPhraseNotFound",
    "outputmessages": "OutputMessage",
}


class SearchHits(NamedTuple):
    """What one ESearch answer says; count may be more than the PMIDs that it lists."""

    pmids: tuple[int, ...]
    count: int  # type: ignore[assignment]  # PubMed's word; hides tuple.count, which nobody needs here
    translation: str | None  # the query as PubMed understood it
    warnings: tuple[SearchWarning, ...]


def parse_search(body: bytes) -> SearchHits:
    """Return the hits in PubMed's order.

    Raises TransientError for an answer that is no whole eSearchResult or lists fewer PMIDs than it says,
    QuestionError for a query that PubMed refuses.
    """
    return _parse_json(body) if body.lstrip()[:1] == b"{" else _parse_xml(body)


def _parse_xml(body: bytes) -> SearchHits:
    result = parse_document(body, "eSearchResult")
    if words := error_words(body):
        raise refusal(words)
    told = [
        SearchWarning(str(element.tag), (element.text or "").strip())
        for part in ("ErrorList", "WarningList")
        for element in result.iterfind(f"{part}/*")
    ]
    listed = [found.text for found in result.iterfind("IdList/Id")]
    names = ("Count", "RetStart", "RetMax")
    return _hits(listed, [result.findtext(name) for name in names], result.findtext("QueryTranslation"), told)


def _parse_json(body: bytes) -> SearchHits:
    try:
        result = json.loads(body, strict=False)["esearchresult"]
        if "count" not in result:
            raise refusal(str(result.get("ERROR") or said_instead(body)))
        told = [
            SearchWarning(_JSON_KINDS.get(name, name), str(words).strip())
            for part in ("errorlist", "warninglist")
            for name, listed in result.get(part, {}).items()
            for words in ([listed] if isinstance(listed, str) else listed)
        ]
        numbers = [result.get(name) for name in ("count", "retstart", "retmax")]
        return _hits(result.get("idlist", ()), numbers, result.get("querytranslation"), told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refusal(said_instead(body)) from error


def _hits(listed: Any, numbers: list[Any], translation: str | None, told: list[SearchWarning]) -> SearchHits:
    pmids = tuple(_number(text) for text in listed)
    count, start, most = map(_number, numbers)
    if len(pmids) < min(most, count - start):
        raise TransientError(f"an answer that lists {len(pmids)} of {min(most, count - start)} PMIDs")
    return SearchHits(pmids, count, translation or None, tuple(dict.fromkeys(told)))


def _number(text: object) -> int:
    stripped = "" if text is None else str(text).strip()
    if stripped == "0":
        return 0
    number = pmid_or_none(stripped)
    if number is None:
        raise TransientError(f"an answer with “{stripped[:20]}” for a number")
    return number
