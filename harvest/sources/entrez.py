"""E-utilities over Biopython: one function for each question that litkb asks of PubMed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeVar

from harvest.http.client import NCBI, Client
from harvest.http.response_validation import check_articles, check_full_texts
from harvest.http.transport import NCBI_SITE
from harvest.sources.ecitmatch import JournalLocation, format_question, parse_found
from harvest.sources.elink import KINDS, check_links, parse_told
from harvest.sources.esearch import MOST_HITS, SearchHits, parse_search
from harvest.sources.search_fields import lost_fields
from harvest.sources.source import ATTEMPTS, Answer, ListRequest, Source
from kb.clock import now
from kb.errors import QuestionError, RecordError, TransientError, UsageError
from kb.identifiers import Identifier
from kb.searches import SearchWarning, format_warnings

BATCH: Final = 200  # PMIDs in one EFetch or ELink: a quarter of a second of NCBI's work, half a megabyte
TEXTS: Final = 40  # full texts in one EFetch: about 5 MB
MOST_SLICED: Final = 500_000  # hits; whoever wants more of PubMed takes its baseline files
_HIGHEST_PMID: Final = 99_999_999  # eight digits are in use
SCORED_SHARE: Final = 1 / 3  # of the deadline: neighbor_score fails for good on popular articles

_PMID_NAMED: Final = re.compile(r'"?\d+"?(?:\[\w+\])?', re.ASCII)
_DOI_TERM: Final = '"{}"[doi]'

T = TypeVar("T")


class SearchResult(NamedTuple):
    """All hits of a query in PubMed's order, or by slices, newest PMIDs first; count is what PubMed says there are."""

    pmids: tuple[int, ...]
    count: int  # type: ignore[assignment]  # PubMed's word; hides tuple.count, which nobody needs here
    translation: str | None
    warnings: tuple[SearchWarning, ...]
    answers: tuple[Answer, ...]  # that of the whole query first


def fetch_articles(client: Client, pmids: Sequence[int]) -> Answer:
    """Return the records of pmids as PubMed XML.

    An unknown PMID is silently absent; merged ones come under another PMID: compare with those asked.
    """
    request = {"db": "pubmed", "retmode": "xml", "id": _ids(pmids)}
    return _ask(client, "efetch", request=request, check=check_articles)[0]


def fetch_full_texts(client: Client, pmcids: Sequence[str]) -> Answer:
    """Return the full texts of up to TEXTS PMCIDs, a pmc-articleset in any order; unknown ones are silently absent.

    What NCBI says in refusing a single one, as not available, is an answer without an article. Raises RecordError for
    a single one that stays cut off: the next articles may be whole.
    """
    ids = [pmcid.removeprefix("PMC") for pmcid in pmcids]
    request = {"db": "pmc", "retmode": "xml"}
    check = partial(check_full_texts, alone=len(ids) == 1)
    for _ in range(ATTEMPTS):
        try:
            answer, whole = _ask(client, "efetch", request={**request, "id": ids}, check=check)
        except QuestionError as error:
            if len(ids) > 1:
                raise
            return Answer("efetch_pmc", {**request, "id": ids[0]}, str(error).encode(), now())
        if whole:
            return answer._replace(endpoint="efetch_pmc")
    raise RecordError(f"EFetch gives {pmcids[0]} cut off.")


def search_pubmed(client: Client, query: str) -> SearchResult:
    """Return the hits of query; beyond the 9,999 that PubMed gives, they are asked for by ranges of PMIDs.

    The slices may give fewer PMIDs than PubMed counts. Raises QuestionError for more than MOST_SLICED
    hits. Costs one request, and about 3 for each 10,000 hits where there are more.
    """
    if not query.strip():
        raise UsageError("The query is empty. Example: --query 'Laudet AB[au] AND recovery'")
    answer, hits = _search_all(client, query)
    if hits.count <= len(hits.pmids):
        return SearchResult(hits.pmids, hits.count, hits.translation, hits.warnings, (answer,))
    if hits.count > MOST_SLICED:
        raise QuestionError(
            f"PubMed has {hits.count:,} hits; litkb asks for {MOST_SLICED:,} at most. "
            "Narrow the query, by years for example."
        )
    slices = list(_search_slices(client, query, highest=max(hits.pmids)))
    pmids = tuple(dict.fromkeys(pmid for _, part in slices for pmid in part.pmids))
    told = dict.fromkeys((*hits.warnings, *(one for _, part in slices for one in part.warnings if one.changes_search)))
    answers = (answer, *(each for each, _ in slices))
    return SearchResult(pmids, hits.count, hits.translation, tuple(told), answers)


