"""CITATION.cff: how to cite a published knowledge base. Its date is that of the data."""

import sqlite3
from typing import Any, Final

import yaml

from kb.publish.files import MARK
from kb.publish.report import Publication, title_of
from kb.queries.harvest_log import read_status
from kb.queries.publishing import read_last_received
from kb.text import counted

_PUBMED: Final = {
    "type": "database",
    "title": "PubMed",
    "authors": [{"name": "National Library of Medicine (US)"}],
    "url": "https://pubmed.ncbi.nlm.nih.gov/",
}


def format_citation(db: sqlite3.Connection, publication: Publication) -> str:
    """Return the file in the Citation File Format 1.2.0."""
    status, received = read_status(db), read_last_received(db)
    held = status["articles"] + status["books"]
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If this knowledge base was of use in your work, please cite it, and its sources.",
        "type": "dataset",
        "title": title_of(db, publication),
        "authors": list(map(_author, publication.authors or ("Compiled with litkb",))),
        "version": publication.name.removeprefix("kb-").removesuffix(".db"),
        "abstract": f"{counted(held, 'record')} and {counted(status['citations'], 'citation')} between works.",
        "identifiers": [{"type": "other", "value": f"sha256:{publication.sha256}", "description": publication.name}],
        "license-url": "https://www.nlm.nih.gov/databases/download/terms_and_conditions.html",
    }
    if received:
        fields["date-released"] = received[:10]
    if "pubmed" in status["sources"]:
        fields["references"] = [_PUBMED]
    return f"# {MARK}; the next one replaces it.\n" + yaml.safe_dump(
        fields, sort_keys=False, allow_unicode=True, width=120
    )


def _author(name: str) -> dict[str, str]:
    """Return a person, whose name has one comma ("Doe, Jane"), in the two parts of it; else the name of a group."""
    family, comma, given = (part.strip() for part in name.partition(","))
    is_person = comma and family and given and "," not in given
    return {"family-names": family, "given-names": given} if is_person else {"name": name.strip()}
