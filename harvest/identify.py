"""Whose article is meant: a DOI or PMCID -> the one PMID whose own record has it, or a sentence why not."""

import sqlite3
from typing import NamedTuple

from harvest.client import Client
from harvest.entrez import BATCH, fetch_articles, search_doi, search_pmcid
from harvest.pubmed import parse_articles
from kb.identifiers import Identifier
from kb.queries.ledger import read_identified
from kb.records import Record


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
    return Identified(None, f"{len(held) or 'no'} articles held here have {identifier.value}")


def identify_online(client: Client, identifier: Identifier) -> Identified:
    """Return the one PMID that PubMed finds for a DOI or PMCID and whose own record has it.

    Two requests; their answers are not kept, for nothing is taken from them. Raises SourceError as the client does.
    """
    search = search_doi if identifier.kind == "doi" else search_pmcid
    candidates = search(client, identifier.value)
    if not candidates:
        return Identified(None, f"PubMed knows no article with {identifier.value}")
    answer = fetch_articles(client, candidates[:BATCH])
    articles = [item.article for item in parse_articles(answer.body) if isinstance(item, Record)]
    same = sorted({article.pmid for article in articles if identifier.value in (article.doi, article.pmcid)})
    if len(same) == 1:
        return Identified(same[0], str(same[0]))
    found = same or candidates
    listed = ", ".join(map(str, found[:5]))
    return Identified(None, f"PubMed finds {len(found)} for {identifier.value}, none of them certain: {listed}")
