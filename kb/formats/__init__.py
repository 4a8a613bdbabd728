"""Works -> text that reference managers read, by suffix: the one table of bibliography formats.  (pure)"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from kb.formats.bibtex import format_bibtex
from kb.formats.csl import format_csl
from kb.formats.jsonlines import format_jsonl
from kb.formats.nbib import format_nbib
from kb.formats.pubmedcsv import format_pubmed_csv
from kb.formats.references import format_apa, format_nlm, format_vancouver
from kb.formats.ris import format_ris
from kb.queries.works.bibliography import Item


class Bibliography(NamedTuple):
    """A format: what it is called, who writes it, its media type, and whether it holds works without a PMID."""

    name: str
    write: Callable[[Iterable[Item]], Iterator[str]]
    media_type: str
    holds_all: bool = True


BIBLIOGRAPHIES: Final[Mapping[str, Bibliography]] = {
    ".ris": Bibliography("RIS", format_ris, "application/x-research-info-systems"),
    ".bib": Bibliography("BibTeX", format_bibtex, "application/x-bibtex"),
    ".nbib": Bibliography("NBIB", format_nbib, "application/nbib", holds_all=False),
    ".csl.json": Bibliography("CSL-JSON", format_csl, "application/vnd.citationstyles.csl+json"),
    ".pubmed.csv": Bibliography("PubMed CSV", format_pubmed_csv, "text/csv"),
    ".jsonl": Bibliography("JSON Lines", format_jsonl, "application/jsonl"),
    ".nlm.txt": Bibliography("NLM", format_nlm, "text/plain"),
    ".apa.txt": Bibliography("APA", format_apa, "text/plain"),
    ".vancouver.txt": Bibliography("Vancouver", format_vancouver, "text/plain"),
}