def count_hits(client: Client, query: str) -> SearchResult:
    """Return how many hits query has, how PubMed reads it and what it warns of, in one request; no PMIDs."""
    answer, hits = _search_all(client, query, most=0)
    return SearchResult((), hits.count, hits.translation, hits.warnings, (answer,))


def _search_slices(client: Client, query: str, *, highest: int) -> Iterator[tuple[Answer, SearchHits]]:
    """Yield the hits by ranges of PMIDs, the highest first, each range halved until PubMed gives all of it.

    highest, a PMID among the newest hits, is where the first cut is made.
    """
    waiting = [(1, highest), (highest + 1, _HIGHEST_PMID)]
    while waiting:
        low, high = waiting.pop()
        answer, hits = _search_all(client, f"({query}) AND {low}:{high}[uid]")
        if hits.count <= len(hits.pmids):
            yield answer, hits
        elif low == high:
            raise QuestionError(
                "PubMed does not keep to ranges of PMIDs in this query: split it, by years for example."
            )
        else:
            middle = (low + high) // 2
            waiting += [(low, middle), (middle + 1, high)]


def _search_all(client: Client, term: str, *, most: int | None = None) -> tuple[Answer, SearchHits]:
    shown = MOST_HITS if most is None else most
    request = {"db": "pubmed", "term": term, "retstart": 0, "retmax": shown, "retmode": "xml"}
    answer, hits = _ask(client, "esearch", request=request, check=parse_search)
    return answer, _compared(term, hits)


def _compared(term: str, hits: SearchHits) -> SearchHits:
    """Return hits with a warning for each field in which PubMed did not search, unless it warns by itself."""
    if any(one.changes_search for one in hits.warnings):
        return hits
    return hits._replace(warnings=(*hits.warnings, *lost_fields(term, hits.translation)))


def search_among(client: Client, query: str, pmids: Sequence[int]) -> list[int]:
    """Return those of up to BATCH pmids that query finds; in PubMed's order.

    Raises QuestionError where PubMed searched for something else. That it does not know one of the PMIDs is no matter.
    """
    listed = " OR ".join(f"{pmid}[uid]" for pmid in pmids)
    term = f"({query}) AND ({listed})"
    hits = _compared(term, _search(client, term))
    doubts = tuple(one for one in hits.warnings if one.changes_search and not _PMID_NAMED.fullmatch(one.words))
    if doubts:
        raise QuestionError(f"PubMed did not keep to {query}: {format_warnings(doubts)}.")
    if not set(pmids).issuperset(hits.pmids):
        raise QuestionError(f"PubMed did not keep to the PMIDs of which it was asked which match {query}.")
    return list(hits.pmids)


def search_doi(client: Client, doi: str) -> list[int]:
    """Return the PMIDs that PubMed finds for a DOI; whether their records have this DOI is for the caller to see."""
    return _search_exactly(client, _DOI_TERM.format(doi.replace('"', " ")))


def search_pmcid(client: Client, pmcid: str) -> list[int]:
    """Return the PMIDs that PubMed finds for a PMCID (``PMC123``); the caller compares, as for a DOI."""
    return _search_exactly(client, f"{pmcid}[pmcid]")


def search_any(client: Client, identifiers: Sequence[Identifier]) -> list[int] | None:
    """Return the PMIDs that PubMed finds for any of these DOIs and PMCIDs; None where they are too many to look at.

    What PubMed says of those that it does not know is no matter: the caller compares.
    """
    terms = (
        _DOI_TERM.format(value.replace('"', " ")) if kind == "doi" else f"{value}[pmcid]" for kind, value in identifiers
    )
    return _few(_search(client, " OR ".join(terms)))


