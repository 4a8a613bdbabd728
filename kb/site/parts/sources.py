"""Who gave a record, a citation or a response, in words, as far as the ledger says it.  (pure)"""

from collections.abc import Sequence
from typing import Final

from kb.queries.harvest_log import is_mirror
from kb.records import PMC_FULL_TEXT

_SOURCE_WORDS: Final = {
    "pubmed": "PubMed",
    "nbib": "the NBIB file",
    "page": "the saved PubMed page",
    "pmc": "the front matter of a full text",
    PMC_FULL_TEXT: "the full text of the citing article",
    "elink_citedin": "NCBI ELink",
    "elink_refs": "NCBI ELink",
    "elink_similar": "NCBI ELink",
    "icite": "iCite",
    "occ": "NIH’s Open Citation Collection",
    "resolved": "litkb’s matching of printed references",
    "demonstration": "the demonstration",
    "synthetic": "the made-up field",
    "demonstration_refs": "the demonstration’s ELink",
    "synthetic_refs": "the made-up field’s ELink",
}
_ASKED_SOURCES: Final = frozenset({"pubmed", "elink_citedin", "elink_refs", "elink_similar", "icite"})
_ENDPOINTS: Final = {
    "efetch": ("NCBI EFetch", "records"), "elink": ("NCBI ELink", "citing and similar articles"),
    "esearch": ("NCBI ESearch", "a search"), "ecitmatch": ("NCBI ECitMatch", "PMIDs of printed references"),
    "icite": ("NIH iCite", "citations"), "efetch_pmc": ("NCBI EFetch", "the full text of an article"),
    "s3": ("The bucket of PubMed Central at Amazon S3", "the full text of an article"),
}  # fmt: skip


def source_words(names: str | None, *, own: bool = False) -> str:
    """Return the sources of a comma list in words: "PubMed, iCite"; "" for none. own: on what the article cites."""
    known = _SOURCE_WORDS | {PMC_FULL_TEXT: "its full text"} if own else _SOURCE_WORDS
    found = [known.get(name.strip(), name.strip()) for name in (names or "").split(",") if name.strip()]
    return ", ".join(dict.fromkeys(found))


def endpoint_words(endpoint: str, servers: Sequence[str | None]) -> str:
    """Return in words who gave an answer; servers as read_servers_of_answer() has them."""
    if endpoint == "file":
        return "Loaded file"
    if endpoint == "mirror":
        return f"A mirror that has {' or '.join(server for server in servers if server) or 'PubMed’s files'}"
    who, what = _ENDPOINTS.get(endpoint, (endpoint, "a response"))
    return f"{server_words(who, servers, is_ncbi=endpoint not in ('icite', 's3'))}: {what}"


def asserting_words(source: str, servers: Sequence[str | None]) -> str:
    """Return in words who asserts a citation; servers as read_servers_of_assertion() has them."""
    if servers and source == PMC_FULL_TEXT:
        return f"{source_words(source)}, from {server_words('PubMed Central', servers)}"
    if not servers or source not in _ASKED_SOURCES:
        return source_words(source)
    return server_words(source_words(source), servers, is_ncbi=source != "icite")


def server_words(who: str, servers: Sequence[str | None], *, is_ncbi: bool = True) -> str:
    """Return who answered, or what answered in its place; a run notes the address of E-utilities alone."""
    others = " or ".join(server for server in servers if server)
    if servers and all(map(is_mirror, servers)):
        return others
    if not servers:
        return f"{who}, or a server in its place (no run recorded here says which)"
    if not others:
        return who
    if not is_ncbi:
        return f"{who}, or a server in its place ({others} answered in place of PubMed)"
    return f"{who}, or {others} in its place" if None in servers else f"{others} (in place of {who})"
