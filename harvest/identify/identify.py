"""Whose article is meant: an identifier or a printed title -> the one PMID whose own record has it, or why not."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from harvest.http.client import Client
from harvest.identify.seed import Seed
from harvest.pubmed.article import parse_articles
from harvest.sources.entrez import BATCH, fetch_articles, search_any, search_doi, search_pmcid, search_title
from kb.identifiers import Identifier, doi_key, other_spelling
from kb.queries.harvest_log import read_identified
from kb.queries.works.titles import Titled, read_titled
from kb.records import Article, Record
from kb.text import fold, words_in

GROUP: Final = 25  # identifiers in one search: the hits always fit one EFetch of 200
_SHOWN: Final = 5  # candidates in a sentence
_TELLING: Final = 4  # words of a title that is hardly another's, too
_NUMBER: Final = re.compile(r"\d+")
_YEARS: Final = 1  # between online and print


class Identified(NamedTuple):
    """pmid None: not identified, and why says it in a sentence."""

    pmid: int | None
    why: str


def identify_here(db: sqlite3.Connection, identifier: Identifier) -> Identified:
    """Return the PMID of an identifier as far as this file knows: itself, or the one held article that has it."""
    if identifier.kind == "pmid":
        return Identified(int(identifier.value), identifier.value)
    held = read_identified(db, identifier.kind, identifier.value)
    if len(held) == 1:
        return Identified(held[0], str(held[0]))
    return Identified(None, f"{len(held) or 'no'} articles in this library have {identifier.value}")


def identify_online(client: Client, identifier: Identifier) -> Identified:
    """Return the one PMID that PubMed finds for a DOI or PMCID and whose own record has it.

    Two requests, a third for a DOI that PubMed may have with another number of slashes; their answers are not kept, for
    nothing is taken from them. Raises SourceError as the client does.
    """
    return identify_together(client, [identifier])[identifier]


def identify_together(client: Client, identifiers: Sequence[Identifier]) -> dict[Identifier, Identified]:
    """Return what identify_online says of each of up to GROUP identifiers, mostly in a few requests for all."""
    found = _identified(client, identifiers)
    unknown = [one for one, owner in found.items() if owner.pmid is None and one.kind == "doi"]
    others = {one._replace(value=other_spelling(one.value)): one for one in unknown}
    for other, owner in _identified(client, list(others)).items():
        if owner.pmid is not None:
            found[others[other]] = owner
    return found


def _identified(client: Client, identifiers: Sequence[Identifier]) -> dict[Identifier, Identified]:
    if len(identifiers) > 1 and (candidates := search_any(client, identifiers)) is not None:
        articles = _fetched(client, candidates)
        return {one: _owner(one, [], articles) for one in identifiers}
    return {one: _identified_alone(client, one) for one in identifiers}


def _identified_alone(client: Client, identifier: Identifier) -> Identified:
    search = search_doi if identifier.kind == "doi" else search_pmcid
    candidates = search(client, identifier.value)
    return _owner(identifier, candidates, _fetched(client, candidates))


def _fetched(client: Client, pmids: Sequence[int]) -> list[Article]:
    if not pmids:
        return []
    body = fetch_articles(client, pmids[:BATCH]).body
    return [item.article for item in parse_articles(body) if isinstance(item, Record)]


def _owner(identifier: Identifier, candidates: Sequence[int], articles: Iterable[Article]) -> Identified:
    """Return the one article that has identifier; candidates were found for it alone."""
    same = sorted({article.pmid for article in articles if _has(article, identifier)})
    if len(same) == 1:
        return Identified(same[0], str(same[0]))
    found = same or candidates
    if not found:
        return Identified(None, f"PubMed knows no article with {identifier.value}")
    listed = ", ".join(map(str, found[:_SHOWN]))
    return Identified(None, f"PubMed finds {len(found)} for {identifier.value}, none of them certain: {listed}")


def _has(article: Article, identifier: Identifier) -> bool:
    if identifier.kind == "doi":
        return article.doi is not None and doi_key(article.doi) == doi_key(identifier.value)
    return article.pmcid == identifier.value


# Titles


def identify_title_here(db: sqlite3.Connection, seed: Seed) -> Identified:
    """Return the one held article with the title of seed and its year or author; a title alone needs all of PubMed."""
    titled = read_titled(db, seed.title or "") if seed.year or seed.author else []
    return _chosen(seed, titled, len(titled), "this file")


def identify_title(client: Client, seed: Seed) -> Identified:
    """Return the one article that PubMed finds with the very title of seed, and its year and author where given.

    Two requests, as for an identifier. Raises SourceError as the client does.
    """
    hits = search_title(client, seed.title or "")
    articles = _fetched(client, hits.pmids)
    return _chosen(seed, [_titled(article) for article in articles], hits.count, "PubMed")


def _titled(article: Article) -> Titled:
    return Titled(
        article.pmid, article.title, article.vernacular_title, article.year, article.authors, article.doi,
        article.volume, article.pages,
    )  # fmt: skip


def _chosen(seed: Seed, found: Sequence[Titled], count: int, where: str) -> Identified:
    """Return the one of found that is meant; none where two are, or where not all of them could be looked at."""
    meant = [one for one in found if is_meant(seed, one)]
    if len(meant) == 1 and count <= len(found) and not _may_be_another_year(seed, meant[0], found):
        return Identified(meant[0].pmid, str(meant[0].pmid))
    if not found:
        return Identified(None, f"{where} finds no article with this title")
    listed = "; ".join(f"{one.pmid} “{one.title or one.vernacular_title}”" for one in (meant or found)[:_SHOWN])
    return Identified(None, f"{where} finds {count} with such a title, none of them certain: {listed}")


def _may_be_another_year(seed: Seed, one: Titled, found: Sequence[Titled]) -> bool:
    """Return whether one is of the year before or after, and nothing tells it from the like of that year: a report.

    That is its place, or, where no other has its title, its author.
    """
    if not seed.year or seed.year == one.year or _differs(seed.pages, one.pages) is False:
        return False
    return not seed.author or sum(_has_title(seed, other) for other in found) > 1


def is_meant(seed: Seed, one: Titled) -> bool:
    """Return whether a record is of the article that seed prints: nothing that both say may differ.

    Of the volume a slip is allowed where the first page is the same.
    """
    words = words_in(fold(seed.title or ""))
    if not words or not _has_title(seed, one):
        return False
    if seed.doi and one.doi and doi_key(seed.doi) != doi_key(one.doi):
        return False
    if seed.year and (one.year is None or abs(one.year - seed.year) > _YEARS):
        return False
    if seed.author and one.authors and not _shares_name(seed.author, one.authors.partition(",")[0]):
        return False
    other_page = _differs(seed.pages, one.pages)
    if other_page or (other_page is None and _differs(seed.volume, one.volume)):
        return False
    return len(words) >= _TELLING or bool(seed.year and seed.author and one.authors)


def _has_title(seed: Seed, one: Titled) -> bool:
    words = words_in(fold(seed.title or ""))
    return words in [words_in(fold(title)) for title in (one.title, one.vernacular_title) if title]


def _differs(mine: str | None, other: str | None) -> bool | None:
    """Return whether two volumes, or two first pages, differ; None where one of them is not given."""
    numbers = [_NUMBER.search(fold(text or "")) for text in (mine, other)]
    return None if None in numbers else numbers[0][0].lstrip("0") != numbers[1][0].lstrip("0")  # type: ignore[index]


def _shares_name(author: str, first: str) -> bool:
    """Return whether a word of a name, initials left out, is one of the first author's."""
    words = {word for word in words_in(fold(author)) if len(word) > 1}
    return not words or not words.isdisjoint(words_in(fold(first)))