def search_title(client: Client, title: str) -> SearchHits:
    """Return up to BATCH articles whose title PubMed finds by these words, in its order."""
    return _search(client, '"{}"[ti]'.format(title.replace('"', " ").rstrip(". ")))


def match_citations(
    client: Client, places: Mapping[str, JournalLocation]
) -> tuple[Answer, Mapping[str, tuple[int, ...]]]:
    """Return which PMIDs ECitMatch finds at up to BATCH places, by their keys; it may leave some out."""
    request = {"db": "pubmed", "retmode": "xml", "bdata": format_question(places)}
    return _ask(client, "ecitmatch", request=request, check=parse_found)


def fetch_cited_by(client: Client, pmids: Sequence[int]) -> Answer:
    """Return which articles cite pmids (ELink citedin), one LinkSet for each."""
    return _fetch_links(client, pmids, list_name="cited_by", command="neighbor")


def fetch_references(client: Client, pmids: Sequence[int]) -> Answer:
    """Return what pmids cite (ELink refs; only of articles in PMC), one LinkSet for each."""
    return _fetch_links(client, pmids, list_name="references", command="neighbor")


def fetch_similar(client: Client, pmids: Sequence[int]) -> Answer:
    """Return the similar articles of pmids with their scores; by rank alone where PubMed cannot give scores."""
    try:
        return _fetch_links(
            client,
            pmids,
            list_name="similar",
            command="neighbor_score",
            deadline=client.settings.deadline * SCORED_SHARE,
        )
    except (TransientError, QuestionError):  # TXCLIENT::readAll EOF, again and again, on articles with many neighbours
        return _fetch_links(client, pmids, list_name="similar", command="neighbor")


def _fetch_links(
    client: Client, pmids: Sequence[int], *, list_name: str, command: str, deadline: float | None = None
) -> Answer:
    request = {
        "dbfrom": "pubmed",
        "db": "pubmed",
        "cmd": command,
        "linkname": KINDS[list_name].linkname,
        "retmode": "xml",
        "id": _ids(pmids),
    }
    return _ask(client, "elink", request=request, check=check_links, deadline=deadline)[0]


def _search_exactly(client: Client, term: str) -> list[int]:
    """Return the hits of a term that names one identifier; none where PubMed searched for something else."""
    return _hits_as_asked(_search(client, term))


def _search(client: Client, term: str) -> SearchHits:
    request = {"db": "pubmed", "term": term, "retmax": BATCH, "retmode": "xml"}
    return _ask(client, "esearch", request=request, check=parse_search)[1]


def _few(hits: SearchHits) -> list[int] | None:
    return list(hits.pmids) if hits.count <= BATCH else None


def _hits_as_asked(hits: SearchHits) -> list[int]:
    return [] if any(one.changes_search for one in hits.warnings) else list(hits.pmids)


def _ids(pmids: Sequence[int]) -> list[str]:
    if not pmids:
        raise UsageError("No PMID was given to ask for.")
    return [str(pmid) for pmid in pmids]


def _ask(
    client: Client,
    endpoint: str,
    *,
    request: Mapping[str, object],
    check: Callable[[bytes], T],
    deadline: float | None = None,
) -> tuple[Answer, T]:
    body, checked = client.ask(endpoint, request, check, deadline=deadline)
    told = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in request.items()}
    return Answer(endpoint, told, body, now()), checked


def _list(name: str, fetch: Callable[[Client, Sequence[int]], Answer], *, offered: str | None = None) -> ListRequest:
    parse = partial(parse_told, list_name=name)
    return ListRequest(name, name.replace("_", " "), fetch, parse, (KINDS[name].source, name), offered)


SOURCE: Final = Source(
    name="pubmed",
    site=NCBI_SITE,
    address=NCBI,
    variable="LITKB_EUTILS_URL",
    lists=(
        _list("cited_by", fetch_cited_by),
        _list("similar", fetch_similar),
        _list("references", fetch_references, offered="ELink's references (articles in PMC)"),
    ),
)
